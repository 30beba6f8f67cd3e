"""Finding messages by words, newest first: always of one tenant, by the index of terms, within a bound."""

from typing import TYPE_CHECKING, NamedTuple

from atd_conversation.domain.message import Message
from atd_conversation.domain.message_question import Question
from atd_conversation.domain.message_terms import fold
from atd_conversation.domain.searchable import accepts
from atd_conversation.store.contacts import bounded
from atd_conversation.store.indexes import BY_MESSAGE_TERM, MESSAGES
from atd_conversation.store.message_documents import message_of
from atd_conversation.store.message_walks import HitPlace, MessageFilter, MessageWalks, Search, newest_first, place_of
from atd_conversation.store.queries import Queries

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

COUNTED = 1_000
"""As far as hits are counted."""

LOOKED_AT = 3_000
"""Messages that one page looks through for phrases (the next page goes on behind them), and one count for all else."""


class Hits(NamedTuple):
    """One page; `after` is where the next one goes on, None when there is none."""

    messages: list[Message]
    after: HitPlace | None


class HitCount(NamedTuple):
    """How many messages are found, up to `COUNTED`; not `exact`: at least so many."""

    total: int
    exact: bool


def _has_phrases(question: Question, row: "Document") -> bool:
    """Whether a message, whose terms fit, has the phrases. Most say something in their text alone."""
    if not question.phrases:
        return True
    if row.get("attachments") or row.get("content"):
        return accepts(question, message_of(row))
    return question.accepts((fold(row["text"] or ""),))


class MessageSearch:
    """Messages of one tenant at a time, by words."""

    def __init__(self, database: "Database", queries: Queries) -> None:
        self._messages = database[MESSAGES]
        self._queries = queries
        self._walks = MessageWalks(database, queries)

    async def page(
        self, tenant_id: str, question: Question, wanted: MessageFilter, *, limit: int, after: HitPlace | None = None
    ) -> Hits:
        """Up to `limit` hits after a place. Fewer, with a place to go on, when `LOOKED_AT` messages had no phrase.

        Raises `TooWide` when `LIST_SECONDS` were not enough.
        """
        with bounded():
            ids, place = await self._found(tenant_id, question, wanted, limit, after)
            return Hits(await self._load(tenant_id, ids), place)

    async def _found(
        self, tenant_id: str, question: Question, wanted: MessageFilter, limit: int, after: HitPlace | None
    ) -> tuple[list[str], HitPlace | None]:
        """The ids of the hits of a page, and where the next one goes on."""
        found: list[str] = []
        last, looked = after, 0
        async for rows in self._walks.walk(tenant_id, question, wanted, after):
            for row in rows:
                if _has_phrases(question, row):
                    if len(found) == limit:
                        return found, last
                    found.append(row["_id"])
                last = place_of(row)
            looked += len(rows)
            if looked >= LOOKED_AT:
                return found, last
        return found, None

    async def _load(self, tenant_id: str, ids: list[str]) -> list[Message]:
        """The messages, the newest first; one that was deleted meanwhile is missing."""
        names = await self._queries.names(tenant_id)
        cursor = self._messages.find({"_id": {"$in": ids}, "tenant_id": tenant_id}).hint("_id_").limit(len(ids) or 1)
        return [message_of(row, names) for row in newest_first(await cursor.to_list(len(ids) or 1))]

    async def count(self, tenant_id: str, question: Question, wanted: MessageFilter) -> HitCount:
        """How many hits a list has; where the index does not tell, at most `LOOKED_AT` messages are looked through."""
        total = looked = 0
        with bounded():
            if wanted.conversations is None and wanted.conversation is None and not question.phrases:
                return await self._count_by_term(await self._walks.begin(tenant_id, question, wanted, None))
            async for rows in self._walks.walk(tenant_id, question, wanted, None):
                total += sum(_has_phrases(question, row) for row in rows)
                looked += len(rows)
                if total > COUNTED or looked >= LOOKED_AT:
                    return HitCount(min(total, COUNTED), exact=False)
        return HitCount(total, exact=True)

    async def _count_by_term(self, search: Search) -> HitCount:
        by_index = search.key_query()
        if not search.others:
            total = await self._messages.count_documents(by_index, limit=COUNTED + 1, hint=BY_MESSAGE_TERM)
            return HitCount(min(total, COUNTED), exact=total <= COUNTED)
        known = await self._messages.count_documents(by_index, limit=LOOKED_AT, hint=BY_MESSAGE_TERM)
        stages: list[Document] = [{"$match": by_index}, {"$limit": LOOKED_AT}, {"$match": search.others}]
        stages += [{"$limit": COUNTED + 1}, {"$count": "total"}]
        cursor = await self._messages.aggregate(stages, hint=BY_MESSAGE_TERM)
        rows = await cursor.to_list(1)
        total = rows[0]["total"] if rows else 0
        return HitCount(min(total, COUNTED), exact=total <= COUNTED and known < LOOKED_AT)
