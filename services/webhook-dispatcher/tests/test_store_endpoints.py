"""Endpoints on a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_servicekit.clock import SystemClock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import (
    MOST_ENDPOINTS,
    Auth,
    Endpoint,
    Filters,
    Shape,
    SigningSecret,
    TenantEndpoints,
)
from atd_webhook_dispatcher.store.endpoints import ENDPOINTS, SEEN_LATE, Endpoints, TooMany, endpoint_cache
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, f"test_{uuid4().hex}", Metrics())
    await mongo.ensure_indexes(INDEXES, PACKED)
    yield mongo
    await mongo.client.drop_database(mongo.db.name)
    await mongo.close()


class Desk:
    """Changes endpoints of one tenant, each change in its own transaction."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.store = Endpoints(mongo.db)
        self.tenant_id = uuid7()

    async def do(self, work: "Callable[[Session], Awaitable[Any]]") -> Any:
        return await self.mongo.transaction(work)

    async def add(self, **values: Any) -> Endpoint:
        made = endpoint(self.tenant_id, **values)
        await self.do(lambda session: self.store.add(session, made))
        return made

    async def save(self, before: Endpoint, **values: Any) -> Endpoint:
        after = replace(before, version=before.version + 1, **values)
        await self.do(lambda session: self.store.save(session, before, after))
        return after

    async def now(self, endpoint_id: str) -> Endpoint:
        found = await self.store.one(self.tenant_id, endpoint_id)
        assert found is not None
        return found


@pytest.fixture
def desk(mongo: Mongo) -> Desk:
    return Desk(mongo)


def endpoint(tenant_id: str, **values: Any) -> Endpoint:
    some: dict[str, Any] = {"created_at": NOW, "changed_at": NOW, "state_since": NOW, "reset_at": NOW}
    return Endpoint(id=uuid7(), tenant_id=tenant_id, url="https://example.com/in", **(some | values))


async def test_an_endpoint_is_read_as_it_was_kept(desk: Desk) -> None:
    made = await desk.add(
        description="CRM",
        event_types=("message.*", "contact.erased"),
        filters=Filters(frozenset({"whatsapp"}), frozenset({"t1"}), frozenset({"l1"}), frozenset({"y1"}), "true"),
        shape=Shape(template={"$set": "{{ data.a.b }}", "a.b": [None, 1.5, "é"]}),
        headers={"X.Dotted": "$1"},
        auth=Auth("bearer", "sealed", "certificate"),
        secrets=(SigningSecret("new", NOW), SigningSecret("old", NOW, NOW + HOUR)),
        rate_limit_per_second=0.5,
        ordered=True,
        concurrency=3,
        retry_seconds=(1, 2),
        disable_after=timedelta(days=2),
        while_paused="skip",
    )
    assert await desk.now(made.id) == made


async def test_no_tenant_reads_endpoints_of_another(desk: Desk) -> None:
    made, other = await desk.add(), uuid7()
    assert await desk.store.one(other, made.id) is None
    assert await desk.store.of_tenant(other) == []
    assert await desk.store.read(other) == TenantEndpoints(other)


async def test_a_company_has_no_more_endpoints_than_it_may(desk: Desk) -> None:
    for _ in range(MOST_ENDPOINTS):
        last = await desk.add()
    with pytest.raises(TooMany):
        await desk.add()
    await desk.do(lambda session: desk.store.remove(session, last, NOW))
    await desk.add()
    assert len(await desk.store.of_tenant(desk.tenant_id)) == MOST_ENDPOINTS


async def test_the_second_of_two_changes_of_one_version_is_refused(desk: Desk) -> None:
    made = await desk.add()
    await desk.save(made, description="first")
    with pytest.raises(StaleVersion):
        await desk.save(made, description="second")
    assert (await desk.now(made.id)).description == "first"


async def test_failures_are_kept_and_a_success_forgets_them(desk: Desk) -> None:
    made, failing = await desk.add(), Failing(NOW + HOUR, NOW + HOUR, 3, 5)
    assert await desk.store.save_failing(made.id, failing)
    assert (await desk.now(made.id)).failing == failing
    await desk.save(made, description="a change that leaves the failures")
    assert (await desk.now(made.id)).failing == failing
    assert await desk.store.save_failing(made.id, None)
    assert (await desk.now(made.id)).failing is None


async def test_failures_from_before_a_reset_do_not_come_back(desk: Desk) -> None:
    made, failing = await desk.add(), Failing(NOW + HOUR, NOW + HOUR)
    await desk.store.save_failing(made.id, failing)
    await desk.save(made, url="https://example.com/new", reset_at=NOW + 2 * HOUR)
    assert (await desk.now(made.id)).failing is None
    assert not await desk.store.save_failing(made.id, failing)
    assert (await desk.now(made.id)).failing is None


async def test_what_somebody_has_changed_meanwhile_is_not_disabled(desk: Desk) -> None:
    made = await desk.add()
    changed = await desk.save(made, url="https://example.com/new", reset_at=NOW + HOUR)

    async def disable(as_read: Endpoint) -> Any:
        return await desk.do(lambda s: desk.store.update_state(s, as_read, "disabled", "failing", NOW + HOUR))

    assert await disable(made) is None
    assert (await desk.now(made.id)).state == "enabled"
    disabled = await disable(changed)
    assert disabled == await desk.now(made.id)
    assert (disabled.state, disabled.disabled_reason, disabled.version) == ("disabled", "failing", 3)


async def test_a_deleted_endpoint_is_seen_by_the_engine_alone_until_it_is_forgotten(desk: Desk) -> None:
    made = await desk.add(secrets=(SigningSecret("s", NOW),), headers={"X-Key": "k"}, auth=Auth("bearer", "sealed"))
    later = NOW + HOUR
    await desk.do(lambda session: desk.store.remove(session, made, later))
    assert await desk.store.one(desk.tenant_id, made.id) is None
    assert made.id not in {one.id for one in await desk.store.page()}
    assert made.id in {one.id for one in await desk.store.deleted()}
    changed = {one.id: one for _, one in await desk.store.changed_since(later)}[made.id]
    assert (changed.deleted_at, changed.secrets, changed.headers, changed.auth) == (later, (), {}, Auth())
    assert not await desk.store.save_failing(made.id, Failing(later, later))
    await desk.store.forget(made.id)
    assert await desk.mongo.db[ENDPOINTS].find_one({"_id": made.id}) is None


async def test_all_endpoints_and_all_changes_are_read_by_pages(desk: Desk) -> None:
    later = NOW + 24 * HOUR
    made = [await desk.add(changed_at=later) for _ in range(5)]
    ids, after = [], None
    while some := await desk.store.page(after, 2):
        ids += [one.id for one in some]
        after = some[-1].id
    assert set(ids) >= {one.id for one in made}
    assert len(ids) == len(set(ids))
    seen: list[str] = []
    last: tuple[datetime, str] | None = None
    while found := await desk.store.changed_since(later + SEEN_LATE, 2, after=last):
        seen += [one.id for _, one in found]
        last = (found[-1][0], found[-1][1].id)
    assert seen == [one.id for one in made]


async def test_what_is_in_memory_is_read_again_after_a_change(desk: Desk) -> None:
    cache = endpoint_cache(desk.store, SystemClock())
    assert not (await cache.of(desk.tenant_id)).endpoints
    made = await desk.add()
    cache.forget(desk.tenant_id)
    first = await cache.of(desk.tenant_id)
    assert first.endpoints == {made.id: made}
    await desk.save(made, description="changed")
    cache.forget(desk.tenant_id)
    second = await cache.of(desk.tenant_id)
    assert second.revision > first.revision
    assert second.endpoints[made.id].description == "changed"
