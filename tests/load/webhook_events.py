"""What the bench of webhooks puts into Kafka and MongoDB: events, deliveries that wait, an archive and its replay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from atd_schemas.ids import uuid7
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_servicekit.clock import SystemClock
from atd_servicekit.jobs import Job, Jobs
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_webhook_dispatcher.domain.delivery import Delivery, delivery_id
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.domain.replay import Replay
from atd_webhook_dispatcher.replaying import REPLAY_JOB
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.replays import Replays

ARCHIVED = 0
"""When events of the archive were made, as far as the receiver is told."""

_TICK_SECONDS = 0.01
_CHUNK = 500
_PAGE = 1_000


def waiting_row(endpoint: Endpoint, number: int) -> Delivery:
    """A delivery that waits."""
    now, event_id = datetime.now(UTC), uuid7()
    return Delivery(
        id=delivery_id(event_id, now, endpoint.id),
        tenant_id=endpoint.tenant_id,
        endpoint_id=endpoint.id,
        event_id=event_id,
        event_type="message.received",
        thread=f"0195500e-0003-7000-8000-{number % 1000:012d}",
        sequence=number,
        accepted_at=now,
        due_at=now,
    )


async def publish(servers: str, tenants: Sequence[str], events: int, rate: float | None) -> None:
    """Put so many events of these companies into Kafka, in turn, at a rate or at once."""
    producer = Producer(servers, "bench")
    await producer.start()
    try:
        made, began = 0, time.monotonic()
        while made < events:
            due = events if rate is None else int((time.monotonic() - began) * rate) + 1
            some = min(due - made, events - made, _CHUNK)
            if some > 0:
                await producer.publish(
                    [_event(tenants[(made + one) % len(tenants)], made + one) for one in range(some)]
                )
                made += some
            if rate is not None:
                await asyncio.sleep(_TICK_SECONDS)
    finally:
        await producer.stop()


_EXAMPLES = Path(__file__).parents[2] / "libs/schemas/src/atd_schemas/examples" / CONVERSATION_EVENTS.name
_EXAMPLE: dict[str, Any] = orjson.loads((_EXAMPLES / "message.received.v1.json").read_bytes())


def _event(tenant_id: str, number: int, made_at: int | None = None) -> Outgoing:
    """A customer's message in one of 500 conversations; its text says when it was made, in nanoseconds."""
    made = time.time_ns() if made_at is None else made_at
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    subject = f"0195500e-0003-7000-8000-{number % 500:012d}"
    data = _EXAMPLE["data"]
    message = {**data["message"], "text": f"@{made:019d} Bom dia, gostaria de saber o prazo de entrega."}
    event = {
        **_EXAMPLE,
        "id": uuid7(),
        "tenant_id": tenant_id,
        "occurred_at": now,
        "recorded_at": now,
        "subject": subject,
        "sequence": number + 1,
        "data": {**data, "message": message},
    }
    return Outgoing(CONVERSATION_EVENTS.name, subject.encode(), orjson.dumps(event))


async def archive(mongo: Mongo, tenant_id: str, count: int) -> None:
    """So many events in the archive of a company."""
    events = Events(mongo.db, timedelta(days=7))
    for start in range(0, count, _PAGE):
        made = [event_from(_event(tenant_id, start + one, ARCHIVED).value) for one in range(_PAGE)]
        await events.add([one for one in made if one is not None], datetime.now(UTC))


async def begin_replay(mongo: Mongo, tenant_id: str) -> None:
    """Replay the last hour of the archive of a company to its endpoint."""
    now = datetime.now(UTC)
    (endpoint,) = await Endpoints(mongo.db).of_tenant(tenant_id)
    replay = Replay(
        id=uuid7(),
        tenant_id=tenant_id,
        endpoint_id=endpoint.id,
        since=now - timedelta(hours=1),
        until=now,
        created_at=now,
        created_by="bench",
    )
    job = Job(id=replay.id, kind=REPLAY_JOB, tenant_id=tenant_id, due_at=now)

    async def work(session: Any) -> None:
        await Replays(mongo.db).add(session, replay)
        await Jobs(mongo.db, SystemClock(), Metrics()).put(session, job)

    await mongo.transaction(work)
