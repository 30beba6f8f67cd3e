"""One bot's updates are asked for: the offset moves when they are saved, and trouble only delays."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pytest

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.metrics import METRICS, TelegramMetrics
from atd_ingest_telegram.polling.poller import Poller
from atd_servicekit.errors import PublishFailed
from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock
from atd_testing.telegram.updates import text, update
from atd_testing.waiting import PATIENCE_SECONDS

from .test_translate import ACCOUNT

CONFLICT = Refused("transient", "409", "Conflict: terminated by other getUpdates request")


class Api:
    """Answers calls of getUpdates in turn; without any more it is told to stop."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.removals: list[Any] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.stopping = asyncio.Event()

    async def call(self, _account: Account, method: str, parameters: dict[str, Any], **_options: Any) -> Any:
        self.asked.append((method, parameters))
        if method != "getUpdates":
            return self.removals.pop(0) if self.removals else True
        if parameters["timeout"] == 0:
            return []
        if not self.answers:
            self.stopping.set()
            return []
        return self.answers.pop(0)

    @property
    def offsets(self) -> list[int]:
        """Those of calls that wait for updates."""
        return [one["offset"] for name, one in self.asked if name == "getUpdates" and one["timeout"]]


class Told:
    """What the poller tells others."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures = list(failures)
        self.saved: list[Any] = []
        self.conflicts: list[str] = []
        self.marked: list[str] = []

    async def take(self, _account: Account, updates: Sequence[Any]) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.saved.extend(updates)

    async def conflicted(self, account_id: str, _at: datetime) -> None:
        self.conflicts.append(account_id)

    async def refused(self, _account: Account, refused: Refused) -> bool:
        self.marked.append(refused.code)
        return True


def batch(*ids: int) -> list[Any]:
    return [update(one, "message", text("Oi", message_id=one)) for one in ids]


async def polled(api: Api, told: Told, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Run until the answers are over; the waits between."""
    waits: list[float] = []
    poller = Poller(
        account=ACCOUNT,
        api=cast("BotApi", api),
        take=told.take,
        states=told,
        refused=told.refused,
        metrics=Metrics().declare(TelegramMetrics, METRICS),
        clock=FakeClock(),
        stopping=api.stopping,
    )

    async def wait(_self: Poller, seconds: float | None) -> None:
        waits.append(seconds or 0.0)

    monkeypatch.setattr(Poller, "_wait", wait)
    await asyncio.wait_for(poller.run(), PATIENCE_SECONDS)
    return waits


@pytest.mark.asyncio
async def test_the_webhook_goes_first_and_the_last_offset_is_confirmed_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api, told = Api(batch(7, 8), batch(9)), Told()
    await polled(api, told, monkeypatch)
    assert api.asked[0] == ("deleteWebhook", {"drop_pending_updates": False})
    assert api.offsets == [0, 9, 10]
    assert api.asked[-1][1]["offset"] == 10
    assert [one["update_id"] for one in told.saved] == [7, 8, 9]


@pytest.mark.asyncio
async def test_a_webhook_that_could_not_be_removed_is_removed_before_updates_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a webhook every call is answered 409, as if somebody else asked for the updates too."""
    api, told = Api(batch(7)), Told()
    api.removals = [Unsent("ConnectError"), Refused("transient", "502", ""), Uncertain("ReadTimeout")]
    waits = await polled(api, told, monkeypatch)
    assert [method for method, _ in api.asked[:5]] == ["deleteWebhook"] * 4 + ["getUpdates"]
    assert len(waits) == 3
    assert len(told.saved) == 1


@pytest.mark.asyncio
@pytest.mark.proves("telegram", "polling-offset-after-kafka")
@pytest.mark.parametrize("failure", [PublishFailed("Kafka is away"), TimeoutError()])
async def test_an_offset_is_confirmed_only_after_kafka_has_the_updates(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    api, told = Api(batch(7), batch(7), batch(7)), Told(failure, failure, None)
    waits = await polled(api, told, monkeypatch)
    assert api.offsets == [0, 0, 0, 8]
    assert len(told.saved) == 1
    assert 0 < waits[0] <= 1 < waits[1] * 2


@pytest.mark.asyncio
async def test_update_ids_that_begin_anew_after_a_quiet_week_are_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    api, told = Api(batch(880_000_000), batch(12_345)), Told()
    await polled(api, told, monkeypatch)
    assert api.offsets == [0, 880_000_001, 12_346]


@pytest.mark.asyncio
@pytest.mark.proves("telegram", "polling-conflict-told")
async def test_a_conflict_is_told_and_waited_for_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    api, told = Api(CONFLICT, CONFLICT, CONFLICT, batch(7), CONFLICT), Told()
    waits = await polled(api, told, monkeypatch)
    assert told.conflicts == [ACCOUNT.id] * 4
    assert 2.5 <= waits[0] <= 5 <= waits[1] <= 10 <= waits[2] <= 20
    assert waits[3] <= 5, "after updates came the next conflict is the first again"
    assert len(told.saved) == 1


@pytest.mark.asyncio
async def test_refused_credentials_mark_the_account_and_everything_else_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(
        Unsent("ConnectError"), Refused("transient", "502", ""), Refused("token", "401", "Unauthorized"), batch(7)
    )
    told = Told()
    waits = await polled(api, told, monkeypatch)
    assert told.marked == ["401"]
    assert len(waits) == 3
    assert len(told.saved) == 1


@pytest.mark.asyncio
async def test_a_poller_that_is_told_to_stop_does_not_wait_for_telegram() -> None:
    class Holding(Api):
        async def call(self, _account: Account, method: str, parameters: dict[str, Any], **_options: Any) -> Any:
            if method == "getUpdates" and parameters["timeout"]:
                await asyncio.sleep(3600)
            return await super().call(_account, method, parameters, **_options)

    api, told = Holding(), Told()
    poller = Poller(
        account=ACCOUNT,
        api=cast("BotApi", api),
        take=told.take,
        states=told,
        refused=told.refused,
        metrics=Metrics().declare(TelegramMetrics, METRICS),
        clock=FakeClock(),
        stopping=api.stopping,
    )
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(0)
    api.stopping.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)
