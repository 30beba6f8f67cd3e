"""What the gateway's readers need of a Kafka record."""

from typing import Protocol


class RawRecord(Protocol):
    """A record as it came, not yet read."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
