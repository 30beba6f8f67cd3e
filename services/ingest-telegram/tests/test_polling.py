"""Updates are asked for on real servers: one process for each bot, nothing twice and nothing lost."""

import asyncio
from typing import Any

import pytest

from atd_ingest_telegram.polling.pollers import Pollers
from atd_servicekit.errors import PublishFailed
from atd_testing.telegram.updates import text, update
from atd_testing.waiting import eventually

Start = Any
Service = Any
"""Of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLLING = {"settings": {"long_polling": True}}


def tell(service: Service, made: dict[str, Any], number: int) -> None:
    service.served.api.updates.tell(
        int(made["bot_id"]), update(number, "message", text(f"Oi {number}", message_id=number))
    )


@pytest.mark.proves("telegram", "polling-instead-webhook")
async def test_updates_that_are_asked_for_are_published_and_the_webhook_is_gone(service: Service) -> None:
    made = await service.connect(**POLLING)
    for number in range(1, 6):
        tell(service, made, number)
    events = await service.of_account(made["id"], 5)
    assert [one.data.text for one in events] == [f"Oi {number}" for number in range(1, 6)]
    bot = service.fake.bot(int(made["bot_id"]))
    assert bot.webhook == {}

    async def confirmed() -> bool:
        return not bot.pending

    assert await eventually(confirmed)
    assert await eventually(lambda: heard(service, made))


async def heard(service: Service, made: dict[str, Any]) -> bool:
    return (await service.read(made["id"]))["last_webhook_at"] is not None


async def test_a_bot_changes_from_webhook_to_asking_and_back_without_a_loss(service: Service) -> None:
    made = await service.connect()
    assert (await service.deliver(made, update(1, "message", text("Oi 1", message_id=1)))).status_code == 200
    changed = await service.patch(made["id"], POLLING)
    assert changed.json()["settings"] == {"long_polling": True}

    async def unregistered() -> bool:
        return not await service.registered(made)

    assert await eventually(unregistered)
    tell(service, made, 2)
    events = await service.of_account(made["id"], 2)
    assert [one.data.text for one in events] == ["Oi 1", "Oi 2"]
    await service.patch(made["id"], {"settings": {"long_polling": False}})
    assert await eventually(lambda: service.registered(made))


@pytest.mark.proves("telegram", "polling-offset-after-kafka")
async def test_a_stop_between_publishing_and_confirming_repeats_nothing_but_ids(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after Kafka has the updates: the next process gets them again, and makes the same events."""
    first = await start()
    made = await first.connect(**POLLING)
    [pollers] = [one for one in first.runtime.components if isinstance(one, Pollers)]
    publish = first.runtime.producer.publish

    dead = asyncio.Event()

    async def publish_then_die(records: Any, **options: Any) -> None:
        if any(b"Oi 1" in record.value for record in records):
            if not dead.is_set():
                await publish(records, **options)
                dead.set()
            raise PublishFailed("killed before the offset moved")
        await publish(records, **options)

    with monkeypatch.context() as patched:
        patched.setattr(first.runtime.producer, "publish", publish_then_die)
        tell(first, made, 1)
        await dead.wait()
        await pollers.stop()
    second = await start(
        first.served,
        mongodb_database_prefix=first.settings.mongodb_database_prefix,
        master_key=first.settings.master_key,
    )
    tell(second, made, 2)
    # By the first one's reader: the second process asks for updates before anybody reads what it publishes.
    events = await first.of_account(made["id"], 3)
    assert [one.data.text for one in events] == ["Oi 1", "Oi 1", "Oi 2"]
    assert events[0].id == events[1].id


async def test_two_processes_share_the_bots_and_each_bot_is_asked_by_one(start: Start) -> None:
    first = await start()
    second = await start(
        first.served,
        mongodb_database_prefix=first.settings.mongodb_database_prefix,
        master_key=first.settings.master_key,
    )
    made = [await first.connect(**POLLING) for _ in range(6)]
    for number in range(1, 4):
        for one in made:
            tell(first, one, number)
    for one in made:
        events = await first.of_account(one["id"], 3)
        assert [event.data.text for event in events] == ["Oi 1", "Oi 2", "Oi 3"]
    for one in made:
        warned = (await second.read(one["id"]))["warnings"]
        assert "polling_conflict" not in {warning["code"] for warning in warned}
