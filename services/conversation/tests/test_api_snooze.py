"""Snoozed conversations over HTTP, and the timers that bring them back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_schemas.envelope import rfc3339

pytestmark = pytest.mark.asyncio(loop_scope="module")


def in_time(**more: Any) -> str:
    return rfc3339(datetime.now(UTC) + timedelta(**more))


async def test_snoozing_answers_when_it_comes_back_and_waking_takes_it_back(desk: Any) -> None:
    (found,) = await desk.written()
    until = in_time(hours=2)
    shown = await desk.do("POST", f"/conversations/{found}/snooze", {"until": until})
    assert (shown["status"], shown["snoozed_until"]) == ("snoozed", until)
    assert [one["id"] for one in (await desk.get("/conversations", status="snoozed"))["items"]] == [found]
    assert await desk.service.db.jobs.count_documents({"tenant_id": desk.tenant}) == 1
    shown = await desk.do("DELETE", f"/conversations/{found}/snooze")
    assert (shown["status"], shown["snoozed_until"], shown["woke_at"]) == ("queued", None, None)
    assert await desk.service.db.jobs.count_documents({"tenant_id": desk.tenant}) == 0


async def test_until_the_customer_writes_needs_no_timer(desk: Any) -> None:
    (found,) = await desk.written()
    shown = await desk.do("POST", f"/conversations/{found}/snooze", {"until": None})
    assert (shown["status"], shown["snoozed_until"]) == ("snoozed", None)
    assert await desk.service.db.jobs.count_documents({"tenant_id": desk.tenant}) == 0


@pytest.mark.parametrize(
    "body", [{}, {"until": "amanhã"}, {"until": "2026-01-01T12:00:00"}, {"until": in_time(hours=-1)}], ids=range(4)
)
async def test_what_is_no_time_is_refused_by_name(desk: Any, body: Any) -> None:
    (found,) = await desk.written()
    assert await desk.refused("POST", f"/conversations/{found}/snooze", body) == (422, "invalid", ["until"])


async def test_another_tenant_snoozes_nothing(desk: Any) -> None:
    (found,) = await desk.written()
    path = f"/conversations/{found}/snooze"
    assert await desk.stranger().refused("POST", path, {"until": None}) == (404, "not_found", [])
    assert await desk.stranger().refused("DELETE", path) == (404, "not_found", [])
    reader = desk.colleague(permissions=("conversations:read",))
    assert (await reader.refused("POST", path, {"until": None}))[0] == 403
