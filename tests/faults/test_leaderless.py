"""Two brokers gone one after the other and back in another order: what a rolling restart can do to partitions.

For a while no partition has a leader although a broker answers. That breaks aiokafka's producers for good (the kit
shows how they are replaced); here the whole system heals by itself, and nothing is lost or doubled.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from atd_schemas.services import INGEST_WHATSAPP, SERVICES
from atd_schemas.topics import INBOUND_EVENTS
from atd_testing.topics import leaders
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.faults.conversing import assert_heard_once_in_order, assert_stored_once_in_order
from tests.harness.graph import Graph
from tests.harness.kafka import dead_letters
from tests.harness.listener import Listener
from tests.harness.people import add_companies, api, connect, sign_in
from tests.harness.provider import Provider
from tests.harness.reading import conversations
from tests.harness.system import System

pytestmark = [pytest.mark.faults, pytest.mark.integration, pytest.mark.timeout(600)]

CUSTOMERS = 10
AWAY_SECONDS = 20.0
"""Longer than aiokafka waits for a leader, unless told otherwise, before it drops a batch (15 s)."""


@pytest.fixture
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The product on two brokers, with one of the services of channels: they all have the same kit."""
    product = [one for one in SERVICES if one is INGEST_WHATSAPP or not one.channels]
    system = System(tmp_path_factory.mktemp("clustered"), product=product, brokers=2)
    try:
        system.start()
        yield system
    finally:
        system.stop()


async def take_leaders_away(system: System) -> None:
    """The last broker that is in sync goes, and the other one comes back alone."""
    first, second = system.cluster.brokers
    await asyncio.to_thread(first.kill)

    async def only_second() -> bool:
        return await leaders(second.bootstrap_servers, INBOUND_EVENTS.name) == {(2, (2,))}

    await eventually(only_second, message="the second broker alone in sync")
    await asyncio.to_thread(second.kill)
    await asyncio.to_thread(first.start)

    async def none() -> bool:
        return {leader for leader, _ in await leaders(first.bootstrap_servers, INBOUND_EVENTS.name)} == {-1}

    await eventually(none, message="no partition has a leader")


async def answer(client: httpx.AsyncClient, conversation_id: str) -> list[str]:
    """An attendant answers twice; the ids of the messages."""
    ids = []
    for number in range(2):
        made = await client.post(f"/conversations/{conversation_id}/messages", json={"text": f"resposta {number}"})
        assert made.status_code == httpx.codes.CREATED, made.text
        ids.append(made.json()["id"])
    return ids


async def test_partitions_without_leaders_lose_and_double_nothing(clustered: System) -> None:
    system, began = clustered, datetime.now(UTC)
    (company,) = await add_companies(system, 1)
    token = await sign_in(system, company)
    written = {f"55119700{customer:05d}": [f"{customer}/{n}" for n in range(5)] for customer in range(CUSTOMERS)}
    first = {customer: texts[:1] for customer, texts in written.items()}
    rest = {customer: texts[1:] for customer, texts in written.items()}
    async with api(system, token) as client:
        shop = Shop(company, await connect(client), token, client)
        graph = Graph(system, shop.account)
        async with (
            Provider(shop.account.webhook_url, shop.account) as provider,
            Listener(system.public_url, token) as listener,
        ):
            await provider.write_all(first)
            await eventually(lambda: len(listener.of_type("message.received")) >= CUSTOMERS)
            await take_leaders_away(system)
            back_at = time.monotonic() + AWAY_SECONDS
            writing = asyncio.create_task(provider.write_all(rest, pace_seconds=1.0))
            replying = [asyncio.create_task(answer(client, one["id"])) for one in await conversations(client)]
            await eventually(lambda: time.monotonic() > back_at)
            await asyncio.to_thread(system.cluster.brokers[1].start)
            await asyncio.wait_for(writing, 120)
            replies = {one for ids in await asyncio.gather(*replying) for one in ids}
            total = CUSTOMERS * 5
            await eventually(lambda: len(listener.of_type("message.received")) >= total, message="all of them heard")
            await eventually(partial(_all_out, graph, replies), message="every answer at the provider")
        assert Counter(str(one.callback_data) for one in await graph.sent()) == Counter(replies)
        await assert_stored_once_in_order(system, shop, written, answers=len(replies))
        assert_heard_once_in_order(listener, written)
        await graph.close()
    assert await dead_letters(system.kafka_servers, since=began) == []
    for name in system.services:
        await _ready(system, name)


async def _ready(system: System, name: str) -> None:
    try:
        await eventually(partial(asyncio.to_thread, system.ready, name), message=name)
    except AssertionError as error:
        async with httpx.AsyncClient() as client:
            error.add_note((await client.get(f"{system.internal_url(name)}/readyz")).text)
        raise


async def _all_out(graph: Graph, replies: set[str]) -> bool:
    return {str(one.callback_data) for one in await graph.sent()} >= replies
