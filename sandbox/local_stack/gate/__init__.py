"""The database half of the local stack: per Region a gate that makes a real PostgreSQL an Aurora DSQL endpoint."""

from .gates import Gates

__all__ = ["Gates"]
