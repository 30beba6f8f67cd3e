"""The raw path: the work of the message path without its logic, to say what the machine allows."""
