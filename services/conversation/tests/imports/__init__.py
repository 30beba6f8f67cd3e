"""Contacts from a CSV file."""
