"""Aurora DSQL's control plane: single-Region and peered clusters. moto has only single ones."""
