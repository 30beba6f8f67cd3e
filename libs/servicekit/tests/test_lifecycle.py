"""A start goes on until everything runs, or it ends the process; nothing in between."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from atd_servicekit import lifecycle
from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.health import Health
from atd_servicekit.lifecycle import Lifecycle
from atd_servicekit.tasks import SupervisedTask
from atd_testing.waiting import eventually


class Part:
    """A part of a process. `faults` are raised by the tries to start, one each."""

    def __init__(self, *faults: BaseException, stop: BaseException | None = None) -> None:
        self.faults = list(faults)
        self.stop_fault = stop
        self.log: list[str] = []

    async def start(self) -> None:
        self.log.append("start")
        if self.faults:
            raise self.faults.pop(0)

    async def stop(self) -> None:
        self.log.append("stop")
        if self.stop_fault is not None:
            raise self.stop_fault

    ping = check = start

    async def ensure_indexes(self, *_: object) -> None: ...

    async def close(self) -> None: ...

    def shutdown(self) -> None: ...


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_START_BACKOFF", Backoff.of_seconds(0.001, 0.001))


def process(**parts: Any) -> Lifecycle:
    named = {name: parts.get(name, Part()) for name in ("mongo", "producer", "broker", "tracing")}
    return Lifecycle("test", health=Health(), components=parts.get("components", []), **named)


async def within(seconds: float, work: Awaitable[None]) -> None:
    async with asyncio.timeout(seconds):
        await work


CANCELLED = asyncio.CancelledError


@pytest.mark.parametrize("kind", [CANCELLED, InfrastructureFault, TimeoutError, ConnectionRefusedError])
@pytest.mark.parametrize("where", ["mongo", "producer", "component", "broker"])
async def test_a_start_is_tried_until_it_works_whatever_interrupts_a_try(where: str, kind: type[BaseException]) -> None:
    part = Part(*(kind() for _ in range(30)))
    parts = {"components": [part]} if where == "component" else {where: part}
    one = process(**parts)
    await within(60, one.start())
    assert one.health.started.is_set()


@pytest.mark.parametrize("kind", [CANCELLED, RuntimeError])
async def test_a_part_that_cannot_be_stopped_between_two_tries_ends_nothing(kind: type[BaseException]) -> None:
    one = process(broker=Part(InfrastructureFault(), stop=kind()))
    await within(60, one.start())
    assert one.health.started.is_set()


async def test_what_has_started_stays_so_while_a_later_part_is_tried() -> None:
    """A ledger or a relay that was stopped does not work a second time, and what people do needs the connections."""
    connection = Part()
    one = process(components=[connection], broker=Part(InfrastructureFault(), InfrastructureFault()))
    await within(60, one.start())
    assert connection.log == ["start"]


async def test_indexes_that_take_longer_than_a_try_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_STEP_SECONDS", 0.01)

    class Slow(Part):
        async def ensure_indexes(self, *_: object) -> None:
            self.log.append("build")
            await eventually(lambda: len([line for line in logs if line["event"] == "service.waiting"]) > 2)

    one = process(mongo=(mongo := Slow()))
    with structlog.testing.capture_logs() as logs:
        await within(60, one.start())
    assert mongo.log.count("build") == 1


async def test_a_try_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_STEP_SECONDS", 0.01)
    hangs = Part()
    starts = 0

    async def start() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            await asyncio.Event().wait()

    hangs.start = start  # type: ignore[method-assign]  # the test's own
    one = process(components=[hangs])
    await within(60, one.start())
    assert starts == 2


async def test_what_no_repeat_cures_ends_the_process_after_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_TOLD_SECONDS", 0.01)
    one = process(components=[Part(ValueError("the bucket is missing"))])
    ended = asyncio.Event()
    one.on_failure = ended.set
    await within(60, one.start())
    assert one.health.dead() == ["ValueError: the bucket is missing"]
    assert ended.is_set()


async def test_a_start_that_does_not_get_on_is_seen_in_livez(monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()
    hangs = Part()
    hangs.start = never.wait  # type: ignore[assignment, method-assign]  # the test's own
    one = process(components=[hangs])
    starting = asyncio.create_task(one.start())
    await eventually(lambda: one._started == [hangs], message="the component is being started")
    assert one.health.dead() == []
    monkeypatch.setattr(lifecycle, "_STUCK_SECONDS", -1.0)
    assert one.health.dead() == ["start"]
    await within(60, one.stop(starting))
    assert one.health.dead() == []


async def test_a_stop_ends_a_start_that_is_still_trying() -> None:
    broker = Part(*(InfrastructureFault() for _ in range(100_000)))
    one = process(broker=broker)
    starting = asyncio.create_task(one.start())
    await eventually(lambda: len(broker.log) > 3, message="some tries")
    await within(60, one.stop(starting))
    assert starting.done()


class Told(Part):
    """Writes what becomes of it into a common log."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__()
        self.name, self.common = name, log

    async def start(self) -> None:
        self.common.append(f"start {self.name}")

    async def stop(self) -> None:
        self.common.append(f"stop {self.name}")


async def test_nobody_watches_consumers_that_are_not_started_yet_or_are_being_stopped() -> None:
    log: list[str] = []
    one = process(broker=Told("consumers", log))
    one.watches.append(Told("watch", log))
    starting = asyncio.create_task(one.start())
    await within(60, starting)
    await within(60, one.stop(starting))
    assert log == ["start consumers", "start watch", "stop watch", "stop consumers"]


def loop_that(*ends: Callable[[], None]) -> tuple[list[int], Callable[[], Awaitable[None]]]:
    """A loop that ends once in each of these ways, then runs for good; and how often it was started."""
    runs: list[int] = []

    async def run() -> None:
        runs.append(len(runs))
        if len(runs) <= len(ends):
            ends[len(runs) - 1]()
            return
        await asyncio.Event().wait()

    return runs, run


def cancelled() -> None:
    raise CANCELLED


def failed() -> None:
    raise ValueError


@pytest.mark.parametrize("end", [lambda: None, cancelled, failed], ids=["returns", "cancelled", "fails"])
async def test_a_loop_that_ends_by_itself_is_started_again(end: Callable[[], None]) -> None:
    runs, run = loop_that(end)
    task = SupervisedTask("test", run)
    await task.start()
    await eventually(lambda: len(runs) == 2, message="a second run")
    assert task.alive
    await within(60, task.stop())
    assert not task.alive


async def test_a_loop_that_loses_one_cancellation_is_stopped_all_the_same() -> None:
    """Until Python 3.12 `asyncio.wait_for` drops a cancellation that comes as what it waits for is done."""
    lost = False

    async def run() -> None:
        nonlocal lost
        try:
            await asyncio.Event().wait()
        except CANCELLED:
            lost = True
        await asyncio.Event().wait()

    task = SupervisedTask("test", run)
    await task.start()
    await asyncio.sleep(0)
    await within(60, task.stop())
    assert lost
    assert not task.alive
