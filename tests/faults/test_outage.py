"""MongoDB away for twenty seconds: webhooks go on, nothing is lost, nothing is put aside."""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial

import pytest

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.faults.conversing import CUSTOMERS, assert_heard_once_in_order, assert_stored_once_in_order, scripts
from tests.harness.kafka import dead_letters
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.system import MONGOD, System

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

AWAY_SECONDS = 20.0
EACH = 10


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_twenty_seconds_without_mongodb_lose_and_dead_letter_nothing(
    system: System, shop: Shop, how: str
) -> None:
    began, written = datetime.now(UTC), scripts(EACH)
    first = {customer: texts[:1] for customer, texts in written.items()}
    rest = {customer: texts[1:] for customer, texts in written.items()}
    async with (
        Provider(shop.account.webhook_url, shop.account) as provider,
        Listener(system.public_url, shop.token) as listener,
    ):
        await provider.write_all(first)
        await eventually(lambda: len(listener.of_type("message.received")) >= CUSTOMERS)
        system.freeze(MONGOD) if how == "frozen" else await asyncio.to_thread(system.kill, MONGOD)
        back_at = time.monotonic() + AWAY_SECONDS
        try:
            await provider.write_all(rest, pace_seconds=AWAY_SECONDS / EACH)
            await eventually(lambda: time.monotonic() > back_at)
        finally:
            system.thaw(MONGOD) if how == "frozen" else await asyncio.to_thread(system.restart, MONGOD)
        await eventually(
            lambda: len(listener.of_type("message.received")) >= CUSTOMERS * EACH, timeout=180, message="all heard"
        )
    await assert_stored_once_in_order(system, shop, written)
    assert_heard_once_in_order(listener, written)
    assert await dead_letters(system.kafka.bootstrap_servers, since=began) == []
    assert set(provider.answers) == {200}, "no webhook had to come twice"
    for name in system.services:
        await eventually(partial(asyncio.to_thread, system.ready, name), message=name)
