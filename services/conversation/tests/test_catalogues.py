"""Lists that a company makes: each kind has unique names, a limit, versions, and tells its changes."""

import asyncio
from typing import Any

import pytest

from atd_conversation.domain.marking_kinds import TAG
from atd_conversation.store.catalogues import Catalogues
from atd_schemas.topics import CONVERSATION_EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = ("conversations:read", "settings:manage")


@pytest.fixture
def manager(desk: Any) -> Any:
    return desk.seen_by(permissions=MANAGER)


async def test_an_item_is_made_read_changed_and_deleted(manager: Any) -> None:
    made = await manager.do("POST", "/tags", {"name": " Reclamação ", "color": "#B91C1C"})
    assert (made["name"], made["color"], made["archived"], made["version"]) == ("Reclamação", "#b91c1c", False, 1)
    path = f"/tags/{made['id']}"
    answer = await manager.ask("PATCH", path, {"archived": True})
    assert (answer.json(), answer.headers["etag"]) == ({**made, "archived": True, "version": 2}, '"2"')
    answer = await manager.ask("GET", path)
    assert (answer.json()["version"], answer.headers["etag"]) == (2, '"2"')
    assert await manager.do("DELETE", path) is None
    assert await manager.refused("GET", path) == (404, "not_found", [])


async def test_a_list_is_by_name_whatever_the_accents_and_goes_on(manager: Any) -> None:
    for name in ("zelo", "Água", "acordo", "Bônus", "ágil"):
        await manager.do("POST", "/tags", {"name": name})
    names = [one["name"] for one in await manager.pages("/tags", limit=2)]
    assert names == ["acordo", "ágil", "Água", "Bônus", "zelo"]


async def test_archived_ones_are_listed_apart(manager: Any) -> None:
    old, _ = [await manager.do("POST", "/tags", {"name": name}) for name in ("antiga", "nova")]
    await manager.do("PATCH", f"/tags/{old['id']}", {"archived": True})
    for archived, names in ((None, ["antiga", "nova"]), ("true", ["antiga"]), ("false", ["nova"])):
        asked = {} if archived is None else {"archived": archived}
        assert [one["name"] for one in await manager.pages("/tags", **asked)] == names


@pytest.mark.parametrize("name", ["Reclamação", "reclamacao", " RECLAMAÇÃO "])
async def test_a_name_is_taken_whatever_the_accents_and_case(manager: Any, name: str) -> None:
    await manager.do("POST", "/tags", {"name": "Reclamação"})
    assert await manager.refused("POST", "/tags", {"name": name}) == (422, "name_taken", ["name"])
    other = await manager.do("POST", "/tags", {"name": "Elogio"})
    assert await manager.refused("PATCH", f"/tags/{other['id']}", {"name": name}) == (422, "name_taken", ["name"])


async def test_a_name_that_was_given_up_is_free(manager: Any) -> None:
    made = await manager.do("POST", "/tags", {"name": "Elogio"})
    await manager.do("PATCH", f"/tags/{made['id']}", {"name": "elogio"})
    await manager.do("DELETE", f"/tags/{made['id']}")
    await manager.do("POST", "/tags", {"name": "Elogio"})


async def test_of_two_who_take_a_name_at_once_one_gets_it(manager: Any) -> None:
    answers = await asyncio.gather(*(manager.ask("POST", "/tags", {"name": "Elogio"}) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 422, 422, 422]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "   "}, ["name"]),
        ({"name": "x" * 61}, ["name"]),
        ({"name": "Elogio", "color": "red"}, ["color"]),
        ({"name": "Elogio", "colour": "#ffffff"}, ["colour"]),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(manager: Any, body: Any, fields: list[str]) -> None:
    assert await manager.refused("POST", "/tags", body) == (422, "invalid", fields)


async def test_an_edit_of_an_old_version_is_refused(manager: Any) -> None:
    made = await manager.do("POST", "/tags", {"name": "Elogio"})
    path, seen = f"/tags/{made['id']}", {"If-Match": '"1"'}
    await manager.do("PATCH", path, {"name": "Elogios"}, headers=seen)
    assert (await manager.refused("PATCH", path, {"name": "Outro"}, headers=seen))[:2] == (409, "conflict")
    assert (await manager.refused("DELETE", path, headers=seen))[:2] == (409, "conflict")
    assert (await manager.get(path))["name"] == "Elogios"


async def test_of_two_who_edit_at_once_no_field_is_lost_and_of_one_version_one_wins(manager: Any) -> None:
    made = await manager.do("POST", "/tags", {"name": "Elogio"})
    path = f"/tags/{made['id']}"
    edits = ({"name": "Elogios"}, {"color": "#1d4ed8"}, {"archived": True})
    answers = await asyncio.gather(*(manager.ask("PATCH", path, edit) for edit in edits))
    assert [one.status_code for one in answers] == [200] * len(edits)
    shown = await manager.get(path)
    assert (shown["name"], shown["color"], shown["archived"], shown["version"]) == ("Elogios", "#1d4ed8", True, 4)
    seen = {"If-Match": '"4"'}
    answers = await asyncio.gather(*(manager.ask("PATCH", path, {"name": n}, headers=seen) for n in ("Um", "Dois")))
    assert sorted(one.status_code for one in answers) == [200, 409]
    refused = next(one.json() for one in answers if one.status_code != 200)
    assert (refused["code"], refused["version"]) == ("conflict", 5)


async def test_a_request_that_is_repeated_makes_one_item(manager: Any) -> None:
    key = {"Idempotency-Key": "the-first"}
    first, second = [await manager.do("POST", "/tags", {"name": "Elogio"}, headers=key) for _ in range(2)]
    assert first == second


async def test_there_is_a_limit(manager: Any, service: Any) -> None:
    rows = [
        {"_id": f"{manager.tenant}-{n}", "tenant_id": manager.tenant, "kind": "tag", "key": f"tag\x1f\x1f{n}"}
        for n in range(TAG.limit)
    ]
    await service.db.catalogue.insert_many(rows)
    assert await manager.refused("POST", "/tags", {"name": "Mais uma"}) == (422, "too_many", [])


async def test_every_change_is_told(manager: Any, service: Any) -> None:
    async with service.reading(CONVERSATION_EVENTS) as topic:
        made = await manager.do("POST", "/tags", {"name": "Elogio"})
        await manager.do("PATCH", f"/tags/{made['id']}", {"name": "Elogios"})
        await manager.do("PATCH", f"/tags/{made['id']}", {"name": "Elogios"})
        await manager.do("DELETE", f"/tags/{made['id']}")
        events = await topic.until(lambda found: len(found) == 3, manager.tenant)
    assert [(e.type, e.subject, e.sequence, e.data.setting) for e in events] == [
        ("setting.changed", made["id"], number, "tag") for number in (1, 2, 3)
    ]
    told = {"id": made["id"], "name": "Elogio", "color": made["color"], "archived": False}
    assert [(e.data.value, e.data.deleted) for e in events] == [
        (told, False),
        ({**told, "name": "Elogios"}, False),
        (None, True),
    ]


async def test_what_was_changed_here_is_known_here_at_once(manager: Any, service: Any) -> None:
    cache = _cache(service)
    assert (await cache.of(manager.tenant)).of(TAG) == {}
    made = await manager.do("POST", "/tags", {"name": "Elogio"})
    assert [item.values["name"] for item in (await cache.of(manager.tenant)).of(TAG).values()] == ["Elogio"]
    await manager.do("PATCH", f"/tags/{made['id']}", {"name": "Elogios"})
    assert (await cache.of(manager.tenant)).of(TAG)[made["id"]].values["name"] == "Elogios"
    await manager.do("DELETE", f"/tags/{made['id']}")
    assert (await cache.of(manager.tenant)).of(TAG) == {}


async def test_the_revision_counts_every_change(manager: Any, service: Any) -> None:
    catalogues: Catalogues = service.app.state.parts.catalogues
    assert await catalogues.revision(manager.tenant) == 0
    made = await manager.do("POST", "/tags", {"name": "Elogio"})
    await manager.do("DELETE", f"/tags/{made['id']}")
    assert await catalogues.revision(manager.tenant) == 2


def _cache(service: Any) -> Any:
    return service.app.state.parts.settings_cache
