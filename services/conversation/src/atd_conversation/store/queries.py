"""Reads for the HTTP API: always of one tenant, always by an index, always with a bound."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pymongo
from pymongo.errors import PyMongoError

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import MAX_FAVOURITES, Conversation
from atd_conversation.domain.message import Message
from atd_conversation.store.documents import contact_of, conversation_of, message_of
from atd_conversation.store.indexes import (
    BY_ASSIGNEE,
    BY_CONTACT,
    BY_FAVOURITE,
    BY_STATUS,
    CONTACTS,
    CONVERSATIONS,
    MESSAGES,
)
from atd_schemas.views import ConversationStatus

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

ALL_STATUSES: tuple[ConversationStatus, ...] = ("bot", "queued", "open", "snoozed", "closed")

LIST_SECONDS = 3.0
"""The longest a list may search before it is refused as too wide."""


LOOKED_AT = 100
"""How many of the newest messages are looked through for the customer's last one."""


class TooWide(Exception):
    """The filters match so little of so much that the search was given up."""


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What a list shows. `assignee` is an attendant's id, `none` for unassigned ones, None for all."""

    statuses: tuple[ConversationStatus, ...] = ()
    assignee: str | None = None
    channel: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    favourite_of: str | None = None
    unread: bool | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None


class Queries:
    """Conversations, messages and contacts of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._conversations = database[CONVERSATIONS]
        self._messages = database[MESSAGES]
        self._contacts = database[CONTACTS]

    async def conversation(
        self, tenant_id: str, conversation_id: str, session: "Session | None" = None
    ) -> Conversation | None:
        row = await self._conversations.find_one({"_id": conversation_id, "tenant_id": tenant_id}, session=session)
        return conversation_of(row) if row else None

    async def contact(self, tenant_id: str, contact_id: str) -> Contact | None:
        row = await self._contacts.find_one({"_id": contact_id, "tenant_id": tenant_id})
        return contact_of(row) if row else None

    async def message(self, tenant_id: str, message_id: str, session: "Session | None" = None) -> Message | None:
        row = await self._messages.find_one({"_id": message_id, "tenant_id": tenant_id}, session=session)
        return message_of(row) if row else None

    async def last_received(self, tenant_id: str, conversation_id: str, session: "Session | None" = None) -> str | None:
        """The channel's id of the customer's last message, among the newest `LOOKED_AT` of the conversation."""
        cursor = self._messages.find(
            {"conversation_id": conversation_id, "tenant_id": tenant_id},
            {"direction": 1, "external_id": 1},
            session=session,
        )
        rows = await cursor.sort("sequence", -1).limit(LOOKED_AT).to_list(LOOKED_AT)
        return next((row["external_id"] for row in rows if row["direction"] == "inbound" and row["external_id"]), None)

    async def conversations(
        self, tenant_id: str, wanted: ConversationFilter, *, limit: int, after: tuple[datetime, str] | None
    ) -> list[Conversation]:
        """Up to `limit` conversations, the latest activity first, that come after the place `after`.

        Raises `TooWide` when `LIST_SECONDS` were not enough.
        """
        query, index = _conversation_query(tenant_id, wanted)
        if after is not None:
            at, last_id = after
            query["last_activity_at"] = {"$lte": at}  # where the index is entered; the alternatives alone do not say it
            query["$or"] = [{"last_activity_at": {"$lt": at}}, {"_id": {"$lt": last_id}}]
        cursor = self._conversations.find(query).sort([("last_activity_at", -1), ("_id", -1)]).hint(index).limit(limit)
        try:
            with pymongo.timeout(LIST_SECONDS):  # `max_time_ms` gives way to the client's own timeout
                return [conversation_of(row) for row in await cursor.to_list(limit)]
        except PyMongoError as error:
            if error.timeout:
                raise TooWide from error
            raise

    async def messages(
        self, tenant_id: str, conversation_id: str, *, limit: int, before: int | None, after: int | None
    ) -> list[Message]:
        """Up to `limit` messages by sequence: the newest before `before`, or the oldest after `after`; newest first."""
        bounds: Document = {}
        if before is not None:
            bounds["$lt"] = before
        if after is not None:
            bounds["$gt"] = after
        query: Document = {"conversation_id": conversation_id, "tenant_id": tenant_id}
        if bounds:
            query["sequence"] = bounds
        direction = 1 if after is not None else -1
        rows = await self._messages.find(query).sort("sequence", direction).limit(limit).to_list(limit)
        found = [message_of(row) for row in rows]
        return found if direction == -1 else found[::-1]

    async def set_favourite(self, tenant_id: str, conversation_id: str, attendant_id: str, *, on: bool) -> bool:
        """Whether the conversation exists and is now (or is no longer) a favourite; False also when it has too many.

        Favourites are everybody's own and no event: they change without touching the conversation's sequence.
        """
        query: Document = {"_id": conversation_id, "tenant_id": tenant_id}
        if on:
            room = {"$or": [{f"favourites.{MAX_FAVOURITES - 1}": {"$exists": False}}, {"favourites": attendant_id}]}
            changed = await self._conversations.update_one(
                {**query, **room}, {"$addToSet": {"favourites": attendant_id}}
            )
        else:
            changed = await self._conversations.update_one(query, {"$pull": {"favourites": attendant_id}})
        return changed.matched_count == 1


def _conversation_query(tenant_id: str, wanted: ConversationFilter) -> "tuple[Document, str]":
    """The query, and the index that narrows it most; what the index does not cover is filtered along the way."""
    query: Document = {"tenant_id": tenant_id}
    index = BY_STATUS
    if wanted.contact_id is not None:
        query["contact.id"] = wanted.contact_id
        index = BY_CONTACT
    if wanted.assignee == "none":
        query["assignee"] = {"$exists": False}
    elif wanted.assignee is not None:
        query["assignee.id"] = wanted.assignee
        index = BY_ASSIGNEE if index == BY_STATUS else index
    if wanted.favourite_of is not None:
        query["favourites"] = wanted.favourite_of
        index = BY_FAVOURITE if index == BY_STATUS else index
    statuses = wanted.statuses or (ALL_STATUSES if index == BY_STATUS else ())
    if statuses:
        query["status"] = {"$in": list(statuses)}
    for name, value in (("channel.kind", wanted.channel), ("channel.account_id", wanted.account_id)):
        if value is not None:
            query[name] = value
    if wanted.unread is not None:
        query["unread_count"] = {"$gt": 0} if wanted.unread else 0
    opened = {"$gte": wanted.opened_after, "$lt": wanted.opened_before}
    if bounds := {name: value for name, value in opened.items() if value is not None}:
        query["opened_at"] = bounds
    return query, index
