"""Starts, watches and removes the local stack."""
