"""The rules of contacts, conversations and messages. Pure: no I/O, no clock."""
