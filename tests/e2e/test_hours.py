"""Hours, from the customer's message to the provider and to the attendant's screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider

CUSTOMER = "5511999990082"
EVERY_DAY = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


async def post(shop: Shop, path: str, body: Any) -> Any:
    answer = await shop.client.post(path, json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()


async def texts(graph: Graph) -> list[str]:
    """What arrived at the provider, without read marks."""
    return [one.body["text"]["body"] for one in await graph.sent() if one.body.get("type") == "text"]


async def test_a_message_outside_hours_is_answered_once_and_given_away_when_they_open(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    me = (await shop.client.get("/me")).json()["id"]
    opening = {"kind": "hours", "intervals": [{"start": "09:00", "end": "18:00"}]}
    in_three_days = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    hours = await post(
        shop,
        "/hours",
        {
            "name": "Comercial",
            "is_default": True,
            "exceptions": [{"date": in_three_days, **opening}],
            "message": {"enabled": True, "texts": {"pt-BR": "Fechado. Voltamos {{next_opening}}."}},
        },
    )
    team = await post(shop, "/teams", {"name": "Vendas", "members": [{"attendant_id": me}]})
    policy = await shop.client.put("/routing/distribution", json={"default_team_id": team["id"]})
    assert policy.status_code == httpx.codes.OK, policy.text
    told = (await shop.client.get(f"/hours/{hours['id']}/preview")).json()["words"]["pt-BR"]["message"]

    await provider.write(CUSTOMER, ["Oi", "Tem alguém aí?"])
    assert await eventually(lambda: texts(graph), message="the message at the provider") == [told]
    await provider.write(CUSTOMER, ["Alô?"])
    await eventually(lambda: len(listener.of_type("message.received")) == 3, message="the customer's last message")
    assert not listener.of_type("conversation.assigned")

    open_now = {"intervals": [{"day": day, "start": "00:00", "end": "24:00"} for day in EVERY_DAY], "exceptions": []}
    changed = await shop.client.patch(f"/hours/{hours['id']}", json=open_now)
    assert changed.status_code == httpx.codes.OK, changed.text
    given = await eventually(lambda: listener.of_type("conversation.assigned"), message="the attendant who gets it")
    conversation = given[0]["data"]["conversation"]
    assert (conversation["assignee"]["id"], conversation["team"]["name"]) == (me, "Vendas")
    await shop.client.post(f"/conversations/{conversation['id']}/messages", json={"text": "Bom dia"})
    await eventually(lambda: _answered(graph), message="the answer at the provider")
    assert await texts(graph) == [told, "Bom dia"]


async def _answered(graph: Graph) -> bool:
    return "Bom dia" in await texts(graph)
