"""The live stream of events to WebSocket clients: a shared log in memory, and Kafka behind it."""
