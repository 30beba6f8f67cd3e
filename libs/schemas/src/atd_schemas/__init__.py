"""The contract between the services: envelope, events, topics, ids and Kafka keys.

Pydantic only; nothing in here does I/O. A schema only grows: a field is added with a default and is
never renamed or removed (`docs/adr/0003-schemas-only-grow.md`).
"""
