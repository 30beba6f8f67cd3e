"""Where contacts, conversations and messages are kept: MongoDB, with an index and a bound for every query."""
