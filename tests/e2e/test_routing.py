"""Routing, from the customer's message to the attendant who gets it: rules, queue, capacity, presence, what is told."""

from typing import Any

import httpx

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider

FIRST, SECOND, THIRD, OTHER = (f"55119999900{number}" for number in (71, 72, 73, 74))
GREETING = "Olá, é o financeiro"
BOLETO = "Preciso da segunda via do BOLETO"


async def ask(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    answer = await shop.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def texts(graph: Graph, customer: str) -> list[str]:
    """What a customer was sent."""
    sent = [one.body for one in await graph.sent() if one.body.get("type") == "text"]
    return [one["text"]["body"] for one in sent if one["to"] == f"+{customer}"]


async def test_a_message_finds_its_team_and_its_attendant_or_waits_with_a_place_until_there_is_room(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    me = (await ask(shop, "GET", "/me"))["id"]
    members = [{"attendant_id": me}]
    finance = await ask(
        shop,
        "POST",
        "/teams",
        {"name": "Financeiro", "members": members, "limit": 1, "greeting": GREETING},
    )
    sales = await ask(shop, "POST", "/teams", {"name": "Vendas"})
    await ask(shop, "PUT", "/routing/distribution", {"default_team_id": sales["id"]})
    rule = {"name": "Boletos", "conditions": [{"about": "word", "values": ["boleto"]}], "team_id": finance["id"]}
    await ask(shop, "POST", "/assignment-rules", {**rule, "priority": "high"})
    await ask(shop, "PUT", "/routing/telling", {"position_minutes": 5})

    def given() -> list[tuple[str, str, str]]:
        events = [one["data"]["conversation"] for one in listener.of_type("conversation.assigned")]
        return [(one["id"], one["team"]["name"], one["assignee"]["id"]) for one in events]

    async def waiting() -> list[tuple[str, list[str]]]:
        items = (await ask(shop, "GET", "/queue"))["items"]
        return [(one["team"]["name"], [reason["code"] for reason in one["reasons"]]) for one in items]

    # the right team, an attendant who is free, a greeting
    await provider.write(FIRST, [BOLETO])
    await eventually(lambda: len(given()) == 1, message="the first conversation is given away")
    first, team, assignee = given()[0]
    assert (team, assignee) == ("Financeiro", me)
    assert (await ask(shop, "GET", f"/conversations/{first}"))["priority"] == "high"
    assert await eventually(lambda: texts(graph, FIRST), message="the greeting") == [GREETING]

    # nobody has room: the queue, with a place
    await provider.write(SECOND, [BOLETO])
    await eventually(lambda: _is(waiting, [("Financeiro", ["all_full"])]), message="the second waits for room")
    (told,) = await eventually(lambda: texts(graph, SECOND), message="the place in the queue")
    assert told == "Você está na posição 1 da fila. Espera estimada: ainda não sabemos."
    assert await _positions(shop) == [1], "as the conversation shows it"

    # all are away: nothing is given away though there is room, until one is back
    await ask(shop, "PUT", "/presence", {"state": "away"})
    await provider.write(THIRD, [BOLETO])
    await provider.write(OTHER, ["Bom dia"])
    away = [("Financeiro", ["nobody_online"]), ("Financeiro", ["nobody_online", "behind"])]
    await eventually(lambda: _is(waiting, [*away, ("Vendas", ["nobody_online"])]), message="all of them wait")
    await ask(shop, "POST", f"/conversations/{first}/close", {})
    refused = await shop.client.post("/queue/next", json={})
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.CONFLICT, "not_available")
    assert len(given()) == 1

    await ask(shop, "PUT", "/presence", {"state": "online"})
    await eventually(lambda: len(given()) == 2, message="the second, who has waited longest")
    await eventually(lambda: _is(lambda: texts(graph, SECOND), [told, GREETING]), message="the second's greeting")
    second = given()[1][0]
    await ask(shop, "POST", f"/conversations/{second}/close", {})
    await eventually(lambda: len(given()) == 3, message="the third, since there is room again")
    assert [name for _, name, _ in given()] == ["Financeiro"] * 3
    await eventually(lambda: _is(waiting, [("Vendas", ["nobody_online"])]), message="nobody else waits")


async def _positions(shop: Shop) -> list[int | None]:
    """The places that were told, as conversations that wait show them."""
    ids = [one["conversation_id"] for one in (await ask(shop, "GET", "/queue"))["items"]]
    return [(await ask(shop, "GET", f"/conversations/{one}"))["queue_position"] for one in ids]


async def _is(read: Any, wanted: Any) -> bool:
    return bool(await read() == wanted)
