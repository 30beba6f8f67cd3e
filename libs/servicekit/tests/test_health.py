"""What a process says of itself."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from atd_servicekit import health as module
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.health import Health
from atd_servicekit.metrics import Metrics


async def test_a_start_that_cannot_succeed_is_told_with_its_reason() -> None:
    health = Health()
    assert health.problems() == {"service": "starting"}
    health.failed = "StartupFailed: ATD_FILES_URL: there is no bucket `files` at http://s3"
    assert health.problems() == {"service": health.failed}
    assert health.dead() == [health.failed]


async def test_a_dependency_with_a_grace_counts_once_it_has_failed_for_that_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, works = [100.0], [False]

    async def check() -> None:
        if not works[0]:
            raise InfrastructureFault("away")

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    health = Health()
    health.started.set()
    health.add_check("kafka", check, grace=timedelta(seconds=15))
    health.add_check("mongodb", check)
    told = {"mongodb": "InfrastructureFault: away"}
    await health.ask()
    assert health.problems() == told
    now[0] += 14
    assert health.problems() == told
    now[0] += 1
    assert health.problems() == {**told, "kafka": "InfrastructureFault: away"}
    works[0] = True
    await health.ask()
    assert health.problems() == {}
    works[0] = False
    await health.ask()
    assert health.problems() == told, "the grace begins anew"


async def test_a_dependency_that_does_not_answer_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, asked = asyncio.Event(), 0

    async def hang() -> None:
        nonlocal asked
        asked += 1
        await answered.wait()

    async def give_up() -> None:
        raise TimeoutError("its own deadline")

    monkeypatch.setattr(module, "_CHECK_SECONDS", 0.01)
    metrics = Metrics()
    health = Health(metrics)
    health.started.set()
    health.add_check("kafka", hang)
    health.add_check("mongodb", give_up)
    await health.ask()
    assert health.problems() == {"kafka": "no answer for 0.01 s", "mongodb": "TimeoutError: its own deadline"}
    await health.ask()
    assert asked == 1, "it is not asked again before it has answered"
    assert metrics.registry.get_sample_value("atd_dependency_up", {"dependency": "kafka"}) == 0.0
    answered.set()
    await health.ask()
    assert health.problems() == {"mongodb": "TimeoutError: its own deadline"}
    assert metrics.registry.get_sample_value("atd_dependency_up", {"dependency": "kafka"}) == 1.0


async def test_what_never_answers_is_asked_again_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def hang() -> None:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(module, "_HANGING_SECONDS", 0.0)
    health = Health()
    health.add_check("kafka", hang)
    for _ in range(4):
        await health.ask()
    assert asked > 1
