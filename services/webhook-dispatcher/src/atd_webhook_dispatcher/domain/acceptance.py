"""Which endpoints are told of an event, and which rows that makes. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from atd_webhook_dispatcher.domain.delivery import Delivery, delivery_id
from atd_webhook_dispatcher.domain.endpoint import MOST_KEPT_WHILE_PAUSED, Endpoint
from atd_webhook_dispatcher.domain.events import Event

Matches = Callable[[Endpoint, Event], bool]
Shaped = Callable[[Endpoint, Event], bytes | None]
"""The body of an event for an endpoint; None: the event's own. Raises `Unsendable`."""


class Unsendable(Exception):
    """The body of an event cannot be made for an endpoint; the text says why."""


@dataclass(slots=True)
class Accepted:
    """The rows of a batch, those that can never be sent with why, and how many were left out by endpoint."""

    rows: list[Delivery] = field(default_factory=list)
    unsendable: list[tuple[Delivery, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def accept(
    events: Sequence[Event],
    endpoints: Mapping[str, Sequence[Endpoint]],
    waiting: Mapping[str, int],
    matches: Matches,
    shaped: Shaped,
    now: datetime,
) -> Accepted:
    """The rows of these events. `endpoints` by company; `waiting`: how many rows wait for each paused endpoint."""
    accepted = Accepted()
    room = {endpoint_id: MOST_KEPT_WHILE_PAUSED - count for endpoint_id, count in waiting.items()}
    for event in events:
        for endpoint in endpoints.get(event.tenant_id, ()):
            if not matches(endpoint, event):
                continue
            if not _takes(endpoint, room):
                accepted.left_out[endpoint.id] = accepted.left_out.get(endpoint.id, 0) + 1
                continue
            try:
                accepted.rows.append(row_of(event, endpoint, shaped(endpoint, event), now))
            except Unsendable as error:
                accepted.unsendable.append((row_of(event, endpoint, None, now), str(error)))
    return accepted


def row_of(
    event: Event, endpoint: Endpoint, body: bytes | None, now: datetime, replay_id: str | None = None
) -> Delivery:
    """The row of an event at an endpoint; with `replay_id` it waits behind what is live."""
    return Delivery(
        id=delivery_id(event.id, event.recorded_at, endpoint.id, replay_id),
        tenant_id=event.tenant_id,
        endpoint_id=endpoint.id,
        event_id=event.id,
        event_type=event.type,
        thread=event.thread,
        sequence=event.sequence,
        lane="live" if replay_id is None else "replay",
        replay_id=replay_id,
        accepted_at=now,
        due_at=now,
        body=body,
        contact_id=event.facts.contact_id,
        traceparent=event.traceparent,
        ordered=endpoint.ordered,
    )


def _takes(endpoint: Endpoint, room: dict[str, int]) -> bool:
    """Whether the endpoint takes one row more, which is then taken."""
    if endpoint.state == "enabled":
        return True
    if endpoint.state == "disabled" or endpoint.while_paused == "skip":
        return False
    left = room.get(endpoint.id, MOST_KEPT_WHILE_PAUSED)
    room[endpoint.id] = left - 1
    return left > 0
