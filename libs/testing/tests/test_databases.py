"""Databases that services use one after the other."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from atd_testing.databases import Databases

Change = Callable[[Any], Awaitable[Any]]


@pytest.fixture
async def client(mongodb_url: str) -> AsyncIterator[Any]:
    async with AsyncMongoClient[dict[str, Any]](mongodb_url) as connected:
        yield connected


async def _used(databases: Databases, client: Any, url: str, change: Change | None = None) -> tuple[str, Any]:
    """A prefix and its database, made by a service as it starts, filled, changed, and handed back."""
    prefix = databases.lend("toy")
    database = client[f"{prefix}toy"]
    await database.things.create_index("tenant_id")
    await databases.remember(url, prefix)
    await database.things.insert_many([{"tenant_id": "a"}, {"tenant_id": "b"}])
    if change is not None:
        await change(database)
    await databases.take_back(url, prefix)
    return prefix, database


async def test_the_next_service_finds_the_indexes_and_nothing_else(client: Any, mongodb_url: str) -> None:
    databases = Databases()
    prefix, database = await _used(databases, client, mongodb_url, lambda made: made.others.insert_one({}))
    assert databases.lend("toy") == prefix
    assert await database.list_collection_names() == ["things"]
    assert list(await database.things.index_information()) == ["_id_", "tenant_id_1"]
    assert await database.things.find_one() is None
    await client.drop_database(database.name)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.things.drop_index("tenant_id_1"),
        lambda made: made.things.create_index("name"),
        lambda made: made.things.drop(),
        lambda made: made.command("profile", 2),
        lambda made: made.things.insert_many([{} for _ in range(5001)]),
    ],
    ids=["index gone", "index more", "collection gone", "profiled", "too many documents"],
)
async def test_what_a_test_has_changed_is_dropped_and_never_lent_again(
    client: Any, mongodb_url: str, change: Change
) -> None:
    databases = Databases()
    prefix, database = await _used(databases, client, mongodb_url, change)
    assert databases.lend("toy") != prefix
    assert database.name not in await client.list_database_names()


async def test_databases_are_lent_to_one_service_at_a_time_and_to_none_of_another_kind(
    client: Any, mongodb_url: str
) -> None:
    databases = Databases()
    prefix, database = await _used(databases, client, mongodb_url)
    assert databases.lend("doll") != prefix
    assert databases.lend("toy") == prefix
    assert databases.lend("toy") != prefix
    await client.drop_database(database.name)


async def test_databases_of_a_prefix_that_was_never_lent_are_dropped(client: Any, mongodb_url: str) -> None:
    databases = Databases()
    await client["given_toy"].things.insert_one({})
    await databases.remember(mongodb_url, "given_")
    await databases.take_back(mongodb_url, "given_")
    assert "given_toy" not in await client.list_database_names()
