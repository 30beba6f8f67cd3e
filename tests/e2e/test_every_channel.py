"""Every kind of channel in the running system: a text of a customer on the screen, the answer at the provider."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import httpx
import pytest
from PIL import Image

from atd_schemas.ids import uuid7
from atd_schemas.services import service_of_channel
from atd_schemas.views import ChannelKind
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.channels import Connected, connect_channel, provider_url
from tests.harness.listener import Listener
from tests.harness.system import System
from tests.harness.webhooks import WEBHOOKS, Written

NAMELESS = ("messenger", "instagram")
"""Their webhooks name nobody, and the fake does not know this person."""


def tiny_png() -> bytes:
    """A picture of one point."""
    made = io.BytesIO()
    Image.new("RGB", (1, 1)).save(made, "PNG")
    return made.getvalue()


KINDS = [kind for kind in get_args(ChannelKind) if service_of_channel(kind) is not None]


def written(text: str, *, number: int = 1) -> Written:
    return Written(uuid7(), number, 7, text, datetime.now(UTC))


async def deliver(channel: Connected, one: Written, *, secret: str | None = None) -> int:
    """The provider delivers a customer's message at the public address."""
    body, header, proof = WEBHOOKS[channel.kind](channel.name, secret or channel.secret, one)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        headers = {header: proof, "Content-Type": "application/json"}
        return (await client.post(channel.webhook_url, content=body, headers=headers)).status_code


async def sent_at_the_provider(system: System, channel: Connected) -> list[str]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(f"{provider_url(system, channel.kind)}/_fake/sent")
        return [one["text"] for one in answer.json() if channel.name == one.get("account", one.get("phone_number_id"))]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_text_comes_to_the_screen_and_the_answer_goes_to_the_customer(
    system: System, shop: Shop, listener: Listener, kind: str
) -> None:
    channel = await connect_channel(system, shop.client, kind)
    asked = written("Qual o prazo de entrega?")
    assert await deliver(channel, asked) == 200
    await eventually(lambda: listener.of_type("message.received"), message="the message is on the screen")
    message: dict[str, Any] = listener.of_type("message.received")[0]["data"]["message"]
    assert message["text"] == asked.text
    assert message["author"]["name"] == (None if kind in NAMELESS else asked.name)
    path = f"/conversations/{message['conversation_id']}"
    conversation = (await shop.client.get(path)).json()
    assert (conversation["channel"]["kind"], conversation["unread_count"]) == (kind, 1)

    answer = await shop.client.post(f"{path}/messages", json={"text": "Três dias úteis."})
    assert answer.status_code == 201, answer.text

    def is_sent() -> bool:
        changed = [event["data"]["message"] for event in listener.of_type("message.status_changed")]
        return any(
            one["id"] == answer.json()["id"] and one["status"] in ("sent", "delivered", "read") for one in changed
        )

    await eventually(is_sent, message="the answer is sent")
    assert await sent_at_the_provider(system, channel) == ["Três dias úteis."]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_nothing_proves_is_refused_and_a_repeat_is_one_message(
    system: System, shop: Shop, listener: Listener, kind: str
) -> None:
    channel = await connect_channel(system, shop.client, kind)
    first = written("Oi")
    assert await deliver(channel, first, secret="another-secret") == 401
    assert [await deliver(channel, first) for _ in range(3)] == [200, 200, 200]
    assert await deliver(channel, replace(written("Ainda aí?", number=2), customer=first.customer)) == 200
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="both are on the screen")
    assert [one["data"]["message"]["text"] for one in listener.of_type("message.received")] == ["Oi", "Ainda aí?"]


async def test_meta_fetches_a_picture_for_instagram_at_the_gateway_by_an_address_that_nobody_else_can_make(
    system: System, shop: Shop, listener: Listener
) -> None:
    channel = await connect_channel(system, shop.client, "instagram")
    assert await deliver(channel, written("Tem foto?")) == 200
    await eventually(lambda: listener.of_type("message.received"), message="the message is on the screen")
    conversation_id = listener.of_type("message.received")[0]["data"]["message"]["conversation_id"]
    picture = tiny_png()
    uploaded = await shop.client.post("/attachments", files={"file": ("foto.png", picture, "image/png")})
    assert uploaded.status_code == 201, uploaded.text
    path = f"/conversations/{conversation_id}/messages"
    answer = await shop.client.post(path, json={"attachment_ids": [uploaded.json()["id"]]})
    assert answer.status_code == 201, answer.text

    async def sent() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            told = await client.get(f"{provider_url(system, 'instagram')}/_fake/sent", params={"account": channel.name})
        found: list[dict[str, Any]] = told.json()
        return found

    (image,) = await eventually(sent, message="the picture is at Meta")
    assert image["kind"] == "image"
    url = image["body"]["message"]["attachment"]["payload"]["url"]
    assert url.startswith(f"{system.public_url}/webhooks/meta/files/")
    async with httpx.AsyncClient(trust_env=False, timeout=30) as anybody:
        assert (await anybody.get(url)).content == picture
        part = await anybody.get(url, headers={"Range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, b"PNG")
        looked = await anybody.head(url)
        assert (looked.status_code, looked.headers["content-length"]) == (200, str(len(picture)))
        assert (await anybody.get(f"{url[:-30]}AAAA{url[-26:]}")).status_code == 404
        assert (await anybody.get(url.rpartition("/")[0])).status_code in (403, 404)
