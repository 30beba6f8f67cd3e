"""The timeline of a conversation, and what a late change is told of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_schemas.envelope import rfc3339
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def story(desk: Any) -> str:
    (found,) = await desk.written()
    path = f"/conversations/{found}"
    await desk.do("POST", f"{path}/assign", {"attendant_id": "bia"})
    await desk.do("PATCH", path, {"priority": "high"})
    await desk.do("POST", f"{path}/messages", {"text": "Olá"})
    until = rfc3339(datetime.now(UTC) + timedelta(hours=1))
    await desk.do("POST", f"{path}/snooze", {"until": until})
    await desk.do("DELETE", f"{path}/snooze")
    await desk.do("POST", f"{path}/close")
    await desk.do("POST", f"{path}/reopen")
    return str(found)


async def test_the_timeline_tells_every_event_with_its_actor_and_no_messages(desk: Any) -> None:
    found = await story(desk)
    rows = await desk.pages(f"/conversations/{found}/timeline", limit=3)
    assert [row["type"] for row in reversed(rows)] == [
        "conversation.opened",
        "conversation.assigned",
        "conversation.updated",
        "conversation.snoozed",
        "conversation.updated",
        "conversation.closed",
        "conversation.reopened",
    ]
    opened, assigned, updated, *_ = reversed(rows)
    assert opened["actor"]["type"] == "contact"
    assert assigned["actor"] == {"type": "attendant", "id": "bia", "name": "Bia"}
    assert assigned["details"] == {"from": None, "to": {"id": "bia", "name": "Bia"}}
    assert (updated["changed"], updated["details"]) == (["priority"], {"from": "normal", "to": "high"})
    shown = await desk.get(f"/conversations/{found}")
    assert rows[0]["sequence"] == shown["sequence"]


async def test_a_customer_who_writes_adds_nothing_but_a_reopening(desk: Any) -> None:
    (found,) = await desk.written(each=3)
    assert len(await desk.pages(f"/conversations/{found}/timeline")) == 1
    await desk.do("POST", f"/conversations/{found}/close")
    now = desk.service.runtime.clock.now()
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "again", customer="5511999900000", occurred_at=now)
    )
    latest = (await desk.pages(f"/conversations/{found}/timeline"))[0]
    assert (latest["type"], latest["actor"]["type"]) == ("conversation.reopened", "contact")


async def test_another_tenant_reads_no_timeline(desk: Any) -> None:
    (found,) = await desk.written()
    path = f"/conversations/{found}/timeline"
    assert await desk.stranger().refused("GET", path) == (404, "not_found", [])
    assert await desk.refused("GET", path, params={"kind": "x"}) == (422, "unknown_filter", ["kind"])


async def test_a_late_change_is_told_what_was_changed_and_by_whom(desk: Any) -> None:
    (found,) = await desk.written()
    seen = (await desk.get(f"/conversations/{found}"))["sequence"]
    caio = desk.colleague()
    await caio.do("PATCH", f"/conversations/{found}", {"priority": "urgent"})
    await caio.do("POST", f"/conversations/{found}/assign", {"attendant_id": "caio"})
    now = desk.service.runtime.clock.now()
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "more", customer="5511999900000", occurred_at=now)
    )
    answer = await desk.ask("POST", f"/conversations/{found}/close", headers={"If-Match": f'"{seen}"'})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["version"]) == (409, "conflict", seen + 3)
    assert problem["changed"] == ["priority", "assignee", "status", "last_message"]
    told = [(one["type"], one["fields"], one["actor"]["type"], one["actor"]["name"]) for one in problem["changes"]]
    assert told[:2] == [
        ("conversation.updated", ["priority"], "attendant", "Caio"),
        ("conversation.assigned", ["assignee", "status"], "attendant", "Caio"),
    ]
    assert told[2][:3] == ("message.received", ["last_message"], "contact")
    assert "Oi" not in answer.text
