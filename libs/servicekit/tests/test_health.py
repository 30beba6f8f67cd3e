"""What a process says of itself."""

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
