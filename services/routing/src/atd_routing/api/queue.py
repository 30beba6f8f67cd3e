"""`/api/v1/queue`: who waits, where, for how long, and why; and the next one for whoever asks."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.api.queue_views import QueuedView, QueueTeamView, ReasonView, named
from atd_routing.api.teams import Id
from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.order import place, waits_since
from atd_routing.domain.distribution.pulling import PullRefused
from atd_routing.domain.queue.reasons import reasons
from atd_routing.domain.queue.summary import standing_of
from atd_routing.domain.teams import Team
from atd_routing.domain.telling.standing import estimated_wait
from atd_routing.domain.tenant import Tenant
from atd_routing.store.queues import queues_of
from atd_servicekit.idempotency import AnsweredMeanwhile, IdempotencyKey, KeyUse, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.problems import Problem
from atd_servicekit.requests import DECLARED_ONLY

if TYPE_CHECKING:
    from atd_routing.engine import Note
    from atd_servicekit.mongo import Session

Assigner = Annotated[Identity, Depends(Requires("conversations:assign"))]

MOST_SHOWN = 100
"""Conversations of one queue that are shown: the first ones. The counts are of all."""

ON_ITS_WAY_SECONDS = 1.0
"""Whoever asks for the next one waits at most so long for one that a rule has just sent into their queue: conversation
confirms that within some hundredths of a second."""

AGAIN_SECONDS = 0.05
"""How soon it is looked whether it is there."""

NO_TEAM_WORD = "none"
"""What `team` asks with for the queue of conversations without one."""

_REFUSALS = {
    "queue_empty": "Nobody waits in your queues who can be yours.",
    "no_room": "You have as many conversations as you may; close one first.",
    "not_available": "You are not online.",
}


class QueueView(BaseModel):
    """`items` are the first ones of each queue in their order; `teams` count all."""

    items: list[QueuedView]
    teams: list[QueueTeamView]


class NextRequest(Body):
    """`team_id`: of which team; null: of all the attendant's."""

    team_id: Id | None = None


class NextView(BaseModel):
    """The conversation that is theirs in a moment: routing has decided it, conversation does it."""

    conversation_id: str


def queue_router(parts: Parts) -> APIRouter:
    """The live queue, and taking the next one of it."""
    router = APIRouter(prefix="/api/v1/queue", tags=["queue"])

    @router.get("", summary="Who waits, in which order, and why", dependencies=[DECLARED_ONLY])
    async def read_queue(
        identity: Reader,
        team: Annotated[str | None, Query(max_length=64, description="A team's id, or `none`; absent: all")] = None,
    ) -> QueueView:
        tenant = await parts.tenants.of(identity.tenant_id)
        floor = await floor_of(parts, tenant)
        wanted = _wanted(tenant, team)
        view = QueueView(items=[], teams=[])
        counts = await parts.queues.counts(tenant.id)
        for team_id in wanted:
            found = [counts[one] for one in queues_of(tenant, team_id) if one in counts]
            one = tenant.teams.get(team_id) if team_id is not None else None
            summary = QueueTeamView(
                team=one.named if one else None,
                waiting=sum(each.waiting for each in found),
                longest_since=min((each.longest_since for each in found), default=None),
            )
            view.teams.append(_with_people(summary, floor, one))
            if found:
                view.items += await _queue(parts, floor, one)
        return view

    @router.post("/next", summary="Take the next conversation of the attendant's queues")
    async def take_next(
        identity: Assigner, wanted: NextRequest, request: Request, idempotency_key: IdempotencyKey = None
    ) -> NextView:
        use = None
        if idempotency_key is not None:
            who, body = identity.actor_id, await request.body()
            use = KeyUse.of(identity.tenant_id, who, "POST /queue/next", idempotency_key, body)
        try:
            return await _next(parts, identity, wanted, use)
        except PullRefused as refused:
            raise Problem(409, refused.code, _REFUSALS[refused.code]) from None

    return router


async def _next(parts: Parts, identity: Identity, wanted: NextRequest, use: KeyUse | None) -> NextView:
    """What somebody gets who asks for the next one: with the key of an earlier request, what that one got.

    Raises `PullRefused`, and has not used the key then; `Problem` where the key was used for something else.
    """

    async def note(session: "Session", conversation_id: str) -> None:
        if use is not None:
            answer = NextView(conversation_id=conversation_id).model_dump_json().encode()
            await parts.idempotency.claim(session, use)
            await parts.idempotency.remember(session, use, StoredAnswer(200, answer, about=(conversation_id,)))

    stored = None if use is None else await parts.idempotency.find(use)
    if stored is not None:
        return NextView.model_validate_json(stored.body)
    try:
        found = await _pulled(parts, identity, wanted, note)
    except AnsweredMeanwhile:
        return await _next(parts, identity, wanted, use)
    return NextView(conversation_id=found)


async def _pulled(parts: Parts, identity: Identity, wanted: NextRequest, note: "Note") -> str:
    """The next one of their queues. One that is on its way into them is waited for: it is there in a moment."""
    until = monotonic() + ON_ITS_WAY_SECONDS
    while True:
        try:
            return await parts.engine.pull(identity.tenant_id, identity.actor_id, wanted.team_id, note=note)
        except PullRefused as refused:
            if not refused.soon or monotonic() >= until:
                raise
        await asyncio.sleep(AGAIN_SECONDS)


async def floor_of(parts: Parts, tenant: Tenant) -> Floor:
    """Who is there now, and what they have."""
    now = await parts.time.now()
    attendants: dict[str, Attendant] = dict((await parts.attendants.of_tenants([tenant.id])).get(tenant.id, {}))
    return Floor(tenant, attendants, await parts.pools.read(None, tenant.id), now)


def _wanted(tenant: Tenant, team: str | None) -> list[str | None]:
    """The queues that are asked for: a team's, that of conversations without one, or all; of none last."""
    own = [one.id for one in sorted(tenant.teams.values(), key=lambda one: one.name)]
    without: list[str | None] = [] if tenant.distribution.default_team_id in tenant.teams else [None]
    if team is None:
        return [*own, *without]
    if team == NO_TEAM_WORD:
        return [None]
    return [team] if team in tenant.teams else []


def _with_people(view: QueueTeamView, floor: Floor, team: Team | None) -> QueueTeamView:
    if team is None:
        return view
    standing = standing_of(floor, team)
    return view.model_copy(
        update={
            "online": standing.online,
            "away": standing.away,
            "busy": standing.busy,
            "room": standing.room,
            "full_channels": standing.full_channels,
        }
    )


async def _queue(parts: Parts, floor: Floor, team: Team | None) -> list[QueuedView]:
    """The first ones of a queue in their order."""
    tenant = floor.tenant
    team_id = None if team is None else team.id
    waiting: list[RoutedConversation] = []
    for queue in queues_of(tenant, team_id):
        waiting += await parts.copies.waiting(tenant.id, queue, limit=MOST_SHOWN)
    given = 0 if team_id is None else await parts.queues.given(tenant.id, team_id, floor.now)
    first = sorted(waiting, key=place)[:MOST_SHOWN]
    return [_shown(floor, one, team, ahead, given) for ahead, one in enumerate(first)]


def _shown(floor: Floor, conversation: RoutedConversation, team: Team | None, ahead: int, given: int) -> QueuedView:
    there = team is not None and any(True for _ in floor.present(team))
    wait = estimated_wait(ahead + 1, given) if there else None
    return QueuedView(
        conversation_id=conversation.id,
        team=team.named if team else None,
        position=ahead + 1,
        since=waits_since(conversation),
        priority=conversation.priority,
        estimate_seconds=None if wait is None else int(wait.total_seconds()),
        reasons=[
            ReasonView(code=one.code, count=one.count, until=one.until, attendant=named(floor, one.attendant_id))
            for one in reasons(floor, conversation, ahead)
        ],
    )
