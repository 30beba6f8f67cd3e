"""Edges of what somebody sees who sees own conversations only: said later, written down, mentioned, given away."""

from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.own_frames import OwnFrames
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData

from .test_api_scheduled import due, schedule, thread, waiting
from .test_api_sight import limited

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def known(desk: Any, *people: str, visibility: str = "own") -> None:
    """The directory knows these attendants of the tenant; their ids are the tenant's own."""
    now = desk.service.runtime.clock.now()
    for who in people:
        data = AttendantData(attendant_id=who, name=who.partition("-")[0].title(), visibility=visibility)
        event: dict[str, Any] = {"id": uuid7(), "tenant_id": desk.tenant, "occurred_at": now, "recorded_at": now}
        await desk.service.learn(AttendantChanged(**event, source="test", subject=who, data=data))


async def assign(desk: Any, conversation_id: str, attendant_id: str | None) -> None:
    who = desk if attendant_id is None else desk.colleague(attendant_id)
    await who.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": attendant_id})


# --- said later


@pytest.mark.parametrize("taken", [True, False])
async def test_a_scheduled_message_is_said_only_while_its_author_sees_the_conversation(
    desk: Any, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        OwnFrames, "tell_setting", lambda _, who, kind, one, **__: told.append((who.actor_id, kind, one))
    )
    (conversation_id,), caio = await desk.written(), f"caio-{desk.tenant}"
    await known(desk, caio)
    await assign(desk, conversation_id, caio)
    who = limited(desk, caio)
    made = await schedule(who, conversation_id, "Posso ajudar?")
    if taken:
        await assign(desk, conversation_id, "dora")
    await due(desk, made["id"])
    last = (await thread(desk, conversation_id))[0]
    if not taken:
        assert (last["direction"], last["text"], told) == ("outbound", "Posso ajudar?", [])
        return
    assert (last["direction"], last["content"]["reason"]) == ("system", "conversation_taken")
    assert told == [(caio, "scheduled_message", made["id"])], "its author's own devices hear of it"
    (mine,) = (await who.get("/scheduled-messages"))["items"]
    assert (mine["state"], mine["reason"], mine["text"]) == ("failed", "conversation_taken", "Posso ajudar?")
    assert (await who.get(f"/scheduled-messages/{made['id']}"))["text"] == "Posso ajudar?"
    (shown,) = await waiting(desk, conversation_id)
    assert shown["text"] == "Posso ajudar?", "colleagues can say it themselves"
    path = f"/scheduled-messages/{made['id']}"
    assert await who.refused("PATCH", path, {"text": "x"}) == (404, "not_found", [])
    assert (await who.ask("DELETE", path)).status_code == 204


async def test_whoever_sees_everything_speaks_in_any_conversation(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await known(desk, "bia", visibility="all")
    made = await schedule(desk, conversation_id)
    await assign(desk, conversation_id, "dora")
    await due(desk, made["id"])
    assert (await thread(desk, conversation_id))[0]["direction"] == "outbound"


# --- written down


async def test_a_customer_is_seen_by_who_wrote_them_down_until_there_is_a_conversation(desk: Any) -> None:
    who, other = limited(desk), limited(desk, "dora")
    made = await who.do("POST", "/contacts", {"name": "Ana Souza"})
    path = f"/contacts/{made['id']}"
    assert [one["id"] for one in (await who.get("/contacts"))["items"]] == [made["id"]]
    assert [one["id"] for one in (await who.get("/contacts", q="ana"))["items"]] == [made["id"]]
    changed = await who.do("PATCH", path, {"address": "Rua A"})
    assert (changed["address"], (await who.get(path))["address"]) == ("Rua A", "Rua A")
    assert (await other.get("/contacts"))["items"] == []
    assert await other.refused("GET", path) == (404, "not_found", [])
    (conversation_id,) = await desk.written()
    writing = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    await desk.do("POST", f"{path}/merge", {"contact_id": writing})
    assert await who.refused("GET", path) == (404, "not_found", [])
    assert (await who.get("/contacts"))["items"] == []
    await assign(desk, conversation_id, "caio")
    assert [one["id"] for one in (await who.get("/contacts"))["items"]] == [made["id"]]
    assert (await who.get(path))["id"] == made["id"]


# --- mentioned


@pytest.mark.parametrize("later", [False, True])
async def test_who_does_not_see_a_conversation_is_not_mentioned_in_it(desk: Any, problem: Any, later: bool) -> None:
    (conversation_id,), caio = await desk.written(), f"caio-{desk.tenant}"
    await known(desk, caio)
    note = {"direction": "note", "text": "@Caio veja", "mentions": [caio]}
    if later:
        tomorrow = desk.service.runtime.clock.now() + timedelta(days=1)
        note["scheduled_for"] = tomorrow.isoformat(timespec="seconds").replace("+00:00", "Z")
    url = f"/conversations/{conversation_id}/messages"
    answer = await desk.ask("POST", url, note)
    assert problem(answer) == (422, "mention_not_seen", ["mentions[0]"])
    assert answer.json()["errors"][0]["message"].startswith("Caio sees own conversations only")
    await assign(desk, conversation_id, caio)
    assert (await desk.ask("POST", url, note)).is_success
    await known(desk, caio, visibility="all")
    await assign(desk, conversation_id, "dora")
    assert (await desk.ask("POST", url, note)).is_success


# --- given away


async def test_who_gives_a_conversation_away_loses_address_search_count_and_history_at_once(desk: Any) -> None:
    (conversation_id,), who = await desk.written(text="Quero um orçamento"), limited(desk)
    await assign(desk, conversation_id, "caio")
    path = f"/conversations/{conversation_id}"
    contact_id = (await who.get(path))["contact"]["id"]
    await who.do("PUT", f"{path}/favourite")
    assert (await who.get("/search/count", q="orçamento"))["total"] == 1
    assert (await who.do("POST", f"{path}/assign", {"attendant_id": None}))["assignee"] is None
    for url in (
        *(path, f"{path}/messages", f"{path}/timeline", f"{path}/draft", f"{path}/scheduled-messages"),
        *(f"/contacts/{contact_id}", f"/contacts/{contact_id}/conversations", f"/contacts/{contact_id}/attachments"),
    ):
        assert await who.refused("GET", url) == (404, "not_found", []), url
    found = await who.get("/search", q="orçamento")
    assert (found["items"], found["contacts"]) == ([], [])
    assert (await who.get("/search/count", q="orçamento"))["total"] == 0
    assert (await who.get("/conversations", contact_id=contact_id))["items"] == []
    counts = await who.get("/conversations/counts")
    views = ("mine", "queue", "all", "bot", "snoozed", "closed", "favourites", "mentions")
    assert {name: counts[name]["total"] for name in views} == dict.fromkeys(views, 0)
    assert (await who.get("/conversations/count"))["total"] == 0
