"""The rules: what is sent where, in which shape, and what becomes of an attempt. Pure."""
