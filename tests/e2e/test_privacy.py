"""An erasure reaches the databases of all services, and the audit log says who asked for it."""

from collections.abc import Iterator
from typing import Any

import httpx
from pymongo import AsyncMongoClient

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.provider import Provider
from tests.harness.reading import conversations
from tests.harness.system import System

CUSTOMER, WORD = "5511966660007", "xilofonista"
MARKS = (CUSTOMER, CUSTOMER[2:], WORD)
_OF_MONGODB = {"admin", "config", "local"}


async def test_an_erasure_leaves_nothing_in_any_service_and_stands_in_the_audit_log(
    system: System, shop: Shop, provider: Provider, graph: Graph
) -> None:
    client = shop.client
    await provider.write(CUSTOMER, [f"Sou {WORD}"], name=f"Ana {WORD.title()}")

    async def there() -> Any:
        return next(
            (one for one in await conversations(client) if WORD in (one["contact"]["name"] or "").lower()), None
        )

    conversation = await eventually(there, message="the conversation")
    path = f"/conversations/{conversation['id']}"
    await _done(await client.post(f"{path}/messages", json={"text": f"Olá, {WORD}"}))

    async def went_out() -> bool:
        return any(WORD in (one.text or "") for one in await graph.sent())

    await eventually(went_out, message="the answer at the provider")
    assert await _found(system)
    contact = conversation["contact"]
    wanted = {"confirm": contact["name"], "reason": "pedido do titular"}
    asked = await _done(await client.post(f"/contacts/{contact['id']}/erase", json=wanted))

    async def erased() -> bool:
        return bool((await client.get(f"/privacy/erasures/{asked['id']}")).json()["state"] == "done")

    await eventually(erased, message="all services have confirmed")
    left: list[str] = []

    async def gone() -> bool:
        left[:] = await _found(system)
        return not left

    try:
        await eventually(gone)
    except AssertionError:
        raise AssertionError(f"left: {sorted(set(left))}") from None
    (entry,) = (await client.get("/audit", params={"subject": contact["id"]})).json()["items"]
    assert (entry["action"], entry["outcome"], entry["subject"]["type"]) == ("contact.erased", "done", "contact")
    assert entry["actor"]["id"] == (await client.get("/me")).json()["id"]
    assert entry["address"]


async def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


async def _found(system: System) -> list[str]:
    """Where any of the marks stands, in all databases: `database.collection: path in the document`."""
    found = []
    async with AsyncMongoClient[dict[str, Any]](system.mongo.url) as mongo:
        for name in set(await mongo.list_database_names()) - _OF_MONGODB:
            for collection in await mongo[name].list_collection_names():
                async for document in mongo[name][collection].find():
                    if document.get("kind") == "erasure":  # by its keys it looks once more, a minute later
                        continue
                    found += [f"{name}.{collection}: {place}" for place in _places(document, "")]
    return found


def _places(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _places(one, f"{path}.{key}")
    elif isinstance(value, list):
        for one in value:
            yield from _places(one, f"{path}[]")
    else:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(text, str) and any(mark in text.lower() for mark in MARKS):
            yield path
