"""Tells external systems what happens: signed requests to customers' URLs, again until they arrive."""
