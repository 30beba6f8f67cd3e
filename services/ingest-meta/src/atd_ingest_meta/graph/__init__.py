"""Calls to the Graph API."""
