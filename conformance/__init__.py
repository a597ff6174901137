"""Holds what taskops sends and reads against botocore's service models: ``make conformance`` runs it."""
