"""`/api/v1/webhook-deliveries`: what was sent to external systems, what came of it, and sending one again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime

from atd_servicekit.idempotency import IdempotencyKey, KeyUse
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, decode_cursor, encode_cursor
from atd_servicekit.problems import conflict, invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_webhook_dispatcher.api.delivery_views import (
    DeliveryDetailView,
    DeliveryView,
    delivery_view,
    detail_view,
    request_view,
)
from atd_webhook_dispatcher.api.ledger_parts import LedgerParts, check_moment
from atd_webhook_dispatcher.api.parts import Manager
from atd_webhook_dispatcher.domain.delivery import AttemptOutcome, Delivery, DeliveryState, Lane
from atd_webhook_dispatcher.domain.delivery_times import id_range, ids_of_millisecond, recorded_at
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.ledger import LedgerEntry, ShownHeader, shown_headers, waiting_for
from atd_webhook_dispatcher.requests import USER_AGENT, replay_header
from atd_webhook_dispatcher.resending import BodyGone
from atd_webhook_dispatcher.store.ledger_queries import MOST_RANGES, Filters, Found, Position

AROUND = timedelta(seconds=2)
"""How far the time in an event's own id may be from when it was recorded: to find what the archive has no longer."""


class Asked:
    """What a list is asked for."""

    def __init__(
        self,
        state: Annotated[
            DeliveryState | None, Query(description="`waiting`: in the order in which they are due")
        ] = None,
        event_type: Annotated[str | None, Query(max_length=64)] = None,
        outcome: Annotated[AttemptOutcome | None, Query(description="Of the latest attempt")] = None,
        since: Annotated[AwareDatetime | None, Query(description="Events recorded from then on")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Events recorded before then")] = None,
        q: Annotated[
            str | None, Query(min_length=1, max_length=64, description="Id of a delivery, an event or a conversation")
        ] = None,
        cursor: CursorQuery = None,
        limit: LimitQuery = DEFAULT_LIMIT,
    ) -> None:
        self.state, self.event_type, self.outcome = state, event_type, outcome
        self.since, self.until = since, until
        self.q, self.cursor, self.limit = q, cursor, limit


def deliveries_router(parts: LedgerParts) -> APIRouter:
    """The routes of the ledger."""
    router = APIRouter(prefix="/api/v1", tags=["webhooks"])
    one = "/webhook-deliveries/{delivery_id}"
    description = (
        "The newest events first. A page may have fewer items than `limit`, and even none, and a `next_cursor`: "
        "then there may be more further back."
    )

    @router.get(
        "/webhook-deliveries",
        summary="Deliveries of all webhooks",
        description=description,
        dependencies=[DECLARED_ONLY],
    )
    async def list_deliveries(
        identity: Manager,
        asked: Annotated[Asked, Depends()],
        webhook_id: Annotated[str | None, Query(max_length=64, description="Absent: of all webhooks there are")] = None,
    ) -> Page[DeliveryView]:
        return await _list(parts, identity.tenant_id, webhook_id, asked)

    @router.get(
        "/webhooks/{webhook_id}/deliveries",
        summary="Deliveries of a webhook",
        description=description,
        dependencies=[DECLARED_ONLY],
    )
    async def list_of_webhook(
        identity: Manager, webhook_id: str, asked: Annotated[Asked, Depends()]
    ) -> Page[DeliveryView]:
        await parts.common.endpoint(identity.tenant_id, webhook_id)
        return await _list(parts, identity.tenant_id, webhook_id, asked)

    @router.get(one, summary="A delivery with its attempts, its request and its answers")
    async def get_delivery(identity: Manager, delivery_id: str) -> DeliveryDetailView:
        entry = await _entry(parts, identity.tenant_id, delivery_id)
        return await _detail(parts, entry)

    @router.post(
        f"{one}/resend",
        status_code=202,
        summary="Send a delivery again, as it was; one that waits for its next attempt is tried now",
    )
    async def resend(
        identity: Manager, delivery_id: str, request: Request, idempotency_key: IdempotencyKey = None
    ) -> DeliveryView:
        key = None
        if idempotency_key is not None:
            key = _key(identity, delivery_id, idempotency_key, await request.body())
        return await _resend(parts, identity.tenant_id, delivery_id, key)

    return router


async def _list(parts: LedgerParts, tenant_id: str, webhook_id: str | None, asked: Asked) -> Page[DeliveryView]:
    for field in ("since", "until"):
        moment = getattr(asked, field)
        if moment is not None:
            check_moment(field, moment, parts.now())
    endpoints = {one.id: one for one in await parts.common.endpoints.of_tenant(tenant_id)}
    filters = Filters(
        tenant_id=tenant_id,
        endpoint_ids=sorted(endpoints) if webhook_id is None else [webhook_id],
        state=asked.state,
        event_type=asked.event_type,
        outcome=asked.outcome,
        since=asked.since,
        until=asked.until,
        found=None if asked.q is None else await _places(parts, tenant_id, asked.q),
    )
    after = _position(asked.cursor, by_due=filters.state == "waiting" and filters.found is None)
    if not filters.endpoint_ids:
        return Page(items=[])
    page = await parts.queries.page(filters, after, asked.limit)
    items = await views_of(parts, page.entries, endpoints)
    return Page(items=items, next_cursor=None if page.next is None else encode_cursor(*page.next))


def _position(cursor: str | None, *, by_due: bool) -> Position | None:
    if cursor is None:
        return None
    moment, sequence, row_id = decode_cursor(cursor, datetime | None, int, str)
    if (moment is not None) != by_due:
        raise invalid("cursor", "is not a valid cursor for this list; start again without one")
    return moment, sequence, row_id


async def _places(parts: LedgerParts, tenant_id: str, text: str) -> Found:
    """Where the rows of an event or conversation are: where the archive says, or about the time in an event's id."""
    moments = await parts.archive.moments_of(tenant_id, text, MOST_RANGES)
    if moments:
        return Found(text, sorted({ids_of_millisecond(moment) for moment in moments}))
    try:
        around = recorded_at(str(UUID(text)))
        return Found(text, [id_range(around - AROUND, around + AROUND)])
    except (ValueError, OverflowError):
        return Found(text)


async def views_of(
    parts: LedgerParts, entries: Sequence[LedgerEntry], endpoints: Mapping[str, Endpoint]
) -> list[DeliveryView]:
    """Rows as they are shown, with what those wait for that wait."""
    now = parts.now()
    waiting = [entry.delivery for entry in entries if entry.delivery.state == "waiting"]
    breakers = await parts.breakers.of({row.endpoint_id for row in waiting}, now) if waiting else {}
    heads = await _heads(parts, waiting, endpoints)
    views = []
    for entry in entries:
        row = entry.delivery
        endpoint, breaker = endpoints.get(row.endpoint_id), breakers.get(row.endpoint_id, "closed")
        head = heads.get((row.endpoint_id, row.lane, row.thread))
        views.append(delivery_view(entry, waiting_for(row, endpoint, breaker, head, now)))
    return views


async def _heads(
    parts: LedgerParts, waiting: Sequence[Delivery], endpoints: Mapping[str, Endpoint]
) -> dict[tuple[str, Lane, str], str]:
    """The first delivery of each thread, of ordered endpoints."""
    threads: dict[tuple[str, Lane], set[str]] = {}
    for row in waiting:
        endpoint = endpoints.get(row.endpoint_id)
        if endpoint is not None and endpoint.ordered:
            threads.setdefault((endpoint.id, row.lane), set()).add(row.thread)
    found: dict[tuple[str, Lane, str], str] = {}
    for (endpoint_id, lane), some in threads.items():
        heads = await parts.queue.heads(endpoint_id, lane, sorted(some))
        found |= {(endpoint_id, lane, thread): head.id for thread, head in heads.items()}
    return found


async def _entry(parts: LedgerParts, tenant_id: str, delivery_id: str) -> LedgerEntry:
    entry = await parts.queries.one(tenant_id, delivery_id)
    if entry is None:
        raise not_found("Delivery not found.")
    return entry


async def _detail(parts: LedgerParts, entry: LedgerEntry) -> DeliveryDetailView:
    row = entry.delivery
    endpoint = await parts.common.endpoints.one(row.tenant_id, row.endpoint_id)
    endpoints = {} if endpoint is None else {endpoint.id: endpoint}
    [view] = await views_of(parts, [entry], endpoints)
    headers = [] if endpoint is None else _headers(endpoint, row)
    body = await parts.resending.body_of(row)
    return detail_view(entry, view.waiting_for, request_view(endpoint, headers, body))


def _headers(endpoint: Endpoint, row: Delivery) -> list[ShownHeader]:
    """The headers of a delivery's requests, as they would be sent now."""
    headers = [
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("webhook-id", row.event_id),
        ("webhook-timestamp", ""),
        ("webhook-signature", ""),
    ]
    if row.traceparent is not None:
        headers.append(("traceparent", row.traceparent))
    if row.replay_id is not None:
        headers.append(("atendimento-replay", replay_header(row.replay_id)))
    if endpoint.auth.kind != "none":
        headers.append(("Authorization", ""))
    return shown_headers(endpoint, [*headers, *endpoint.headers.items()])


async def _resend(parts: LedgerParts, tenant_id: str, delivery_id: str, key: str | None) -> DeliveryView:
    entry = await _entry(parts, tenant_id, delivery_id)
    endpoint = await parts.common.endpoints.one(tenant_id, entry.delivery.endpoint_id)
    if endpoint is None:
        raise conflict("The webhook of this delivery was deleted.", "webhook_deleted")
    if endpoint.state == "disabled":
        raise conflict("The webhook is disabled; enable it first.", "webhook_disabled")
    try:
        made = await parts.resending.resend(entry.delivery, endpoint, key)
    except BodyGone:
        detail = "What was sent is kept no longer: its time is over, or its customer was erased."
        raise conflict(detail, "event_gone") from None
    found = await _entry(parts, tenant_id, made.id)
    [view] = await views_of(parts, [found], {endpoint.id: endpoint})
    return view


def _key(identity: Identity, delivery_id: str, key: str, body: bytes) -> str:
    """What makes a repeated request the same delivery."""
    route = f"POST /webhook-deliveries/{delivery_id}/resend"
    return KeyUse.of(identity.tenant_id, identity.actor_id, route, key, body).id
