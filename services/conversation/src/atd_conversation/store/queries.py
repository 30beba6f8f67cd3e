"""Reads for the HTTP API: always of one tenant, always by an index, always with a bound."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from atd_conversation.domain.conversation import MAX_FAVOURITES, Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import Names, same
from atd_conversation.domain.search_terms import asked_number, asked_terms
from atd_conversation.domain.sight import Sight
from atd_conversation.store.contacts import ContactQueries, bounded
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.indexes import (
    BY_ASSIGNEE,
    BY_CONTACT,
    BY_FAVOURITE,
    BY_LABEL,
    BY_MENTION,
    BY_NUMBER,
    BY_PUBLIC,
    BY_READER,
    BY_STATUS,
    BY_TAG,
    BY_TEAM,
    BY_TYPE,
    BY_UNREAD,
    BY_WAITING,
    CONVERSATIONS,
    MESSAGES,
)
from atd_conversation.store.message_documents import message_of
from atd_conversation.store.names import NameSource, NoNames
from atd_conversation.store.reader_counts import (
    ALL_STATUSES,
    MOST_FAVOURITES,
    Beside,
    Counted,
    ReaderCounts,
    unread_queries,
)
from atd_conversation.store.timeline import Timeline
from atd_conversation.store.view_counts import ViewCounts
from atd_schemas.views import ConversationStatus, Priority
from atd_servicekit.places import earlier, later

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from atd_conversation.domain.teams import TeamCopy
    from atd_servicekit.mongo import Database, Document, Session


COUNTED = 1000
"""As far as conversations are counted."""

LOOKED_AT = 100
"""How many of the newest messages are looked through for the customer's last one."""


_WIDE = (BY_STATUS, BY_TAG, BY_LABEL, BY_TYPE, BY_PUBLIC, BY_TEAM)
"""Indexes that begin with what many conversations have, and then have the status."""

NO_TEAM = "none"

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What a list shows to `reader`: what is `unread` is unread for them.

    `assignee` is an attendant's id, `none` for unassigned ones, None for all.
    `question` is what somebody typed to find a customer or a number. `sight_of` is who sees nothing but what is
    assigned to them (`Sight.only_of`), None for somebody who sees everything.
    A type of the first level has those under it. `teams`: of one of these teams (none: no conversation is found), or of
    no team (`none`). `public`: threads that everybody can read, or none of them.
    """

    statuses: tuple[ConversationStatus, ...] = ()
    assignee: str | None = None
    channel: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    favourite_of: str | None = None
    mentioned: str | None = None
    priorities: tuple[Priority, ...] = ()
    unread: bool | None = None
    reader: str | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    question: str | None = None
    type_id: str | None = None
    label_id: str | None = None
    tag_id: str | None = None
    public: bool | None = None
    teams: tuple[str, ...] | None = None
    sight_of: str | None = None

    def sight(self, tenant_id: str) -> Sight:
        """What the list may show at all."""
        return Sight(tenant_id, self.sight_of)


Order = Literal["-last_activity", "waiting_since"]
"""The latest activity first; or who waits longest first, and after them, the latest first, those who do not wait."""


class Place(NamedTuple):
    """Where a conversation stands in a list, whichever its order."""

    last_activity_at: datetime
    id: str
    waiting_since: datetime | None = None


class Queries:
    """Conversations and messages of one tenant at a time; `contacts` are their customers, `timeline` their events."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._conversations = database[CONVERSATIONS]
        self._messages = database[MESSAGES]
        self.timeline = Timeline(database)
        self._names = names or NoNames()
        self.contacts = ContactQueries(database, self._names)
        self.view_counts = ViewCounts(database)
        self._reader_counts = ReaderCounts(database, self.view_counts)

    async def conversation(
        self, tenant_id: str, conversation_id: str, session: "Session | None" = None
    ) -> Conversation | None:
        row = await self._conversations.find_one({"_id": conversation_id, "tenant_id": tenant_id}, session=session)
        return conversation_of(row, await self._names.of(tenant_id)) if row else None

    async def by_number(self, tenant_id: str, number: int) -> Conversation | None:
        """The conversation with this number."""
        row = await self._conversations.find_one({"tenant_id": tenant_id, "number": number}, hint=BY_NUMBER)
        return conversation_of(row, await self._names.of(tenant_id)) if row else None

    async def by_ids(self, tenant_id: str, ids: "Collection[str]") -> dict[str, Conversation]:
        """Those conversations of a tenant that are there, by id."""
        if not ids:
            return {}
        cursor = self._conversations.find({"_id": {"$in": list(ids)}, "tenant_id": tenant_id}).limit(len(ids))
        names = await self._names.of(tenant_id)
        return {row["_id"]: conversation_of(row, names) for row in await cursor.to_list(len(ids) or 1)}

    async def names(self, tenant_id: str) -> Names:
        """What the tags, labels and types of a tenant are called."""
        return await self._names.of(tenant_id)

    async def message(self, tenant_id: str, message_id: str, session: "Session | None" = None) -> Message | None:
        row = await self._messages.find_one({"_id": message_id, "tenant_id": tenant_id}, session=session)
        return message_of(row, await self._names.of(tenant_id)) if row else None

    async def last_received(self, tenant_id: str, conversation_id: str, session: "Session | None" = None) -> str | None:
        """The channel's id of the customer's last message, among the newest `LOOKED_AT` of the conversation."""
        cursor = self._messages.find(
            {"conversation_id": conversation_id, "tenant_id": tenant_id},
            {"direction": 1, "external_id": 1},
            session=session,
        )
        rows = await cursor.sort("sequence", -1).limit(LOOKED_AT).to_list(LOOKED_AT)
        return next((row["external_id"] for row in rows if row["direction"] == "inbound" and row["external_id"]), None)

    async def last_place(self, tenant_id: str, conversation_id: str, session: "Session | None" = None) -> int | None:
        """The place of the customer's last message among the newest `LOOKED_AT`; else, of the newest; None: none is."""
        query: Document = {"conversation_id": conversation_id, "tenant_id": tenant_id}
        cursor = self._messages.find(query, {"direction": 1, "sequence": 1}, session=session)
        rows = await cursor.sort("sequence", -1).limit(LOOKED_AT).to_list(LOOKED_AT)
        received = [row for row in rows if row["direction"] == "inbound"]
        return next((row["sequence"] for row in (*received, *rows)), None)

    async def conversations(
        self,
        tenant_id: str,
        wanted: ConversationFilter,
        *,
        limit: int,
        after: Place | None = None,
        order: Order = "-last_activity",
    ) -> list[Conversation]:
        """Up to `limit` conversations in an order, from the one after the place `after` on.

        Raises `TooWide` when `LIST_SECONDS` were not enough.
        """
        names = await self._names.of(tenant_id)
        with bounded():
            plans = await self._plans(tenant_id, wanted)
            if order == "-last_activity":
                return [conversation_of(row, names) for row in await self._latest(plans, limit, after)]
            waiting: list[Document] = []
            if after is None or after.waiting_since is not None:
                waiting = await self._longest_waiting(plans, limit, after)
                after = None
            if len(waiting) < limit:
                others = [({**query, "waiting_since": {"$exists": False}}, index) for query, index in plans]
                waiting += await self._latest(others, limit - len(waiting), after)
            return [conversation_of(row, names) for row in waiting]

    async def _latest(
        self,
        plans: "list[tuple[Document, str]]",
        limit: int,
        after: Place | None,
        only: "Document | None" = None,
    ) -> "list[Document]":
        rows: list[Document] = []
        for plan, index in plans:
            query = plan
            if after is not None:
                query = earlier(plan, "last_activity_at", (after.last_activity_at, after.id))
            cursor = self._conversations.find(query, only).sort([("last_activity_at", -1), ("_id", -1)])
            rows += await cursor.hint(index).limit(limit).to_list(limit)
        rows.sort(key=lambda row: (row["last_activity_at"], row["_id"]), reverse=True)
        return rows[:limit]

    async def _longest_waiting(
        self, plans: "list[tuple[Document, str]]", limit: int, after: Place | None
    ) -> "list[Document]":
        rows: list[Document] = []
        for plan, index in plans:
            query: Document = {**plan, "waiting_since": {"$gte": _LONG_AGO}}
            if after is not None and after.waiting_since is not None:
                query = later(query, "waiting_since", (after.waiting_since, after.id))
            cursor = self._conversations.find(query).sort([("waiting_since", 1), ("_id", 1)])
            narrow = index in (BY_CONTACT, BY_NUMBER, BY_FAVOURITE, BY_MENTION)  # few, sorted where they are found
            rows += await cursor.hint(index if narrow else BY_WAITING).limit(limit).to_list(limit)
        rows.sort(key=lambda row: (row["waiting_since"], row["_id"]))
        return rows[:limit]

    async def count(self, tenant_id: str, wanted: ConversationFilter) -> Counted:
        """How many conversations a list has, and how many of them are unread; each is counted up to `COUNTED`.

        Raises `TooWide` when `LIST_SECONDS` were not enough.
        """
        total = unread = 0
        with bounded():
            for query, index in await self._plans(tenant_id, wanted):
                found = [self._count(query, index)]
                if wanted.unread is None:
                    waiting, marked = unread_queries(wanted.reader or "")
                    is_broad = index in _WIDE
                    found.append(self._count({**query, **waiting}, BY_UNREAD if is_broad else index))
                    found.append(self._count({**query, **marked}, BY_READER if is_broad else index))
                counts = await asyncio.gather(*found)
                total += counts[0]
                unread += sum(counts[1:]) if wanted.unread is None else counts[0] if wanted.unread else 0
        return Counted(min(total, COUNTED), min(unread, COUNTED))

    async def count_views(
        self, sight: Sight, attendant_id: str, teams: "Mapping[str, TeamCopy] | None" = None
    ) -> Beside:
        """What stands beside the views of an attendant, where a company has these teams; `store/reader_counts.py`."""
        with bounded():
            return await self._reader_counts.of(sight, attendant_id, teams or {})

    async def _count(self, query: "Document", index: str) -> int:
        return await self._conversations.count_documents(query, limit=COUNTED, hint=index)

    async def _plans(self, tenant_id: str, wanted: ConversationFilter) -> "list[tuple[Document, str]]":
        """The queries that together find what is wanted, each with its index; no conversation is found by two.

        A question is answered by the contacts that it finds, up to `MOST_FOUND` of them, and by the number.
        """
        if wanted.contact_id is not None:
            contact = await self.contacts.followed.present(tenant_id, wanted.contact_id)
            wanted = replace(wanted, contact_id=contact.id if contact else wanted.contact_id)
        if wanted.teams == ():
            return []
        if wanted.sight_of is not None:
            if wanted.assignee not in (None, wanted.sight_of):
                return []
            wanted = replace(wanted, assignee=wanted.sight_of)
        query, index = _conversation_query(tenant_id, wanted, await self._names.of(tenant_id))
        if wanted.question is None:
            return [(query, index)]
        plans: list[tuple[Document, str]] = []
        of_contacts: list[str] = []
        sight = wanted.sight(tenant_id)
        terms, number = asked_terms(wanted.question), asked_number(wanted.question)
        if terms:
            of_contacts = [contact_id for _, contact_id in await self.contacts.found_places(sight, terms)]
            if wanted.contact_id is not None:
                of_contacts = [one for one in of_contacts if one == wanted.contact_id]
        if of_contacts:
            plans.append(({**query, "contact.id": {"$in": of_contacts}}, BY_CONTACT))
        if number is not None and (wanted.contact_id is None or not of_contacts):
            others: Document = {"contact.id": {"$nin": of_contacts}} if of_contacts else {}
            plans.append(({**query, **others, "number": number}, BY_NUMBER))
        return plans

    async def places(
        self, tenant_id: str, wanted: ConversationFilter, *, limit: int, after: Place | None
    ) -> list[Place]:
        """Where the conversations of a list stand, the latest activity first, from the one after a place on."""
        plans = await self._plans(tenant_id, wanted)
        rows = await self._latest(plans, limit, after, {"last_activity_at": 1})
        return [Place(row["last_activity_at"], row["_id"]) for row in rows]

    async def numbers_within(self, tenant_id: str, wanted: ConversationFilter, numbers: "Collection[int]") -> list[int]:
        """Which of these are numbers of conversations that a list has."""
        if not numbers:
            return []
        plans = await self._plans(tenant_id, wanted)
        query = {"$and": [plans[0][0], {"number": {"$in": list(numbers)}}]} if plans else None
        if query is None:
            return []
        cursor = self._conversations.find(query, {"_id": 0, "number": 1}).hint(BY_NUMBER).limit(len(numbers))
        return [row["number"] for row in await cursor.to_list(len(numbers) or 1)]

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
        names = await self._names.of(tenant_id)
        found = [message_of(row, names) for row in rows]
        return found if direction == -1 else found[::-1]

    async def set_favourite(self, tenant_id: str, conversation_id: str, attendant_id: str, *, on: bool) -> bool:
        """Whether the conversation exists and is now (or is no longer) a favourite; False also for one too many.

        Favourites are everybody's own and no event of the conversation: its sequence stays.
        """
        query: Document = {"_id": conversation_id, "tenant_id": tenant_id}
        if on:
            theirs: Document = {"tenant_id": tenant_id, "favourites": attendant_id}
            has = await self._conversations.count_documents(theirs, limit=MOST_FAVOURITES, hint=BY_FAVOURITE)
            if has == MOST_FAVOURITES:
                return False
            room = {"$or": [{f"favourites.{MAX_FAVOURITES - 1}": {"$exists": False}}, {"favourites": attendant_id}]}
            changed = await self._conversations.update_one(
                {**query, **room}, {"$addToSet": {"favourites": attendant_id}}
            )
        else:
            changed = await self._conversations.update_one(query, {"$pull": {"favourites": attendant_id}})
        return changed.matched_count == 1


def _marks(wanted: ConversationFilter, names: Names) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The fields of tag, label and type, the ids of which one must be there, and the index of each."""
    if wanted.tag_id is not None:
        yield "tags", same(wanted.tag_id, names.tags), BY_TAG
    if wanted.label_id is not None:
        yield "contact.labels", same(wanted.label_id, names.labels), BY_LABEL
    if wanted.type_id is not None:
        meant = same(wanted.type_id, names.types)
        types = {each for one in (*meant, *names.children.get(meant[0], ())) for each in same(one, names.types)}
        yield "type_id", tuple(sorted(types)), BY_TYPE


def _conversation_query(tenant_id: str, wanted: ConversationFilter, names: Names) -> "tuple[Document, str]":
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
    for whose, attendant_id, by in (
        ("favourites", wanted.favourite_of, BY_FAVOURITE),
        ("mentioned", wanted.mentioned, BY_MENTION),
    ):
        if attendant_id is not None:
            query[whose] = attendant_id
            index = by if index == BY_STATUS else index
    for field, ids, by_mark in _marks(wanted, names):
        query[field] = {"$in": list(ids)} if len(ids) > 1 else ids[0]
        index = by_mark if index == BY_STATUS else index
    if wanted.teams is not None:
        query |= _in_teams(wanted.teams)
        index = BY_TEAM if index == BY_STATUS and wanted.teams != (NO_TEAM,) else index
    if wanted.public is not None:
        query["thread.public"] = True if wanted.public else {"$ne": True}
        index = BY_PUBLIC if wanted.public and index == BY_STATUS else index
    statuses = wanted.statuses or (ALL_STATUSES if index in (*_WIDE, BY_ASSIGNEE) else ())
    if statuses:
        query["status"] = {"$in": list(statuses)}
    return {**query, **_narrowed(wanted)}, index


def _in_teams(teams: tuple[str, ...]) -> "Document":
    if teams == (NO_TEAM,):
        return {"team.id": {"$exists": False}}
    return {"team.id": {"$in": list(teams)} if len(teams) > 1 else teams[0]}


def _narrowed(wanted: ConversationFilter) -> "Document":
    """What no index begins with."""
    query: Document = {}
    for name, value in (("channel.kind", wanted.channel), ("channel.account_id", wanted.account_id)):
        if value is not None:
            query[name] = value
    if wanted.priorities:
        query["priority"] = {"$in": list(wanted.priorities)}
    if wanted.unread is not None:
        query["$or" if wanted.unread else "$nor"] = list(unread_queries(wanted.reader or ""))
    opened = {"$gte": wanted.opened_after, "$lt": wanted.opened_before}
    if bounds := {name: value for name, value in opened.items() if value is not None}:
        query["opened_at"] = bounds
    return query
