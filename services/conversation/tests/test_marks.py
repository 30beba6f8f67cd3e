"""Tags on messages, labels on customers, types of conversations: what attendants see of them, and find by them."""

from typing import Any

import pytest

from atd_conversation.api.tagging import MAX_MESSAGES
from atd_schemas.ids import uuid7
from atd_schemas.topics import CONVERSATION_EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = ("conversations:read", "conversations:write", "contacts:read", "contacts:write", "settings:manage")


@pytest.fixture
def desk(desk: Any) -> Any:
    return desk.seen_by(permissions=MANAGER, actor_id="bia", actor_name="Bia")


async def thread(desk: Any, conversation_id: str) -> list[Any]:
    page = await desk.get(f"/conversations/{conversation_id}/messages")
    return list(page["items"])


async def made(desk: Any, path: str, *names: str, **more: Any) -> list[str]:
    return [(await desk.do("POST", path, {"name": name, **more}))["id"] for name in names]


async def found(desk: Any, **filters: Any) -> list[str]:
    """The numbers of the conversations of a list, which the count must agree with."""
    rows = await desk.pages("/conversations", **filters)
    assert (await desk.get("/conversations/count", **filters))["total"] == len(rows)
    return sorted(row["id"] for row in rows)


# --- tags


async def test_a_tag_is_put_on_a_message_and_taken_off(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    (tag_id,) = await made(desk, "/tags", "Prazo", color="#b91c1c")
    (message,) = await thread(desk, conversation_id)
    path = f"/messages/{message['id']}/tags/{tag_id}"
    tagged = await desk.do("PUT", path)
    (shown,) = tagged["tags"]
    assert (shown["id"], shown["name"], shown["color"]) == (tag_id, "Prazo", "#b91c1c")
    assert (shown["set_by"]["name"], tagged["version"]) == ("Bia", 3)
    assert await desk.do("PUT", path) == tagged
    assert await thread(desk, conversation_id) == [tagged]
    assert (await desk.get(f"/conversations/{conversation_id}"))["tag_ids"] == [tag_id]
    assert (await desk.do("DELETE", path))["tags"] == []
    assert (await desk.do("DELETE", path))["version"] == 4
    assert (await desk.get(f"/conversations/{conversation_id}"))["tag_ids"] == []


async def test_tagging_is_told_with_the_tag(desk: Any, service: Any) -> None:
    (conversation_id,) = await desk.written()
    (tag_id,) = await made(desk, "/tags", "Prazo")
    (message,) = await thread(desk, conversation_id)
    async with service.reading(CONVERSATION_EVENTS) as topic:
        await desk.do("PUT", f"/messages/{message['id']}/tags/{tag_id}")
        await desk.do("DELETE", f"/messages/{message['id']}/tags/{tag_id}")
        events = await topic.until(lambda all_of_them: len(all_of_them) == 2, desk.tenant)
    assert [(e.type, e.subject, e.actor.id, e.data.tag.name) for e in events] == [
        ("message.tagged", conversation_id, "bia", "Prazo"),
        ("message.untagged", conversation_id, "bia", "Prazo"),
    ]
    assert [[one.name for one in e.data.message.tags] for e in events] == [["Prazo"], []]
    assert [e.data.conversation_state.tag_ids for e in events] == [(tag_id,), ()]


async def test_what_is_unknown_or_archived_is_not_put_on_anything(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    old, new = await made(desk, "/tags", "Antiga", "Nova")
    (message,) = await thread(desk, conversation_id)
    path = f"/messages/{message['id']}/tags"
    await desk.do("PUT", f"{path}/{old}")
    await desk.do("PATCH", f"/tags/{old}", {"archived": True})
    assert [one["name"] for one in (await thread(desk, conversation_id))[0]["tags"]] == ["Antiga"]
    await desk.do("DELETE", f"{path}/{old}")
    assert await desk.refused("PUT", f"{path}/{old}") == (422, "archived", ["tag_id"])
    assert await desk.refused("PUT", f"{path}/{uuid7()}") == (404, "not_found", [])
    assert await desk.refused("PUT", f"/messages/{uuid7()}/tags/{new}") == (404, "not_found", [])
    body = {"message_ids": [message["id"]], "add": [new, old]}
    assert await desk.refused("POST", "/messages/tags", body) == (422, "archived", ["add[1]"])
    assert await desk.refused("POST", "/messages/tags", {**body, "add": [uuid7()]}) == (422, "unknown_tag", ["add[0]"])


async def test_several_messages_are_tagged_at_once_each_with_its_outcome(desk: Any) -> None:
    one, other = await desk.written(2, 2)
    prazo, troca = await made(desk, "/tags", "Prazo", "Troca")
    first, second = await thread(desk, one)
    third, gone = await thread(desk, other)
    await desk.service.db.messages.update_one(
        {"_id": gone["id"]}, {"$set": {"deleted_at": desk.service.runtime.clock.now()}}
    )
    await desk.do("PUT", f"/messages/{second['id']}/tags/{troca}")
    stranger = desk.stranger()
    (theirs,) = await stranger.written()
    (foreign,) = await thread(stranger, theirs)
    ids = [first["id"], foreign["id"], third["id"], gone["id"], second["id"]]
    answer = await desk.do("POST", "/messages/tags", {"message_ids": ids, "add": [prazo], "remove": [troca]})
    assert [(row["id"], row["status"]) for row in answer["results"]] == list(
        zip(ids, (200, 404, 200, 422, 200), strict=True)
    )
    assert answer["failed"] == 2
    assert [row["problem"] and row["problem"]["code"] for row in answer["results"]] == [
        None,
        "not_found",
        None,
        "message_deleted",
        None,
    ]
    assert [[tag["id"] for tag in row["message"]["tags"]] for row in answer["results"] if row["message"]] == [
        [prazo]
    ] * 3
    assert (await desk.get(f"/conversations/{one}"))["tag_ids"] == [prazo]
    assert await found(desk, tag=prazo) == sorted([one, other])
    await desk.do("POST", "/messages/tags", {"message_ids": [first["id"], second["id"]], "remove": [prazo]})
    assert await found(desk, tag=prazo) == [other]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message_ids": [], "add": ["t"]}, "message_ids"),
        ({"message_ids": ["m"] * 2 + [str(n) for n in range(MAX_MESSAGES)], "add": ["t"]}, "message_ids"),
        ({"message_ids": ["m"], "add": [str(n) for n in range(21)]}, "add"),
        ({"message_ids": ["m"], "remove": [str(n) for n in range(21)]}, "remove"),
        ({"message_ids": ["m"]}, ""),
        ({"message_ids": ["m"], "add": ["t"], "remove": ["t"]}, ""),
    ],
)
async def test_a_request_for_several_messages_has_bounds(desk: Any, body: Any, field: str) -> None:
    status, code, fields = await desk.refused("POST", "/messages/tags", body)
    assert (status, code) == (422, "invalid")
    assert not field or fields == [field]


async def test_one_of_two_messages_keeps_its_conversation_found(desk: Any) -> None:
    (conversation_id,) = await desk.written(1, 2)
    (tag_id,) = await made(desk, "/tags", "Prazo")
    first, second = await thread(desk, conversation_id)
    for message in (first, second):
        await desk.do("PUT", f"/messages/{message['id']}/tags/{tag_id}")
    await desk.do("DELETE", f"/messages/{first['id']}/tags/{tag_id}")
    assert await found(desk, tag=tag_id) == [conversation_id]
    await desk.do("DELETE", f"/messages/{second['id']}/tags/{tag_id}")
    assert await found(desk, tag=tag_id) == []


async def test_another_name_and_colour_show_everywhere_at_once(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    (message,) = await thread(desk, conversation_id)
    contact_id = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    (tag_id,), (label_id,), (type_id,) = [await made(desk, path, "Velho") for path in ("/tags", "/labels", "/types")]
    await desk.do("PUT", f"/messages/{message['id']}/tags/{tag_id}")
    await desk.do("PUT", f"/contacts/{contact_id}/labels/{label_id}")
    await desk.do("PATCH", f"/conversations/{conversation_id}", {"type_id": type_id})
    for path in (f"/tags/{tag_id}", f"/labels/{label_id}"):
        await desk.do("PATCH", path, {"name": "Novo", "color": "#15803d"})
    await desk.do("PATCH", f"/types/{type_id}", {"name": "Novo"})
    ((tag,),) = [one["tags"] for one in await thread(desk, conversation_id)]
    shown = await desk.get(f"/conversations/{conversation_id}")
    (label,) = shown["contact"]["labels"]
    assert [(one["name"], one["color"]) for one in (tag, label)] == [("Novo", "#15803d")] * 2
    assert shown["type"] == {"id": type_id, "name": "Novo"}
    assert (await desk.get(f"/contacts/{contact_id}"))["labels"][0]["name"] == "Novo"


# --- labels


async def test_a_label_is_on_the_customer_and_on_all_their_conversations(desk: Any, service: Any) -> None:
    (conversation_id,) = await desk.written()
    (label_id,) = await made(desk, "/labels", "VIP", color="#f59f00")
    contact_id = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    path = f"/contacts/{contact_id}/labels/{label_id}"
    async with service.reading(CONVERSATION_EVENTS) as topic:
        labelled = await desk.do("PUT", path)
        assert await desk.do("PUT", path) == labelled
        in_the_list = (await desk.get("/conversations"))["items"][0]["contact"]["labels"]
        assert await found(desk, label=label_id) == [conversation_id]
        unlabelled = await desk.do("DELETE", path)
        events = await topic.until(lambda all_of_them: len(all_of_them) == 4, desk.tenant)
    (label,) = labelled["labels"]
    assert (label["name"], label["set_by"]["id"]) == ("VIP", "bia")
    assert in_the_list == [{"id": label_id, "name": "VIP", "color": "#f59f00"}]
    assert unlabelled["labels"] == []
    assert await found(desk, label=label_id) == []
    told = {e.type: e for e in events}
    assert told.keys() == {"contact.labelled", "contact.unlabelled", "conversation.updated"}
    assert told["contact.labelled"].data.label.name == "VIP"
    assert (told["contact.labelled"].subject, told["contact.labelled"].actor.id) == (contact_id, "bia")
    assert told["conversation.updated"].data.changed == ("labels",)


async def test_what_is_no_label_or_no_customer_is_not_found(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    contact_id = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    (old,) = await made(desk, "/labels", "Antiga")
    await desk.do("PATCH", f"/labels/{old}", {"archived": True})
    assert await desk.refused("PUT", f"/contacts/{contact_id}/labels/{old}") == (422, "archived", ["label_id"])
    assert await desk.refused("PUT", f"/contacts/{contact_id}/labels/{uuid7()}") == (404, "not_found", [])
    assert await desk.refused("PUT", f"/contacts/{uuid7()}/labels/{old}") == (404, "not_found", [])


# --- types


async def test_a_conversation_is_classified_and_found_by_its_type_and_the_one_above(desk: Any, service: Any) -> None:
    one, other = await desk.written(2)
    (sales,) = await made(desk, "/types", "Vendas")
    (quote,) = await made(desk, "/types", "Orçamento", parent_id=sales)
    async with service.reading(CONVERSATION_EVENTS) as topic:
        shown = await desk.do("PATCH", f"/conversations/{one}", {"type_id": quote})
        await desk.do("PATCH", f"/conversations/{other}", {"type_id": sales, "priority": "high"})
        events = await topic.until(lambda all_of_them: len(all_of_them) == 3, desk.tenant)
    assert shown["type"] == {"id": quote, "name": "Orçamento"}
    assert sorted(e.type for e in events) == [
        "conversation.classified",
        "conversation.classified",
        "conversation.updated",
    ]
    assert await found(desk, type=quote) == [one]
    assert await found(desk, type=sales) == sorted([one, other])
    assert (await desk.do("PATCH", f"/conversations/{one}", {"type_id": None}))["type"] is None
    assert await found(desk, type=sales) == [other]


async def test_a_type_that_is_offered_no_more_is_not_chosen(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    (sales,) = await made(desk, "/types", "Vendas")
    (quote,) = await made(desk, "/types", "Orçamento", parent_id=sales)
    await desk.do("PATCH", f"/types/{sales}", {"archived": True})
    path = f"/conversations/{conversation_id}"
    for type_id, code in ((sales, "archived"), (quote, "archived"), (uuid7(), "unknown_type")):
        assert await desk.refused("PATCH", path, {"type_id": type_id}) == (422, code, ["type_id"])
        assert await desk.refused("POST", f"{path}/close", {"type_id": type_id}) == (422, code, ["type_id"])
    assert (await desk.get(path))["status"] == "queued"


async def test_the_tree_has_two_levels_and_an_order(desk: Any) -> None:
    sales, help_ = await made(desk, "/types", "Vendas", "Ajuda")
    quote, lost = await made(desk, "/types", "Orçamento", "Perda", parent_id=sales)
    await made(desk, "/types", "Orçamento", parent_id=help_)
    assert await desk.refused("POST", "/types", {"name": "orcamento", "parent_id": sales}) == (
        422,
        "name_taken",
        ["name"],
    )
    assert await desk.refused("POST", "/types", {"name": "X", "parent_id": quote}) == (422, "invalid", ["parent_id"])
    assert await desk.refused("PATCH", f"/types/{sales}", {"parent_id": help_}) == (422, "invalid", ["parent_id"])
    assert await desk.refused("DELETE", f"/types/{sales}") == (422, "has_children", [])
    await desk.do("PUT", "/types/order", {"parent_id": sales, "ids": [lost, quote]})
    rows = {row["id"]: row for row in await desk.pages("/types")}
    assert [rows[one]["position"] for one in (lost, quote, sales)] == [0, 1, 1000]
    assert await desk.refused("PUT", "/types/order", {"ids": [quote]}) == (422, "invalid", ["ids"])
    await desk.do("PATCH", f"/types/{quote}", {"parent_id": None})
    assert (await desk.get(f"/types/{quote}"))["parent_id"] is None


async def test_where_a_type_is_required_people_close_only_with_one(desk: Any) -> None:
    one, other = await desk.written(2)
    (sales,) = await made(desk, "/types", "Vendas")
    await desk.do("POST", f"/conversations/{other}/close")
    assert await desk.get("/settings/closing") == {"type_required": False}
    await desk.do("PUT", "/settings/closing", {"type_required": True})
    path = f"/conversations/{one}"
    assert await desk.refused("POST", f"{path}/close") == (422, "type_required", ["type_id"])
    assert (await desk.get(path))["status"] == "queued"
    assert (await desk.do("POST", f"/conversations/{other}/close"))["status"] == "closed"
    closed = await desk.do("POST", f"{path}/close", {"type_id": sales})
    assert (closed["status"], closed["type"]["name"]) == ("closed", "Vendas")
    await desk.do("POST", f"{path}/reopen")
    assert (await desk.do("POST", f"{path}/close"))["status"] == "closed"
    bot = desk.seen_by(permissions=MANAGER, actor_type="bot", actor_id="robo")
    await desk.do("POST", f"/conversations/{other}/reopen")
    assert (await bot.do("POST", f"/conversations/{other}/close"))["status"] == "closed"
