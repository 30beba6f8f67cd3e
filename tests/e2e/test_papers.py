"""A conversation on paper, customers from a file, and an erasure that the channel's service confirms."""

from typing import Any

import httpx

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations

CUSTOMER = "5511999990001"
SECRET = "SEGREDO-INTERNO"


def below(url: str) -> str:
    """The path below that of the API, which the client adds."""
    return url.removeprefix("/api/v1")


async def do(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    answer = await client.request(method, path, **({"json": body} if body is not None else {}), **more)
    assert answer.is_success, answer.text
    return answer.json()


async def until(client: httpx.AsyncClient, path: str, *states: str) -> Any:
    async def there() -> Any:
        shown = await do(client, "GET", path)
        return shown if shown["state"] in states else None

    return await eventually(there, message=f"{path} is {states}")


async def test_a_transcript_goes_to_the_customer_and_an_erasure_is_confirmed(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    client = shop.client
    await provider.write(CUSTOMER, ["Olá, preciso de ajuda 😀"], name="Ana Souza")
    await eventually(lambda: listener.of_type("message.received"), message="the message on the screen")
    (conversation,) = await conversations(client)
    path = f"/conversations/{conversation['id']}"
    await do(client, "POST", f"{path}/messages", {"text": "Claro, Ana"})
    await do(client, "POST", f"{path}/messages", {"text": SECRET, "direction": "note"})
    made = await do(client, "POST", f"{path}/transcripts", {"format": "text"})
    content = await client.get(below(made["url"]))
    assert "Olá, preciso de ajuda 😀" in content.text
    assert SECRET not in content.text
    pdf = await do(client, "POST", f"{path}/transcripts", {})
    assert (await client.get(below(pdf["url"]))).content.startswith(b"%PDF-")

    contact_id = conversation["contact"]["id"]
    asked = await do(client, "POST", f"/contacts/{contact_id}/erase", {"confirm": "Ana Souza", "reason": "pedido"})
    receipt = await until(client, f"/privacy/erasures/{asked['id']}", "done")
    (confirmed,) = receipt["confirmations"]
    assert confirmed["service"] == "ingest-whatsapp"
    assert confirmed["asked"] == confirmed["confirmed"] > 0
    assert await conversations(client) == []
    await eventually(lambda: listener.of_type("contact.erased"), message="the erasure on the screen")
    assert (await client.get(f"/contacts/{contact_id}")).status_code == httpx.codes.NOT_FOUND


async def test_customers_come_in_from_a_file_and_go_out_again(shop: Shop) -> None:
    client = shop.client
    data = "Nome;Celular\r\nJosé \u2013 Zoë;11 98888-7777\r\nErrado;123\r\n".encode("windows-1252")
    file = await do(client, "POST", "/attachments", files={"file": ("clientes.csv", data, "text/csv")})
    made = await do(client, "POST", "/contacts/imports", {"attachment_id": file["id"]})
    path = f"/contacts/imports/{made['id']}"
    columns = [{"index": one["index"], "field": one["field"]} for one in made["columns"]]
    await do(client, "POST", f"{path}/check", {"columns": columns})
    checked = await until(client, path, "checked")
    assert (checked["encoding"], checked["counts"]["ok"], checked["counts"]["refused"]) == ("windows-1252", 1, 1)
    await do(client, "POST", f"{path}/start")
    await until(client, path, "done")
    export = await do(client, "POST", "/contacts/exports", {})
    ready = await until(client, f"/contacts/exports/{export['id']}", "ready")
    text = (await client.get(below(ready["url"]))).content.decode("utf-8-sig")
    assert "José \u2013 Zoë;+55 11 98888-7777" in text
    await do(client, "POST", f"{path}/undo")
    undone = await until(client, path, "undone")
    assert undone["counts"]["removed"] == 1
    assert (await do(client, "GET", "/contacts"))["items"] == []
