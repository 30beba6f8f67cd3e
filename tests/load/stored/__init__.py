"""A MongoDB full of messages, and what reading them takes: lists, counts, threads, search, customers."""
