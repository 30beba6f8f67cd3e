"""What the contents of messages are made from."""

from atd_schemas.envelope import Schema


class Content(Schema):
    """What all contents have in common."""
