"""How long messages, files and customers are kept: each by its own days, never under a legal hold."""

from datetime import timedelta
from typing import Any

import pytest

from atd_servicekit.files import FileMissing, file_key
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = (
    *("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write"),
    *("privacy:manage", "settings:manage"),
)


@pytest.fixture
def keeper(desk: Any) -> Any:
    """Somebody who may do everything."""
    return desk.seen_by(permissions=EVERYTHING)


async def kept_for(keeper: Any, **days: int | None) -> Any:
    """Set the days, and wait until a run has come to its end."""
    await keeper.service.db.retention.update_one({"_id": keeper.tenant}, {"$unset": {"swept_at": ""}})
    await keeper.do("PUT", "/privacy/retention", days)

    async def swept() -> Any:
        shown = await keeper.get("/privacy/retention")
        return shown if shown["swept_at"] else None

    return await eventually(swept)


async def aged(keeper: Any, conversation_id: str, days: int) -> None:
    """Nothing has happened in the conversation, nor to its customer, for so long."""
    db, at = keeper.service.db, keeper.service.runtime.clock.now() - timedelta(days=days)
    row = await db.conversations.find_one_and_update({"_id": conversation_id}, {"$set": {"last_activity_at": at}})
    contact_id = row["contact"]["id"]
    await db.contacts.update_one({"_id": contact_id}, {"$set": {"created_at": at}})
    await db.attachments.update_many({"conversation_id": conversation_id}, {"$set": {"created_at": at}})
    await db.timeline.update_many({"subject": contact_id}, {"$set": {"at": at}})


async def close(keeper: Any, *conversation_ids: str) -> None:
    for one in conversation_ids:
        await keeper.do("POST", f"/conversations/{one}/close", {})


async def test_a_hold_on_a_record_holds_what_goes_on_for_it(keeper: Any) -> None:
    kept, given_up = await keeper.written(2)
    await close(keeper, kept, given_up)
    await hold(keeper, given_up, contact=True)
    ids = [(await keeper.get(f"/conversations/{one}"))["contact"]["id"] for one in (kept, given_up)]
    await keeper.do("POST", f"/contacts/{ids[0]}/merge", {"contact_id": ids[1]})
    for one in (kept, given_up):
        await aged(keeper, one, 40)
    shown = await kept_for(keeper, messages_days=30, contacts_days=30)
    assert (shown["removed"], shown["removed_contacts"]) == (0, 0)


async def hold(keeper: Any, conversation_id: str, *, contact: bool) -> str:
    """Hold the conversation, or its customer; the path of the hold."""
    path = f"/conversations/{conversation_id}"
    if contact:
        path = f"/contacts/{(await keeper.get(path))['contact']['id']}"
    await keeper.do("PUT", f"{path}/hold", {"reason": "processo"})
    return f"{path}/hold"


async def messages_of(keeper: Any, conversation_id: str) -> int:
    found: int = await keeper.service.db.messages.count_documents({"conversation_id": conversation_id})
    return found


async def test_messages_go_after_their_days_and_stay_under_a_hold_until_it_is_released(keeper: Any) -> None:
    old, held, young, going_on = await keeper.written(4, each=2)
    await close(keeper, old, held, young)
    path = await hold(keeper, held, contact=False)
    for one, days in ((old, 40), (held, 50), (going_on, 60)):
        await aged(keeper, one, days)
    assert (await keeper.get("/privacy/retention"))["messages_days"] is None
    shown = await kept_for(keeper, messages_days=30)
    assert [await messages_of(keeper, one) for one in (old, held, young, going_on)] == [0, 2, 2, 2]
    assert (shown["removed"], shown["removed_files"], shown["removed_contacts"]) == (2, 0, 0)
    await keeper.do("DELETE", path)
    await kept_for(keeper, messages_days=30)
    assert await messages_of(keeper, held) == 0
    actions = [one["action"] for one in (await keeper.get("/privacy/log"))["items"]]
    assert {"retention", "retained"} <= set(actions)


async def test_what_goes_takes_its_tags_counts_comments_and_words_along(keeper: Any) -> None:
    (conversation_id,) = await keeper.written(1, each=2)
    tag = await keeper.do("POST", "/tags", {"name": "Urgente", "color": "#c92a2a"})
    path = f"/conversations/{conversation_id}"
    sent = await keeper.do("POST", f"{path}/messages", {"text": "palavra rara: zibelina"})
    await keeper.do("PUT", f"/messages/{sent['id']}/tags/{tag['id']}")
    assert [one["id"] for one in await keeper.pages("/conversations", tag=tag["id"])] == [conversation_id]
    await close(keeper, conversation_id)
    db = keeper.service.db
    await db.conversations.update_one({"_id": conversation_id}, {"$set": {"unread_count": 2}})  # of earlier versions
    await db.view_counts.insert_one({"tenant_id": keeper.tenant, "closed_unread": 1})
    await aged(keeper, conversation_id, 40)
    await kept_for(keeper, messages_days=30)
    shown = await keeper.get(path)
    assert (shown["last_message"], shown["unread_count"]) == (None, 0)
    assert await keeper.pages("/conversations", tag=tag["id"]) == []
    assert (await keeper.get(f"/tags/{tag['id']}/usage"))["count"] == 0
    assert (await keeper.get("/search", q="zibelina"))["items"] == []
    counts = await keeper.service.app.state.parts.queries.view_counts.check(keeper.tenant)
    assert counts == {} or not any(counts.values())
    assert (await keeper.get(f"{path}/messages"))["items"] == []


async def test_files_go_after_their_days_and_their_message_says_so(keeper: Any) -> None:
    attachment_id = await keeper.received(b"\xff\xd8\xff" + b"x" * 100)
    row = await keeper.service.db.attachments.find_one({"_id": attachment_id})
    await aged(keeper, row["conversation_id"], 40)
    storage = keeper.service.app.state.parts.uploads.storage
    assert (await storage.use(keeper.tenant)).total.files == 1
    shown = await kept_for(keeper, files_days=30)
    assert (shown["removed"], shown["removed_files"]) == (0, 1)
    (message,) = (await keeper.get(f"/conversations/{row['conversation_id']}/messages"))["items"]
    (file,) = message["attachments"]
    assert (file["state"], file["error"]["code"], file["error"]["retryable"]) == ("failed", "expired", False)
    assert "prazo" in file["error"]["message"]
    with pytest.raises(FileMissing):
        await keeper.service.file_store.open(file_key(keeper.tenant, attachment_id))
    retried = await keeper.refused("POST", f"/attachments/{attachment_id}/retry")
    assert retried[:2] == (409, "not_failed")
    stored = await keeper.service.db.attachments.find_one({"_id": attachment_id})
    assert (stored["state"], stored["source"], stored["sha256"]) == ("failed", None, None)
    assert (await storage.use(keeper.tenant)).total.files == 0


@pytest.mark.parametrize("contact", [True, False], ids=["of the customer", "of the conversation"])
async def test_a_hold_keeps_files_and_customers(keeper: Any, contact: bool) -> None:
    attachment_id = await keeper.received(b"\xff\xd8\xff" + b"x" * 100)
    conversation_id = (await keeper.service.db.attachments.find_one({"_id": attachment_id}))["conversation_id"]
    await close(keeper, conversation_id)
    await hold(keeper, conversation_id, contact=contact)
    await aged(keeper, conversation_id, 40)
    shown = await kept_for(keeper, messages_days=30, files_days=30, contacts_days=30)
    assert (shown["removed"], shown["removed_files"], shown["removed_contacts"]) == (0, 0, 0)
    assert await messages_of(keeper, conversation_id) == 1
    await keeper.service.file_store.open(file_key(keeper.tenant, attachment_id))
    assert (await keeper.get("/privacy/erasures"))["items"] == []


async def test_inactive_customers_are_erased_with_a_receipt_and_others_stay(keeper: Any) -> None:
    old, young, going_on, edited = await keeper.written(4)
    await close(keeper, old, young, edited)
    for one in (old, going_on, edited):
        await aged(keeper, one, 40)
    contacts = {one: (await keeper.get(f"/conversations/{one}"))["contact"]["id"] for one in (old, going_on, edited)}
    await keeper.do("PATCH", f"/contacts/{contacts[edited]}", {"address": "Rua Um"})
    shown = await kept_for(keeper, contacts_days=30)
    assert shown["removed_contacts"] == 1
    (receipt,) = (await keeper.get("/privacy/erasures", automatic="true"))["items"]
    assert (receipt["contact_id"], receipt["reason"], receipt["automatic"]) == (contacts[old], "retention", True)
    assert (await keeper.get("/privacy/erasures", automatic="false"))["items"] == []

    async def gone() -> bool:
        return await keeper.service.db.contacts.find_one({"_id": contacts[old]}) is None

    await eventually(gone)
    for one in (going_on, edited):
        assert (await keeper.get(f"/contacts/{contacts[one]}"))["id"] == contacts[one]


async def test_a_preview_says_about_how_much_would_go_and_removes_nothing(keeper: Any) -> None:
    attachment_id = await keeper.received(b"\xff\xd8\xff" + b"x" * 100)
    conversation_id = (await keeper.service.db.attachments.find_one({"_id": attachment_id}))["conversation_id"]
    await close(keeper, conversation_id)
    await aged(keeper, conversation_id, 40)
    everything = {"messages_days": 30, "files_days": 30, "contacts_days": 30}
    found = await keeper.do("POST", "/privacy/retention/preview", everything)
    assert found == {kind: {"about": 1, "more": False} for kind in ("messages", "files", "contacts")}
    later = await keeper.do("POST", "/privacy/retention/preview", {"messages_days": 50, "files_days": 50})
    assert later == {kind: {"about": 0, "more": False} for kind in ("messages", "files", "contacts")}
    assert await messages_of(keeper, conversation_id) == 1


@pytest.mark.parametrize("name", ["messages_days", "files_days", "contacts_days"])
@pytest.mark.parametrize("days", [29, 3651, 0, -1, "x", 1.5])
async def test_days_outside_of_the_bounds_are_refused_by_their_field(keeper: Any, name: str, days: Any) -> None:
    for method, path in (("PUT", "/privacy/retention"), ("POST", "/privacy/retention/preview")):
        assert await keeper.refused(method, path, {name: days}) == (422, "invalid", [name])


async def test_a_policy_of_before_is_read(keeper: Any) -> None:
    at = keeper.service.runtime.clock.now()
    row = {"_id": keeper.tenant, "messages_days": 60, "place": at, "removed": 7, "swept_at": at}
    await keeper.service.db.retention.insert_one(row)
    shown = await keeper.get("/privacy/retention")
    assert (shown["messages_days"], shown["files_days"], shown["removed"], shown["removed_contacts"]) == (
        60,
        None,
        7,
        0,
    )
