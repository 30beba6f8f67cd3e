"""What a process says of itself."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from atd_servicekit import health as module
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.health import Health


async def test_a_start_that_cannot_succeed_is_told_with_its_reason() -> None:
    health = Health()
    assert await health.problems() == {"service": "starting"}
    health.failed = "StartupFailed: ATD_FILES_URL: there is no bucket `files` at http://s3"
    assert await health.problems() == {"service": health.failed}
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
    assert await health.problems() == told
    now[0] += 14
    assert await health.problems() == told
    now[0] += 1
    assert await health.problems() == {**told, "kafka": "InfrastructureFault: away"}
    works[0] = True
    assert await health.problems() == {}
    works[0] = False
    assert await health.problems() == told, "the grace begins anew"


async def test_a_dependency_that_does_not_answer_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def give_up() -> None:
        raise TimeoutError("its own deadline")

    monkeypatch.setattr(module, "_CHECK_SECONDS", 0.01)
    health = Health()
    health.started.set()
    health.add_check("kafka", hang)
    health.add_check("mongodb", give_up)
    assert await health.problems() == {"kafka": "no answer for 0.01 s", "mongodb": "TimeoutError: its own deadline"}
