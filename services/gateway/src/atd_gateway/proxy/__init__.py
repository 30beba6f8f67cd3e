"""Forwards public requests to the services: bodies streamed both ways, bytes unchanged."""
