"""An attendant who sees own conversations only, through the gateway: by address, list, count, file and socket."""

from datetime import UTC, datetime
from typing import Any

from atd_testing.waiting import eventually
from atd_testing.whatsapp.builders import batch_webhook
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.people import PASSWORD, api
from tests.harness.provider import Provider
from tests.harness.reading import conversations
from tests.harness.system import System

SENDERS = ("5511999990001", "5511999990002", "5511999990003")


async def test_a_limited_attendant_hears_and_finds_own_conversations_only(
    shop: Shop, system: System, provider: Provider, listener: Listener
) -> None:
    email = f"bruno-{shop.account.id}@example.com"
    hired = await shop.client.post(
        "/attendants",
        json={"name": "Bruno", "email": email, "password": PASSWORD, "role": "attendant", "visibility": "own"},
    )
    assert hired.is_success, hired.text
    signed_in = await shop.client.post("/auth/login", json={"email": email, "password": PASSWORD})
    token = signed_in.json()["access_token"]
    await provider.post(batch_webhook(shop.account.phone_number_id, datetime.now(UTC), senders=SENDERS))
    await eventually(lambda: listener.of_type("message.received"), message="the message on the screen of who sees all")
    conversation, *_ = await conversations(shop.client)
    path = f"/conversations/{conversation['id']}"
    async with api(system, token) as bruno:
        await finds(bruno, path, conversation, seen=False)
        assert (await bruno.post(f"{path}/assign", json={"attendant_id": hired.json()["id"]})).status_code == 404
        for attendant, seen in ((hired.json()["id"], True), (None, False)):
            await eventually(
                lambda: _assigned(shop, path, attendant),  # noqa: B023 - awaited in the same turn
                message="conversation has heard of the attendant",
            )
            await finds(bruno, path, conversation, seen=seen)


async def _assigned(shop: Shop, path: str, attendant_id: str | None) -> bool:
    return (await shop.client.post(f"{path}/assign", json={"attendant_id": attendant_id})).is_success


async def finds(bruno: Any, path: str, conversation: Any, *, seen: bool) -> None:
    for address in (path, f"{path}/messages", f"/contacts/{conversation['contact']['id']}"):
        assert (await bruno.get(address)).status_code == (200 if seen else 404)
    for listed in ("/conversations", "/contacts"):
        assert len((await bruno.get(listed)).json()["items"]) == int(seen)
    counts = (await bruno.get("/conversations/counts")).json()
    assert counts["all"]["total"] == int(seen)
