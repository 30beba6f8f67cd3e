"""One action on many conversations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_schemas.envelope import rfc3339
from atd_schemas.ids import uuid7

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def bulk(desk: Any, ids: list[str], action: str, **more: Any) -> Any:
    key = more.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    return await desk.do("POST", "/conversations/bulk", {"ids": ids, "action": action, **more}, headers=headers)


def outcomes(answer: Any) -> list[tuple[int, str | None]]:
    return [(one["status"], one["problem"] and one["problem"]["code"]) for one in answer["results"]]


UNTIL = rfc3339(datetime.now(UTC) + timedelta(hours=3))


@pytest.mark.parametrize(
    ("action", "more", "expected"),
    [
        ("assign", {"attendant_id": "bia"}, {"status": "open"}),
        ("assign", {"attendant_id": None}, {"status": "queued"}),
        ("priority", {"priority": "high"}, {"priority": "high"}),
        ("snooze", {"until": UNTIL}, {"status": "snoozed", "snoozed_until": UNTIL}),
        ("wake", {}, {"status": "queued"}),
        ("read", {}, {"unread_count": 0}),
        ("close", {}, {"status": "closed"}),
        ("reopen", {}, {"status": "queued"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-",
)
async def test_an_action_is_done_to_each_and_each_is_answered_as_it_is_then(
    desk: Any, action: str, more: Any, expected: Any
) -> None:
    ids = await desk.written(3)
    answer = await bulk(desk, ids[::-1], action, **more)
    assert ([one["id"] for one in answer["results"]], answer["failed"]) == (ids[::-1], 0)
    for one in answer["results"]:
        assert {name: one["conversation"][name] for name in expected} == expected
        assert await desk.get(f"/conversations/{one['id']}") == one["conversation"]


async def test_one_that_cannot_be_changed_stands_in_nobodys_way(desk: Any) -> None:
    closed, seen, free = await desk.written(3)
    theirs = (await desk.stranger().written())[0]
    await desk.do("POST", f"/conversations/{closed}/close")
    version = (await desk.get(f"/conversations/{seen}"))["sequence"]
    await desk.colleague().do("PATCH", f"/conversations/{seen}", {"priority": "low"})
    ids = [closed, seen, theirs, uuid7(), free]
    answer = await bulk(desk, ids, "assign", attendant_id="bia", versions={seen: version})
    assert outcomes(answer) == [
        (422, "conversation_closed"),
        (409, "conflict"),
        (404, "not_found"),
        (404, "not_found"),
        (200, None),
    ]
    assert answer["failed"] == 4
    assert answer["results"][1]["problem"]["changed"] == ["priority"]


async def test_the_same_key_does_what_was_done_only_once_and_tries_again_what_failed(desk: Any) -> None:
    first, second = await desk.written(2)
    await desk.do("POST", f"/conversations/{second}/close")
    key = uuid7()
    answer = await bulk(desk, [first, second], "assign", attendant_id="bia", key=key)
    assert outcomes(answer) == [(200, None), (422, "conversation_closed")]
    await desk.do("POST", f"/conversations/{first}/assign", {"attendant_id": None})
    await desk.do("POST", f"/conversations/{second}/reopen")
    again = await bulk(desk, [first, second], "assign", attendant_id="bia", key=key)
    assert outcomes(again) == [(200, None), (200, None)]
    assert again["results"][0] == answer["results"][0]
    assert (await desk.get(f"/conversations/{first}"))["assignee"] is None
    assert (await desk.get(f"/conversations/{second}"))["assignee"]["id"] == "bia"
    other = await bulk(desk, [first], "priority", priority="low", key=key)
    assert outcomes(other) == [(409, "idempotency_conflict")]


async def test_a_hundred_are_changed_and_one_more_is_refused(desk: Any) -> None:
    ids = [uuid7() for _ in range(101)]
    path = "/conversations/bulk"
    assert (await bulk(desk, ids[:100], "read"))["failed"] == 100
    assert await desk.refused("POST", path, {"ids": ids, "action": "read"}) == (422, "invalid", ["read.ids"])
    twice = {"ids": ids[:1] * 2, "action": "read"}
    assert await desk.refused("POST", path, twice) == (422, "invalid", ["read.ids"])
    assert (await desk.refused("POST", path, {"ids": [], "action": "read"}))[:2] == (422, "invalid")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "explode"}, "invalid"),
        ({"action": "priority"}, "invalid"),
        ({"action": "priority", "priority": "enormous"}, "invalid"),
        ({"action": "snooze"}, "invalid"),
        ({"action": "close", "reason": "x"}, "invalid"),
        ({"action": "assign", "attendant_id": "nobody"}, "unknown_attendant"),
        ({}, "invalid"),
    ],
)
async def test_what_cannot_be_done_to_any_is_refused_at_once(desk: Any, body: Any, code: str) -> None:
    answer = await desk.refused("POST", "/conversations/bulk", {"ids": ["x"], **body})
    assert answer[:2] == (422, code)


async def test_who_may_not_assign_assigns_none_of_many(desk: Any) -> None:
    (found,) = await desk.written()
    writer = desk.seen_by(permissions=("conversations:read", "conversations:write"))
    body = {"ids": [found], "action": "assign", "attendant_id": "bia"}
    assert await writer.refused("POST", "/conversations/bulk", body) == (403, "forbidden", [])
    reader = desk.seen_by(permissions=("conversations:read",))
    assert (await reader.refused("POST", "/conversations/bulk", {**body, "action": "close"}))[0] == 403
