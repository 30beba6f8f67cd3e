"""How fast replies go out: commands on Kafka, the sender's ledger, a Graph API that costs nothing."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from urllib.request import urlopen

import orjson

from atd_schemas.ids import uuid7
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing, Producer
from tests.harness.system import FAKE, in_thread
from tests.load.measuring import Lab, watching
from tests.load.product import Product

_PER_CONVERSATION = 4
_WARM = 400
_TIMEOUT_SECONDS = 120.0
_POLL_SECONDS = 0.05


def measure(product: Product, lab: Lab, sends: int) -> dict[str, Any]:
    """Sends per second from the first command on Kafka to the last request at the Graph API; cost per send."""
    _send(product, _WARM)
    with watching({**lab.watched, "graph": product.system.processes[FAKE].pid}) as spent:
        seconds = _send(product, sends)
    cpu = {name: cost.cpu_seconds / sends * 1e6 for name, cost in spent.costs.items()}
    return {"per_second": sends / seconds, "seconds": seconds, "cpu_us": cpu, "others": spent.others}


def _send(product: Product, sends: int) -> float:
    before = _sent(product)["sent"]
    records = commands(product, sends)
    began = time.monotonic_ns()
    in_thread(lambda: asyncio.run(_publish(product.system.kafka.bootstrap_servers, records)))
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while (status := _sent(product))["sent"] < before + sends:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{status['sent'] - before} of {sends} replies were sent in {_TIMEOUT_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)
    return float(status["last_ns"] - began) / 1e9


def _sent(product: Product) -> dict[str, int]:
    with urlopen(f"{product.system.url(FAKE)}/_fake/status", timeout=5) as answer:  # noqa: S310 - loopback
        found: dict[str, int] = orjson.loads(answer.read())
        return found


def commands(product: Product, sends: int) -> list[Outgoing]:
    """Replies in many conversations of all accounts, some in each, as conversation asks for them."""
    now, made = datetime.now(UTC), []
    for number in range(sends // _PER_CONVERSATION):
        company, account = product.channels[number % len(product.channels)]
        conversation = uuid7()
        for _ in range(_PER_CONVERSATION):
            event = OutboundMessage(
                id=uuid7(),
                tenant_id=company.tenant_id,
                occurred_at=now,
                recorded_at=now,
                source="conversation",
                subject=conversation,
                data=OutboundMessageData(
                    account_id=account.id,
                    channel="whatsapp",
                    conversation_id=conversation,
                    message_id=uuid7(),
                    recipient=f"55119{20_000_000 + number:08d}",
                    kind="text",
                    text="Seu pedido sai hoje e chega amanhã.",
                ),
            )
            made.append(Outgoing.of(OUTBOUND_WHATSAPP, event))
    return made


async def _publish(bootstrap_servers: str, records: list[Outgoing]) -> None:
    producer = Producer(bootstrap_servers, "bench")
    await producer.start()
    try:
        await producer.publish(records)
    finally:
        await producer.stop()
