"""Files of customers and of the company: scanned for viruses, and kept once."""

from __future__ import annotations

import os
from typing import Any

import httpx

from atd_testing.clamd import EICAR, FakeClamd
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.people import add_companies, api, sign_in
from tests.harness.reading import Json, conversations, messages
from tests.harness.system import System

ANA, BIA = "5511999990001", "5511999990002"


async def do(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    answer = await client.request(method, path, **({"json": body} if body is not None else {}), **more)
    assert answer.is_success, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> tuple[int, str]:
    answer = await client.request(method, path, **more)
    return answer.status_code, answer.json()["code"]


async def file_of(client: httpx.AsyncClient, *states: str) -> tuple[str, Json]:
    """The conversation and the only file of the only customer, once it is in one of these states."""

    async def there() -> tuple[str, Json]:
        for conversation in await conversations(client):
            for message in await messages(client, conversation["id"]):
                for file in message["attachments"]:
                    if file["state"] in states:
                        return conversation["id"], file
        raise AssertionError("not there")

    return await eventually(there, message=f"a file that is {states}")


def states_told(listener: Listener) -> list[str]:
    """The states of files that the screen heard of, in order."""
    told = [event["data"]["message"]["attachments"] for event in listener.of_type("message.updated")]
    return [file["state"] for files in told for file in files]


async def test_a_file_that_the_scanner_found_clean_is_served(shop: Shop, graph: Graph, clamd: FakeClamd) -> None:
    scanned, data = clamd.scanned, b"%PDF-1.4 " + os.urandom(200_000)
    await graph.customer_sends(ANA, "boleto.pdf", "application/pdf", data)
    _, file = await file_of(shop.client, "ready")
    assert clamd.scanned > scanned
    assert (await shop.client.get(f"/attachments/{file['id']}/content")).content == data


async def test_an_infected_file_is_blocked_everywhere_and_says_why(
    shop: Shop, graph: Graph, listener: Listener
) -> None:
    client = shop.client
    await graph.customer_sends(ANA, "fatura.pdf", "application/pdf", b"%PDF-1.4 " + EICAR)
    conversation_id, file = await file_of(client, "infected")
    assert (file["error"]["code"], file["error"]["retryable"]) == ("file_infected", False)
    await eventually(lambda: states_told(listener) == ["infected"], message="the screen hears of it")
    path = f"/attachments/{file['id']}"
    for place in (f"{path}/content", f"{path}/content?download=true"):
        assert await refused(client, "GET", place) == (409, "file_infected")
    assert await refused(client, "POST", f"{path}/retry") == (409, "not_failed")
    sent = {"attachment_ids": [file["id"]]}
    assert await refused(client, "POST", f"/conversations/{conversation_id}/messages", json=sent) == (
        422,
        "file_infected",
    )
    made = await do(client, "POST", f"/conversations/{conversation_id}/transcripts", {"format": "text"})
    transcript = await client.get(made["url"].removeprefix("/api/v1"))
    assert "fatura.pdf (bloqueado: contém vírus)" in transcript.text
    assert (await do(client, "GET", "/storage"))["largest"] == []


async def test_while_the_scanner_is_away_a_file_waits_for_it_and_comes_by_itself(
    shop: Shop, graph: Graph, listener: Listener, clamd: FakeClamd
) -> None:
    data = os.urandom(50_000)
    with clamd.away():
        await graph.customer_sends(ANA, "contrato.pdf", "application/pdf", b"%PDF-1.4 " + data)
        _, file = await file_of(shop.client, "scanning")
        assert file["error"] is None
        path = f"/attachments/{file['id']}/content"
        assert await refused(shop.client, "GET", path) == (409, "file_scanning")
        upload = {"files": {"file": ("nota.txt", b"texto", "text/plain")}}
        assert await refused(shop.client, "POST", "/attachments", **upload) == (503, "scanner_unavailable")
    await file_of(shop.client, "ready")
    assert (await shop.client.get(path)).content.endswith(data)
    await eventually(lambda: states_told(listener) == ["scanning", "ready"], message="the screen hears of both")


async def test_an_attendants_infected_upload_is_refused(shop: Shop) -> None:
    upload = {"files": {"file": ("nota.txt", b"antes " + EICAR, "text/plain")}}
    assert await refused(shop.client, "POST", "/attachments", **upload) == (422, "infected")


async def test_the_same_file_of_two_customers_is_kept_once_until_the_last_is_erased(
    system: System, shop: Shop, graph: Graph
) -> None:
    client, data = shop.client, b"%PDF-1.4 " + os.urandom(300_000)
    for customer in (ANA, BIA):
        await graph.customer_sends(customer, f"{customer}.pdf", "application/pdf", data)

    async def both() -> dict[str, str]:
        found: dict[str, str] = {}
        for conversation in await conversations(client):
            for message in await messages(client, conversation["id"]):
                for file in message["attachments"]:
                    if file["state"] == "ready":
                        found[conversation["contact"]["id"]] = file["id"]
        return found if len(found) == 2 else {}

    first, second = (await eventually(both, message="both files")).items()
    storage = await do(client, "GET", "/storage")
    assert (storage["bytes"], storage["files"], storage["limit"]) == (len(data), 1, None)
    assert storage["kinds"] == [{"kind": "document", "bytes": len(data), "files": 1}]
    (largest,) = storage["largest"]
    assert (largest["attachment"]["size"], largest["message_id"] is None) == (len(data), False)

    await erase(client, first[0])
    assert await refused(client, "GET", f"/attachments/{first[1]}/content") == (404, "not_found")
    assert (await client.get(f"/attachments/{second[1]}/content")).content == data
    assert (await do(client, "GET", "/storage"))["bytes"] == len(data)

    (other,) = await add_companies(system, 1)
    async with api(system, await sign_in(system, other)) as stranger:
        assert (await do(stranger, "GET", "/storage"))["bytes"] == 0
        assert await refused(stranger, "GET", f"/attachments/{second[1]}/content") == (404, "not_found")
        await do(stranger, "POST", "/attachments", files={"file": ("a.pdf", data, "application/pdf")})
        assert (await do(stranger, "GET", "/storage"))["bytes"] == len(data)

    await erase(client, second[0])
    assert (await do(client, "GET", "/storage"))["bytes"] == 0


async def erase(client: httpx.AsyncClient, contact_id: str) -> None:
    """Erase a customer, and wait until it is done."""
    contact = await do(client, "GET", f"/contacts/{contact_id}")
    wanted = {"confirm": contact["name"], "reason": "pedido"}
    asked = await do(client, "POST", f"/contacts/{contact_id}/erase", wanted)

    async def done() -> bool:
        return bool((await do(client, "GET", f"/privacy/erasures/{asked['id']}"))["state"] == "done")

    await eventually(done, message="the erasure is done")
