"""Where the names of tags, labels and types come from when something that bears them is read."""

from typing import Protocol

from atd_conversation.domain.names import UNNAMED, Names


class NameSource(Protocol):
    """Says what a tenant's ids are called now, from memory most of the time."""

    async def of(self, tenant_id: str) -> Names:
        """The names of a tenant's tags, labels and types."""
        ...


class NoNames:
    """Knows no names: for readers that show none."""

    async def of(self, tenant_id: str) -> Names:  # noqa: ARG002 - as the protocol says it
        return UNNAMED
