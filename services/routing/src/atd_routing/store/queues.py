"""Numbers of queues: how many wait, who comes first, how fast a team gives away. Every query is of one tenant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.giving import team_for
from atd_routing.domain.distribution.order import rank
from atd_routing.domain.telling.standing import RATE_WINDOW, Standing
from atd_routing.domain.tenant import Tenant
from atd_routing.store.copies import COPIES, NO_TEAM

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MOST_GIVEN = 10_000
"""Conversations of one team that are counted as given away: from there on every estimate is a minute."""

MOST_QUEUES = 500


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many wait in a queue, and since when the one that has waited longest."""

    waiting: int
    longest_since: datetime


class Queues:
    """Counts what waits, and what was given away."""

    def __init__(self, database: "Database") -> None:
        self._copies = database[COPIES]

    async def counts(self, tenant_id: str) -> Mapping[str, QueueCount]:
        """Of each queue in which somebody waits, by the team's id (`NO_TEAM`: of none)."""
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id, "queue": {"$exists": True}}},
            {
                "$group": {
                    "_id": "$queue",
                    "waiting": {"$sum": 1},
                    "since": {"$min": {"$ifNull": ["$queued_at", "$opened_at"]}},
                }
            },
            {"$limit": MOST_QUEUES},
        ]
        cursor = await self._copies.aggregate(stages, hint="by_rank")
        rows = await cursor.to_list(MOST_QUEUES)
        return {row["_id"]: QueueCount(row["waiting"], row["since"]) for row in rows}

    async def given(self, tenant_id: str, team_id: str, now: datetime, session: "Session | None" = None) -> int:
        """How many conversations of a team have got somebody lately (`RATE_WINDOW`)."""
        query: Document = {"tenant_id": tenant_id, "team_id": team_id, "assigned_at": {"$gte": now - RATE_WINDOW}}
        return await self._copies.count_documents(query, limit=MOST_GIVEN, hint="by_giving", session=session)

    async def standing(
        self, tenant: Tenant, conversation: RoutedConversation, now: datetime, session: "Session | None" = None
    ) -> Standing:
        """How a conversation that waits stands in its queue."""
        team = team_for(tenant, conversation)
        ahead = 0
        for queue in queues_of(tenant, team.id if team else None):
            ahead += await self._ahead(tenant.id, queue, conversation, session)
        given = 0 if team is None else await self.given(tenant.id, team.id, now, session)
        return Standing(ahead + 1, given)

    async def _ahead(
        self, tenant_id: str, queue: str, conversation: RoutedConversation, session: "Session | None"
    ) -> int:
        place = rank(conversation)
        query: Document = {"tenant_id": tenant_id, "queue": queue}
        earlier: Document = {**query, "rank": {"$lt": place}}
        same: Document = {**query, "rank": place, "_id": {"$lt": conversation.id}}
        counts = [await self._copies.count_documents(one, hint="by_rank", session=session) for one in (earlier, same)]
        return sum(counts)


def queues_of(tenant: Tenant, team_id: str | None) -> Sequence[str]:
    """The stored queues that are one for people: who has no team waits in that of the company's default team."""
    if team_id is None:
        return (NO_TEAM,)
    return (team_id, NO_TEAM) if team_id == tenant.distribution.default_team_id else (team_id,)
