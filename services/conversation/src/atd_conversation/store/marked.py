"""What bears a tag, label or type: found by an index, and rewritten in steps when one of them goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.marking_kinds import LABEL, TAG, TYPE
from atd_conversation.domain.message import Message
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.indexes import (
    BY_CONTACT,
    BY_LABEL,
    BY_TAG,
    BY_TYPE,
    CONTACTS,
    CONTACTS_BY_LABEL,
    CONVERSATIONS,
    MESSAGES,
    MESSAGES_BY_TAG,
)
from atd_conversation.store.message_documents import message_of
from atd_conversation.store.names import NameSource

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

STEP = 500
"""Documents that are rewritten in one step."""

COUNTED = 1000
"""As far as what bears something is counted."""

MOST_CURRENT = 200
"""Conversations of one contact that take new messages: one for each channel account."""


@dataclass(frozen=True, slots=True)
class _Borne:
    """Where a kind is stored, and by which index: in a list of `marks`, in a list of `ids`, or `one` id alone."""

    collection: str
    index: str
    field: str
    shape: str


_BORNE: dict[str, tuple[_Borne, ...]] = {
    TAG.name: (
        _Borne(MESSAGES, MESSAGES_BY_TAG, "tags", "marks"),
        _Borne(CONVERSATIONS, BY_TAG, "tags", "ids"),
    ),
    LABEL.name: (
        _Borne(CONTACTS, CONTACTS_BY_LABEL, "labels", "marks"),
        _Borne(CONVERSATIONS, BY_LABEL, "contact.labels", "ids"),
    ),
    TYPE.name: (_Borne(CONVERSATIONS, BY_TYPE, "type_id", "one"),),
}


class MarkedQueries:
    """Of one tenant at a time."""

    def __init__(self, database: "Database", names: NameSource) -> None:
        self._db = database
        self._names = names

    async def conversations_of(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, list[str]]:
        """Which of these messages the tenant has, by conversation."""
        query: Document = {"_id": {"$in": list(message_ids)}, "tenant_id": tenant_id}
        most = len(message_ids)
        rows = await self._db[MESSAGES].find(query, {"conversation_id": 1}).limit(most).to_list(most)
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["conversation_id"], []).append(row["_id"])
        return found

    async def messages(
        self, tenant_id: str, conversation_id: str, message_ids: Sequence[str], session: "Session"
    ) -> list[Message]:
        """These messages of the conversation."""
        query: Document = {"_id": {"$in": list(message_ids)}, "tenant_id": tenant_id}
        most = len(message_ids)
        rows = await self._db[MESSAGES].find(query, session=session).limit(most).to_list(most)
        names = await self._names.of(tenant_id)
        return [message_of(row, names) for row in rows if row["conversation_id"] == conversation_id]

    async def tags_elsewhere(
        self,
        tenant_id: str,
        conversation_id: str,
        tag_ids: Sequence[str],
        but: Sequence[str],
        session: "Session",
    ) -> set[str]:
        """Which of these tags messages of the conversation have other than those of the ids `but`."""
        found: set[str] = set()
        for tag_id in tag_ids:
            query: Document = {
                "tenant_id": tenant_id,
                "tags.id": tag_id,
                "conversation_id": conversation_id,
                "_id": {"$nin": list(but)},
            }
            row = await self._db[MESSAGES].find_one(query, {"_id": 1}, session=session, hint=MESSAGES_BY_TAG)
            if row is not None:
                found.add(tag_id)
        return found

    async def current_of_contact(self, tenant_id: str, contact_id: str, session: "Session") -> list[Conversation]:
        """The conversations that take the contact's next messages: the newest on each account."""
        query: Document = {"tenant_id": tenant_id, "contact.id": contact_id, "current_of": {"$exists": True}}
        cursor = self._db[CONVERSATIONS].find(query, session=session).hint(BY_CONTACT).limit(MOST_CURRENT)
        names = await self._names.of(tenant_id)
        return [conversation_of(row, names) for row in await cursor.to_list(MOST_CURRENT)]

    async def relabel(self, tenant_id: str, contact_id: str, label_ids: Sequence[str]) -> int:
        """Let up to `STEP` conversations of a contact that have other labels have these; how many did not."""
        wanted: Document = {"$ne": list(label_ids)} if label_ids else {"$exists": True}
        query: Document = {"tenant_id": tenant_id, "contact.id": contact_id, "contact.labels": wanted}
        rows = await self._db[CONVERSATIONS].find(query, {"_id": 1}).hint(BY_CONTACT).limit(STEP).to_list(STEP)
        if not rows:
            return 0
        changed: Document = {"$set": {"contact.labels": list(label_ids)}}
        if not label_ids:
            changed = {"$unset": {"contact.labels": ""}}
        same: Document = {"_id": {"$in": [row["_id"] for row in rows]}, "contact.id": contact_id}
        await self._db[CONVERSATIONS].update_many(same, changed)
        return len(rows)

    async def count(self, tenant_id: str, kind: str, item_id: str) -> int:
        """How many messages, customers or conversations bear it, as far as `COUNTED`."""
        where = _BORNE[kind][0]
        rows = self._db[where.collection]
        return await rows.count_documents(_query(where, tenant_id, item_id), limit=COUNTED, hint=where.index)

    async def rewrite(self, tenant_id: str, kind: str, item_id: str, into: str | None) -> int:
        """Take an id off up to `STEP` documents that bear it, or put another one in its place; how many there were."""
        for where in _BORNE[kind]:
            rows = self._db[where.collection]
            cursor = rows.find(_query(where, tenant_id, item_id), {"_id": 1}).hint(where.index).limit(STEP)
            ids = [row["_id"] for row in await cursor.to_list(STEP)]
            if ids:
                change = _removed(where, item_id) if into is None else _replaced(where, item_id, into)
                await rows.update_many({**_query(where, tenant_id, item_id), "_id": {"$in": ids}}, change)
                return len(ids)
        return 0


def _query(where: _Borne, tenant_id: str, item_id: str) -> "Document":
    return {"tenant_id": tenant_id, f"{where.field}.id" if where.shape == "marks" else where.field: item_id}


def _removed(where: _Borne, item_id: str) -> "Document":
    if where.shape == "one":
        return {"$unset": {where.field: ""}}
    return {"$pull": {where.field: {"id": item_id} if where.shape == "marks" else item_id}}


def _replaced(where: _Borne, item_id: str, into: str) -> "Document | list[Document]":
    """The same place in the list for the other one, or none where the list has it already."""
    if where.shape == "one":
        return {"$set": {where.field: into}}
    value = f"${where.field}"
    ids, one = (f"{value}.id", "$$one.id") if where.shape == "marks" else (value, "$$one")
    put: Any = {"$mergeObjects": ["$$one", {"id": into}]} if where.shape == "marks" else into
    others: Document = {"$filter": {"input": value, "as": "one", "cond": {"$ne": [one, item_id]}}}
    renamed: Document = {
        "$map": {"input": value, "as": "one", "in": {"$cond": [{"$eq": [one, item_id]}, put, "$$one"]}}
    }
    return [{"$set": {where.field: {"$cond": [{"$in": [into, ids]}, others, renamed]}}}]
