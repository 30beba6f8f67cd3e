"""Scheduled messages: said once when due, by the rules of then, and told when they cannot be."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from atd_conversation.domain.scheduled import MAX_AHEAD, MAX_WAITING
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData, ChannelAccountChanged, ChannelAccountData
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_testing.inbound import customer_message, reachable
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


def at(desk: Any, **ahead: float) -> str:
    moment: datetime = desk.service.runtime.clock.now() + timedelta(**(ahead or {"hours": 1}))
    return moment.isoformat()


async def schedule(desk: Any, conversation_id: str, text: str = "Bom dia", **more: Any) -> Any:
    body = {"text": text, "scheduled_for": at(desk), **more}
    return await desk.do("POST", f"/conversations/{conversation_id}/messages", body)


async def due(desk: Any, scheduled_id: str) -> None:
    """Its time has come: its job is done by whoever claims it, which are the workers of the running service."""
    parts = desk.service.app.state.parts
    row = await parts.jobs.find(desk.tenant, scheduled_id)
    assert row is not None
    now = desk.service.runtime.clock.now()
    await desk.service.db.jobs.update_one({"_id": scheduled_id}, {"$set": {"next_at": now, "due_at": now}})
    await eventually(lambda: _is_done(desk, scheduled_id))


def has_left_waiting(event: Any, tenant_id: str) -> bool:
    """Whether an event says that a scheduled message was said, or could not be: not that somebody scheduled it."""
    if event.tenant_id != tenant_id or event.type != "conversation.scheduled":
        return False
    return bool(event.data.scheduled.state != "waiting")


async def _is_done(desk: Any, job_id: str) -> bool:
    return await desk.service.db.jobs.find_one({"_id": job_id}) is None


async def thread(desk: Any, conversation_id: str) -> list[Any]:
    page = await desk.get(f"/conversations/{conversation_id}/messages")
    return list(page["items"])


async def waiting(desk: Any, conversation_id: str) -> list[Any]:
    page = await desk.get(f"/conversations/{conversation_id}/scheduled-messages")
    return list(page["items"])


async def test_a_message_is_said_once_when_it_is_due_by_its_author(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    body = {"text": "Olá\n\n👩‍👩‍👧‍👦 - a_b_c", "scheduled_for": at(desk)}
    answer = await desk.ask("POST", f"/conversations/{conversation_id}/messages", body)
    assert answer.status_code == 202
    made = answer.json()
    assert (made["state"], made["author"], made["text"], made["version"]) == (
        "waiting",
        {"id": "bia", "name": "Bia"},
        body["text"],
        1,
    )
    assert [one["direction"] for one in await thread(desk, conversation_id)] == ["inbound"]
    assert (await desk.get(f"/conversations/{conversation_id}"))["scheduled_count"] == 1
    assert await waiting(desk, conversation_id) == [made]
    await due(desk, made["id"])
    said, _ = await thread(desk, conversation_id)
    assert (said["text"], said["author"]["id"], said["status"]) == (body["text"], "bia", "pending")
    conversation = await desk.get(f"/conversations/{conversation_id}")
    assert (conversation["scheduled_count"], conversation["waiting_since"]) == (0, None)
    row = await desk.get(f"/scheduled-messages/{made['id']}")
    assert (row["state"], row["message_id"]) == ("sent", said["id"])
    assert await waiting(desk, conversation_id) == []


async def test_a_job_that_comes_twice_says_it_once(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    made = await schedule(desk, conversation_id)
    row = await desk.service.db.jobs.find_one({"_id": made["id"]})
    await due(desk, made["id"])
    await desk.service.db.jobs.insert_one(row)
    await due(desk, made["id"])
    assert [one["direction"] for one in await thread(desk, conversation_id)] == ["outbound", "inbound"]


async def test_the_list_of_mine_is_mine_by_time_and_goes_on(desk: Any) -> None:
    one, other = await desk.written(2)
    late = await schedule(desk, one, "depois", scheduled_for=at(desk, hours=3))
    soon = await schedule(desk, other, "antes", scheduled_for=at(desk, hours=2))
    await schedule(desk.colleague(), one, "de outro")
    assert [row["id"] for row in await desk.pages("/scheduled-messages", limit=1)] == [soon["id"], late["id"]]
    assert [row["text"] for row in await waiting(desk, one)] == ["de outro", "depois"]
    await desk.ask("DELETE", f"/scheduled-messages/{soon['id']}")
    assert [row["id"] for row in await desk.pages("/scheduled-messages", state="cancelled")] == [soon["id"]]


async def test_text_and_time_are_changed_by_the_author_alone_and_cancelled_by_any(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    made = await schedule(desk, conversation_id)
    path, caio = f"/scheduled-messages/{made['id']}", desk.colleague()
    changed = await desk.do(
        "PATCH", path, {"text": "Boa tarde", "scheduled_for": at(desk, hours=5)}, headers={"If-Match": '"1"'}
    )
    assert (changed["text"], changed["version"]) == ("Boa tarde", 2)
    job = await desk.service.app.state.parts.jobs.find(desk.tenant, made["id"])
    assert job.due_at == datetime.fromisoformat(changed["scheduled_for"])
    assert await desk.refused("PATCH", path, {"text": "x"}, headers={"If-Match": '"1"'}) == (409, "conflict", [])
    assert await caio.refused("PATCH", path, {"text": "x"}) == (403, "forbidden", [])
    assert (await caio.ask("DELETE", path)).status_code == 204
    assert await desk.refused("DELETE", path) == (409, "not_waiting", [])
    assert await desk.refused("PATCH", path, {"text": "x"}) == (409, "not_waiting", [])
    assert await desk.service.app.state.parts.jobs.find(desk.tenant, made["id"]) is None
    assert (await desk.get(f"/conversations/{conversation_id}"))["scheduled_count"] == 0


async def test_a_customer_who_writes_first_cancels_what_waited_for_that_and_nothing_else(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    file = (await desk.uploaded("a.txt", b"abc"))["id"]
    gone = await schedule(desk, conversation_id, "Ainda precisa?", cancel_on_reply=True, attachment_ids=[file])
    kept = await schedule(desk, conversation_id, "Bom dia")
    now = desk.service.runtime.clock.now()
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "wx", customer="5511999900000", occurred_at=now)
    )
    assert [one["id"] for one in await waiting(desk, conversation_id)] == [kept["id"]]
    row = await desk.get(f"/scheduled-messages/{gone['id']}")
    assert (row["state"], row["reason"]) == ("cancelled", "customer_replied")
    assert (await desk.get(f"/conversations/{conversation_id}"))["scheduled_count"] == 1
    await due(desk, gone["id"])
    assert "Ainda precisa?" not in [one["text"] for one in await thread(desk, conversation_id)]
    assert "unused_since" in await desk.service.db.attachments.find_one({"_id": file})


@pytest.mark.parametrize(
    "why",
    ["conversation_closed", "window_closed", "channel_removed", "author_deactivated", "contact_unreachable"],
)
async def test_what_cannot_be_said_any_more_is_told_in_the_thread_and_kept(desk: Any, why: str) -> None:
    (conversation_id,) = await desk.written()
    made = await schedule(desk, conversation_id)
    now = desk.service.runtime.clock.now()
    envelope = {"id": uuid7(), "tenant_id": desk.tenant, "occurred_at": now, "recorded_at": now, "source": "test"}
    if why == "conversation_closed":
        await desk.do("POST", f"/conversations/{conversation_id}/close")
    elif why == "window_closed":
        past = {"reply_window_expires_at": now - timedelta(hours=1)}
        await desk.service.db.conversations.update_one({"_id": conversation_id}, {"$set": past})
    elif why == "contact_unreachable":
        block = reachable(desk.tenant, desk.account, "blocked", customer="5511999900000", occurred_at=now)
        await desk.service.take(block)
    elif why == "channel_removed":
        gone = ChannelAccountData(
            account_id=desk.account, channel="whatsapp", name="x", status="disabled", deleted=True
        )
        await desk.service.learn(ChannelAccountChanged(**envelope, subject=desk.account, data=gone))
    else:
        bia = AttendantData(attendant_id="bia", name="Bia", active=False)
        await desk.service.learn(AttendantChanged(**envelope, subject="bia", data=bia))
    async with desk.service.reading(CONVERSATION_EVENTS) as reader:
        await due(desk, made["id"])
        (event,) = await reader.matching(1, lambda one: has_left_waiting(one, desk.tenant))
    assert (event.data.scheduled.state, event.data.scheduled.reason) == ("failed", why)
    notice = (await thread(desk, conversation_id))[0]
    assert (notice["direction"], notice["content"]["type"], notice["content"]["reason"]) == (
        "system",
        "scheduled_failed",
        why,
    )
    (row,) = await waiting(desk, conversation_id)
    assert (row["state"], row["reason"], row["text"]) == ("failed", why, "Bom dia")
    if why == "conversation_closed":
        await desk.do("POST", f"/conversations/{conversation_id}/reopen")
        again = await desk.do("PATCH", f"/scheduled-messages/{made['id']}", {"scheduled_for": at(desk, hours=2)})
        assert (again["state"], again["reason"]) == ("waiting", None)
        assert (await desk.get(f"/conversations/{conversation_id}"))["scheduled_count"] == 1
    else:
        assert (await desk.ask("DELETE", f"/scheduled-messages/{made['id']}")).status_code == 204
        assert await waiting(desk, conversation_id) == []


@pytest.mark.parametrize(
    ("more", "code", "fields"),
    [
        ({"ahead": {"seconds": -1}}, "invalid", ["scheduled_for"]),
        ({"ahead": {"days": MAX_AHEAD.days + 1}}, "invalid", ["scheduled_for"]),
        ({"ahead": {"hours": 25}}, "window_closed", ["scheduled_for"]),
        ({"text": "a" * 5000}, "too_long", ["text"]),
        ({"attachment_ids": ["x"]}, "unknown_attachment", ["attachment_ids[0]"]),
        ({"reply_to": "x"}, "unknown_message", ["reply_to"]),
    ],
)
async def test_what_could_not_be_said_then_is_refused_now(
    desk: Any, more: dict[str, Any], code: str, fields: list[str]
) -> None:
    (conversation_id,) = await desk.written()
    body = {"text": "a", **more}
    body["scheduled_for"] = at(desk, **body.pop("ahead", {}))
    assert await desk.refused("POST", f"/conversations/{conversation_id}/messages", body) == (422, code, fields)
    assert await waiting(desk, conversation_id) == []


async def test_one_scheduled_message_too_many(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    for _ in range(MAX_WAITING):
        await schedule(desk, conversation_id)
    body = {"text": "a", "scheduled_for": at(desk)}
    assert await desk.refused("POST", f"/conversations/{conversation_id}/messages", body) == (422, "too_many", [])


async def test_a_repeat_of_the_same_request_is_one_scheduled_message(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    moment = at(desk)
    made = [await schedule(desk, conversation_id, scheduled_for=moment, client_id="c1") for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert len(await waiting(desk, conversation_id)) == 1


async def test_files_of_a_scheduled_message_are_kept_and_sent(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    file = (await desk.uploaded("a.txt", b"abc"))["id"]
    made = await schedule(desk, conversation_id, attachment_ids=[file])
    assert [one["id"] for one in made["attachments"]] == [file]
    assert "unused_since" not in await desk.service.db.attachments.find_one({"_id": file})
    await due(desk, made["id"])
    assert (await thread(desk, conversation_id))[0]["attachments"][0]["id"] == file


async def test_a_scheduled_note_stays_inside(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    made = await schedule(desk, conversation_id, "ligar amanhã", direction="note", scheduled_for=at(desk, days=3))
    await due(desk, made["id"])
    assert (await thread(desk, conversation_id))[0]["direction"] == "note"
