"""Conversations found by whose messages they take."""

from typing import TYPE_CHECKING, cast

from pymongo import ReturnDocument, WriteConcern

from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.indexes import CONVERSATIONS, COUNTERS
from atd_conversation.store.names import NameSource, NoNames

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session


_WRITTEN = WriteConcern(1)


class Strands:
    """The current conversations of customers, and numbers for new ones."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._db = database
        self._names = names or NoNames()

    async def current(self, tenant_id: str, place: str, session: "Session") -> Conversation | None:
        """The conversation that takes what is written at a place (`domain/strands.py`)."""
        row = await self._db[CONVERSATIONS].find_one({"current_of": place, "tenant_id": tenant_id}, session=session)
        return conversation_of(row, await self._names.of(tenant_id)) if row else None

    async def next_number(self, tenant_id: str) -> int:
        """A number for a new conversation; one that is not used leaves a gap."""
        return (await next_numbers(self._db, tenant_id, 1))[0]


async def next_numbers(database: "Database", tenant_id: str, count: int, *, begun: bool = False) -> range:
    """Reserve `count` conversation numbers of a tenant. A reservation that is not used leaves a gap.

    `begun`: for a transaction that has read something already. It does not wait until the reservation is on disk: its
    own commit does, and with it all that this primary wrote before; without this primary there is no such commit.
    """
    counters = database[COUNTERS].with_options(write_concern=_WRITTEN if begun else None)
    row = await counters.find_one_and_update(
        {"_id": tenant_id}, {"$inc": {"conversations": count}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    last = cast("Document", row)["conversations"]  # an upsert has a row afterwards
    return range(last - count + 1, last + 1)
