"""The ways in which a search goes through messages, newest first, each within a bound.

Three ways, each in the order of time, are combined so that the most common word and the rarest cost about the same:

- **by a term**: the index has the messages of one word in the order of time. Of several words the rarest leads.
- **by a beginning**: its words stand side by side, so time is walked in slices, each wider than the one before.
- **by conversations**, where only some of them count (an attendant's own, a type, a label): those with the latest
  activity first, until none that is left can have a newer message. It is taken for common words, of which too few are
  in these conversations; for rare ones the index tells the conversation's number before the message is looked at.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bson.regex import Regex

from atd_conversation.domain.message_question import Question, Wanted
from atd_conversation.store.indexes import BY_MESSAGE_TERM, IN_CONVERSATION, MESSAGES
from atd_conversation.store.queries import ConversationFilter, Place, Queries

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

_RARE = 1_000
"""A word with fewer messages is read at once, in whatever order."""

_SEVERAL = 10_000
"""A word with fewer messages is walked whole, where only some conversations count."""

_WIDE = 0.02
"""Part of the newest messages above which it does not matter that only some conversations count."""

_PROBED = 4
_BATCH, _MOST_BATCH = 25, 400
_KEYS, _MOST_KEYS = 200, 3_200
_SAME_INSTANT = 1_000
_FIRST_SLICE = timedelta(hours=1)
_WIDER = 8
_CONVERSATIONS, _MOST_CONVERSATIONS = 50, 800
_OF_CONVERSATIONS = 1_001
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class HitPlace(NamedTuple):
    """Where a message stands among hits: the newest first, of one instant the highest id."""

    occurred_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are searched.

    `conversations` narrows to those that a list with this filter shows, `conversation` to one of them (its id and
    number), `tags` to messages with one of these. `since` is included; `until`, at the latest soon, is not.
    """

    until: datetime
    conversations: ConversationFilter | None = None
    conversation: tuple[str, int] | None = None
    direction: Literal["inbound", "outbound", "note"] | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    since: datetime = BEGINNING

    def on_messages(self) -> "Document":
        """What is looked up in the message itself."""
        asked = {"direction": self.direction, "author.id": self.author}
        found: Document = {name: value for name, value in asked.items() if value is not None}
        return {**found, "tags.id": {"$in": list(self.tags)}} if self.tags else found


@dataclass(slots=True)
class Search:
    """One question on its way: its leading word, what is asked of each message beside it, and how far it has come."""

    tenant_id: str
    question: Question
    wanted: MessageFilter
    leading: Wanted
    others: "Document"
    known: int
    upper: "Document" = field(default_factory=dict)

    @property
    def is_rare(self) -> bool:
        return self.known < _RARE

    @property
    def is_sliced(self) -> bool:
        """Whether there is too much of it to be sorted, and no order in the index: time is walked in slices."""
        return not self.is_rare and (self.leading.beginning is not None or len(self.leading.exact) > 1)

    def key_query(self, since: datetime | None = None, **more: Any) -> "Document":
        """Messages with the leading word up to where the search is, not older than `since`: an index answers alone."""
        lowest = max(since or BEGINNING, self.wanted.since)
        period = {"$gte": lowest, **self.upper}
        return {"tenant_id": self.tenant_id, "terms": _condition(self.leading), "occurred_at": period, **more}

    def query(self, since: datetime | None = None, **more: Any) -> "Document":
        """The same, with all else that is asked of a message."""
        return {**self.key_query(since, **more), **self.others}


def _condition(wanted: Wanted) -> Any:
    """The condition on `terms`, which an index answers by one range for each alternative."""
    exact = sorted(wanted.exact)
    if wanted.beginning is None:
        return exact[0] if len(exact) == 1 else {"$in": exact}
    outside = [term for term in exact if not term.startswith(wanted.beginning)]
    beginning = Regex("^" + re.escape(wanted.beginning))  # a pattern of Python's has a flag that widens the range
    return {"$in": [*outside, beginning]}


def _beside(wanted: Wanted) -> "Document":
    """The same, looked up in the message itself: said plainly, two conditions on an array compete for the index."""
    condition = _condition(wanted)
    alternatives = [condition] if isinstance(condition, str) else condition["$in"]
    return {"terms": {"$not": {"$nin": alternatives}}}


def place_of(row: "Document") -> HitPlace:
    """Where the message of a row stands."""
    return HitPlace(row["occurred_at"], row["_id"])


def newest_first(rows: "Iterable[Document]") -> "list[Document]":
    """The rows in the order of hits."""
    return sorted(rows, key=place_of, reverse=True)


class MessageWalks:
    """Goes through the messages of one tenant at a time."""

    def __init__(self, database: "Database", queries: Queries) -> None:
        self._messages = database[MESSAGES]
        self._queries = queries

    async def begin(self, tenant_id: str, question: Question, wanted: MessageFilter, after: HitPlace | None) -> Search:
        """The search with the rarest of its words in front."""
        candidates = sorted(question.wanted, key=_length, reverse=True)[:_PROBED]
        counts = await asyncio.gather(*(self._known(tenant_id, wanted, one, _RARE) for one in candidates))
        least, leading = min(zip(counts, candidates, strict=True), key=lambda pair: pair[0])
        others = [_beside(one) for one in question.wanted if one != leading]
        conditions = {**wanted.on_messages(), **({"$and": others} if others else {})}
        upper = {"$lte": after.occurred_at} if after and after.occurred_at < wanted.until else {"$lt": wanted.until}
        return Search(tenant_id, question, wanted, leading, conditions, least, upper)

    async def _known(self, tenant_id: str, wanted: MessageFilter, one: Wanted, most: int) -> int:
        """How many messages of the period have a word, up to `most`."""
        period = {"$gte": wanted.since, "$lt": wanted.until}
        query = {"tenant_id": tenant_id, "terms": _condition(one), "occurred_at": period}
        return await self._messages.count_documents(query, limit=most, hint=BY_MESSAGE_TERM)

    async def _is_walked_whole(self, search: Search) -> bool:
        """Whether the leading word has so few messages that all of them may be walked."""
        if search.is_rare:
            return True
        return await self._known(search.tenant_id, search.wanted, search.leading, _SEVERAL) < _SEVERAL

    async def walk(
        self, tenant_id: str, question: Question, wanted: MessageFilter, after: HitPlace | None
    ) -> "AsyncIterator[list[Document]]":
        """Messages whose terms fit, newest first, in growing batches; those after a place."""
        search = await self.begin(tenant_id, question, wanted, after)
        if not search.known:
            return
        if wanted.conversation is not None:
            batches = self._in_conversation(search, *wanted.conversation)
        elif wanted.conversations is not None:
            batches = self._in_some(search, wanted.conversations)
        else:
            batches = self._by_term(search)
        async for rows in batches:
            yield [row for row in rows if after is None or place_of(row) < after]

    def _read(self, search: Search, query: "Document") -> Any:
        """A cursor: of messages that are looked through for phrases all there is, else their place alone."""
        return self._messages.find(query, None if search.question.phrases else {"occurred_at": 1})

    async def _by_term(self, search: Search, **more: Any) -> "AsyncIterator[list[Document]]":
        """By the index of terms alone."""
        async for rows in self._few(search, **more) if search.is_rare else self._slices(search, **more):
            yield rows

    async def _few(self, search: Search, **more: Any) -> "AsyncIterator[list[Document]]":
        """Of a rare word the index tells all moments at once; messages are read from the newest on, as many as asked.

        A beginning stands in the index word by word, and most of what has a rare word lies far back and is on disk.
        """
        keys, size = await self._keys(search.key_query(**more), _RARE), _BATCH
        while keys:
            lowest = keys[:size][-1]["occurred_at"]
            cursor = self._read(search, search.query(lowest, **more)).hint(BY_MESSAGE_TERM)
            yield newest_first(await _listed(cursor, _RARE))
            search.upper = {"$lt": lowest}
            keys = [key for key in keys if key["occurred_at"] < lowest]
            size *= 2

    async def _slices(self, search: Search, **more: Any) -> "AsyncIterator[list[Document]]":
        """From the newest on; of a beginning in slices of time, because the index has its words side by side."""
        size, width = _BATCH, _FIRST_SLICE
        top = _top(search)
        while True:
            since = _earlier(top, width) if search.is_sliced else None
            cursor = self._read(search, search.query(since, **more)).sort("occurred_at", -1).hint(BY_MESSAGE_TERM)
            rows = await _listed(cursor, size + 1)
            if len(rows) <= size:
                yield newest_first(rows)
                if since is None or since <= search.wanted.since:
                    return
                top, search.upper, width = since, {"$lt": since}, width * _WIDER
                continue
            yield await self._whole_instants(search, rows, more)
            top = rows[-1]["occurred_at"]
            size = min(size * 2, _MOST_BATCH)

    async def _whole_instants(self, search: Search, rows: "list[Document]", more: "Document") -> "list[Document]":
        """These rows but those of the last instant, of which there may be more; the search goes on there."""
        instant = rows[-1]["occurred_at"]
        whole = [row for row in rows if row["occurred_at"] > instant]
        if whole:
            search.upper = {"$lte": instant}
            return newest_first(whole)
        query = {**search.query(**more), "occurred_at": instant}
        cursor = self._read(search, query).hint(BY_MESSAGE_TERM)
        search.upper = {"$lt": instant}
        return newest_first(await _listed(cursor, _SAME_INSTANT))

    async def _in_conversation(
        self, search: Search, conversation_id: str, number: int
    ) -> "AsyncIterator[list[Document]]":
        if await self._is_walked_whole(search):
            async for rows in self._by_term(search, number=number):
                yield rows
            return
        floor: datetime | None = BEGINNING
        while floor is not None:
            rows, floor = await self._of_conversations(search, [conversation_id])
            yield rows
            search.upper = {"$lt": floor}

    async def _in_some(self, search: Search, some: ConversationFilter) -> "AsyncIterator[list[Document]]":
        """First the newest messages of the word; then what is cheaper for what is left."""
        keys = hits = 0
        is_whole: bool | None = None
        async for looked, rows in self._narrowed(search, some):
            yield rows
            keys, hits = keys + looked, hits + len(rows)
            if is_whole is None:
                is_whole = await self._is_walked_whole(search)
            if not is_whole and hits < keys * _WIDE:
                break
        else:
            return
        async for rows in self._by_conversations(search, some):
            yield rows

    async def _narrowed(self, search: Search, some: ConversationFilter) -> "AsyncIterator[tuple[int, list[Document]]]":
        """By the index of terms, which tells the numbers of conversations; messages are read of those that count."""
        size, width = _KEYS, _FIRST_SLICE
        top = _top(search)
        while True:
            since = _earlier(top, width) if search.is_sliced else None
            query, asked = search.query(since), search.key_query(since)
            keys = await self._keys(asked, size)
            is_whole = len(keys) < size
            if is_whole:
                top, search.upper = since or BEGINNING, {"$lt": since or BEGINNING}
            elif keys[0]["occurred_at"] > keys[-1]["occurred_at"]:  # there may be more of the last instant
                top = keys[-1]["occurred_at"]
                query["occurred_at"] = {**query["occurred_at"], "$gt": top}
                keys = [key for key in keys if key["occurred_at"] > top]
                search.upper = {"$lte": top}
            else:
                top = keys[0]["occurred_at"]
                query["occurred_at"] = asked["occurred_at"] = top
                keys = await self._keys(asked, _SAME_INSTANT)
                search.upper = {"$lt": top}
            yield len(keys), await self._of_keys(search, some, query, keys)
            if not is_whole:
                size = min(size * 2, _MOST_KEYS)
                continue
            if since is None or since <= search.wanted.since:
                return
            width *= _WIDER

    async def _keys(self, query: "Document", limit: int) -> "list[Document]":
        """Time and number of the newest messages with the leading word, from the index alone."""
        only_keys = {"_id": 0, "occurred_at": 1, "number": 1}
        cursor = self._messages.find(query, only_keys).sort("occurred_at", -1).hint(BY_MESSAGE_TERM)
        return await _listed(cursor, limit)

    async def _of_keys(
        self, search: Search, some: ConversationFilter, query: "Document", keys: "list[Document]"
    ) -> "list[Document]":
        numbers = {key["number"] for key in keys if "number" in key}
        counting = await self._queries.numbers_within(search.tenant_id, some, numbers)
        if not counting:
            return []
        found = self._read(search, {**query, "number": {"$in": counting}}).hint(BY_MESSAGE_TERM)
        return newest_first(await _listed(found, len(keys)))

    async def _by_conversations(self, search: Search, some: ConversationFilter) -> "AsyncIterator[list[Document]]":
        """The conversations with the latest activity first, until none that is left can have a newer hit."""
        floor: datetime | None = BEGINNING
        while floor is not None:
            waiting: list[Document] = []
            place: Place | None = None
            floor, size = None, _CONVERSATIONS
            while True:
                places = await self._queries.places(search.tenant_id, some, limit=size, after=place)
                rows, lowest = await self._of_conversations(search, [one.id for one in places])
                waiting = newest_first([*waiting, *rows])
                floor = max(filter(None, (floor, lowest)), default=None)
                place = places[-1] if len(places) == size else None
                if place is None or (floor is not None and place.last_activity_at <= floor):
                    break
                yield [row for row in waiting if row["occurred_at"] > place.last_activity_at]
                waiting = [row for row in waiting if row["occurred_at"] <= place.last_activity_at]
                size = min(size * 2, _MOST_CONVERSATIONS)
            yield [row for row in waiting if floor is None or row["occurred_at"] >= floor]
            search.upper = {"$lt": floor}

    async def _of_conversations(self, search: Search, ids: Sequence[str]) -> "tuple[list[Document], datetime | None]":
        """The newest hits of these conversations, found among their messages; from when on they are all of them.

        None: these are all.
        """
        if not ids:
            return [], None
        query = {
            "conversation_id": {"$in": list(ids)},
            "tenant_id": search.tenant_id,
            "$and": [{"terms": _condition(one)} for one in search.question.wanted],
            "occurred_at": {"$gte": search.wanted.since, **search.upper},
            **search.wanted.on_messages(),
        }
        cursor = self._read(search, query).sort("occurred_at", -1).hint(IN_CONVERSATION)
        rows = newest_first(await _listed(cursor, _OF_CONVERSATIONS))
        if len(rows) < _OF_CONVERSATIONS:
            return rows, None
        floor = rows[-1]["occurred_at"]
        whole = [row for row in rows if row["occurred_at"] > floor]
        return (whole, whole[-1]["occurred_at"]) if whole else (rows, floor)


async def _listed(cursor: Any, limit: int) -> "list[Document]":
    """Up to `limit` rows in one answer: a cursor asks twice for more than a hundred."""
    found: list[Document] = await cursor.limit(limit).batch_size(limit).to_list(limit)
    return found


def _length(wanted: Wanted) -> int:
    return max(map(len, (*wanted.exact, wanted.beginning or "")))


def _top(search: Search) -> datetime:
    top: datetime = next(iter(search.upper.values()))
    return top


def _earlier(moment: datetime, width: timedelta) -> datetime:
    try:
        return max(moment - width, BEGINNING)
    except OverflowError:
        return BEGINNING
