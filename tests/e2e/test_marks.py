"""Tags, labels and types through the gateway: what one attendant marks, every screen hears and finds."""

from typing import Any

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages

CUSTOMER = "5511999990021"


async def made(shop: Shop, path: str, name: str, **more: Any) -> str:
    answer = await shop.client.post(path, json={"name": name, **more})
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


async def done(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    answer = await shop.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def test_what_is_marked_is_heard_found_and_gone_when_it_is_deleted(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    await provider.write(CUSTOMER, ["Meu pedido atrasou"], name="Marina Alves")
    await eventually(lambda: listener.of_type("message.received"), message="the customer's message")
    (conversation,) = await conversations(shop.client)
    (message,) = await messages(shop.client, conversation["id"])
    tag, label, sales = (
        await made(shop, "/tags", "Atraso", color="#dc2626"),
        await made(shop, "/labels", "VIP"),
        await made(shop, "/types", "Vendas"),
    )
    quote = await made(shop, "/types", "Orçamento", parent_id=sales)

    await done(shop, "PUT", f"/messages/{message['id']}/tags/{tag}")
    await done(shop, "PUT", f"/contacts/{conversation['contact']['id']}/labels/{label}")
    await done(shop, "PUT", "/settings/closing", {"type_required": True})
    refused = await shop.client.post(f"/conversations/{conversation['id']}/close")
    assert (refused.status_code, refused.json()["code"]) == (422, "type_required")
    await done(shop, "POST", f"/conversations/{conversation['id']}/close", {"type_id": quote})

    heard = await eventually(lambda: listener.of_type("conversation.closed"), message="the closing")
    shown = heard[0]["data"]["conversation"]
    assert (shown["type"]["name"], shown["contact"]["labels"][0]["name"]) == ("Orçamento", "VIP")
    (tagged,) = listener.of_type("message.tagged")
    assert (tagged["data"]["tag"]["name"], tagged["actor"]["name"]) == ("Atraso", "Ana Souza")
    labelled = await eventually(lambda: listener.of_type("contact.labelled"), message="the label, under its own key")
    assert labelled[0]["data"]["label"]["name"] == "VIP"
    await eventually(lambda: listener.of_type("conversation.classified"), message="the type")

    for name, value in (("tag", tag), ("label", label), ("type", quote), ("type", sales)):
        found = await done(shop, "GET", f"/conversations?{name}={value}")
        assert [one["id"] for one in found["items"]] == [conversation["id"]], name

    await done(shop, "PATCH", f"/tags/{tag}", {"name": "Entrega atrasada"})
    assert [one["name"] for one in (await messages(shop.client, conversation["id"]))[0]["tags"]] == ["Entrega atrasada"]
    await done(shop, "DELETE", f"/tags/{tag}")
    assert (await messages(shop.client, conversation["id"]))[0]["tags"] == []
    deleted = await eventually(
        lambda: [one for one in listener.of_type("setting.changed") if one["data"]["deleted"]], message="the deletion"
    )
    assert deleted[0]["data"]["id"] == tag
