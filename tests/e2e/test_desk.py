"""The desk through the gateway: put aside and back, many at once, who did what, and what is unread for whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import Json, conversations

CUSTOMERS = ("5511999990031", "5511999990032", "5511999990033")


async def done(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    answer = await shop.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def in_time(**more: float) -> str:
    return (datetime.now(UTC) + timedelta(**more)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def written(shop: Shop, provider: Provider, listener: Listener) -> list[Json]:
    for phone in CUSTOMERS:
        await provider.write(phone, ["Bom dia"], name=f"Cliente {phone[-2:]}")
    await eventually(lambda: len(listener.of_type("message.received")) == 3, message="three customers")
    return await conversations(shop.client)


async def test_a_snoozed_conversation_comes_back_by_itself_and_every_screen_hears_it(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    first, *_ = await written(shop, provider, listener)
    path = f"/conversations/{first['id']}"
    assert (await done(shop, "POST", f"{path}/snooze", {"until": in_time(seconds=3)}))["status"] == "snoozed"
    await eventually(lambda: listener.of_type("conversation.snoozed"), message="the snooze")

    async def awake() -> bool:
        shown = await done(shop, "GET", path)
        return bool(shown["status"] == "queued" and shown["woke_at"])

    await eventually(awake)
    heard = await eventually(lambda: listener.of_type("conversation.updated"), message="its coming back")
    assert heard[-1]["data"]["conversation"]["woke_at"] is not None
    timeline = (await done(shop, "GET", f"{path}/timeline"))["items"]
    assert [one["type"] for one in timeline] == [
        "conversation.updated",
        "conversation.snoozed",
        "conversation.opened",
    ]
    assert [one["actor"]["type"] for one in timeline] == ["system", "attendant", "contact"]


async def test_many_are_changed_at_once_and_counted_as_the_lists_show(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    ids = [one["id"] for one in await written(shop, provider, listener)]
    counts = await done(shop, "GET", "/conversations/counts")
    assert (counts["queue"], counts["closed"]) == ({"total": 3, "unread": 3}, {"total": 0, "unread": 0})
    await done(shop, "POST", f"/conversations/{ids[0]}/close")
    answer = await done(shop, "POST", "/conversations/bulk", {"ids": ids, "action": "snooze", "until": None})
    assert [one["status"] for one in answer["results"]] == [422, 200, 200]
    assert answer["results"][0]["problem"]["code"] == "conversation_closed"
    await done(shop, "POST", "/conversations/bulk", {"ids": ids[1:], "action": "read"})
    counts = await done(shop, "GET", "/conversations/counts")
    assert (counts["snoozed"], counts["queue"]) == ({"total": 2, "unread": 0}, {"total": 0, "unread": 0})
    assert counts["closed"] == {"total": 1, "unread": 1}  # nobody has read what was closed
    await eventually(lambda: len(listener.of_type("conversation.snoozed")) == 2, message="both snoozes")
