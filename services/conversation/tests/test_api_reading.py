"""Lists, threads and records: what they show, in which order, and what they refuse."""

from typing import Any

import pytest

from atd_servicekit.pagination import encode_cursor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_conversation_and_its_contact(desk: Any) -> None:
    (conversation_id,) = await desk.written(each=2)
    answer = await desk.ask("GET", f"/conversations/{conversation_id}")
    shown = answer.json()
    assert answer.headers["etag"] == '"3"'
    assert (shown["number"], shown["status"], shown["unread_count"], shown["sequence"]) == (1, "queued", 2, 3)
    assert shown["channel"] == {"kind": "whatsapp", "account_id": desk.account, "name": "Loja"}
    assert shown["opened_at"].endswith("Z")
    answer = await desk.ask("GET", f"/contacts/{shown['contact']['id']}")
    assert (answer.headers["etag"], answer.json()["phone"]) == ('"1"', "+5511999900000")


async def test_a_list_in_pages_has_everything_once_the_latest_activity_first(desk: Any) -> None:
    ids = await desk.written(7)
    for limit in (1, 3, 7, 100):
        found = await desk.pages("/conversations", limit=limit)
        assert [each["id"] for each in found] == ids[::-1]
    activity = [each["last_activity_at"] for each in await desk.pages("/conversations", sort="-last_activity")]
    assert activity == sorted(activity, reverse=True)


async def test_the_queue_begins_with_who_waits_longest(desk: Any) -> None:
    ids = await desk.written(5)
    await desk.do("POST", f"/conversations/{ids[1]}/messages", {"text": "Olá"})
    for limit in (1, 2, 100):
        found = await desk.pages("/conversations", sort="waiting_since", limit=limit)
        assert [each["id"] for each in found] == [ids[0], *ids[2:], ids[1]]
    await desk.do("POST", f"/conversations/{ids[0]}/close")
    await desk.do("POST", f"/conversations/{ids[0]}/reopen")
    found = await desk.pages("/conversations", sort="waiting_since", status="queued")
    assert found[0]["id"] == ids[0]
    assert found[0]["waiting_since"] is not None
    answer = await desk.ask("GET", "/conversations", params={"sort": "name"})
    assert answer.status_code == 422


async def test_filters_narrow_a_list(desk: Any) -> None:
    mine, others, nobodys, closed = await desk.written(4)
    await desk.do("POST", f"/conversations/{mine}/assign", {"attendant_id": "bia"})
    await desk.colleague().do("POST", f"/conversations/{others}/assign", {"attendant_id": "caio"})
    await desk.do("POST", f"/conversations/{closed}/close")
    await desk.do("POST", f"/conversations/{mine}/read")
    shown = await desk.get(f"/conversations/{nobodys}")
    past, future = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00+02:00"

    async def ids(**params: Any) -> set[str]:
        return {each["id"] for each in await desk.pages("/conversations", **params)}

    assert await ids() == {mine, others, nobodys, closed}
    assert await ids(status="open") == {mine, others}
    assert await ids(status=["open", "closed"]) == {mine, others, closed}
    assert await ids(assignee="me") == {mine}
    assert await ids(assignee="caio") == {others}
    assert await ids(assignee="none") == {nobodys, closed}
    assert await ids(assignee="none", status="queued") == {nobodys}
    assert await ids(unread="true") == {others, nobodys, closed}  # nobody has read what was closed, either
    assert await ids(unread="false") == {mine}
    await desk.do("PATCH", f"/conversations/{mine}", {"priority": "high"})
    assert await ids(priority="high") == await ids(priority=["high", "low"]) == {mine}
    assert await ids(mentioned="true") == set()
    assert await ids(channel="whatsapp", account_id=desk.account) == {mine, others, nobodys, closed}
    assert await ids(channel="telegram") == set()
    assert await ids(account_id="other") == set()
    assert await ids(contact_id=shown["contact"]["id"]) == {nobodys}
    assert await ids(opened_after=past, opened_before=future) == {mine, others, nobodys, closed}
    assert await ids(opened_after=future) == await ids(opened_before=past) == set()


@pytest.mark.parametrize(
    ("params", "code", "fields"),
    [
        ({"colour": "red"}, "unknown_filter", ["colour"]),
        ({"group": "x", "size": "y"}, "unknown_filter", ["group", "size"]),
        ({"status": "asleep"}, "invalid", ["status[0]"]),
        ({"channel": "smoke signals"}, "invalid", ["channel"]),
        ({"favourite": "false"}, "invalid", ["favourite"]),
        ({"sort": "number"}, "invalid", ["sort"]),
        ({"limit": 0}, "invalid", ["limit"]),
        ({"limit": 101}, "invalid", ["limit"]),
        ({"limit": "many"}, "invalid", ["limit"]),
        ({"assignee": "x" * 65}, "invalid", ["assignee"]),
        ({"opened_after": "yesterday"}, "invalid", ["opened_after"]),
        ({"opened_after": "2026-03-01T12:00:00"}, "invalid", ["opened_after"]),
        ({"opened_after": "0001-01-01T00:00:00+10:00"}, "invalid", ["opened_after"]),
        ({"opened_before": "9999-12-31T23:59:59-10:00"}, "invalid", ["opened_before"]),
        ({"cursor": "nonsense"}, "invalid", ["cursor"]),
        ({"cursor": encode_cursor(7)}, "invalid", ["cursor"]),
        ({"cursor": encode_cursor("x", "y")}, "invalid", ["cursor"]),
        ({"cursor": "x" * 2000}, "invalid", ["cursor"]),
    ],
)
async def test_a_list_refuses_what_it_does_not_understand(desk: Any, params: Any, code: str, fields: list[str]) -> None:
    assert await desk.refused("GET", "/conversations", params=params) == (422, code, fields)


async def test_a_thread_in_pages_both_ways_has_everything_once(desk: Any) -> None:
    (conversation_id,) = await desk.written(each=5)
    for number in range(5):
        await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": f"r{number}"})
    path = f"/conversations/{conversation_id}/messages"
    sequences = list(range(11, 1, -1))
    for limit in (1, 3, 10, 100):
        assert [m["sequence"] for m in await desk.pages(path, limit=limit)] == sequences
        onward: list[int] = []
        cursor: str | None = None
        while True:
            page = await desk.get(path, after=0, limit=limit, **({"cursor": cursor} if cursor else {}))
            onward = [m["sequence"] for m in page["items"]] + onward
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert onward == sequences
    assert [m["sequence"] for m in await desk.pages(path, limit=2, before=6)] == [5, 4, 3, 2]
    assert [m["sequence"] for m in (await desk.get(path, after=8, before=11))["items"]] == [10, 9]
    assert (await desk.get(path, after=11))["items"] == []


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"limit": 0}, ["limit"]),
        ({"limit": 101}, ["limit"]),
        ({"before": -1}, ["before"]),
        ({"before": 2**63}, ["before"]),
        ({"after": 2**64}, ["after"]),
        ({"after": "x"}, ["after"]),
        ({"cursor": "x"}, ["cursor"]),
        ({"cursor": encode_cursor("x")}, ["cursor"]),
        ({"cursor": encode_cursor(2**63)}, ["cursor"]),
        ({"cursor": encode_cursor(-(2**63))}, ["cursor"]),
        ({"cursor": encode_cursor(True)}, ["cursor"]),
    ],
)
async def test_a_thread_refuses_what_it_does_not_understand(desk: Any, params: Any, fields: list[str]) -> None:
    (conversation_id,) = await desk.written()
    answer = await desk.refused("GET", f"/conversations/{conversation_id}/messages", params=params)
    assert answer == (422, "invalid", fields)
