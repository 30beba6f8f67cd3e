"""What the public origin answers over HTTP and WebSocket."""
