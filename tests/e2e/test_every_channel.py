"""Every kind of channel in the running system: a text of a customer on the screen, the answer at the provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import httpx
import pytest

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
