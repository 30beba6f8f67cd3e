"""A tag, label or type that is deleted or merged while much bears it: gone at once, rewritten in steps."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atd_conversation.commands.retiring import RETIRE
from atd_conversation.domain.marking_kinds import MAX_REPLACED
from atd_conversation.store.marked import STEP
from atd_schemas.ids import uuid7
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = ("conversations:read", "conversations:write", "contacts:read", "contacts:write", "settings:manage")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MANY = 2 * STEP + 1


@pytest.fixture
def desk(desk: Any) -> Any:
    return desk.seen_by(permissions=MANAGER, actor_id="bia", actor_name="Bia")


async def made(desk: Any, path: str, *names: str, **more: Any) -> list[str]:
    return [(await desk.do("POST", path, {"name": name, **more}))["id"] for name in names]


async def finish(desk: Any) -> None:
    """Let the tenant's jobs do all they have to do, without waiting for when they are due."""
    jobs = desk.service.db.jobs

    async def done() -> bool:
        waiting = {"tenant_id": desk.tenant, "claim": {"$exists": False}}
        await jobs.update_many(waiting, {"$set": {"next_at": LONG_AGO}})
        await desk.service.app.state.parts.jobs.run_due()
        return bool(await jobs.count_documents({"tenant_id": desk.tenant}) == 0)

    await eventually(done)


async def tagged_directly(desk: Any, conversation_id: str, tags: list[str], count: int) -> None:
    """Messages of the conversation that have these tags, written past the service."""
    message = await desk.service.db.messages.find_one({"conversation_id": conversation_id})
    by = {"type": "attendant", "id": "bia", "name": "Bia"}
    marks = [{"id": tag_id, "by": by, "at": message["recorded_at"]} for tag_id in tags]
    rows = [{**message, "_id": uuid7(), "sequence": 1_000 + number, "tags": marks} for number in range(count)]
    if rows:
        await desk.service.db.messages.insert_many(rows, ordered=False)
    await desk.service.db.conversations.update_one({"_id": conversation_id}, {"$set": {"tags": tags}})


async def tags_in_store(desk: Any, tag_id: str) -> int:
    query = {"tenant_id": desk.tenant, "tags.id": tag_id}
    return int(await desk.service.db.messages.count_documents(query, hint="messages_by_tag"))


async def test_a_deleted_tag_is_gone_at_once_and_taken_off_in_steps(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    gone, kept = await made(desk, "/tags", "Prazo", "Troca")
    await tagged_directly(desk, conversation_id, [gone, kept], MANY)
    assert await desk.get(f"/tags/{gone}/usage") == {"count": 1000, "limit": 1000}
    await desk.service.db.jobs.delete_many({})
    await desk.do("DELETE", f"/tags/{gone}")
    (shown, *_) = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"]
    assert [one["id"] for one in shown["tags"]] == [kept]
    assert (await desk.get(f"/conversations/{conversation_id}"))["tag_ids"] == [kept]
    await finish(desk)
    assert await tags_in_store(desk, gone) == 0
    assert await tags_in_store(desk, kept) == MANY
    row = await desk.service.db.conversations.find_one({"_id": conversation_id})
    assert row["tags"] == [kept]


async def test_a_tag_on_thousands_of_messages_is_deleted_by_one_short_request(desk: Any) -> None:
    """What the request writes does not depend on how many bear the tag; the steps have a bound of their own."""
    (conversation_id,) = await desk.written()
    (tag_id,) = await made(desk, "/tags", "Prazo")
    marked = desk.service.app.state.parts.marks.queries
    await tagged_directly(desk, conversation_id, [tag_id], 10 * STEP)
    await desk.do("DELETE", f"/tags/{tag_id}")
    (shown, *_) = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"]
    assert shown["tags"] == []
    assert await desk.service.db.jobs.count_documents({"tenant_id": desk.tenant, "kind": RETIRE}) == 1
    assert await marked.rewrite(desk.tenant, "tag", tag_id, None) == STEP
    await desk.service.db.messages.delete_many({"tenant_id": desk.tenant})  # the rest would go on behind other tests
    await finish(desk)
    assert await tags_in_store(desk, tag_id) == 0


async def test_a_merged_tag_is_the_other_one_at_once_and_in_the_store_later(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    gone, into = await made(desk, "/tags", "Atraso", "Prazo")
    await tagged_directly(desk, conversation_id, [gone], MANY)
    await tagged_directly(desk, conversation_id, [gone, into], 0)
    both = (await desk.get(f"/conversations/{conversation_id}/messages", limit=1))["items"][0]["id"]
    await desk.do("PUT", f"/messages/{both}/tags/{into}")
    merged = await desk.do("POST", f"/tags/{gone}/merge", {"into": into})
    assert (merged["id"], merged["name"]) == (into, "Prazo")
    assert await desk.refused("GET", f"/tags/{gone}") == (404, "not_found", [])
    for _ in range(2):  # while it is being rewritten, and afterwards
        shown = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"]
        assert {tuple(tag["name"] for tag in one["tags"]) for one in shown} <= {("Prazo",), ()}
        assert (await desk.get(f"/conversations/{conversation_id}"))["tag_ids"] == [into]
        for wanted in (gone, into):
            rows = (await desk.get("/conversations", tag=wanted))["items"]
            assert [row["id"] for row in rows] == ([conversation_id] if wanted == into or _ == 0 else [])
        await finish(desk)
    assert (await tags_in_store(desk, gone), await tags_in_store(desk, into)) == (0, MANY)
    row = await desk.service.db.messages.find_one({"_id": both})
    assert [mark["id"] for mark in row["tags"]] == [into], "a message that has both has one of them"
    item = await desk.service.db.catalogue.find_one({"_id": into})
    assert item["values"]["replaces"] == []


async def test_what_is_tagged_with_the_old_id_meanwhile_gets_the_other_one(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    gone, into = await made(desk, "/tags", "Atraso", "Prazo")
    await desk.do("POST", f"/tags/{gone}/merge", {"into": into})
    (message,) = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"]
    tagged = await desk.do("PUT", f"/messages/{message['id']}/tags/{gone}")
    assert [one["id"] for one in tagged["tags"]] == [into]
    await desk.do("DELETE", f"/messages/{message['id']}/tags/{gone}")
    assert (await desk.get(f"/conversations/{conversation_id}"))["tag_ids"] == []


async def test_a_tag_that_took_the_place_of_another_one_can_go_too(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    first, second, third = await made(desk, "/tags", "Um", "Dois", "Três")
    await tagged_directly(desk, conversation_id, [first], 3)
    await desk.do("POST", f"/tags/{first}/merge", {"into": second})
    await desk.do("POST", f"/tags/{second}/merge", {"into": third})
    (shown, *_) = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"]
    assert [one["id"] for one in shown["tags"]] == [third]
    await finish(desk)
    assert await tags_in_store(desk, third) == 3
    await desk.do("DELETE", f"/tags/{third}")
    await finish(desk)
    assert await desk.service.db.messages.count_documents({"tenant_id": desk.tenant, "tags.id": {"$exists": True}}) == 0


async def test_a_merge_that_makes_no_sense_is_refused(desk: Any) -> None:
    one, old = await made(desk, "/tags", "Um", "Velha")
    await desk.do("PATCH", f"/tags/{old}", {"archived": True})
    for into, code in ((one, "invalid"), (uuid7(), "invalid"), (old, "archived")):
        assert await desk.refused("POST", f"/tags/{one}/merge", {"into": into}) == (422, code, ["into"])
    assert await desk.refused("POST", f"/tags/{uuid7()}/merge", {"into": one}) == (404, "not_found", [])
    (parent,) = await made(desk, "/types", "Vendas")
    (child,) = await made(desk, "/types", "Orçamento", parent_id=parent)
    assert await desk.refused("POST", f"/types/{parent}/merge", {"into": child}) == (422, "has_children", [])
    replaced = {"values.replaces": [str(number) for number in range(MAX_REPLACED)]}
    await desk.service.db.catalogue.update_one({"_id": one}, {"$set": replaced})
    (more,) = await made(desk, "/tags", "Mais uma")
    assert await desk.refused("POST", f"/tags/{more}/merge", {"into": one}) == (422, "too_many", ["into"])


async def test_labels_and_types_go_and_merge_likewise(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    contact_id = (await desk.get(path))["contact"]["id"]
    vip, gold, silver = await made(desk, "/labels", "VIP", "Ouro", "Prata")
    sales, help_ = await made(desk, "/types", "Vendas", "Ajuda")
    for label_id in (vip, gold, silver):
        await desk.do("PUT", f"/contacts/{contact_id}/labels/{label_id}")
    await desk.do("PATCH", path, {"type_id": sales})
    assert (await desk.get(f"/labels/{vip}/usage"))["count"] == 1
    assert (await desk.get(f"/types/{sales}/usage"))["count"] == 1
    await desk.do("POST", f"/labels/{vip}/merge", {"into": gold})
    await desk.do("DELETE", f"/labels/{silver}")
    await desk.do("POST", f"/types/{sales}/merge", {"into": help_})
    for _ in range(2):
        shown = await desk.get(path)
        assert [one["id"] for one in shown["contact"]["labels"]] == [gold]
        assert shown["type"] == {"id": help_, "name": "Ajuda"}
        assert [one["id"] for one in (await desk.get(f"/contacts/{contact_id}"))["labels"]] == [gold]
        assert [row["id"] for row in (await desk.get("/conversations", type=help_))["items"]] == [conversation_id]
        await finish(desk)
    row = await desk.service.db.conversations.find_one({"_id": conversation_id})
    assert (row["contact"]["labels"], row["type_id"]) == ([gold], help_)
    contact = await desk.service.db.contacts.find_one({"_id": contact_id})
    assert [mark["id"] for mark in contact["labels"]] == [gold]
    await desk.do("DELETE", f"/types/{help_}")
    assert (await desk.get(path))["type"] is None
    await finish(desk)
    assert "type_id" not in await desk.service.db.conversations.find_one({"_id": conversation_id})


async def test_labels_reach_conversations_that_take_no_messages_any_more(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    row = await desk.service.db.conversations.find_one({"_id": conversation_id})
    contact_id = row["contact"]["id"]
    row.pop("current_of")
    older = [{**row, "_id": uuid7(), "number": 1000 + number, "status": "closed"} for number in range(MANY)]
    await desk.service.db.conversations.insert_many(older)
    (label_id,) = await made(desk, "/labels", "VIP")
    query = {"tenant_id": desk.tenant, "contact.labels": label_id}
    await desk.do("PUT", f"/contacts/{contact_id}/labels/{label_id}")
    await finish(desk)
    assert await desk.service.db.conversations.count_documents(query) == MANY + 1
    await desk.do("DELETE", f"/contacts/{contact_id}/labels/{label_id}")
    await finish(desk)
    assert await desk.service.db.conversations.count_documents(query) == 0
