"""What an attendant sends of every sort, as it arrives at the provider."""

import asyncio
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import messages

CUSTOMER = "5511999990071"
PDF = b"%PDF-1.7\n" + b"%" * 300_000


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(made, "JPEG")
    return made.getvalue()


async def begun(provider: Provider, listener: Listener) -> str:
    """The conversation of a customer who has just written."""
    await provider.write(CUSTOMER, ["Oi"])
    opened = await eventually(lambda: listener.of_type("conversation.opened"))
    return str(opened[0]["data"]["conversation"]["id"])


async def uploaded(shop: Shop, name: str, data: bytes) -> str:
    answer = await shop.client.post("/attachments", files={"file": (name, data)})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["id"])


async def sent(shop: Shop, conversation_id: str, body: dict[str, Any]) -> Any:
    answer = await shop.client.post(f"/conversations/{conversation_id}/messages", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()


@pytest.mark.proves("whatsapp", "every-kind-arrives-order-through")
async def test_every_kind_arrives_at_the_provider_in_order(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    conversation_id = await begun(provider, listener)
    photo, bill = await asyncio.gather(uploaded(shop, "loja.jpg", picture()), uploaded(shop, "boleto.pdf", PDF))
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Loja"}
    choice = {"type": "buttons", "buttons": [{"id": "y", "title": "Sim"}, {"id": "n", "title": "Não"}]}
    bodies: list[dict[str, Any]] = [
        {"text": "Veja", "attachment_ids": [photo]},
        {"text": "Segunda via", "attachment_ids": [bill]},
        {"location": place},
        {"contacts": [{"name": "Rui Lima", "phones": [{"number": "+5511988880000"}]}]},
        {"text": "Confirma?", "interactive": choice},
    ]
    ids = [(await sent(shop, conversation_id, body))["id"] for body in bodies]

    async def arrived() -> list[Any] | None:
        found = await graph.sent()
        return found if len(found) == len(bodies) else None

    seen = await eventually(arrived, message="everything at the provider")
    assert [one.callback_data for one in seen] == ids
    assert [one.body["type"] for one in seen] == ["image", "document", "location", "contacts", "interactive"]
    assert (seen[0].body["image"]["caption"], seen[1].body["document"]["filename"]) == ("Veja", "boleto.pdf")
    assert [one["title"] for one in (reply["reply"] for reply in seen[4].body["interactive"]["action"]["buttons"])] == [
        "Sim",
        "Não",
    ]

    async def settled() -> bool:
        thread = await messages(shop.client, conversation_id)
        return {one["status"] for one in thread if one["direction"] == "outbound"} == {"sent"}

    await eventually(settled, message="every message sent")


@pytest.mark.proves("whatsapp", "file-refused-late-at")
async def test_an_attendants_file_is_read_again_in_parts_and_small(shop: Shop) -> None:
    bill, photo = await uploaded(shop, "boleto.pdf", PDF), await uploaded(shop, "loja.jpg", picture())
    whole = await shop.client.get(f"/attachments/{bill}/content")
    part = await shop.client.get(f"/attachments/{bill}/content", headers={"Range": "bytes=-10"})
    assert (whole.content, part.status_code, part.content) == (PDF, httpx.codes.PARTIAL_CONTENT, PDF[-10:])
    assert "default-src 'none'" in whole.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in whole.headers["content-security-policy"]
    assert whole.headers["cache-control"].startswith("private")
    small = await shop.client.get(f"/attachments/{photo}/thumbnail")
    assert Image.open(io.BytesIO(small.content)).size == (320, 240)


@pytest.mark.proves("whatsapp", "quote-out")
async def test_a_reaction_and_a_quote_name_the_customers_message(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    conversation_id = await begun(provider, listener)
    (first,) = await messages(shop.client, conversation_id)
    answer = await shop.client.put(f"/messages/{first['id']}/reaction", json={"emoji": "👍"})
    assert answer.json()["reactions"][0]["emoji"] == "👍"
    await sent(shop, conversation_id, {"text": "Pode deixar", "reply_to": first["id"]})

    async def arrived() -> list[Any] | None:
        found = await graph.sent()
        return found if len(found) == 2 else None

    reaction, quote = await eventually(arrived, message="both at the provider")
    assert reaction.body["reaction"] == {"message_id": first["external_id"], "emoji": "👍"}
    assert quote.body["context"] == {"message_id": first["external_id"]}
