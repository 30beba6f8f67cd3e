"""What batches of inbound events lead to, on a model of the database: no servers."""
