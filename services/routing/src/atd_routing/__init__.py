"""Routing: who gets which conversation, and when."""
