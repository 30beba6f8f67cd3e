"""Public comments on the real servers: the setting, lists, a viral post beside other channels, answers."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from atd_conversation.store.indexes import CONVERSATIONS, MESSAGES, POST_OPENINGS
from atd_schemas.inbound import InboundEcho, InboundThread, PrivateAccount
from atd_schemas.topics import OUTBOUND_BY_CHANNEL
from atd_testing.inbound import customer_message
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = ("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "settings:manage")
VIRAL, OTHERS = 1_000, 60


def below(desk: Any, number: Any, customer: str, *, post: str = "p1", **more: Any) -> Any:
    """What somebody wrote below a post of the company's page."""
    private = PrivateAccount(account_id=f"m-{desk.tenant}", channel="messenger", name="Loja")
    thread = InboundThread(id=post, kind="post", public=True, private_account=private)
    values = {"occurred_at": desk.service.runtime.clock.now(), "channel": "facebook", "name": customer, **more}
    return customer_message(
        desk.tenant, f"f-{desk.tenant}", f"{post}_{number}", customer=customer, thread=thread, **values
    )


async def numbers(desk: Any) -> dict[str, int]:
    found = await desk.get("/conversations/counts")
    return {name: one["total"] for name, one in found.items() if name not in ("limit", "team", "teams")}


@pytest.mark.timeout(600)
async def test_a_viral_post_neither_floods_the_queue_nor_mixes_up_what_other_channels_bring(desk: Any) -> None:
    service, events = desk.service, []
    for number in range(VIRAL):
        events.append(below(desk, number, f"fan{number}"))
        if number % (VIRAL // OTHERS) == 0:
            at = service.runtime.clock.now()
            who = f"55119999{number % 3:05}"
            events.append(customer_message(desk.tenant, desk.account, f"w{number:06}", customer=who, occurred_at=at))
    others = len(events) - VIRAL
    await service.publish(*events)
    mine = {"tenant_id": desk.tenant}

    async def there() -> bool:
        return bool(await service.db[MESSAGES].count_documents(mine) == len(events))

    await eventually(there, timeout=480, message="everything is stored")
    counts = await numbers(desk)
    assert counts["queue"] == 50 + 3, "fifty of the post, and the other channel's customers"
    assert counts["closed"] == VIRAL - 50
    assert (await desk.get("/conversations/count", public="true", status="queued"))["total"] == 50
    assert (await desk.get("/conversations/count", public="false"))["total"] == 3
    rows = await service.db[MESSAGES].find({**mine, "account_id": desk.account}).sort("sequence", 1).to_list(None)
    written: dict[str, list[str]] = {}
    for row in rows:
        written.setdefault(row["conversation_id"], []).append(row["external_id"])
    assert sum(map(len, written.values())) == others
    assert all(ids == sorted(ids) for ids in written.values()), "each customer's messages are in their order"
    found = await desk.get("/conversations", public="true", q=f"fan{VIRAL - 1}")
    assert [(one["status"], one["unread_count"]) for one in found["items"]] == [("closed", 0)]


async def test_processes_that_take_comments_in_at_once_open_no_more_than_a_post_may(desk: Any) -> None:
    manager = desk.seen_by(permissions=MANAGER)
    await manager.do("PUT", "/settings/public-comments", {"mode": "all", "max_per_hour": 7})
    batches = [[below(desk, f"{b}-{n}", f"fan{b}-{n}") for n in range(6)] for b in range(6)]
    await asyncio.gather(*(desk.service.take(*batch) for batch in batches))
    rows = await desk.service.db[CONVERSATIONS].find({"tenant_id": desk.tenant}).to_list(None)
    assert Counter(row["status"] for row in rows) == {"queued": 7, "closed": 29}
    (row,) = await desk.service.db[POST_OPENINGS].find({"tenant_id": desk.tenant}).to_list(None)
    assert len(row["moments"]) == 7


async def test_the_setting_is_kept_checked_and_each_tenants_own(desk: Any) -> None:
    manager = desk.seen_by(permissions=MANAGER)
    known = await manager.get("/settings/public-comments")
    assert (known["mode"], known["max_per_hour"], known["accounts"]) == ("all", 50, [])
    assert await manager.do("PUT", "/settings/public-comments", known) == known
    own = {"account_id": f"f-{desk.tenant}", "mode": "words", "words": ["preço"], "max_per_hour": 5}
    await manager.do("PUT", "/settings/public-comments", {"mode": "none", "accounts": [own]})
    assert (await desk.get("/settings/public-comments"))["accounts"] == [own]
    assert (await desk.stranger().get("/settings/public-comments"))["mode"] == "all"
    await desk.service.take(below(desk, 1, "ana", text="o preço"), below(desk, 2, "rui", text="lindo"))
    found = (await desk.get("/conversations", public="true"))["items"]
    assert {one["contact"]["name"]: one["status"] for one in found} == {"ana": "queued", "rui": "closed"}
    assert (await desk.refused("PUT", "/settings/public-comments", {}))[:2] == (403, "forbidden")
    for body, field in (
        ({"mode": "some"}, "mode"),
        ({"max_per_hour": 0}, "max_per_hour"),
        ({"words": ["?"]}, "words"),
        ({"accounts": [own, own]}, "accounts"),
    ):
        assert await manager.refused("PUT", "/settings/public-comments", body) == (422, "invalid", [field])


async def test_what_was_filed_is_opened_by_hand(desk: Any) -> None:
    manager = desk.seen_by(permissions=MANAGER)
    await manager.do("PUT", "/settings/public-comments", {"mode": "none"})
    await desk.service.take(below(desk, 1, "ana"))
    (filed,) = (await desk.get("/conversations", public="true", status="closed"))["items"]
    assert (filed["thread"]["id"], filed["thread"]["public"], filed["last_message"]["preview"]) == ("p1", True, "Oi")
    opened = await desk.do("POST", f"/conversations/{filed['id']}/reopen")
    assert (opened["status"], (await numbers(desk))["queue"]) == ("queued", 1)


async def test_what_is_filed_is_counted_nowhere_but_among_what_is_closed_and_search_finds_it(desk: Any) -> None:
    manager = desk.seen_by(permissions=MANAGER)
    await manager.do("PUT", "/settings/public-comments", {"mode": "none"})
    await desk.service.take(below(desk, 1, "ana", text="girassol"), below(desk, 2, "ana", text="outro girassol"))
    await desk.service.take(below(desk, 3, "ana", text="girassol de novo"))
    filed: dict[str, Any] = {}
    for who in (desk, desk.colleague("caio")):
        counts = await who.get("/conversations/counts")
        views = counts.keys() - {"limit", "team", "teams"}
        totals = {name: (counts[name]["total"], counts[name]["unread"]) for name in views}
        assert {name: one for name, one in totals.items() if one != (0, 0)} == {"closed": (1, 0)}
        assert (await who.get("/conversations", unread="true"))["items"] == []
        assert (await who.get("/conversations", public="false"))["items"] == []
        (filed,) = (await who.get("/conversations", public="true"))["items"]
        assert (filed["status"], filed["unread_count"], filed["waiting_since"]) == ("closed", 0, None)
        (found,) = (await who.get("/search", q="girassol"))["items"]
        assert (found["conversation"]["id"], len(found["messages"])) == (filed["id"], 3)
    await desk.do("POST", f"/conversations/{filed['id']}/read", {})
    assert (await desk.refused("POST", f"/conversations/{filed['id']}/unread"))[:2] == (422, "conversation_closed")


async def test_an_answer_in_public_stands_below_the_customers_last_comment(desk: Any) -> None:
    await desk.service.take(below(desk, 1, "ana"), below(desk, 2, "ana"))
    ((one,), *_) = [(await desk.get("/conversations", public="true"))["items"]]
    first, last = (await desk.get(f"/conversations/{one['id']}/messages"))["items"]
    if first["external_id"] != "p1_1":
        first, last = last, first
    async with desk.service.reading(OUTBOUND_BY_CHANNEL["facebook"]) as reader:
        said = await desk.do("POST", f"/conversations/{one['id']}/messages", {"text": "Temos sim"})
        chosen = await desk.do(
            "POST", f"/conversations/{one['id']}/messages", {"text": "E isto", "reply_to": first["id"]}
        )
        seen = await reader.until(lambda found: len(found) == 2, desk.tenant)
    assert (said["reply_to"], chosen["reply_to"]) == (last["id"], first["id"])
    assert [(c.data.reply_to_external_id, c.data.thread_id, c.data.recipient) for c in seen] == [
        ("p1_2", "p1", "ana"),
        ("p1_1", "p1", "ana"),
    ]
    note = await desk.do("POST", f"/conversations/{one['id']}/messages", {"text": "ver", "direction": "note"})
    assert note["reply_to"] is None


async def test_a_thread_without_a_comment_of_the_customer_cannot_be_answered(desk: Any) -> None:
    echo = below(desk, 1, "ana").model_dump()
    await desk.service.take(InboundEcho.model_validate({**echo, "type": "inbound.echo"}))
    ((one,), *_) = [(await desk.get("/conversations", public="true"))["items"]]
    await desk.do("POST", f"/conversations/{one['id']}/reopen")
    path = f"/conversations/{one['id']}/messages"
    assert (await desk.refused("POST", path, {"text": "Oi"}))[:2] == (422, "nothing_to_answer")


async def test_records_merged_by_hand_go_on_in_each_thread_and_the_undo_gives_each_its_own_back(desk: Any) -> None:
    keeper = desk.seen_by(permissions=(*MANAGER, "contacts:write"))
    wrote = [
        below(desk, 1, "ana"),
        below(desk, 2, "ana", post="p2"),
        below(desk, 3, "rui"),
        below(desk, 4, "rui", post="p3"),
    ]
    at = desk.service.runtime.clock.now()
    psid = {"customer": "rui", "channel": "facebook", "occurred_at": at, "name": "rui"}
    await desk.service.take(*wrote, customer_message(desk.tenant, f"f-{desk.tenant}", "m1", **psid))
    rows = desk.service.db[CONVERSATIONS]

    async def threads() -> dict[str, set[tuple[str, str]]]:
        """By contact the thread and the status of each conversation that takes messages."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in await rows.find({"tenant_id": desk.tenant, "current_of": {"$exists": True}}).to_list(None):
            place = row.get("thread", {}).get("id", "private")
            found.setdefault(row["contact"]["id"], set()).add((place, row["status"]))
        return found

    before = await threads()
    ana, rui = sorted(before, key=lambda one: ("private", "queued") in before[one])
    merged = await keeper.do("POST", f"/contacts/{ana}/merge", {"contact_id": rui})
    every = {(name, "queued") for name in ("p1", "p2", "p3", "private")}
    assert await threads() == {ana: every}
    assert await rows.count_documents({"tenant_id": desk.tenant}) == 5, "one of the two below the first post gave way"
    listed = await desk.get(f"/contacts/{ana}/conversations")
    assert len(listed["items"]) == 5
    await keeper.do("POST", f"/contacts/merges/{merged['merge']['id']}/undo")
    assert await threads() == before


async def test_a_public_comment_is_read_found_and_told_of_as_every_message_is(desk: Any) -> None:
    await desk.service.take(below(desk, 1, "ana", text="girassol amarelo"))
    (one,) = (await desk.get("/conversations", public="true"))["items"]
    assert (await desk.get("/conversations/counts"))["queue"]["unread"] == 1
    await desk.do("POST", f"/conversations/{one['id']}/read", {})
    assert (await desk.get("/conversations/counts"))["queue"]["unread"] == 0
    (group,) = (await desk.get("/search", q="girassol"))["items"]
    assert group["conversation"]["thread"]["id"] == "p1"
    events = (await desk.get(f"/conversations/{one['id']}/timeline"))["items"]
    assert "conversation.opened" in {each["type"] for each in events}
