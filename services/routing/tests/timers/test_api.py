"""Service levels and what silence leads to, over HTTP."""

from typing import Any

import pytest

from atd_routing.domain.inactivity.policies import Inactivity
from atd_testing.service import RunningService, TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEVELS = "/service-levels"
SILENCE = "/routing/inactivity"


async def make(desk: TenantClient, name: str = "Urgentes", **more: Any) -> Any:
    return await desk.do("POST", LEVELS, {"name": name, "first_response_minutes": 30, **more})


async def test_policies_are_made_put_in_order_and_count_without_a_restart(
    desk: TenantClient, service: RunningService
) -> None:
    first, second = await make(desk, priorities=["urgent"]), await make(desk, "Todas", resolution_minutes=480)
    await make(desk, "Aparte", enabled=False)
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
async def test_a_bad_policy_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("POST", LEVELS, body)
    assert (status, fields) == (422, [field])


async def test_a_policy_cannot_lose_its_last_target(desk: TenantClient) -> None:
    level = await make(desk)
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
    level = await make(desk)
    await desk.do("PUT", SILENCE, {"close_minutes": 60})
    stranger = TenantClient(service, permissions=("conversations:read", "settings:manage"))
    assert (await stranger.get(LEVELS))["items"] == []
    assert (await stranger.refused("DELETE", f"{LEVELS}/{level['id']}"))[:2] == (404, "not_found")
    assert (await stranger.get(SILENCE))["close_minutes"] is None


async def test_changing_needs_the_permission(desk: TenantClient, service: RunningService) -> None:
    reader = TenantClient(service, desk.tenant, permissions=("conversations:read",))
    assert (await reader.get(LEVELS))["items"] == []
    assert (await reader.refused("POST", LEVELS, {"name": "A", "resolution_minutes": 1}))[:2] == (403, "forbidden")
    assert (await reader.refused("PUT", SILENCE, {}))[:2] == (403, "forbidden")
