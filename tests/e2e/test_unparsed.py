"""What is authentic and not understood is kept whole, found by the operator, and re-driven once it is understood."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from atd_schemas.ids import uuid7
from atd_testing.waiting import eventually
from atd_testing.whatsapp import builders
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.people import Account, connect
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages
from tests.harness.system import System


async def listed(system: System, shop: Shop, *options: str) -> list[dict[str, Any]]:
    """What `atd unparsed list` says of the shop's account."""
    done = await asyncio.to_thread(system.atd, "unparsed", "list", "--json", "--account", shop.account.id, *options)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def poll_and_text(account: Account) -> bytes:
    """A webhook with a text that is understood and a poll that is not."""
    now, sender = datetime.now(UTC), "5511999990001"
    text = builders.text_message(builders.wamid("t"), "Oi", now, sender=sender)
    poll = {**builders.text_message(builders.wamid("p"), "", now, sender=sender), "type": "poll", "poll": {}}
    change = builders.change(account.phone_number_id, messages=[text, poll])
    return builders.encode(builders.body(builders.entry(account.business_account_id, change)))


@pytest.mark.proves("whatsapp", "unknown-kind-shown-as-unsupported")
async def test_what_is_not_understood_is_answered_200_and_found_by_the_operator(
    system: System, shop: Shop, provider: Provider, listener: Listener
) -> None:
    raw = poll_and_text(shop.account)
    assert await provider.post(raw) == httpx.codes.OK
    (found,) = await listed(system, shop)
    assert found["state"] == "open"
    assert found["channel"] == "whatsapp"
    assert found["problems"] == ["entry[0].changes[0].value.messages[1]: type 'poll' is not known to this version"]
    shown = await asyncio.to_thread(system.atd, "unparsed", "show", "--json", "--value", found["id"])
    assert json.loads(shown.stdout)["value"] == raw.decode()
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="both messages on the screen")
    text, poll = (event["data"]["message"] for event in listener.of_type("message.received"))
    assert (text["kind"], poll["kind"]) == ("text", "unsupported")
    assert poll["content"] == {"type": "poll", "reason": None}
    assert await provider.post(raw) == httpx.codes.OK
    assert [each["id"] for each in await listed(system, shop)] == [found["id"]], "the same body is one entry"


async def test_what_is_understood_by_now_is_redriven_and_arrives(
    system: System, shop: Shop, provider: Provider, listener: Listener
) -> None:
    # A number of the same Meta app that nobody has connected yet.
    number = str(int(uuid7().replace("-", "")[-12:], 16))
    raw = builders.text_webhook(
        number, "Cheguei cedo", datetime.now(UTC), sender="5511999990002", message_id=builders.wamid(number)
    )
    assert await provider.post(raw) == httpx.codes.OK
    (found,) = await listed(system, shop)
    assert "of no account that the signature proves" in found["problems"][0]
    assert await conversations(shop.client) == []

    refused = await asyncio.to_thread(system.atd, "unparsed", "redrive", "--json", found["id"])
    assert refused.returncode == 1, "it is still not understood"
    assert json.loads(refused.stdout)[0]["closed"] is False

    later = await connect(shop.client, "Filial", phone_number_id=number, app_secret=shop.account.app_secret)
    done = await asyncio.to_thread(system.atd, "unparsed", "redrive", "--json", found["id"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"id": found["id"], "closed": True, "published": 1, "problems": []}]
    await eventually(lambda: len(listener.of_type("message.received")) == 1, message="the message on the screen")
    (conversation,) = await conversations(shop.client)
    assert conversation["channel"]["account_id"] == later.id
    assert [m["text"] for m in await messages(shop.client, conversation["id"])] == ["Cheguei cedo"]
    assert await listed(system, shop) == []
    assert [each["state"] for each in await listed(system, shop, "--redriven")] == ["redriven"]
