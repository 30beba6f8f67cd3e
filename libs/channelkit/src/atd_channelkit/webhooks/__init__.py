"""Webhooks: what a provider's body goes through between the socket and Kafka."""
