"""What an attendant who is limited to own conversations sees, and what is left after a conversation was taken.

That every route keeps to it is proven in `test_api_access.py`.
"""

from typing import Any

import pytest

from atd_conversation.store.contact_attendants import ContactAttendants
from atd_schemas.ids import uuid7
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")


def limited(desk: Any, actor_id: str = "caio") -> Any:
    """An attendant of the tenant who sees own conversations only."""
    return desk.colleague(actor_id, visibility="own")


async def _assign(desk: Any, conversation_id: str, actor_id: str | None) -> Any:
    """As somebody who sees everything does it: an attendant takes it, or it is given back."""
    who = desk if actor_id is None else desk.colleague(actor_id)
    return await who.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": actor_id})


async def _assign_all(desk: Any, actor_id: str) -> None:
    for one in (await desk.get("/conversations"))["items"]:
        await _assign(desk, one["id"], actor_id)


async def test_nobody_takes_a_conversation_from_outside(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    assert await limited(desk).refused(
        "POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "caio"}
    ) == (
        404,
        "not_found",
        [],
    )


async def test_what_is_taken_is_gone_and_what_comes_is_there_with_everything(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    who, path = limited(desk), f"/conversations/{conversation_id}"
    contact_id = (await desk.get(path))["contact"]["id"]
    everything = (path, f"{path}/messages", f"/contacts/{contact_id}")
    for assignee, seen in (("caio", True), (None, False), ("caio", True), ("dora", False)):
        await _assign(desk, conversation_id, assignee)
        for url in everything:
            assert (await who.ask("GET", url)).status_code == (200 if seen else 404)
        lists = ("/conversations", "/contacts", "/conversations?q=Ana", f"/conversations?contact_id={contact_id}")
        assert {len((await who.get(url))["items"]) for url in lists} <= {int(seen), 0}
        assert len((await who.get("/conversations"))["items"]) == int(seen)
        assert len((await who.get("/contacts"))["items"]) == int(seen)
        counts = await who.get("/conversations/counts")
        assert (counts["mine"]["total"], counts["all"]["total"], counts["queue"]["total"]) == (int(seen), int(seen), 0)


async def test_who_gives_a_conversation_away_still_gets_the_answer_and_nothing_after_it(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await _assign_all(desk, "caio")
    who, path = limited(desk), f"/conversations/{conversation_id}"
    given = await who.do("POST", f"{path}/assign", {"attendant_id": None})
    assert given["assignee"] is None
    assert await who.refused("POST", f"{path}/assign", {"attendant_id": "caio"}) == (404, "not_found", [])


async def test_a_closed_conversation_stays_its_assignees(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await _assign_all(desk, "caio")
    who = limited(desk)
    await who.do("POST", f"/conversations/{conversation_id}/close", {})
    assert [one["id"] for one in (await who.get("/conversations?status=closed"))["items"]] == [conversation_id]
    assert (await who.do("POST", f"/conversations/{conversation_id}/reopen"))["status"] == "open"


async def test_a_contact_shows_only_the_conversations_that_are_their_own(desk: Any) -> None:
    now = desk.service.runtime.clock.now()
    for account in ("a", "b"):
        message = customer_message(desk.tenant, f"{desk.account}-{account}", uuid7(), occurred_at=now)
        await desk.service.take(message)
    mine, others = [one["id"] for one in (await desk.get("/conversations"))["items"]]
    await _assign(desk, mine, "caio")
    contact_id = (await desk.get(f"/conversations/{mine}"))["contact"]["id"]
    shown = await limited(desk).get(f"/conversations?contact_id={contact_id}")
    assert [one["id"] for one in shown["items"]] == [mine] != [others]


async def test_a_contact_of_two_conversations_stays_until_the_last_is_taken(desk: Any) -> None:
    now = desk.service.runtime.clock.now()
    for account in ("a", "b"):
        message = customer_message(desk.tenant, f"{desk.account}-{account}", uuid7(), occurred_at=now)
        await desk.service.take(message)
    conversations = (await desk.get("/conversations"))["items"]
    await _assign_all(desk, "caio")
    who = limited(desk)
    for left, one in zip((1, 0), conversations, strict=True):
        assert len((await who.get("/contacts"))["items"]) == 1
        await _assign(desk, one["id"], None)
        assert len((await who.get("/contacts"))["items"]) == left


async def test_favourites_that_were_taken_are_neither_listed_nor_counted(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await _assign_all(desk, "caio")
    who = limited(desk)
    await who.do("PUT", f"/conversations/{conversation_id}/favourite")
    assert (await who.get("/conversations/counts"))["favourites"]["total"] == 1
    await _assign(desk, conversation_id, None)
    assert (await who.get("/conversations/counts"))["favourites"]["total"] == 0
    assert (await who.get("/conversations?favourite=true"))["items"] == []


async def test_an_upload_of_somebody_else_is_not_there(desk: Any) -> None:
    theirs = await desk.uploaded("a.pdf", b"%PDF-1.7")
    for path in (f"/attachments/{theirs['id']}", f"/attachments/{theirs['id']}/content"):
        assert await limited(desk).refused("GET", path) == (404, "not_found", [])


async def test_contacts_of_earlier_versions_get_their_attendants_once(desk: Any) -> None:
    await desk.written(3)
    await _assign_all(desk, "caio")
    contacts = desk.service.db.contacts
    of_tenant = {"tenant_id": desk.tenant}
    await contacts.update_many(of_tenant, {"$unset": {"attendants": "", "attendant_changes": ""}})
    assert (await limited(desk).get("/contacts"))["items"] == []
    await desk.service.db.counters.delete_one({"_id": "contacts.attendants"})
    repair = ContactAttendants(desk.service.db)
    assert await repair.add() == 3
    assert await repair.add() == 0
    assert len((await limited(desk).get("/contacts"))["items"]) == 3
