"""Routing, as conversations see it."""
