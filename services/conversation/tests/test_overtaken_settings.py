"""Two who change the same setting: the later one is told who was first, and which fields; never a value."""

from typing import Any

import pytest

from atd_testing.overtaking import MANAGER, save_at_once, save_policy_at_once

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPLY = {"shortcut": "prazo", "title": "Prazo", "body": "Dez dias.", "scope": "everyone"}
GREETING = {"name": "A", "trigger": "new_conversation", "text": "Oi"}
ITEMS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "replies": (REPLY, [{"body": "Doze dias."}, {"title": "Prazos", "body": "Vinte dias."}]),
    "tags": ({"name": "A"}, [{"name": "B"}, {"color": "#1d4ed8", "archived": True}]),
    "labels": ({"name": "A"}, [{"name": "B"}, {"color": "#1d4ed8", "archived": True}]),
    "types": ({"name": "A"}, [{"name": "B"}, {"name": "C", "archived": True}]),
    "contact-fields": ({"label": "Plano", "type": "text"}, [{"label": "Plan"}, {"required": True, "help": "Qual?"}]),
    "automatic-replies": (GREETING, [{"text": "Olá"}, {"enabled": False, "period_hours": 2}]),
}
POLICIES: dict[str, list[dict[str, Any]]] = {
    "ratings": [{"enabled": True}, {"after": "anyone", "question": "E aí?"}],
    "protocol": [{"on_opening": True}, {"words": ["número"], "text": "N.º {{conversation.number}}"}],
    "reopening": [{"within_hours": 7}, {"within_hours": 9}],
    "file-too-large": [{"enabled": False}, {"language": "es", "text": "Muy grande"}],
    "public-comments": [{"mode": "none"}, {"max_per_hour": 3, "words": ["preço"]}],
    "closing": [{"type_required": True}],
}


@pytest.fixture
def manager(desk: Any) -> Any:
    return desk.seen_by(permissions=MANAGER)


@pytest.mark.parametrize("kind", ITEMS)
async def test_of_many_who_save_one_item_at_once_one_wins_and_the_others_are_told_who_and_what(
    manager: Any, kind: str
) -> None:
    body, edits = ITEMS[kind]
    made = await manager.do("POST", f"/{kind}", body)
    await save_at_once(manager, "PATCH", f"/{kind}/{made['id']}", edits, 1)


@pytest.mark.parametrize("policy", POLICIES)
async def test_of_many_who_save_one_policy_at_once_one_wins_and_the_others_are_told_who_and_what(
    manager: Any, policy: str
) -> None:
    await save_policy_at_once(manager, f"/settings/{policy}", POLICIES[policy])


async def test_who_saves_over_an_older_version_is_told_of_every_change_since_without_a_value(manager: Any) -> None:
    made = await manager.do("POST", "/replies", REPLY)
    path = f"/replies/{made['id']}"
    await manager.do("PATCH", path, {"body": "segredo"})
    await manager.colleague(permissions=MANAGER).do("PATCH", path, {"title": "Outro", "body": "segredo dois"})
    late = await manager.ask("DELETE", path, headers={"If-Match": '"1"'})
    problem = late.json()
    assert (late.status_code, problem["changed"]) == (409, ["body", "title"])
    assert [(one["version"], sorted(one["fields"]), one["actor"]["name"]) for one in problem["changes"]] == [
        (2, ["body"], "Bia"),
        (3, ["body", "title"], "Caio"),
    ]
    assert "segredo" not in late.text
    for number in range(21):
        await manager.do("PATCH", path, {"title": f"T{number}"})
    problem = (await manager.ask("PATCH", path, {"title": "Z"}, headers={"If-Match": '"1"'})).json()
    assert [one["version"] for one in problem["changes"]] == list(range(5, 25))


async def test_a_policy_says_every_change_since_the_version_that_was_seen(manager: Any) -> None:
    path = "/settings/reopening"
    for hours in (1, 2, 3):
        await manager.do("PUT", path, {"within_hours": hours})
    problem = (await manager.ask("PUT", path, {"within_hours": 9}, headers={"If-Match": '"1"'})).json()
    assert [(one["version"], one["fields"]) for one in problem["changes"]] == [
        (2, ["within_hours"]),
        (3, ["within_hours"]),
    ]


async def test_a_merge_names_no_field_that_the_api_does_not_show(manager: Any) -> None:
    kept, gone = [await manager.do("POST", "/tags", {"name": name}) for name in ("A", "B")]
    await manager.do("POST", f"/tags/{gone['id']}/merge", {"into": kept["id"]})
    problem = (await manager.ask("PATCH", f"/tags/{kept['id']}", {"name": "C"}, headers={"If-Match": '"1"'})).json()
    assert (problem["code"], problem["changed"]) == ("conflict", [])
    assert problem["changes"][0]["actor"]["name"] == "Bia"


async def test_nobody_is_told_of_changes_of_another_company_or_of_somebodys_own_reply(manager: Any) -> None:
    made = await manager.do("POST", "/replies", {**REPLY, "scope": "personal"})
    path, seen = f"/replies/{made['id']}", {"If-Match": '"9"'}
    for other in (manager.stranger(), manager.colleague(permissions=MANAGER)):
        assert await other.refused("PATCH", path, {"title": "x"}, headers=seen) == (404, "not_found", [])
    await manager.do("PUT", "/settings/reopening", {"within_hours": 1})
    stranger = (
        await manager.stranger()
        .seen_by(permissions=MANAGER)
        .ask("PUT", "/settings/reopening", {"within_hours": 2}, headers=seen)
    )
    assert (stranger.status_code, stranger.json()["version"], stranger.json()["changes"]) == (409, 0, [])
