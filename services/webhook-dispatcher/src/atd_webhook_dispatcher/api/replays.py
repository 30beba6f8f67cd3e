"""`/api/v1/webhooks/{id}/replays`: sending a period once more, and what was missed or failed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response as PlainResponse
from pydantic import AwareDatetime, BaseModel, Field

from atd_schemas.envelope import Timestamp
from atd_schemas.ids import uuid7
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.jobs import Job
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import conflict, invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_webhook_dispatcher.api.ledger_parts import LedgerParts, check_moment
from atd_webhook_dispatcher.api.parts import Body, Manager
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.replay import Only, Replay, ReplayKind, ReplayState
from atd_webhook_dispatcher.replaying import REPLAY_JOB
from atd_webhook_dispatcher.store.replays import AlreadyRunning

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

BEFORE_FAILING = timedelta(minutes=10)
"""How long before the first failure a recovery begins to read: events were on their way then."""

AFTER_ENABLING = timedelta(seconds=5)
"""How long after enabling it goes on: other processes learn of it within a second."""

MOST_TYPES = 50


class FailedPeriod(Body):
    """Of which events the failed deliveries are sent again: recorded from `since` to before `until`."""

    since: AwareDatetime
    until: AwareDatetime | None = Field(default=None, description="Absent: until now")


class ReplayBody(FailedPeriod):
    """What is sent again. The webhook's filters and the shape of its body are those that it has now."""

    event_types: (
        Annotated[list[Annotated[str, Field(pattern=r"^[a-z_.*]{1,64}$")]], Field(min_length=1, max_length=MOST_TYPES)]
        | None
    ) = Field(default=None, description="In the place of the webhook's own")
    only: Only = Field(default="all", description="`missed`: without what has arrived, or waits")


class RecoveryBody(Body):
    """`since`: where the product does not know when the outage began, or somebody knows better."""

    since: AwareDatetime | None = None


class ReplayCountView(BaseModel):
    """How many events a replay would bring; `exact`: they were counted, not estimated. `archive_since`: the oldest."""

    count: int
    exact: bool
    archive_since: Timestamp | None


class ReplayView(BaseModel):
    """A replay and how far it is.

    `total`: the events that were counted, or estimated, when it began. `examined`: events that were looked at; `added`:
    deliveries that were made of them, which wait, were delivered, failed or were dropped. `unsendable`: events of which
    no body could be made. `reason`: why it was stopped: `deleted` (the webhook), `by_hand`.
    """

    id: str
    webhook_id: str
    kind: ReplayKind
    state: ReplayState
    reason: str | None
    since: Timestamp
    until: Timestamp
    event_types: list[str] | None
    only: Only
    total: int | None
    examined: int
    added: int
    waiting: int
    delivered: int
    failed: int
    dropped: int
    unsendable: int
    created_at: Timestamp
    created_by: str
    finished_at: Timestamp | None


def replays_router(parts: LedgerParts) -> APIRouter:
    """The routes of replays."""
    router = APIRouter(prefix="/api/v1/webhooks/{webhook_id}", tags=["webhooks"])
    _starting(router, parts)
    _following(router, parts)
    return router


def _starting(router: APIRouter, parts: LedgerParts) -> None:
    @router.post("/replay/count", summary="How many events a replay would bring")
    async def count_replay(identity: Manager, webhook_id: str, asked: ReplayBody) -> ReplayCountView:
        endpoint = await parts.common.endpoint(identity.tenant_id, webhook_id)
        found = await parts.counter.count(_replay(parts, identity, endpoint, asked), endpoint)
        return ReplayCountView(count=found.count, exact=found.exact, archive_since=found.archive_since)

    @router.post("/replay", status_code=202, summary="Send events of a period again", response_model=ReplayView)
    async def start_replay(
        identity: Manager, webhook_id: str, asked: ReplayBody, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        endpoint = await _sendable(parts, identity, webhook_id)
        replay = _replay(parts, identity, endpoint, asked)
        return await _start(parts, identity, endpoint, replay, (request, "replay", idempotency_key))

    @router.post(
        "/resend-failed",
        status_code=202,
        summary="Send the failed deliveries of a period again, as they were",
        response_model=ReplayView,
    )
    async def resend_failed(
        identity: Manager,
        webhook_id: str,
        asked: FailedPeriod,
        request: Request,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        endpoint = await _sendable(parts, identity, webhook_id)
        period = ReplayBody(since=asked.since, until=asked.until, only="missed")
        replay = replace(_replay(parts, identity, endpoint, period), kind="failed")
        return await _start(parts, identity, endpoint, replay, (request, "resend-failed", idempotency_key))

    @router.post(
        "/recover",
        status_code=202,
        summary="Enable a webhook, if it is not, and send it what it missed since it began to fail",
        response_model=ReplayView,
    )
    async def recover(
        identity: Manager,
        webhook_id: str,
        request: Request,
        asked: RecoveryBody | None = None,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        endpoint = await parts.common.endpoint(identity.tenant_id, webhook_id)
        now = parts.now()
        since = asked.since if asked is not None and asked.since is not None else _missed_since(endpoint)
        period = ReplayBody(since=max(since, endpoint.created_at - BEFORE_FAILING), only="missed")
        draft = _replay(parts, identity, endpoint, period)
        replay = replace(draft, kind="recovery", until=now + AFTER_ENABLING)
        return await _start(parts, identity, endpoint, replay, (request, "recover", idempotency_key))


def _following(router: APIRouter, parts: LedgerParts) -> None:
    @router.get("/replays", summary="Replays of a webhook, the newest first", dependencies=[DECLARED_ONLY])
    async def list_replays(
        identity: Manager, webhook_id: str, cursor: CursorQuery = None, limit: LimitQuery = DEFAULT_LIMIT
    ) -> Page[ReplayView]:
        await parts.common.endpoint(identity.tenant_id, webhook_id)
        before = None if cursor is None else decode_cursor(cursor, str)[0]
        found = await parts.replays.of_endpoint(identity.tenant_id, webhook_id, before, limit + 1)
        rows, following = cut(found, limit, lambda row: encode_cursor(row.id))
        return Page(items=[replay_view(one) for one in rows], next_cursor=following)

    @router.get("/replays/{replay_id}", summary="How far a replay is")
    async def get_replay(identity: Manager, webhook_id: str, replay_id: str) -> ReplayView:
        return replay_view(await _one(parts, identity, webhook_id, replay_id))

    @router.delete("/replays/{replay_id}", summary="Stop a replay: what waits of it is dropped")
    async def stop_replay(identity: Manager, webhook_id: str, replay_id: str) -> ReplayView:
        replay = await _one(parts, identity, webhook_id, replay_id)
        stopped = await parts.replays.end(replay.id, "stopped", "by_hand", parts.now())
        if stopped is None:
            return replay_view(await _one(parts, identity, webhook_id, replay_id))
        await parts.jobs.put(None, _job(stopped, parts.now()))
        return replay_view(stopped)


def replay_view(replay: Replay) -> ReplayView:
    """A replay as it is shown."""
    return ReplayView(
        id=replay.id,
        webhook_id=replay.endpoint_id,
        kind=replay.kind,
        state=replay.state,
        reason=replay.reason,
        since=replay.since,
        until=replay.until,
        event_types=None if replay.event_types is None else list(replay.event_types),
        only=replay.only,
        total=replay.total,
        examined=replay.examined,
        added=replay.added,
        waiting=replay.waiting,
        delivered=replay.delivered,
        failed=replay.failed,
        dropped=replay.dropped,
        unsendable=replay.unsendable,
        created_at=replay.created_at,
        created_by=replay.created_by,
        finished_at=replay.finished_at,
    )


async def _start(
    parts: LedgerParts,
    identity: Identity,
    endpoint: Endpoint,
    replay: Replay,
    asked: tuple[Request, str, str | None],
) -> PlainResponse:
    """Begin a replay, once for each key; a recovery enables its endpoint in the same transaction."""
    request, what, key = asked
    total = (await parts.counter.count(replay, endpoint)).count
    made = replace(replay, total=total)

    async def work(session: "Session") -> StoredAnswer:
        if made.kind == "recovery":
            before = await parts.common.endpoint(identity.tenant_id, endpoint.id, session)
            await parts.common.enable(session, identity, before)
        try:
            await parts.replays.add(session, made)
        except AlreadyRunning:
            detail = "A replay of this webhook is running; wait for its end, or stop it."
            raise conflict(detail, "replay_running") from None
        await parts.jobs.put(session, _job(made, made.created_at))
        view = replay_view(made)
        return StoredAnswer(202, view.__pydantic_serializer__.to_json(view))

    answer = await parts.common.idempotency.once(
        parts.common.transaction,
        work,
        tenant_id=identity.tenant_id,
        actor_id=identity.actor_id,
        route=f"POST /webhooks/{endpoint.id}/{what}",
        key=key,
        body=await request.body(),
    )
    parts.common.cache.forget(identity.tenant_id)
    return PlainResponse(answer.body, answer.status, answer.headers, media_type="application/json")


def _replay(parts: LedgerParts, identity: Identity, endpoint: Endpoint, asked: ReplayBody) -> Replay:
    """The replay that is asked for. Raises `Problem` 422 for a period that there cannot be."""
    now = parts.now()
    until = now if asked.until is None else min(asked.until, now)
    check_moment("since", asked.since, now)
    if asked.until is not None:
        check_moment("until", asked.until, now)
    if asked.since >= until:
        raise invalid("since", "must be before the end of the period")
    known = parts.common.catalogue.patterns
    for place, pattern in enumerate(asked.event_types or ()):
        if pattern not in known:
            raise invalid(f"event_types[{place}]", "is not an event type; see GET /api/v1/webhooks/event-types")
    return Replay(
        id=uuid7(),
        tenant_id=identity.tenant_id,
        endpoint_id=endpoint.id,
        since=asked.since,
        until=until,
        event_types=None if asked.event_types is None else tuple(asked.event_types),
        only=asked.only,
        created_at=now,
        created_by=identity.actor_name,
    )


def _missed_since(endpoint: Endpoint) -> datetime:
    """When the endpoint began to miss events, as far as the product knows. Raises `Problem` 409."""
    if endpoint.failing is not None:
        return endpoint.failing.since - BEFORE_FAILING
    if endpoint.state == "enabled":
        detail = "Nothing is known that this webhook missed; say since when, or replay a period."
        raise conflict(detail, "nothing_to_recover")
    return endpoint.state_since - BEFORE_FAILING


async def _sendable(parts: LedgerParts, identity: Identity, webhook_id: str) -> Endpoint:
    endpoint = await parts.common.endpoint(identity.tenant_id, webhook_id)
    if endpoint.state == "disabled":
        raise conflict("The webhook is disabled; enable it first, or recover it.", "webhook_disabled")
    return endpoint


async def _one(parts: LedgerParts, identity: Identity, webhook_id: str, replay_id: str) -> Replay:
    found = await parts.replays.one(identity.tenant_id, replay_id)
    if found is None or found.endpoint_id != webhook_id:
        raise not_found("Replay not found.")
    return found


def _job(replay: Replay, due_at: datetime) -> Job:
    return Job(id=replay.id, kind=REPLAY_JOB, tenant_id=replay.tenant_id, due_at=due_at)
