"""Rules, service levels and what silence leads to, over HTTP: what is refused with which words, and their order."""

from typing import Any

import pytest

from atd_routing.domain.inactivity.policies import Inactivity
from atd_schemas.ids import uuid7
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


async def test_there_are_at_most_100_rules_and_their_names_differ(desk: TenantClient, service: RunningService) -> None:
    rule = await make(desk, "R1")
    row = await service.db.settings.find_one({"_id": rule["id"]})
    more = [{**row, "_id": uuid7(), "key": f"r{number}"} for number in range(2, 100)]
    await service.db.settings.insert_many(more)
    await make(desk, "The hundredth")
    assert (await desk.refused("POST", "/assignment-rules", {"name": "one more", "priority": "low"}))[1] == "too_many"
    assert (await desk.refused("POST", "/assignment-rules", {"name": "r1", "priority": "low"}))[0] == 409


async def test_another_companys_rules_are_not_seen(desk: TenantClient, service: RunningService) -> None:
    rule, other = await make(desk), TenantClient(service, permissions=("conversations:read", "settings:manage"))
    assert (await other.get("/assignment-rules"))["items"] == []
    assert (await other.refused("PATCH", f"/assignment-rules/{rule['id']}", {"enabled": False}))[0] == 404


# Service levels, and what silence leads to

LEVELS = "/service-levels"
SILENCE = "/routing/inactivity"


async def promise(desk: TenantClient, name: str = "Urgentes", **more: Any) -> Any:
    return await desk.do("POST", LEVELS, {"name": name, "first_response_minutes": 30, **more})


async def test_service_levels_are_made_put_in_order_and_count_without_a_restart(
    desk: TenantClient, service: RunningService
) -> None:
    first, second = await promise(desk, priorities=["urgent"]), await promise(desk, "Todas", resolution_minutes=480)
    await promise(desk, "Aparte", enabled=False)
    assert (first["position"], first["warn_percent"], first["time"]) == (1, 75, "hours")
    await desk.do("PUT", f"{LEVELS}/order", {"ids": [second["id"], first["id"]]})
    assert [one["name"] for one in (await desk.get(LEVELS))["items"]] == ["Todas", "Urgentes", "Aparte"]
    levels = (await service.app.state.parts.tenants.of(desk.tenant)).service_levels
    assert [(one.name, sorted(one.targets)) for one in levels] == [
        ("Todas", ["first_response", "resolution"]),
        ("Urgentes", ["first_response"]),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"first_response_minutes": 1}, "name"),
        ({"name": "A"}, ""),
        ({"name": "A", "first_response_minutes": 0}, "first_response_minutes"),
        ({"name": "A", "resolution_minutes": 525_601}, "resolution_minutes"),
        ({"name": "A", "resolution_minutes": 60, "warn_percent": 100}, "warn_percent"),
        ({"name": "A", "resolution_minutes": 60, "time": "weekends"}, "time"),
        ({"name": "A", "resolution_minutes": 60, "channels": ["fax"]}, "channels[0]"),
        ({"name": "A", "resolution_minutes": 60, "team_ids": ["nowhere"]}, "team_ids[0]"),
        ({"name": "A", "resolution_minutes": 60, "label_ids": ["l"] * 201}, "label_ids"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_target_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("POST", LEVELS, body)
    assert (status, fields) == (422, [field])


async def test_a_policy_cannot_lose_its_last_target(desk: TenantClient) -> None:
    level = await promise(desk)
    assert (await desk.refused("PATCH", f"{LEVELS}/{level['id']}", {"first_response_minutes": None}))[0] == 422


async def test_a_preview_says_when_targets_would_be_due(desk: TenantClient) -> None:
    policy = {"name": "A", "first_response_minutes": 60, "time": "around_the_clock"}
    preview = await desk.do("POST", f"{LEVELS}/preview", {"policy": policy, "opened_at": "2027-03-05T20:30:00Z"})
    assert preview["targets"] == [
        {"target": "first_response", "warn_at": "2027-03-05T21:15:00.000Z", "due_at": "2027-03-05T21:30:00.000Z"}
    ]
    assert (await desk.refused("POST", f"{LEVELS}/preview", {"policy": {"name": "A"}}))[2] == ["policy"]


async def test_nothing_is_done_about_silence_until_a_company_says_so(
    desk: TenantClient, service: RunningService
) -> None:
    before = await desk.get(SILENCE)
    assert {before[name] for name in before if name.endswith("_minutes")} == {None}
    assert (await service.app.state.parts.tenants.of(desk.tenant)).inactivity.empty
    team = await desk.do("POST", "/teams", {"name": "Vendas"})
    new = {**before, "close_minutes": 60, "teams": [{"team_id": team["id"], "no_answer_minutes": 5}]}
    await desk.do("PUT", SILENCE, new)
    policies = (await service.app.state.parts.tenants.of(desk.tenant)).inactivity
    assert policies.of(None).closing["en"].startswith("We have closed")
    sales = policies.of(team["id"])
    assert (sales.no_answer_after, sales.close_after) == (policies.of(team["id"]).no_answer_after, None)
    assert sales != Inactivity()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"close_minutes": 0}, "close_minutes"),
        ({"remind_minutes": 43_201}, "remind_minutes"),
        ({"reminder": {"de": "Noch da?"}}, "reminder.de."),
        ({"reminder": {"en": " "}}, "reminder.en"),
        ({"reminder": {"en": "{{contact.nmae}}"}}, "reminder.en"),
        ({"closing": {"pt-BR": "{{contact.name"}}, "closing.pt-BR"),
        ({"teams": [{"team_id": "nowhere"}]}, "teams[0].team_id"),
        ({"teams": [{"team_id": "a"}, {"team_id": "a"}]}, ""),
        ({"close_after": 5}, "close_after"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_policy_of_silence_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("PUT", SILENCE, body)
    assert status == 422
    assert [one.replace("[key]", "") for one in fields] == [field]


async def test_nobody_reads_or_changes_what_another_company_has_promised(
    desk: TenantClient, service: RunningService
) -> None:
    level = await promise(desk)
    await desk.do("PUT", SILENCE, {"close_minutes": 60})
    stranger = TenantClient(service, permissions=("conversations:read", "settings:manage"))
    assert (await stranger.get(LEVELS))["items"] == []
    assert (await stranger.refused("DELETE", f"{LEVELS}/{level['id']}"))[:2] == (404, "not_found")
    assert (await stranger.get(SILENCE))["close_minutes"] is None


async def test_changing_targets_and_silence_needs_the_permission(desk: TenantClient, service: RunningService) -> None:
    reader = TenantClient(service, desk.tenant, permissions=("conversations:read",))
    assert (await reader.get(LEVELS))["items"] == []
    assert (await reader.refused("POST", LEVELS, {"name": "A", "resolution_minutes": 1}))[:2] == (403, "forbidden")
    assert (await reader.refused("PUT", SILENCE, {}))[:2] == (403, "forbidden")
