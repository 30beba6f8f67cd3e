"""What attendants do with a conversation, and when it is refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.handlers import SettingsHandler
from atd_conversation.store.unit import UnitStore
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_schemas.topics import PRESENCE_EVENTS
from atd_servicekit.errors import StaleVersion
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_action_answers_the_conversation_and_its_version(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    steps: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("POST", "/assign", {"attendant_id": "bia"}, {"status": "open", "assignee": {"id": "bia", "name": "Bia"}}),
        ("POST", "/read", None, {"unread_count": 0}),
        ("PATCH", "", {"priority": "urgent"}, {"priority": "urgent"}),
        ("POST", "/assign", {"attendant_id": None}, {"status": "queued", "assignee": None}),
        ("POST", "/close", {"type_id": None}, {"status": "closed"}),
        ("POST", "/reopen", None, {"status": "queued", "closed_at": None}),
    ]
    for number, (method, action, body, expected) in enumerate(steps):
        answer = await desk.ask(method, f"/conversations/{conversation_id}{action}", body)
        shown = answer.json()
        assert {name: shown[name] for name in expected} == expected
        version = 3 + number - (number >= 1)  # what one has read is no change of the conversation
        assert (answer.headers["etag"], shown["sequence"]) == (f'"{version}"', version)
        again = await desk.ask(method, f"/conversations/{conversation_id}{action}", body)
        assert again.json() == shown


async def test_an_assignment_needs_an_attendant_of_the_tenant(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/assign"
    stranger = uuid7()
    now = desk.service.runtime.clock.now()
    subscriptions = desk.service.app.state.runtime._subscriptions
    found: list[Any] = [one.handler for one in subscriptions if isinstance(one.handler, SettingsHandler)]
    (settings,) = found
    await settings(
        [
            _Record(
                AttendantChanged(
                    id=uuid7(),
                    tenant_id=uuid7(),
                    occurred_at=now,
                    recorded_at=now,
                    source="test",
                    subject=stranger,
                    data=AttendantData(attendant_id=stranger, name="De outra empresa"),
                )
            )
        ]
    )
    for attendant_id in (uuid7(), stranger, ""):
        answer = await desk.refused("POST", path, {"attendant_id": attendant_id})
        assert answer == (422, "unknown_attendant", ["attendant_id"])
    assert await desk.refused("POST", path, {"team_id": "x"}) == (422, "unknown_team", ["team_id"])
    assert await desk.refused("POST", path, {}) == (422, "invalid", ["attendant_id"])
    assert await desk.refused("POST", path, {"who": "x"}) == (422, "invalid", ["who"])
    bot = desk.seen_by(actor_id="robo", actor_type="bot")
    assert await bot.refused("POST", path, {"attendant_id": "robo"}) == (422, "unknown_attendant", ["attendant_id"])


class _Record:
    def __init__(self, event: Any) -> None:
        self.event = event


async def test_a_closed_conversation_is_not_assigned(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await desk.do("POST", f"/conversations/{conversation_id}/close")
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "bia"})
    assert answer == (422, "conversation_closed", [])


async def test_a_superseded_conversation_is_not_reopened(desk: Any) -> None:
    (old,) = await desk.written()
    await desk.do("POST", f"/conversations/{old}/close")
    now = desk.service.runtime.clock.now()
    long_ago = {"$set": {"closed_at": now - timedelta(hours=25)}}
    await desk.service.db.conversations.update_one({"_id": old}, long_ago)
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "later", customer="5511999900000", occurred_at=now)
    )
    assert await desk.refused("POST", f"/conversations/{old}/reopen") == (422, "superseded", [])


@pytest.mark.parametrize(
    ("method", "action", "body", "code", "fields"),
    [
        ("POST", "/close", {"type_id": "x"}, "unknown_type", ["type_id"]),
        ("POST", "/close", {"reason": "x"}, "invalid", ["reason"]),
        ("PATCH", "", {}, "invalid", ["priority"]),
        ("PATCH", "", {"priority": None}, "invalid", ["priority"]),
        ("PATCH", "", {"priority": "enormous"}, "invalid", ["priority"]),
        ("PATCH", "", {"priority": "high", "type_id": "x"}, "unknown_type", ["type_id"]),
        ("PATCH", "", {"team_id": "x"}, "unknown_team", ["team_id"]),
        ("PATCH", "", {"number": 1}, "invalid", ["number"]),
    ],
)
async def test_what_cannot_be_changed(
    desk: Any, method: str, action: str, body: Any, code: str, fields: list[str]
) -> None:
    (conversation_id,) = await desk.written()
    assert await desk.refused(method, f"/conversations/{conversation_id}{action}", body) == (422, code, fields)


CHANGES = [
    ("POST", "/assign", {"attendant_id": "bia"}),
    ("POST", "/close", None),
    ("POST", "/reopen", None),
    ("POST", "/read", None),
    ("PATCH", "", {"priority": "high"}),
]


@pytest.mark.parametrize(("method", "action", "body"), CHANGES)
async def test_an_edit_of_what_has_changed_meanwhile_is_refused(desk: Any, method: str, action: str, body: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}{action}"
    assert await desk.refused(method, path, body, headers={"If-Match": '"1"'}) == (409, "conflict", [])
    answer = await desk.ask(method, path, body, headers={"If-Match": '"2"'})
    assert answer.status_code == 200
    assert (await desk.ask(method, path, body, headers={"If-Match": "*"})).status_code == 200
    assert (await desk.ask(method, path, body, headers={"If-Match": f"W/{answer.headers['etag']}"})).status_code == 200


@pytest.mark.parametrize("tag", ["", "x", '"x"', '"1", "2"', "\xb2", '"-1"', '"' + "9" * 5000 + '"'])
async def test_an_if_match_that_is_no_etag_of_ours_is_refused(desk: Any, tag: str) -> None:
    (conversation_id,) = await desk.written()
    headers = {"If-Match": tag.encode("latin-1")}
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/close", headers=headers)
    assert answer == (422, "invalid", ["If-Match"])


async def test_favourites_are_everybodys_own_and_no_change_of_the_conversation(desk: Any) -> None:
    one, other = await desk.written(2)
    caio = desk.colleague()
    for _ in range(2):
        assert (await desk.ask("PUT", f"/conversations/{one}/favourite")).status_code == 204
    await caio.do("PUT", f"/conversations/{other}/favourite")
    for who, expected in ((desk, one), (caio, other)):
        (found,) = await who.pages("/conversations", favourite="true")
        assert (found["id"], found["favourite"], found["sequence"]) == (expected, True, 2)
    assert (await desk.get(f"/conversations/{other}"))["favourite"] is False
    assert (await desk.do("POST", f"/conversations/{one}/close"))["favourite"] is True
    for _ in range(2):
        assert (await desk.ask("DELETE", f"/conversations/{one}/favourite")).status_code == 204
    assert await desk.pages("/conversations", favourite="true") == []


async def test_a_favourite_is_told_to_the_attendants_other_devices(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/favourite"
    async with desk.service.reading(PRESENCE_EVENTS) as reader:
        await desk.do("PUT", path)
        (told,) = await reader.until(lambda seen: len(seen) >= 1, desk.tenant)
        assert await desk.refused("PUT", f"/conversations/{uuid7()}/favourite") == (404, "not_found", [])
        await desk.do("DELETE", path)
        _, taken = await reader.until(lambda seen: len(seen) >= 2, desk.tenant)
    assert (told.type, told.subject, told.data.favourite) == ("conversation.favourited", conversation_id, True)
    assert (told.actor.type, told.actor.id) == ("attendant", "bia")
    assert (taken.subject, taken.data.favourite) == (conversation_id, False)


async def test_one_favourite_too_many(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    names = [f"a{n}" for n in range(500)]
    await desk.service.db.conversations.update_one({"_id": conversation_id}, {"$set": {"favourites": names}})
    assert await desk.refused("PUT", f"/conversations/{conversation_id}/favourite") == (422, "too_many", [])


async def test_attendants_who_act_at_once_each_decide_on_what_the_other_left(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    desks = [desk.colleague(f"a{n}") for n in range(6)]
    answers = await asyncio.gather(
        *(d.ask("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": d.who["actor_id"]}) for d in desks)
    )
    assert {a.status_code for a in answers} == {200}
    assert sorted(a.json()["sequence"] for a in answers) == [3, 4, 5, 6, 7, 8]


async def test_a_conflict_that_no_retry_ends_asks_the_caller_to_try_again(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (conversation_id,) = await desk.written()

    async def stale(*_: Any) -> None:
        raise StaleVersion

    monkeypatch.setattr(UnitStore, "save", stale)
    answer = await desk.ask("POST", f"/conversations/{conversation_id}/close")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
