"""Sends what is due: one process at a time for each endpoint, each endpoint for itself."""
