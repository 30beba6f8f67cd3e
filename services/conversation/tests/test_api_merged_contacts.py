"""Whatever names a contact that was merged into another one is about the one that goes on, whenever it comes."""

from typing import Any

import pytest
import pytest_asyncio

from atd_servicekit.identity import route_permissions
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITSELF = {
    "GET /api/v1/contacts/{contact_id}": "shows the record that gave way, with `merged_into`",
    "POST /api/v1/contacts/{contact_id}/merge": "both must be there: 409 `already_merged`",
}
"""Routes that do not follow, and what they do."""

READING = (
    *("identities", "duplicates", "notes", "merges", "conversations", "attachments", "hold"),
    *("data-exports/{export_id}", "data-exports/{export_id}/content"),
)
WRITING: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "", {"document": "529.982.247-25"}),
    ("PATCH", "", {"fields": {"{field_key}": "Ouro"}}),
    ("PUT", "/block", {"reason": "Spam"}),
    ("DELETE", "/block", None),
    ("DELETE", "/duplicates/{other_id}", None),
    ("POST", "/notes", {"text": "Prefere a tarde"}),
    ("PATCH", "/notes/{note_id}", {"text": "Prefere a manhã"}),
    ("DELETE", "/notes/{note_id}", None),
    ("PUT", "/labels/{label_id}", None),
    ("DELETE", "/labels/{set_label_id}", None),
)
OF_PAPERS: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/data-exports", {}),
    ("POST", "/erase", {"confirm": "Ana", "reason": "pedido"}),
    ("PUT", "/hold", {"reason": "processo"}),
    ("DELETE", "/hold", None),
)
"""What leaves something beside the record, which names whose it is."""

LISTS: dict[str, dict[str, str]] = {
    "/conversations": {},
    "/conversations/count": {},
    "/search": {"q": "cor"},
    "/search/count": {"q": "cor"},
}
"""Lists that take a contact's id as a filter, with what else they need."""

EVERYTHING = (
    *("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write"),
    *("settings:manage", "privacy:manage"),
)
PAGE = "/api/v1/contacts/{contact_id}"


@pytest_asyncio.fixture(loop_scope="module")
async def merged(desk: Any) -> dict[str, str]:
    """Two customers with a conversation each, of which one goes on for the other; and what routes name beside."""
    who = desk.seen_by(permissions=EVERYTHING)
    kept_in, lost_in, other_in = await desk.written(3)
    shown = [(await who.get(f"/conversations/{one}"))["contact"]["id"] for one in (kept_in, lost_in, other_in)]
    kept, lost, other = shown
    field = await who.do("POST", "/contact-fields", {"label": "Plano", "type": "text"})
    labels = [(await who.do("POST", "/labels", {"name": name}))["id"] for name in ("Atacado", "Varejo")]
    await who.do("PUT", f"/contacts/{lost}/labels/{labels[1]}")
    note = await who.do("POST", f"/contacts/{lost}/notes", {"text": "Liga à tarde"})
    export = await who.do("POST", f"/contacts/{lost}/data-exports", {})
    await who.do("PATCH", f"/contacts/{kept}", {"name": "Ana"})
    await who.do("PUT", f"/contacts/{lost}/hold", {"reason": "processo"})
    await who.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    return {
        "kept": kept,
        "lost": lost,
        "other_id": other,
        "field_key": field["key"],
        "label_id": labels[0],
        "set_label_id": labels[1],
        "note_id": note["id"],
        "export_id": export["id"],
        "conversation_id": lost_in,
    }


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {filled(name, ids): filled(one, ids) for name, one in value.items()}
    return value.format_map(ids) if isinstance(value, str) else value


async def test_of_every_route_that_names_a_contact_it_is_decided_that_it_follows(service: Any) -> None:
    """A new route that fails here: add it above, and ask `FollowedContacts` whom the id means."""
    routes = {name for name in route_permissions(service.app) if "{contact_id}" in name}
    decided = {f"{method} {PAGE}{path}" for method, path, _ in (*WRITING, *OF_PAPERS)}
    assert routes == {_called(name) for name in decided | {f"GET {PAGE}/{one}" for one in READING}} | ITSELF.keys()
    filtered = {
        path.removeprefix("/api/v1")
        for path, operations in service.app.openapi()["paths"].items()
        for operation in operations.values()
        if any((one["name"], one["in"]) == ("contact_id", "query") for one in operation.get("parameters", ()))
    }
    assert filtered == LISTS.keys()


def _called(route: str) -> str:
    return route.replace("{set_label_id}", "{label_id}")


@pytest.mark.parametrize("path", READING)
async def test_reading_shows_what_the_contact_that_goes_on_shows(desk: Any, merged: dict[str, str], path: str) -> None:
    who = desk.seen_by(permissions=EVERYTHING)
    if path.startswith("data-exports"):
        await eventually(lambda: _is_ready(who, merged))
    answers = [await who.ask("GET", f"/contacts/{merged[one]}/{filled(path, merged)}") for one in ("kept", "lost")]
    assert answers[0].content == answers[1].content
    assert answers[0].status_code == answers[1].status_code != 404
    if path == "hold":
        assert answers[0].json()["hold"]["reason"] == "processo"


async def _is_ready(who: Any, merged: dict[str, str]) -> bool:
    shown = await who.get(f"/contacts/{merged['lost']}/data-exports/{merged['export_id']}")
    return bool(shown["state"] == "ready")


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_of_a_contact_is_of_the_one_that_goes_on(desk: Any, merged: dict[str, str], path: str) -> None:
    await desk.do("POST", f"/conversations/{merged['conversation_id']}/messages", {"text": "Qual cor?"})
    kept, lost = [await desk.get(path, contact_id=merged[one], **LISTS[path]) for one in ("kept", "lost")]
    assert kept == lost
    assert kept.get("total", 1) != 0
    assert kept.get("items", [1]) != []


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
async def test_writing_changes_the_contact_that_goes_on_alone(
    desk: Any, merged: dict[str, str], method: str, path: str, body: Any
) -> None:
    who, contacts = desk.seen_by(permissions=EVERYTHING), desk.service.db.contacts
    if (method, path) == ("DELETE", "/block"):
        await who.do("PUT", f"/contacts/{merged['kept']}/block", {})
    before = [await contacts.find_one({"_id": merged[one]}) for one in ("kept", "lost")]
    answer = await who.ask(method, f"/contacts/{merged['lost']}{filled(path, merged)}", filled(body, merged))
    assert answer.is_success, answer.text
    after = [await contacts.find_one({"_id": merged[one]}) for one in ("kept", "lost")]
    assert after[1] == before[1], "nothing is written to the record that gave way"
    assert after[0]["sequence"] == before[0]["sequence"] + 1
    if "/notes" not in path and answer.content:
        assert answer.json()["id"] == merged["kept"]


async def test_a_new_note_stands_on_the_contact_that_goes_on(desk: Any, merged: dict[str, str]) -> None:
    note = await desk.do("POST", f"/contacts/{merged['lost']}/notes", {"text": "Prefere a tarde"})
    assert note["contact_id"] == merged["kept"]


@pytest.mark.parametrize(("method", "path", "body"), OF_PAPERS)
async def test_papers_are_about_the_contact_that_goes_on(
    desk: Any, merged: dict[str, str], method: str, path: str, body: Any
) -> None:
    who = desk.seen_by(permissions=EVERYTHING)
    kept, url = f"contact:{merged['kept']}", f"/contacts/{merged['lost']}{path}"
    if path == "/erase":
        assert await who.refused(method, url, body) == (409, "legal_hold", [])
        await who.do("DELETE", f"/contacts/{merged['kept']}/hold")
    answer = await who.ask(method, url, body)
    assert answer.is_success, answer.text
    if (method, path) == ("DELETE", "/hold"):
        assert answer.json() == {"hold": None} == await who.get(f"/contacts/{merged['kept']}/hold")
        return
    latest = (await who.get("/privacy/log"))["items"][0]
    assert latest["subject"] == kept
