"""Scheduled messages and drafts of a conversation that gave way by a merge go on in the one that goes on."""

from typing import Any

import pytest

from atd_testing.inbound import customer_message

from .test_api_scheduled import due, schedule, thread, waiting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def two(desk: Any) -> tuple[list[str], list[str]]:
    """Two conversations on one account, and whose they are; the second one is used later, so it goes on."""
    conversations = await desk.written(2)
    contacts = [(await desk.get(f"/conversations/{one}"))["contact"]["id"] for one in conversations]
    return conversations, contacts


async def counted(desk: Any, *conversation_ids: str) -> list[int]:
    return [(await desk.get(f"/conversations/{one}"))["scheduled_count"] for one in conversation_ids]


async def test_a_scheduled_message_is_said_in_the_conversation_that_goes_on(desk: Any) -> None:
    (former, going_on), (lost, kept) = await two(desk)
    made = await schedule(desk, former, "Seu pedido chegou?")
    await desk.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    assert (await desk.get(f"/conversations/{former}"))["status"] == "closed"
    assert [(one["id"], one["conversation_id"]) for one in await waiting(desk, going_on)] == [(made["id"], going_on)]
    assert await waiting(desk, former) == []
    assert await counted(desk, former, going_on) == [0, 1]
    await due(desk, made["id"])
    assert (await thread(desk, going_on))[0]["text"] == "Seu pedido chegou?"
    assert await counted(desk, former, going_on) == [0, 0]


async def test_what_waits_for_the_customer_is_cancelled_by_their_word_in_the_other_thread(desk: Any) -> None:
    (former, going_on), (lost, kept) = await two(desk)
    made = await schedule(desk, former, "Ainda precisa?", cancel_on_reply=True)
    await desk.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    now = desk.service.runtime.clock.now()
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "wx", customer="5511999900001", occurred_at=now)
    )
    assert await waiting(desk, going_on) == []
    assert (await desk.get(f"/scheduled-messages/{made['id']}"))["reason"] == "customer_replied"
    assert await counted(desk, former, going_on) == [0, 0]


async def test_a_draft_is_found_in_the_conversation_that_goes_on_with_its_files(desk: Any) -> None:
    (former, going_on), (lost, kept) = await two(desk)
    file = (await desk.uploaded("a.txt", b"abc"))["id"]
    draft = {"text": "Quanto ao seu", "attachments": [{"id": file}]}
    await desk.do("PUT", f"/conversations/{former}/draft", draft)
    await desk.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    moved = await desk.get(f"/conversations/{going_on}/draft")
    assert (moved["text"], [one["id"] for one in moved["attachments"]]) == ("Quanto ao seu", [file])
    shown = [(await desk.get(f"/conversations/{one}"))["draft"] for one in (former, going_on)]
    assert shown == [False, True]
    assert [one["conversation_id"] for one in (await desk.get("/drafts"))["items"]] == [going_on]
    assert (await desk.ask("DELETE", f"/conversations/{going_on}/draft")).status_code == 204
    assert "unused_since" in await desk.service.db.attachments.find_one({"_id": file}), "nobody holds it any more"


async def test_who_has_a_draft_in_both_keeps_both(desk: Any) -> None:
    (former, going_on), (lost, kept) = await two(desk)
    for conversation, text in ((former, "um"), (going_on, "dois")):
        await desk.do("PUT", f"/conversations/{conversation}/draft", {"text": text})
    await desk.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    found = {one["conversation_id"]: one["text"] for one in (await desk.get("/drafts"))["items"]}
    assert found == {former: "um", going_on: "dois"}


async def test_undoing_the_merge_sends_nothing_to_somebody_else(desk: Any) -> None:
    (former, going_on), (lost, kept) = await two(desk)
    mine = await schedule(desk, former, "Olá, Ana", cancel_on_reply=True)
    theirs = await schedule(desk, going_on, "Olá, Bia")
    await desk.do("PUT", f"/conversations/{former}/draft", {"text": "Ana, seu"})
    merged = await desk.do("POST", f"/contacts/{kept}/merge", {"contact_id": lost})
    since = await schedule(desk, going_on, "Olá!")
    await desk.do("POST", f"/contacts/merges/{merged['merge']['id']}/undo")
    assert [one["id"] for one in await waiting(desk, former)] == [mine["id"]]
    assert {one["id"] for one in await waiting(desk, going_on)} == {theirs["id"], since["id"]}
    assert await counted(desk, former, going_on) == [1, 2]
    assert (await desk.get(f"/conversations/{former}/draft"))["text"] == "Ana, seu"
    assert (await desk.get(f"/conversations/{going_on}/draft"))["version"] == 0
    now = desk.service.runtime.clock.now()
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "wx", customer="5511999900000", occurred_at=now)
    )
    assert await waiting(desk, former) == [], "it is cancelled by whose customer it was meant for"
    assert await counted(desk, former, going_on) == [0, 2]
