"""Each attendant's own reading, mentions and counts, over HTTP."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_conversation.store.erasing import Removal
from atd_conversation.store.indexes import CONVERSATIONS, VIEW_COUNTS
from atd_schemas.envelope import rfc3339
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIEWS: dict[str, dict[str, Any]] = {
    "mine": {"assignee": "me", "status": ["bot", "queued", "open"]},
    "queue": {"status": "queued"},
    "all": {"status": ["bot", "queued", "open", "snoozed"]},
    "bot": {"status": "bot"},
    "snoozed": {"status": "snoozed"},
    "closed": {"status": "closed"},
    "favourites": {"favourite": "true", "status": ["bot", "queued", "open", "snoozed"]},
    "mentions": {"mentioned": "true"},
}


async def counts_are_what_lists_show(desk: Any) -> None:
    counts = await desk.get("/conversations/counts")
    for view, query in VIEWS.items():
        rows = await desk.pages("/conversations", **query)
        unread = [one for one in rows if one["unread_count"]]
        if view == "mentions":
            unread = [one for one in rows if one["mention_sequence"]]
        assert counts[view] == {"total": len(rows), "unread": len(unread)}, view
        if view != "mentions":
            assert len(await desk.pages("/conversations", **query, unread="true")) == len(unread)
            count = await desk.get("/conversations/count", **query)
            assert (count["total"], count["unread"]) == (len(rows), len(unread))


async def known(desk: Any, *people: str) -> None:
    """The directory knows these attendants."""
    now = desk.service.runtime.clock.now()
    for who in people:
        data = AttendantData(attendant_id=f"{who}-{desk.tenant}", name=who.title())
        event: dict[str, Any] = {"id": uuid7(), "tenant_id": desk.tenant, "occurred_at": now, "recorded_at": now}
        await desk.service.learn(AttendantChanged(**event, source="test", subject=data.attendant_id, data=data))


async def test_another_ones_reading_is_not_mine(desk: Any) -> None:
    (found,) = await desk.written(each=2)
    path, caio = f"/conversations/{found}", desk.colleague()
    read = await desk.do("POST", f"{path}/read")
    assert (read["unread_count"], read["first_unread_sequence"]) == (0, None)
    assert (await caio.get(path))["unread_count"] == 2
    assert (await caio.get("/conversations/counts"))["queue"] == {"total": 1, "unread": 1}
    assert (await desk.get("/conversations/counts"))["queue"] == {"total": 1, "unread": 0}
    marked = await desk.do("POST", f"{path}/unread")
    assert (marked["unread_count"], marked["first_unread_sequence"], marked["sequence"]) == (1, 3, read["sequence"])
    assert marked["read_mark"]["unread"] is True
    assert (await desk.get("/conversations/counts"))["queue"]["unread"] == 1
    await caio.do("POST", f"{path}/messages", {"text": "Olá"})
    assert ((await caio.get(path))["unread_count"], (await desk.get(path))["unread_count"]) == (0, 1)
    await counts_are_what_lists_show(desk)
    await counts_are_what_lists_show(caio)


async def test_a_document_of_an_earlier_version_is_read_and_counted(desk: Any) -> None:
    (found,) = await desk.written(each=2)
    await desk.service.db[VIEW_COUNTS].delete_many({"tenant_id": desk.tenant})
    gone = dict.fromkeys(("marks", "mentions", "mentioned", "read_keys", "first_unread_sequence"), "")
    await desk.service.db[CONVERSATIONS].update_one({"_id": found}, {"$unset": gone})
    await counts_are_what_lists_show(desk)
    assert (await desk.do("POST", f"/conversations/{found}/read"))["unread_count"] == 0
    assert (await desk.colleague().get(f"/conversations/{found}"))["unread_count"] == 2
    await counts_are_what_lists_show(desk)


@pytest.mark.parametrize("seed", range(3))
async def test_counts_are_what_the_lists_show_whatever_happened(desk: Any, seed: int) -> None:
    chance = random.Random(seed)
    people = [desk, desk.colleague(), desk.colleague("dora")]
    ids = await desk.written(6)
    until = rfc3339(datetime.now(UTC) + timedelta(hours=2))
    names = [person.who.get("actor_id", "bia") for person in people]
    acts: list[tuple[str, str, Any]] = [
        ("POST", "/read", None),
        ("POST", "/unread", None),
        ("POST", "/close", None),
        ("POST", "/reopen", None),
        ("POST", "/snooze", {"until": until}),
        ("DELETE", "/snooze", None),
        ("PUT", "/favourite", None),
        ("DELETE", "/favourite", None),
        ("POST", "/messages", {"text": "Olá"}),
    ]

    async def act(number: int) -> None:
        person, found = chance.choice(people), chance.choice(ids)
        kind = chance.randrange(len(acts) + 4)
        if kind < len(acts):
            method, path, body = acts[kind]
            await person.ask(method, f"/conversations/{found}{path}", body)
        elif kind == len(acts):
            own = person.who.get("actor_id", "bia")
            body = {"attendant_id": own if chance.random() < 0.7 else None}
            await person.ask("POST", f"/conversations/{found}/assign", body)
        else:
            customer = f"55119999{ids.index(found):05}"
            now = desk.service.runtime.clock.now()
            await desk.service.take(
                customer_message(desk.tenant, desk.account, f"r{number}", customer=customer, occurred_at=now)
            )

    for start in range(0, 90, 3):
        await asyncio.gather(*(act(start + place) for place in range(3)))
    assert len(names) == len(people)
    people += [person.seen_by(visibility="own") for person in people]
    for person in people:
        await counts_are_what_lists_show(person)
    counts = desk.service.app.state.parts.queries.view_counts
    assert await counts.check(desk.tenant) == {}
    while await counts.fold(desk.service.runtime.transaction):
        pass
    kept = await desk.service.db[VIEW_COUNTS].find({"tenant_id": desk.tenant}).to_list(None)
    whose = [row.get("attendant_id") for row in kept]
    assert {None} <= set(whose) <= {None, *names}
    assert len(set(whose)) == len(whose)
    for person in people:
        await counts_are_what_lists_show(person)


async def test_a_check_repairs_numbers_that_are_wrong(desk: Any) -> None:
    await desk.written(3)
    counts = desk.service.app.state.parts.queries.view_counts
    await counts.check(desk.tenant)
    wrong = {"tenant_id": desk.tenant, "queued": 7, "open_unread": -2}
    theirs = {"tenant_id": desk.tenant, "attendant_id": "bia", "closed": 3}
    await desk.service.db[VIEW_COUNTS].insert_many([{"_id": uuid7(), **wrong}, {"_id": uuid7(), **theirs}])
    own = desk.seen_by(visibility="own")
    assert (await desk.get("/conversations/counts"))["queue"]["total"] == 10
    assert (await own.get("/conversations/counts"))["closed"]["total"] == 3
    assert await counts.check(desk.tenant) == {None: {"queued": -7, "open_unread": 2}, "bia": {"closed": -3}}
    await counts_are_what_lists_show(desk)
    await counts_are_what_lists_show(own)


async def test_a_conversation_that_is_removed_for_good_is_counted_no_longer(desk: Any) -> None:
    (found, _) = await desk.written(2)
    await counts_are_what_lists_show(desk)
    parts, removal = desk.service.app.state.parts, Removal(desk.service.db)
    conversation = await parts.queries.conversation(desk.tenant, found)
    for _ in range(2):
        await desk.service.runtime.transaction(lambda session: removal.remove_conversation(session, conversation))
    assert (await desk.get("/conversations/counts"))["queue"] == {"total": 1, "unread": 1}
    assert await parts.queries.view_counts.check(desk.tenant) == {}


async def test_a_note_mentions_colleagues_who_find_it(desk: Any) -> None:
    (found,) = await desk.written()
    await known(desk, "caio")
    caio_id = f"caio-{desk.tenant}"
    caio = desk.seen_by(actor_id=caio_id, actor_name="Caio")
    note = {"direction": "note", "text": "@Caio, veja", "mentions": [caio_id, caio_id]}
    message = await desk.do("POST", f"/conversations/{found}/messages", note)
    assert message["mentions"] == [caio_id]
    shown = await caio.get(f"/conversations/{found}")
    assert (shown["mentioned"], shown["mention_sequence"]) == (True, message["sequence"])
    assert (await caio.get("/conversations/counts"))["mentions"] == {"total": 1, "unread": 1}
    assert [one["id"] for one in await caio.pages("/conversations", mentioned="true")] == [found]
    assert await desk.pages("/conversations", mentioned="true") == []
    await caio.do("POST", f"/conversations/{found}/read")
    assert (await caio.get("/conversations/counts"))["mentions"] == {"total": 1, "unread": 0}
    (thread, *_) = (await desk.get(f"/conversations/{found}/messages"))["items"]
    assert thread["mentions"] == [caio_id]


async def test_who_is_nobody_here_is_not_mentioned_and_customers_are_told_nothing_of_it(desk: Any) -> None:
    (found,) = await desk.written()
    await known(desk.stranger(), "eva")
    path = f"/conversations/{found}/messages"
    note = {"direction": "note", "text": "@Eva", "mentions": ["nobody"]}
    assert await desk.refused("POST", path, note) == (422, "unknown_attendant", ["mentions[0]"])
    said = {"text": "@Eva", "mentions": ["nobody"]}
    assert await desk.refused("POST", path, said) == (422, "invalid", ["mentions"])
    many = {**note, "mentions": [uuid7() for _ in range(21)]}
    assert await desk.refused("POST", path, many) == (422, "invalid", ["mentions"])


async def test_a_thousand_favourites_are_one_attendants_and_no_more(desk: Any) -> None:
    (found,) = await desk.written()
    rows = [
        {"_id": uuid7(), "tenant_id": desk.tenant, "number": -number, "favourites": ["bia"], "last_activity_at": 0}
        for number in range(1000)
    ]
    await desk.service.db[CONVERSATIONS].insert_many(rows)
    path = f"/conversations/{found}/favourite"
    assert (await desk.refused("PUT", path))[:2] == (422, "too_many")
    assert (await desk.colleague().ask("PUT", path)).status_code == 204
