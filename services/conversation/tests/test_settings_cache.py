"""Settings in memory are at most a second old, and are not read again while nothing changes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from atd_conversation.domain.catalogue import CatalogueKind, TenantSettings
from atd_conversation.domain.marking_kinds import TAG
from atd_conversation.settings_cache import SettingsCache
from atd_servicekit import tenant_cache
from atd_testing.clock import FakeClock
from atd_testing.waiting import eventually


class Stored:
    """The database: counts how often it is asked, and holds answers back when told to."""

    def __init__(self) -> None:
        self.revisions: dict[str, int] = {}
        self.read: list[str] = []
        self.asked: list[str] = []
        self.held: asyncio.Event | None = None

    async def revision(self, tenant_id: str) -> int:
        self.asked.append(tenant_id)
        return self.revisions.get(tenant_id, 0)

    async def settings(self, tenant_id: str, kinds: Sequence[CatalogueKind]) -> TenantSettings:
        revision = self.revisions.get(tenant_id, 0)
        self.read.append(tenant_id)
        assert kinds == [TAG]
        if self.held is not None:
            await self.held.wait()
        return TenantSettings(tenant_id, revision)


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cache(stored: Stored, clock: FakeClock) -> SettingsCache:
    unremembered = CatalogueKind("reply", limit=10, remembered=False)
    return SettingsCache(stored, [TAG, unremembered], clock)  # type: ignore[arg-type]  # as far as it is used


async def test_within_a_second_nothing_is_asked(cache: SettingsCache, stored: Stored, clock: FakeClock) -> None:
    for _ in range(5):
        await cache.of("t1")
        clock.advance(timedelta(milliseconds=200))
    assert (stored.read, stored.asked) == (["t1"], [])


async def test_after_a_second_the_revision_is_asked_for_and_no_more(
    cache: SettingsCache, stored: Stored, clock: FakeClock
) -> None:
    first = await cache.of("t1")
    clock.advance(timedelta(seconds=2))
    assert await cache.of("t1") is first
    assert (stored.read, stored.asked) == (["t1"], ["t1"])


async def test_a_change_elsewhere_is_seen_after_a_second(
    cache: SettingsCache, stored: Stored, clock: FakeClock
) -> None:
    await cache.of("t1")
    stored.revisions["t1"] = 7
    assert (await cache.of("t1")).revision == 0
    clock.advance(timedelta(seconds=2))
    assert (await cache.of("t1")).revision == 7


async def test_those_who_ask_at_once_wait_for_one_reading(cache: SettingsCache, stored: Stored) -> None:
    await asyncio.gather(*(cache.of("t1") for _ in range(20)), cache.of("t2"))
    assert sorted(stored.read) == ["t1", "t2"]


async def test_a_change_here_during_a_reading_is_not_missed(cache: SettingsCache, stored: Stored) -> None:
    stored.held = asyncio.Event()
    early = asyncio.create_task(cache.of("t1"))
    await eventually(lambda: bool(stored.read))
    stored.revisions["t1"] = 1
    cache.forget("t1")
    stored.held.set()
    assert (await cache.of("t1")).revision == 1
    assert (await early).revision == 0
    assert (await cache.of("t1")).revision == 1


async def test_a_reading_that_fails_is_tried_again(
    cache: SettingsCache, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_tenant_id: str, _kinds: object) -> TenantSettings:
        raise LookupError

    with monkeypatch.context() as patched:
        patched.setattr(stored, "settings", fail)
        with pytest.raises(LookupError):
            await cache.of("t1")
    assert (await cache.of("t1")).revision == 0


async def test_of_too_many_tenants_the_least_asked_for_are_forgotten(
    cache: SettingsCache, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_cache, "MOST_TENANTS", 2)
    for tenant in ("t1", "t2", "t3", "t2", "t3", "t1"):
        await cache.of(tenant)
    assert stored.read == ["t1", "t2", "t3", "t1"]
