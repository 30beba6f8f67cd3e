"""kill -9 of every process in turn, in the middle of two thousand messages: nothing lost or doubled, order kept.

One traffic for all victims: each dies while what the one before left behind may still be under way. What a kill means
for a single service is proven in the kit, with a small service of its own.
"""

import asyncio
import os
import random
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
from tests.harness.system import KAFKA, MONGOD, System

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


def victims_in_turn(system: System) -> list[str]:
    """Every service and both servers, in an order that is another in each run; `ATD_FAULTS_SEED` repeats one."""
    seed = os.environ.get("ATD_FAULTS_SEED") or str(random.SystemRandom().randrange(10**6))
    victims = [*system.services, KAFKA, MONGOD]
    random.Random(seed).shuffle(victims)
    print(f"ATD_FAULTS_SEED={seed}: {', '.join(victims)}")  # noqa: T201 - pytest shows it when the test fails
    return victims


async def write_and_kill(system: System, provider: Provider, victim: str, written: dict[str, list[str]]) -> None:
    """Everybody writes; the victim dies when a third is accepted, and comes back."""
    wanted = provider.accepted + sum(map(len, written.values())) // 3
    writing = asyncio.create_task(provider.write_all(written))
    await eventually(lambda: provider.accepted >= wanted, timeout=180, message="a third accepted")
    await asyncio.to_thread(system.kill, victim)
    assert not writing.done(), f"{victim} must die in the middle"
    await asyncio.to_thread(system.restart, victim)
    await asyncio.wait_for(writing, 120)


@pytest.mark.proves("whatsapp", "kill-9-any-process-nothing")
async def test_kill_9_loses_and_doubles_nothing_and_keeps_the_order(system: System, shop: Shop) -> None:
    began, written, victims = datetime.now(UTC), scripts(), victims_in_turn(system)
    async with (
        Provider(shop.account.webhook_url, shop.account) as provider,
        Listener(system.public_url, shop.token) as listener,
    ):
        for turn, victim in enumerate(victims):
            part = slice(MESSAGES_EACH * turn // len(victims), MESSAGES_EACH * (turn + 1) // len(victims))
            await write_and_kill(system, provider, victim, {who: texts[part] for who, texts in written.items()})
        await eventually(
            lambda: len(listener.of_type("message.received")) >= TOTAL, timeout=180, message="all of them heard"
        )
    await assert_stored_once_in_order(system, shop, written)
    assert_heard_once_in_order(listener, written)
    assert await dead_letters(system.kafka.bootstrap_servers, since=began) == []
