"""What stands beside the views of an attendant: a tenant's numbers, and what differs for the attendant."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from atd_conversation.domain.sight import Sight
from atd_conversation.domain.teams import MOST_TEAMS, TeamCopy, teams_of
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


class TeamCounted(NamedTuple):
    """The same, of a team; `queued` of them wait in its queue."""

    total: int
    unread: int
    queued: int


class Beside(NamedTuple):
    """What stands beside an attendant's views, and beside the teams of the company."""

    views: dict[str, Counted]
    teams: dict[str, TeamCounted]


class ReaderCounts:
    """Counts for one attendant at a time."""

    def __init__(self, database: "Database", kept: ViewCounts) -> None:
        self._client = database.client
        self._conversations = database[CONVERSATIONS]
        self._kept = kept

    async def of(self, sight: Sight, attendant_id: str, teams: Mapping[str, TeamCopy]) -> Beside:
        """What stands beside the views of an attendant, of one moment, exact however large.

        What a tenant has, and what is assigned to an attendant who sees nothing else, is kept (`view_counts`); what
        differs for the attendant is counted by indexes that hold nothing else.
        """
        if not await self._kept.are_checked(sight.tenant_id):
            await self._kept.check(sight.tenant_id)
        async with self._client.start_session(snapshot=True) as session:
            numbers = await self._kept.of(sight.tenant_id, sight.only_of, session)
            kept = await self._kept.of_teams(sight.tenant_id, session) if teams and not sight.limited else {}
            own = await self._own_keys(sight, attendant_id, session)
            mine = await self._count_mine(sight, attendant_id, own, session)
            favourites = await self._count_favourites(sight, attendant_id, session)
            of_mentions: Document = {**seen_conversations(sight), "mentioned": attendant_id}
            mentioned = await self._conversations.count_documents(of_mentions, hint=BY_MENTION, session=session)

        def counted(*statuses: str) -> Counted:
            total = sum(numbers[status] for status in statuses)
            unread = sum(numbers[f"{status}_unread"] for status in statuses)
            return Counted(total, unread + _differing(own, attendant_id, statuses))

        mentions = sum(number for key, number in own.items() if key.key.startswith("mention:"))
        by_team = {} if sight.limited else _by_team(kept, own, attendant_id, teams)
        mine_of_teams = [by_team[one] for one in teams_of(teams, attendant_id) if one in by_team]
        views = {
            "mine": mine,
            "queue": counted("queued"),
            "all": counted(*NOT_CLOSED),
            "bot": counted("bot"),
            "snoozed": counted("snoozed"),
            "closed": counted("closed"),
            "favourites": favourites,
            "mentions": Counted(mentioned, mentions),
        }
        if not sight.limited:
            views["team"] = Counted(sum(one.total for one in mine_of_teams), sum(one.unread for one in mine_of_teams))
        return Beside(views, by_team)

    async def _own_keys(self, sight: Sight, attendant_id: str, session: "Session") -> "Counter[_Own]":
        """How many conversations have each key of the attendant's, by status, team and whether they are theirs."""
        keys = [f"{kind}:{attendant_id}" for kind in ("read", "unread", "mention")]
        stages: list[Document] = [
            {"$match": {**seen_conversations(sight), "read_keys": {"$in": keys}}},
            {
                "$project": {
                    "read_keys": 1,
                    "status": 1,
                    "mine": {"$eq": ["$assignee.id", attendant_id]},
                    "team": "$team.id",
                }
            },
            {"$unwind": "$read_keys"},
            {"$match": {"read_keys": {"$in": keys}}},
            {
                "$group": {
                    "_id": {"key": "$read_keys", "status": "$status", "mine": "$mine", "team": "$team"},
                    "n": {"$sum": 1},
                }
            },
        ]
        most = len(keys) * len(ALL_STATUSES) * 2 * (MOST_TEAMS + 1)
        cursor = await self._conversations.aggregate(stages, hint=BY_READER, session=session)
        rows = await cursor.to_list(most)
        return Counter({_Own(**{"team": None, **row["_id"]}): row["n"] for row in rows})

    async def _count_mine(self, sight: Sight, attendant_id: str, own: "Counter[_Own]", session: "Session") -> Counted:
        """Theirs, without what is put aside."""
        statuses = {"$in": list(AT_HAND)}
        query: Document = {"tenant_id": sight.tenant_id, "status": statuses, "assignee.id": attendant_id}
        total = await self._conversations.count_documents(query, hint=BY_ASSIGNEE, session=session)
        query["unread_count"] = {"$gt": 0}
        unread = await self._conversations.count_documents(query, hint=BY_UNREAD, session=session)
        theirs = Counter({key: number for key, number in own.items() if key.mine})
        return Counted(total, unread + _differing(theirs, attendant_id, AT_HAND))

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
        cursor = await self._conversations.aggregate(stages, hint=BY_FAVOURITE, session=session)
        rows = await cursor.to_list(1)
        return Counted(rows[0]["total"], rows[0]["unread"]) if rows else Counted(0, 0)


class _Own(NamedTuple):
    """Where an attendant has a key: what has read, marked as unread, or mentions them."""

    key: str
    status: str
    mine: bool
    team: str | None


def _differing(own: "Counter[_Own]", attendant_id: str, statuses: tuple[str, ...], team: str | None = None) -> int:
    """By how much what is unread for the attendant differs from what waits for an answer."""
    signs = {f"unread:{attendant_id}": 1, f"read:{attendant_id}": -1}
    return sum(
        signs.get(one.key, 0) * number
        for one, number in own.items()
        if one.status in statuses and team in (None, one.team)
    )


def _by_team(
    kept: Mapping[str, Mapping[str, int]], own: "Counter[_Own]", attendant_id: str, teams: Mapping[str, TeamCopy]
) -> dict[str, TeamCounted]:
    """What is at hand in each team that is there."""
    found = {}
    for team_id in (one.id for one in teams.values() if not one.deleted):
        numbers = kept.get(team_id, {})
        total = sum(numbers.get(status, 0) for status in AT_HAND)
        unread = sum(numbers.get(f"{status}_unread", 0) for status in AT_HAND)
        differing = _differing(own, attendant_id, AT_HAND, team_id)
        found[team_id] = TeamCounted(total, unread + differing, numbers.get("queued", 0))
    return found
