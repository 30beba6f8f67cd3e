"""kill -9 of any process in the middle of two thousand messages: nothing lost, nothing doubled, order kept."""

import asyncio
from datetime import UTC, datetime

import pytest

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.faults.conversing import (
    MESSAGES_EACH,
    TOTAL,
    assert_heard_once_in_order,
    assert_stored_once_in_order,
    scripts,
)
from tests.harness.kafka import dead_letters
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.system import CONVERSATION, GATEWAY, INGEST, KAFKA, MONGOD, System

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

HALF = MESSAGES_EACH // 2


async def write_and_kill(system: System, provider: Provider, victim: str, written: dict[str, list[str]]) -> None:
    """Everybody writes; the victim dies when a third is accepted, and comes back."""
    wanted = provider.accepted + sum(map(len, written.values())) // 3
    writing = asyncio.create_task(provider.write_all(written))
    await eventually(lambda: provider.accepted >= wanted, timeout=90, message="a third accepted")
    await asyncio.to_thread(system.kill, victim)
    assert not writing.done(), "it must die in the middle"
    await asyncio.to_thread(system.restart, victim)
    await asyncio.wait_for(writing, 120)


@pytest.mark.proves("whatsapp", "kill-9-any-process-nothing")
@pytest.mark.parametrize("victim", [INGEST, CONVERSATION, GATEWAY, KAFKA, MONGOD])
async def test_kill_9_loses_and_doubles_nothing_and_keeps_the_order(system: System, shop: Shop, victim: str) -> None:
    began, written = datetime.now(UTC), scripts()
    async with (
        Provider(shop.account.webhook_url, shop.account) as provider,
        Listener(system.public_url, shop.token) as listener,
    ):
        # Twice: the second time what the first left behind may still be under way.
        for part in (slice(HALF), slice(HALF, None)):
            half = {customer: texts[part] for customer, texts in written.items()}
            await write_and_kill(system, provider, victim, half)
        await eventually(
            lambda: len(listener.of_type("message.received")) >= TOTAL, timeout=90, message="all of them heard"
        )
    await assert_stored_once_in_order(system, shop, written)
    assert_heard_once_in_order(listener, written)
    assert await dead_letters(system.kafka.bootstrap_servers, since=began) == []
