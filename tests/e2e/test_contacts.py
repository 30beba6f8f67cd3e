"""A customer's record, and two records that turn out to be one person's, from the webhook to every screen."""

from typing import Any

import httpx

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages

OLD, NEW = "5511999990071", "5511999990072"


async def done(shop: Shop, method: str, path: str, body: Any = None, **more: Any) -> Any:
    answer = await shop.client.request(method, path, json=body, **more)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def test_a_record_is_kept_and_told_and_two_people_lose_nothing_of_it(shop: Shop, listener: Listener) -> None:
    field = {"key": "pedido", "label": "Pedido", "type": "number"}
    await done(shop, "POST", "/contact-fields", field)
    made = await done(
        shop, "POST", "/contacts", {"name": "Ana", "phone": "11 98888-7777", "document": "529.982.247-25"}
    )
    path = f"/contacts/{made['id']}"
    assert (made["phone"], made["document"]) == ("+5511988887777", "52998224725")
    version = {"If-Match": f'"{made["version"]}"'}
    await done(shop, "PATCH", path, {"birthday": "1990-10-12", "fields": {"pedido": 7}}, headers=version)
    late = await shop.client.patch(path, json={"name": "Ana Souza"}, headers=version)
    assert (late.status_code, late.json()["code"]) == (httpx.codes.CONFLICT, "conflict")
    await done(shop, "PATCH", path, {"name": "Ana Souza"})
    shown = await done(shop, "GET", path)
    assert (shown["name"], shown["birthday"], shown["fields"]) == ("Ana Souza", "1990-10-12", {"pedido": 7})
    refused = await shop.client.patch(path, json={"document": "111.111.111-11"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "document")
    heard = await eventually(lambda: listener.of_type("contact.updated")[1:], message="both changes on the screen")
    assert heard[-1]["data"]["contact"]["name"] == "Ana Souza"


async def test_two_records_are_merged_the_next_message_arrives_once_and_it_is_taken_back(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    await provider.write(OLD, ["do número antigo"], name="Ana")
    await provider.write(NEW, ["do número novo"], name="Ana nova")
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="two customers")
    by_name = {one["contact"]["name"]: one for one in await conversations(shop.client)}
    kept, lost = (by_name[name]["contact"]["id"] for name in ("Ana", "Ana nova"))
    merged = await done(shop, "POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    opposite = await shop.client.post(f"/contacts/{lost}/merge", json={"contact_id": kept})
    assert opposite.status_code in (httpx.codes.CONFLICT, 422), opposite.text
    await eventually(lambda: listener.of_type("contact.merged"), message="the merge on the screen")

    await provider.write(NEW, ["depois da união"], name="Ana nova")
    await eventually(lambda: len(listener.of_type("message.received")) == 3, message="the message after the merge")
    rows = await conversations(shop.client)
    assert {one["contact"]["id"] for one in rows} == {kept}
    texts = [one["text"] for row in rows for one in await messages(shop.client, row["id"])]
    assert texts.count("depois da união") == 1

    await done(shop, "POST", f"/contacts/merges/{merged['merge']['id']}/undo")
    rows = await conversations(shop.client)
    assert {one["contact"]["id"] for one in rows} == {kept, lost}
    said = [(row["contact"]["id"], one["text"]) for row in rows for one in await messages(shop.client, row["id"])]
    assert [one for one in said if one[1] == "do número antigo"] == [(kept, "do número antigo")]
    assert [text for _, text in said].count("depois da união") == 1


async def test_what_a_blocked_customer_writes_is_kept_and_opens_nothing(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    await provider.write(OLD, ["Olá"], name="Ana")
    await eventually(lambda: listener.of_type("message.received"), message="the message")
    (row,) = await conversations(shop.client)
    await done(shop, "PUT", f"/contacts/{row['contact']['id']}/block", {"reason": "ofensas"})
    await done(shop, "POST", f"/conversations/{row['id']}/read")
    await done(shop, "POST", f"/conversations/{row['id']}/close")
    await provider.write(OLD, ["de novo"], name="Ana")
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="the second message")
    (row,) = await conversations(shop.client)
    assert (row["status"], row["unread_count"], row["contact"]["blocked"]) == ("closed", 0, True)
    assert "de novo" in [one["text"] for one in await messages(shop.client, row["id"])]
