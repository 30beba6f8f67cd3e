"""Whether trouble stays where it is: sends to others while one customer is throttled and one account's token is dead.

The same paced sends twice, in one run: without trouble, then with it. The time of a send is from the moment that its
command was due on Kafka to its request at the Graph API.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

import orjson

from atd_schemas.ids import uuid7
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing, Producer
from tests.harness.people import Account, Company, api, connect, sign_in
from tests.harness.system import FAKE, in_thread
from tests.load.measuring import Latency
from tests.load.product import Product
from tests.load.traffic import text_of

SENDS = 1000
RATE = 100.0
_TROUBLED = 50
_THROTTLED_CUSTOMER = "5511955550000"
_DEAD_TOKEN = "dead-token"
_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.1

_numbers = itertools.count(90_000_000)


def measure(product: Product) -> dict[str, Latency]:
    """The latency of the others' sends, `calm` and with `trouble`."""
    dead = in_thread(lambda: asyncio.run(_account_with_dead_token(product)))
    _trouble(product, [], [])
    found = {"warm-up": _paced(product), "calm": _paced(product)}
    _trouble(product, [_THROTTLED_CUSTOMER], [_DEAD_TOKEN])
    company, account = product.channels[0]
    troubled = [
        *_commands([(company, account)], _TROUBLED, customer=_THROTTLED_CUSTOMER),
        *_commands([dead], _TROUBLED),
    ]
    in_thread(lambda: asyncio.run(_publish(product, [(0.0, record) for _, record in troubled])))
    found["trouble"] = _paced(product)
    return found


async def _account_with_dead_token(product: Product) -> tuple[Company, Account]:
    company = product.companies[0]
    async with api(product.system, await sign_in(product.system, company)) as client:
        return company, await connect(client, "Loja sem acesso", access_token=_DEAD_TOKEN)


def _paced(product: Product) -> Latency:
    """Sends to customers of every account, one conversation each, at an even rate."""
    commands = _commands(product.channels, SENDS)
    schedule = [(place / RATE, record) for place, (_, record) in enumerate(commands)]
    due = in_thread(lambda: asyncio.run(_publish(product, schedule)))
    numbers = [number for number, _ in commands]
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while len(missing := set(numbers) - (times := _times(product)).keys()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(missing)} of {SENDS} sends did not arrive in {_TIMEOUT_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)
    return Latency.of(due, [times[number] for number in numbers])


def _commands(
    channels: list[tuple[Company, Account]], count: int, *, customer: str | None = None
) -> list[tuple[int, Outgoing]]:
    now, made, one = datetime.now(UTC), [], uuid7()
    for place in range(count):
        number = next(_numbers)
        company, account = channels[place % len(channels)]
        event = OutboundMessage(
            id=uuid7(),
            tenant_id=company.tenant_id,
            occurred_at=now,
            recorded_at=now,
            source="conversation",
            subject=one if customer else uuid7(),
            data=OutboundMessageData(
                account_id=account.id,
                channel="whatsapp",
                conversation_id=one if customer else uuid7(),
                message_id=uuid7(),
                recipient=customer or f"55119{number:08d}",
                kind="text",
                text=text_of(number),
            ),
        )
        made.append((number, Outgoing.of(OUTBOUND_WHATSAPP, event)))
    return made


async def _publish(product: Product, schedule: list[tuple[float, Outgoing]]) -> list[int]:
    """Publish each record when it is due (seconds from now); the moments that they were due, in nanoseconds."""
    producer = Producer(product.system.kafka.bootstrap_servers, "bench")
    await producer.start()
    try:
        began = time.monotonic_ns()
        publishing = []
        for at, record in schedule:
            await asyncio.sleep(max(0.0, at - (time.monotonic_ns() - began) / 1e9))
            publishing.append(asyncio.create_task(producer.publish([record])))
        await asyncio.gather(*publishing)
        return [began + int(at * 1e9) for at, _ in schedule]
    finally:
        await producer.stop()


def _trouble(product: Product, customers: list[str], tokens: list[str]) -> None:
    body = orjson.dumps({"customers": customers, "tokens": tokens})
    with urlopen(Request(f"{product.system.url(FAKE)}/_fake/trouble", body, method="PUT"), timeout=5):  # noqa: S310
        return


def _times(product: Product) -> dict[int, int]:
    with urlopen(f"{product.system.url(FAKE)}/_fake/times", timeout=5) as answer:  # noqa: S310 - loopback
        found: list[Any] = orjson.loads(answer.read())
        return dict(found)
