"""A day is the company's, in every list and paper alike; a date is nobody's and never moves.

22:30 on 12 October in São Paulo, where the company is, is the 13th in UTC and in Lisbon.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATE = datetime(2026, 10, 13, 1, 30, tzinfo=UTC)
EVERYTHING = ("conversations:read", "conversations:write", "contacts:read", "contacts:write", "settings:manage")
DAYS: tuple[tuple[str | None, str | None, int], ...] = (
    ("2026-10-12", "2026-10-12", 1),
    ("2026-10-13", "2026-10-13", 0),
    ("2026-10-01", "2026-10-31", 1),
    (None, "2026-10-11", 0),
    ("2026-10-12", None, 1),
    (None, "2026-10-12", 1),
    ("0001-01-01", "9999-12-31", 1),
)


async def listed(desk: Any, **days: str) -> int:
    return len((await desk.get("/conversations", **{f"opened_{name}": day for name, day in days.items()}))["items"])


async def counted(desk: Any, **days: str) -> int:
    found = await desk.get("/conversations/count", **{f"opened_{name}": day for name, day in days.items()})
    return int(found["total"])


async def found(desk: Any, **days: str) -> int:
    return len((await desk.get("/search", q="boleto", **days))["items"])


async def found_in_all(desk: Any, **days: str) -> int:
    return int((await desk.get("/search/count", q="boleto", **days))["total"])


async def late(desk: Any) -> str:
    """The id of a conversation that a customer began late on the 12th."""
    message = customer_message(desk.tenant, desk.account, "w1", text="Segunda via do boleto", occurred_at=LATE)
    await desk.service.take(message)
    row = await desk.service.db.conversations.find_one_and_update(
        {"tenant_id": desk.tenant}, {"$set": {"opened_at": LATE}}
    )
    return str(row["_id"])


@pytest.mark.parametrize("surface", [listed, counted, found, found_in_all])
async def test_a_day_is_the_companys_wherever_it_is_asked_for(desk: Any, surface: Any) -> None:
    await late(desk)
    for first, last, expected in DAYS:
        days = {name: day for name, day in (("from", first), ("to", last)) if day}
        assert await surface(desk, **days) == expected, days


async def test_days_and_moments_narrow_together_and_wrong_days_are_refused(desk: Any) -> None:
    await late(desk)
    for moments, expected in (
        ({"opened_after": "2026-10-13T01:00:00Z"}, 1),
        ({"opened_after": "2026-10-13T02:00:00Z"}, 0),
        ({"opened_before": "2026-10-13T01:00:00Z"}, 0),
    ):
        params = {"opened_from": "2026-10-12", "opened_to": "2026-10-12", **moments}
        assert (await desk.get("/conversations/count", **params))["total"] == expected
    for params, field in (
        ({"opened_from": "2026-10-13", "opened_to": "2026-10-12"}, "opened_to"),
        ({"opened_from": "12/10/2026"}, "opened_from"),
    ):
        assert await desk.refused("GET", "/conversations", params=params) == (422, "invalid", [field])


@pytest.mark.parametrize(
    ("zone", "written"), [(None, "12/10/2026 22:30"), ("Europe/Lisbon", "13/10/2026 02:30")], ids=["company", "asked"]
)
async def test_a_transcript_is_written_in_the_companys_zone_unless_another_is_asked_for(
    desk: Any, zone: str | None, written: str
) -> None:
    body = {"format": "text", **({"time_zone": zone} if zone else {})}
    made = await desk.do("POST", f"/conversations/{await late(desk)}/transcripts", body)
    answer = await desk.ask("GET", made["url"].removeprefix("/api/v1"))
    text = answer.content.decode("utf-8-sig")
    for part in written.split():
        assert part in text


async def test_the_api_tells_moments_and_leaves_the_day_to_the_reader(desk: Any) -> None:
    conversation_id = await late(desk)
    message = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"][0]
    assert message["occurred_at"] == "2026-10-13T01:30:00.000Z"


@pytest.mark.parametrize("day", ["2026-10-12", "2018-11-04", "1900-01-01", "2024-02-29"])
async def test_a_date_never_moves(desk: Any, day: str) -> None:
    """Not even a day whose midnight did not exist in São Paulo (4 November 2018)."""
    who = desk.seen_by(permissions=EVERYTHING)
    field = await who.do("POST", "/contact-fields", {"label": "Renovação", "type": "date"})
    made = await who.do("POST", "/contacts", {"name": "Ana", "birthday": day, "fields": {field["key"]: day}})
    shown = await who.get(f"/contacts/{made['id']}")
    assert (shown["birthday"], shown["fields"][field["key"]]) == (day, day)
    row = await desk.service.db.contacts.find_one({"_id": made["id"]})
    assert (row["record"]["birthday"], row["record"]["fields"][field["key"]]) == (day, day), "it is kept as it is read"
