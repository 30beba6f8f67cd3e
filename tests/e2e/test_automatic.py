"""What is said and asked without a person, from the customer's message to the provider, the screen and the rating."""

from typing import Any

import httpx

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import messages

CUSTOMER = "5511999990081"


async def set_up(shop: Shop, **rule: Any) -> None:
    answer = await shop.client.post("/automatic-replies", json=rule)
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def bodies(graph: Graph) -> list[Any]:
    """What arrived at the provider, without read marks."""
    return [one.body for one in await graph.sent() if "type" in one.body]


async def test_a_greeting_a_protocol_number_and_a_rating_reach_the_customer(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    await set_up(shop, name="Boas-vindas", trigger="new_conversation", text="Olá, {{contact.first_name}}")
    await shop.client.put("/settings/ratings", json={"enabled": True, "ask_comment": True})

    await provider.write(CUSTOMER, ["Bom dia", "qual o PROTOCOLO?"])
    await eventually(lambda: len(listener.of_type("message.sent")) == 2, message="greeting and protocol number")
    greeting, number = (event["data"]["message"] for event in listener.of_type("message.sent"))
    assert (greeting["text"], greeting["automatic"]["rule_name"]) == ("Olá, Ana", "Boas-vindas")
    assert (number["text"], number["automatic"]["kind"]) == ("O protocolo desta conversa é 1.", "protocol")
    conversation_id = greeting["conversation_id"]
    path = f"/conversations/{conversation_id}"
    shown = (await shop.client.get(path)).json()
    assert (shown["status"], shown["unread_count"], shown["first_response_at"]) == ("queued", 2, None)
    assert shown["waiting_since"] is not None

    me = (await shop.client.get("/me")).json()["id"]
    await shop.client.post(f"{path}/assign", json={"attendant_id": me})
    await shop.client.post(f"{path}/messages", json={"text": "Resolvido"})
    await shop.client.post(f"{path}/messages", json={"text": "nunca sai daqui", "direction": "note"})
    await shop.client.post(f"{path}/close")
    await eventually(lambda: listener.of_type("rating.requested"), message="the question on the screen")
    sent = await eventually(lambda: _four(graph), message="the question at the provider")
    question = sent[-1]["interactive"]
    assert question["type"] == "list"
    rows = question["action"]["sections"][0]["rows"]
    assert [row["title"][0] for row in rows] == ["5", "4", "3", "2", "1"]

    await shop.client.post(f"{path}/reopen")
    await shop.client.post(f"{path}/assign", json={"attendant_id": None})
    await provider.write(CUSTOMER, ["4", "Demorou, mas resolveu"])
    await eventually(lambda: len(listener.of_type("conversation.rated")) == 1, message="the rating on the screen")
    shown = (await shop.client.get(path)).json()
    assert (shown["rating"], shown["rating_details"]["attendant"]["id"]) == (4, me)
    assert shown["assignee"] is None
    assert all("nunca sai daqui" not in str(body) for body in await bodies(graph))
    thread = await messages(shop.client, conversation_id)
    assert [one["direction"] for one in thread].count("note") == 1


async def _four(graph: Graph) -> list[Any]:
    found = await bodies(graph)
    return found if len(found) >= 4 else []
