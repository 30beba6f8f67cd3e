"""What stands beside the views of an attendant: a tenant's numbers, and what differs for the attendant."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from atd_conversation.domain.sight import Sight
from atd_conversation.store.indexes import (
    BY_ASSIGNEE,
    BY_FAVOURITE,
    BY_MENTION,
    BY_READER,
    BY_UNREAD,
    CONVERSATIONS,
)
from atd_conversation.store.sights import seen_conversations
from atd_conversation.store.view_counts import ViewCounts
from atd_schemas.views import ConversationStatus

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

ALL_STATUSES: tuple[ConversationStatus, ...] = ("bot", "queued", "open", "snoozed", "closed")

NOT_CLOSED = tuple(status for status in ALL_STATUSES if status != "closed")
AT_HAND = tuple(status for status in NOT_CLOSED if status != "snoozed")

MOST_FAVOURITES = 1000
"""Conversations that an attendant can have among their favourites."""


class Counted(NamedTuple):
    """How many conversations, and how many of them are unread."""

    total: int
    unread: int


def unread_queries(reader: str) -> "tuple[Document, Document]":
    """What is unread for a reader: what waits for an answer and they have not read; what they have marked by hand."""
    return {"unread_count": {"$gt": 0}, "read_keys": {"$ne": f"read:{reader}"}}, {"read_keys": f"unread:{reader}"}


class ReaderCounts:
    """Counts for one attendant at a time."""

    def __init__(self, database: "Database", kept: ViewCounts) -> None:
        self._client = database.client
        self._conversations = database[CONVERSATIONS]
        self._kept = kept

    async def of(self, sight: Sight, attendant_id: str) -> dict[str, Counted]:
        """What stands beside the views of an attendant, of one moment, exact however large.

        What a tenant has, and what is assigned to an attendant who sees nothing else, is kept (`view_counts`); what
        differs for the attendant is counted by indexes that hold nothing else.
        """
        if not await self._kept.are_checked(sight.tenant_id):
            await self._kept.check(sight.tenant_id)
        async with await self._client.start_session(snapshot=True) as session:
            numbers = await self._kept.of(sight.tenant_id, sight.only_of, session)
            own = await self._own_keys(sight, attendant_id, session)
            mine = await self._count_mine(sight, attendant_id, own, session)
            favourites = await self._count_favourites(sight, attendant_id, session)
            of_mentions: Document = {**seen_conversations(sight), "mentioned": attendant_id}
            mentioned = await self._conversations.count_documents(of_mentions, hint=BY_MENTION, session=session)

        def counted(*statuses: str) -> Counted:
            total = sum(numbers[status] for status in statuses)
            unread = sum(numbers[f"{status}_unread"] for status in statuses)
            unread += sum(own[f"unread:{attendant_id}", status, one] for status in statuses for one in (True, False))
            unread -= sum(own[f"read:{attendant_id}", status, one] for status in statuses for one in (True, False))
            return Counted(total, unread)

        mentions = sum(number for (key, _, _), number in own.items() if key.startswith("mention:"))
        return {
            "mine": mine,
            "queue": counted("queued"),
            "all": counted(*NOT_CLOSED),
            "bot": counted("bot"),
            "snoozed": counted("snoozed"),
            "closed": counted("closed"),
            "favourites": favourites,
            "mentions": Counted(mentioned, mentions),
        }

    async def _own_keys(self, sight: Sight, attendant_id: str, session: "Session") -> Counter[tuple[str, str, bool]]:
        """How many conversations have each key of the attendant's, by status and whether they are assigned to them."""
        keys = [f"{kind}:{attendant_id}" for kind in ("read", "unread", "mention")]
        stages: list[Document] = [
            {"$match": {**seen_conversations(sight), "read_keys": {"$in": keys}}},
            {"$project": {"read_keys": 1, "status": 1, "mine": {"$eq": ["$assignee.id", attendant_id]}}},
            {"$unwind": "$read_keys"},
            {"$match": {"read_keys": {"$in": keys}}},
            {"$group": {"_id": {"key": "$read_keys", "status": "$status", "mine": "$mine"}, "n": {"$sum": 1}}},
        ]
        most = len(keys) * len(ALL_STATUSES) * 2
        rows = await self._conversations.aggregate(stages, hint=BY_READER, session=session).to_list(most)
        return Counter({(row["_id"]["key"], row["_id"]["status"], row["_id"]["mine"]): row["n"] for row in rows})

    async def _count_mine(
        self, sight: Sight, attendant_id: str, own: Counter[tuple[str, str, bool]], session: "Session"
    ) -> Counted:
        """Theirs, without what is put aside."""
        statuses = {"$in": list(AT_HAND)}
        query: Document = {"tenant_id": sight.tenant_id, "status": statuses, "assignee.id": attendant_id}
        total = await self._conversations.count_documents(query, hint=BY_ASSIGNEE, session=session)
        query["unread_count"] = {"$gt": 0}
        unread = await self._conversations.count_documents(query, hint=BY_UNREAD, session=session)
        for status in AT_HAND:
            unread += own[f"unread:{attendant_id}", status, True] - own[f"read:{attendant_id}", status, True]
        return Counted(total, unread)

    async def _count_favourites(self, sight: Sight, attendant_id: str, session: "Session") -> Counted:
        """Of the favourites; nobody has more than `MOST_FAVOURITES`, and no index knows which of them are closed."""
        is_open: Document = {"$ne": ["$status", "closed"]}
        keys: Document = {"$ifNull": ["$read_keys", []]}
        waits: Document = {"$and": [{"$gt": ["$unread_count", 0]}, {"$not": [{"$in": [f"read:{attendant_id}", keys]}]}]}
        unread: Document = {"$or": [waits, {"$in": [f"unread:{attendant_id}", keys]}]}
        is_unread: Document = {"$and": [is_open, unread]}
        stages: list[Document] = [
            {"$match": {**seen_conversations(sight), "favourites": attendant_id}},
            {"$limit": MOST_FAVOURITES},
            {
                "$group": {
                    "_id": None,
                    "total": {"$sum": {"$cond": [is_open, 1, 0]}},
                    "unread": {"$sum": {"$cond": [is_unread, 1, 0]}},
                }
            },
        ]
        rows = await self._conversations.aggregate(stages, hint=BY_FAVOURITE, session=session).to_list(1)
        return Counted(rows[0]["total"], rows[0]["unread"]) if rows else Counted(0, 0)
