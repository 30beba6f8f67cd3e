"""Who of those who can take a conversation gets it: pure, for the whole queue of a tenant at once."""
