"""What a company sets for its routing, over HTTP: the same for every kind, shown on teams; what customers are told."""

from typing import Any

import pytest

from atd_routing.domain.teams import TEAM
from atd_schemas.ids import uuid7
from atd_schemas.topics import SETTINGS_CHANGES
from atd_testing.overtaking import save_at_once, save_policy_at_once
from atd_testing.service import RunningService, TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = ("conversations:read", "settings:manage")


async def make(desk: TenantClient, name: str = "Vendas", **more: Any) -> Any:
    return await desk.do("POST", "/teams", {"name": name, **more})


async def test_a_team_is_made_read_changed_and_deleted(desk: TenantClient) -> None:
    team = await make(desk, members=[{"attendant_id": "ana", "limit": 2, "skills": ["language:en"]}])
    assert team["version"] == 1
    assert await desk.get(f"/teams/{team['id']}") == team
    changed = await desk.do("PATCH", f"/teams/{team['id']}", {"limit": None}, headers={"If-Match": '"1"'})
    assert changed == {**team, "limit": None, "version": 2}
    assert (await desk.get("/teams"))["items"] == [changed]
    await desk.do("DELETE", f"/teams/{team['id']}")
    assert (await desk.get("/teams"))["items"] == []


async def test_a_team_in_whose_queue_somebody_waits_is_not_deleted(desk: TenantClient, service: RunningService) -> None:
    team = await make(desk)
    waiting = {"_id": uuid7(), "tenant_id": desk.tenant, "queue": team["id"], "rank": 1}
    await service.db.conversations.insert_one(waiting)
    assert (await desk.refused("DELETE", f"/teams/{team['id']}"))[:2] == (409, "in_use")
    await service.db.conversations.delete_one({"_id": waiting["_id"]})
    await desk.do("DELETE", f"/teams/{team['id']}")


async def test_teams_stand_by_name_in_pages(desk: TenantClient) -> None:
    for name in ("Suporte", "água", "Vendas"):
        await make(desk, name)
    assert [team["name"] for team in await desk.pages("/teams", limit=2)] == ["água", "Suporte", "Vendas"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "A", "strategy": "random"}, "strategy"),
        ({"name": "A", "limit": 0}, "limit"),
        ({"name": "A", "members": [{"attendant_id": "a", "limit": -1}]}, "members[0].limit"),
        ({"name": "A", "hours_id": "nowhere"}, "hours_id"),
        ({"name": "A", "nane": "B"}, "nane"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_team_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("POST", "/teams", body)
    assert (status, fields) == (422, [field])


async def test_a_change_is_checked_with_what_it_leaves(desk: TenantClient) -> None:
    team = await make(desk)
    twice = [{"attendant_id": "ana"}, {"attendant_id": "ana"}]
    assert (await desk.refused("PATCH", f"/teams/{team['id']}", {"members": twice}))[0] == 422
    assert (await desk.refused("PATCH", f"/teams/{team['id']}", {"name": None})) == (422, "invalid", ["name"])
    assert await desk.get(f"/teams/{team['id']}") == team


async def test_two_teams_cannot_have_one_name(desk: TenantClient) -> None:
    await make(desk, "Vendas")
    assert await desk.refused("POST", "/teams", {"name": "VÊNDAS"}) == (409, "name_taken", ["name"])


async def test_the_same_request_again_makes_one_team(desk: TenantClient) -> None:
    key = {"Idempotency-Key": "one"}
    first = await desk.do("POST", "/teams", {"name": "Vendas"}, headers=key)
    assert await desk.do("POST", "/teams", {"name": "Vendas"}, headers=key) == first
    assert len((await desk.get("/teams"))["items"]) == 1


async def test_nobody_reaches_the_teams_of_another_company(desk: TenantClient, service: RunningService) -> None:
    team = await make(desk)
    stranger = TenantClient(service, permissions=("conversations:read", "settings:manage"))
    path = f"/teams/{team['id']}"
    assert (await stranger.get("/teams"))["items"] == []
    for method, body in (("GET", None), ("PATCH", {"name": "Minha"}), ("DELETE", None)):
        assert (await stranger.refused(method, path, body))[:2] == (404, "not_found")
    assert await desk.get(path) == team


async def test_changing_needs_the_permission(desk: TenantClient, service: RunningService) -> None:
    reader = TenantClient(service, desk.tenant, permissions=("conversations:read",))
    team = await make(desk)
    assert await reader.get(f"/teams/{team['id']}") == team
    assert (await reader.refused("POST", "/teams", {"name": "A"}))[:2] == (403, "forbidden")


async def test_others_are_told_of_a_teams_name_and_members(desk: TenantClient, service: RunningService) -> None:
    async with service.reading(SETTINGS_CHANGES) as reader:
        team = await make(desk, members=[{"attendant_id": "ana"}])
        await desk.do("PATCH", f"/teams/{team['id']}", {"name": "Loja"})
        await desk.do("DELETE", f"/teams/{team['id']}")
        events = await reader.until(lambda found: len([one for one in found if one.subject == team["id"]]) == 3)
    told = [(one.data.name, one.data.member_ids, one.revision, one.data.deleted) for one in events]
    assert told == [("Vendas", ("ana",), 1, False), ("Loja", ("ana",), 2, False), ("Loja", ("ana",), 3, True)]


async def test_a_policy_has_defaults_until_it_is_set(desk: TenantClient) -> None:
    path = "/routing/distribution"
    assert await desk.get(path) == {"default_team_id": None, "return_minutes": 5}
    team = await make(desk)
    new = {"default_team_id": team["id"], "return_minutes": None}
    assert await desk.do("PUT", path, new) == new
    assert await desk.get(path) == new
    assert await desk.refused("PUT", path, {"default_team_id": "nowhere"}) == (422, "invalid", ["default_team_id"])


async def test_settings_take_effect_without_a_restart(desk: TenantClient, service: RunningService) -> None:
    tenants = service.app.state.parts.tenants
    assert not (await tenants.of(desk.tenant)).teams
    team = await make(desk)
    assert set((await tenants.of(desk.tenant)).teams) == {team["id"]}


@pytest.mark.parametrize(("count", "refused"), [(TEAM.limit - 1, False), (TEAM.limit, True)])
async def test_a_company_has_no_more_teams_than_the_limit(
    desk: TenantClient, service: RunningService, count: int, refused: bool
) -> None:
    team = await make(desk)
    row = await service.db.settings.find_one({"_id": team["id"]})
    more = [{**row, "_id": uuid7(), "key": f"t{number}"} for number in range(count - 1)]
    await service.db.settings.insert_many(more)
    answer = await desk.ask("POST", "/teams", {"name": "Mais uma"})
    assert (answer.status_code == 409 and answer.json()["code"] == "too_many") is refused


# Two who change the same setting

ITEMS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "teams": ({"name": "A"}, [{"limit": 2, "use_skills": True}, {"name": "B"}]),
    "hours": ({"name": "A"}, [{"name": "B"}, {"zone": "America/Manaus", "account_ids": ["one"]}]),
    "assignment-rules": ({"name": "A", "priority": "high"}, [{"enabled": False}, {"priority": "low", "match": "any"}]),
    "service-levels": ({"name": "A", "resolution_minutes": 60}, [{"resolution_minutes": 90}, {"warn_percent": 50}]),
    "away-reasons": ({"name": "A"}, [{"name": "B"}, {"counts_as_break": False, "names": {"en": "C"}}]),
}
POLICIES: dict[str, list[dict[str, Any]]] = {
    "distribution": [{"return_minutes": 7}, {"return_minutes": 9}],
    "telling": [{"position_minutes": 9}, {"language": "es", "overdue_minutes": 30}],
    "inactivity": [{"no_answer_minutes": 9}, {"remind_minutes": 30, "reminder": {"en": "There?"}}],
    "presence": [{"grace_seconds": 30}, {"untouched_minutes": 20, "zone": "America/Manaus"}],
}


@pytest.mark.parametrize("kind", ITEMS)
async def test_of_many_who_save_one_item_at_once_one_wins_and_the_others_are_told_who_and_what(
    desk: TenantClient, kind: str
) -> None:
    body, edits = ITEMS[kind]
    made = await desk.do("POST", f"/{kind}", body)
    await save_at_once(desk, "PATCH", f"/{kind}/{made['id']}", edits, 1)


@pytest.mark.parametrize("policy", POLICIES)
async def test_of_many_who_save_one_policy_at_once_one_wins_and_the_others_are_told_who_and_what(
    desk: TenantClient, policy: str
) -> None:
    await save_policy_at_once(desk, f"/routing/{policy}", POLICIES[policy])


async def test_a_default_reason_is_changed_by_one_of_many_at_once(desk: TenantClient) -> None:
    reason = (await desk.get("/away-reasons"))["items"][0]
    await save_at_once(desk, "PATCH", f"/away-reasons/{reason['id']}", ITEMS["away-reasons"][1], 1)


async def test_who_saves_over_an_older_version_is_told_of_every_change_since(desk: TenantClient) -> None:
    ids = [(await desk.do("POST", "/assignment-rules", {"name": name}))["id"] for name in "AB"]
    path = f"/assignment-rules/{ids[0]}"
    await desk.do("PATCH", path, {"name": "Boleto"})
    await desk.do("PUT", "/assignment-rules/order", {"ids": ids[::-1]})
    problem = (await desk.ask("DELETE", path, headers={"If-Match": '"1"'})).json()
    assert [(one["version"], one["fields"], one["actor"]["name"]) for one in problem["changes"]] == [
        (2, ["name"], "Bia"),
        (3, ["position"], "Bia"),
    ]
    assert "Boleto" not in str(problem)
    for number in range(21):
        await desk.do("PATCH", path, {"name": f"R{number}"})
    problem = (await desk.ask("PATCH", path, {"name": "Z"}, headers={"If-Match": '"1"'})).json()
    assert [one["version"] for one in problem["changes"]] == list(range(5, 25))


async def test_hours_that_lose_their_place_as_the_companys_say_who_took_it(desk: TenantClient) -> None:
    old = await desk.do("POST", "/hours", {"name": "A", "is_default": True})
    await desk.do("POST", "/hours", {"name": "B", "is_default": True})
    problem = (await desk.ask("PATCH", f"/hours/{old['id']}", {"name": "C"}, headers={"If-Match": '"1"'})).json()
    assert [(one["fields"], one["actor"]["name"]) for one in problem["changes"]] == [(["is_default"], "Bia")]


# What customers who wait are told


async def test_nothing_is_told_until_somebody_sets_it(desk: TenantClient) -> None:
    policy = await desk.get("/routing/telling")
    assert (policy["position_minutes"], policy["overdue_minutes"], policy["language"]) == (None, None, "pt-BR")
    wanted = {"position_minutes": 10, "position": {"en": 'Number {{position}}, {{wait|"soon"}}'}, "language": "en"}
    put = await desk.do("PUT", "/routing/telling", wanted)
    assert {**put, **wanted} == put == await desk.get("/routing/telling")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"position_minutes": 0}, "position_minutes"),
        ({"overdue_minutes": 1441}, "overdue_minutes"),
        ({"position": {"pt-BR": "{{place}}"}}, "position.pt-BR"),
        ({"overdue": {"en": "{{position}}"}}, "overdue.en"),
        ({"overdue": {"en": "{{contact.name"}}, "overdue.en"),
        ({"language": "fr"}, "language"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_told_is_refused_with_its_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("PUT", "/routing/telling", body)
    assert (status, fields) == (422, [field])


async def test_a_greeting_that_cannot_be_filled_in_is_refused(desk: TenantClient) -> None:
    assert await desk.refused("POST", "/teams", {"name": "A", "greeting": "Olá {{contact.nome}}"}) == (
        422,
        "unknown_variable",
        ["greeting"],
    )
    assert await desk.refused("POST", "/teams", {"name": "A", "greetings": {"en": "Hi {{contact.nome}}"}}) == (
        422,
        "unknown_variable",
        ["greetings.en"],
    )
    assert (await desk.refused("POST", "/teams", {"name": "A", "greetings": {"fr": "Salut"}}))[0] == 422
    wanted = {"name": "A", "greeting": "Olá {{contact.first_name}}", "greetings": {"en": "Hi {{contact.first_name}}"}}
    made = await desk.do("POST", "/teams", wanted)
    assert {**made, **wanted} == made


async def test_whoever_gives_things_away_is_told_of_a_policy_as_it_is_then(
    desk: TenantClient, service: RunningService
) -> None:
    """The mark in the pool has the revision that the policy made, not the one before it."""
    await desk.do("POST", "/teams", {"name": "Vendas", "members": []})
    await desk.do("PUT", "/routing/distribution", {"return_minutes": 7})
    pool = await service.db["pools"].find_one({"_id": desk.tenant})
    revision = await service.db["setting_revisions"].find_one({"_id": desk.tenant})
    assert pool["revision"] == revision["revision"]
