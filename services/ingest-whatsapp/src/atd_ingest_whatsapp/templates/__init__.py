"""Message templates: copies of Meta's, kept true by its lists and webhooks."""
