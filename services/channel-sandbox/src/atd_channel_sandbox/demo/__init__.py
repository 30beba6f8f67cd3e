"""A demonstration of about a minute: customers of three companies write, attendants answer by the public API."""
