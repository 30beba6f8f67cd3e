"""A company's own system, as far as webhooks go: it takes requests, checks them, and fails as it is told to."""
