"""Contacts from a CSV file: how the file is read, what its columns mean, what becomes of each line. Pure."""
