"""Assignment rules over HTTP: what is refused with which words, their order, and the warning of circles."""

from typing import Any

import pytest

from atd_testing.service import RunningService, TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHATSAPP = {"about": "channel", "values": ["whatsapp"]}


async def make(desk: TenantClient, name: str = "Boleto", **more: Any) -> Any:
    return await desk.do("POST", "/assignment-rules", {"name": name, "priority": "high", **more})


async def test_rules_are_made_changed_and_put_in_order(desk: TenantClient) -> None:
    first, second = await make(desk, "A", conditions=[WHATSAPP]), await make(desk, "B", goes_on=True)
    assert first["conditions"] == [{**WHATSAPP, "field": None, "negated": False}]
    changed = await desk.do("PATCH", f"/assignment-rules/{first['id']}", {"enabled": False, "match": "any"})
    assert (changed["enabled"], changed["match"], changed["conditions"]) == (False, "any", first["conditions"])
    await desk.do("PUT", "/assignment-rules/order", {"ids": [second["id"], first["id"]]})
    assert [one["name"] for one in (await desk.get("/assignment-rules"))["items"]] == ["B", "A"]
    await desk.do("DELETE", f"/assignment-rules/{second['id']}")
    assert [one["name"] for one in (await desk.get("/assignment-rules"))["items"]] == ["A"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"conditions": [{"about": "channel", "values": ["fax"]}]}, "conditions[0].values"),
        ({"conditions": [WHATSAPP, {"about": "moon", "values": ["full"]}]}, "conditions[1].about"),
        ({"conditions": [{"about": "word", "values": ["…"]}]}, "conditions[0].values"),
        ({"conditions": [{"about": "word", "values": ["x" * 61]}]}, "conditions[0].values"),
        ({"conditions": [{"about": "language", "values": ["klingon"]}]}, "conditions[0].values"),
        ({"conditions": [{"about": "hours", "values": []}]}, "conditions[0].values"),
        ({"conditions": [{"about": "field", "values": ["ouro"]}]}, "conditions[0].field"),
        ({"conditions": [{**WHATSAPP, "field": "plan"}]}, "conditions[0].field"),
        ({"conditions": [WHATSAPP] * 21}, "conditions"),
        ({"team_id": "nowhere"}, "team_id"),
        ({"bot_id": "b1"}, "bot_id"),
        ({"label_ids": ["l"] * 11}, "label_ids"),
        ({"priority": "yesterday"}, "priority"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_rule_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("POST", "/assignment-rules", {"name": "R", "priority": "high", **body})
    assert (status, fields) == (422, [field])


async def test_a_rule_that_does_nothing_and_goes_on_is_refused(desk: TenantClient) -> None:
    assert (await desk.refused("POST", "/assignment-rules", {"name": "R", "goes_on": True}))[0] == 422
    assert (await desk.do("POST", "/assignment-rules", {"name": "These stay"}))["goes_on"] is False


async def test_a_rule_gives_to_somebody_of_its_team_only(desk: TenantClient) -> None:
    team = await desk.do("POST", "/teams", {"name": "Vendas", "members": [{"attendant_id": "ana"}]})
    body = {"name": "R", "team_id": team["id"], "attendant_id": "bia"}
    assert await desk.refused("POST", "/assignment-rules", body) == (422, "invalid", ["attendant_id"])
    assert (await desk.do("POST", "/assignment-rules", {**body, "attendant_id": "ana"}))["attendant_id"] == "ana"


async def test_circles_are_warned_of_on_saving(desk: TenantClient) -> None:
    urgent, high = ({"about": "priority", "values": [one]} for one in ("urgent", "high"))
    first = await make(desk, "Acalma", conditions=[urgent], priority="high", goes_on=True)
    assert first["warnings"] == []
    second = await make(desk, "Apressa", conditions=[high], priority="urgent", goes_on=True)
    (warning,) = second["warnings"]
    assert (warning["code"], sorted(warning["ids"])) == ("rules_circle", sorted([first["id"], second["id"]]))
    assert "Apressa → Acalma → Apressa" in warning["message"]
    ended = await desk.do("PATCH", f"/assignment-rules/{second['id']}", {"goes_on": False})
    assert ended["warnings"] == []
    assert "warnings" not in await desk.get(f"/assignment-rules/{second['id']}")


async def test_there_are_at_most_100_rules_and_their_names_differ(desk: TenantClient) -> None:
    for number in range(100):
        await make(desk, f"R{number}")
    assert (await desk.refused("POST", "/assignment-rules", {"name": "one more", "priority": "low"}))[1] == "too_many"
    assert (await desk.refused("POST", "/assignment-rules", {"name": "r1", "priority": "low"}))[0] == 409


async def test_another_companys_rules_are_not_seen(desk: TenantClient, service: RunningService) -> None:
    rule, other = await make(desk), TenantClient(service, permissions=("conversations:read", "settings:manage"))
    assert (await other.get("/assignment-rules"))["items"] == []
    assert (await other.refused("PATCH", f"/assignment-rules/{rule['id']}", {"enabled": False}))[0] == 404
