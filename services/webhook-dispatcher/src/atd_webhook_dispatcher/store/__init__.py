"""What the service keeps, in MongoDB."""
