"""What deploy.py is made of: one module for each thing that can go wrong by itself."""
