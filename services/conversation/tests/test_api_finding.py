"""Counts beside views and lists, finding customers and their conversations, opening a thread in its middle."""

from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def named(desk: Any, name: str | None, phone: str, *texts: str) -> str:
    """The id of the conversation that a customer begins."""
    for text in texts or ("Oi",):
        now = desk.service.runtime.clock.now()
        await desk.service.take(
            customer_message(desk.tenant, desk.account, uuid7(), text=text, customer=phone, name=name, occurred_at=now)
        )
    row = await desk.service.db.conversations.find_one(
        {"tenant_id": desk.tenant}, sort=[("last_activity_at", -1), ("_id", -1)]
    )
    found: str = row["_id"]
    return found


async def ids(desk: Any, **params: Any) -> list[str]:
    return [each["id"] for each in await desk.pages("/conversations", **params)]


async def names(desk: Any, **params: Any) -> list[str | None]:
    return [each["name"] for each in await desk.pages("/contacts", **params)]


# --- counts


async def test_the_counts_of_the_views_are_what_their_lists_show(desk: Any) -> None:
    mine, read, queued, closed, colleagues = await desk.written(5)
    for conversation_id in (mine, read, closed):
        await desk.do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "bia"})
    await desk.colleague().do("POST", f"/conversations/{colleagues}/assign", {"attendant_id": "caio"})
    for conversation_id in (read, closed):
        await desk.do("POST", f"/conversations/{conversation_id}/read")
    await desk.do("POST", f"/conversations/{closed}/close")
    for conversation_id in (queued, closed, read):
        assert (await desk.ask("PUT", f"/conversations/{conversation_id}/favourite")).status_code == 204
    assert await desk.get("/conversations/counts") == {
        "mine": {"total": 2, "unread": 1},
        "queue": {"total": 1, "unread": 1},
        "all": {"total": 4, "unread": 3},
        "bot": {"total": 0, "unread": 0},
        "snoozed": {"total": 0, "unread": 0},
        "closed": {"total": 1, "unread": 0},
        "favourites": {"total": 2, "unread": 1},
        "mentions": {"total": 0, "unread": 0},
        "team": {"total": 0, "unread": 0},
        "teams": {},
        "limit": 10**9,
    }
    nothing = {"total": 0, "unread": 0}
    views = ("mine", "queue", "all", "bot", "snoozed", "closed", "favourites", "mentions", "team")
    assert await desk.stranger().get("/conversations/counts") == {
        **dict.fromkeys(views, nothing),
        "teams": {},
        "limit": 10**9,
    }


async def test_a_list_is_counted_by_the_same_filters(desk: Any) -> None:
    mine, other = await desk.written(2)
    await desk.do("POST", f"/conversations/{mine}/assign", {"attendant_id": "bia"})
    await desk.do("POST", f"/conversations/{mine}/read")

    async def count(**params: Any) -> tuple[int, int]:
        found = await desk.get("/conversations/count", **params)
        assert found["limit"] == 1000
        return found["total"], found["unread"]

    assert await count() == (2, 1)
    assert await count(assignee="me") == (1, 0)
    assert await count(assignee="none", status=["queued", "closed"]) == (1, 1)
    assert await count(unread="true") == (1, 1)
    assert await count(unread="false") == (1, 0)
    number = (await desk.get(f"/conversations/{other}"))["number"]
    assert await count(q=str(number)) == (1, 1)
    for unknown in ({"colour": "red"}, {"limit": "5"}, {"cursor": "x"}, {"sort": "-last_activity"}):
        expected = (422, "unknown_filter", list(unknown))
        assert await desk.refused("GET", "/conversations/count", params=unknown) == expected
    for path in ("/conversations/counts", "/contacts", f"/conversations/{mine}/messages"):
        assert await desk.refused("GET", path, params={"status": "open"}) == (422, "unknown_filter", ["status"])
    assert await desk.stranger().get("/conversations/count") == {"total": 0, "unread": 0, "limit": 1000}


# --- finding


async def test_conversations_are_found_by_name_phone_and_number_the_latest_activity_first(desk: Any) -> None:
    ana = await named(desk, "Ana Conceição", "5511987654321")
    joao = await named(desk, "João da Conceição", "5521912345678")
    number = (await desk.get(f"/conversations/{ana}"))["number"]
    assert await ids(desk, q="conceicao") == [joao, ana]
    assert await ids(desk, q="conceicao", limit=1) == [joao, ana]
    assert await ids(desk, q="JOAO conc") == [joao]
    assert await ids(desk, q="(11) 98765") == [ana]
    assert await ids(desk, q=f"#{number}") == [ana]
    assert await ids(desk, q="nobody") == await ids(desk, q="!?") == []
    assert len(await ids(desk, q="  ")) == 2
    await desk.do("POST", f"/conversations/{joao}/read")
    await desk.do("POST", f"/conversations/{joao}/close")
    assert await ids(desk, q="conceicao", status="queued") == [ana]
    assert await ids(desk, q="conceicao", unread="false") == [joao]
    contact = (await desk.get(f"/conversations/{ana}"))["contact"]["id"]
    assert await ids(desk, q="conceicao", contact_id=contact) == [ana]
    assert await ids(desk, q=str(number), contact_id=contact) == [ana]
    assert await ids(desk, q="joao", contact_id=contact) == []
    assert await ids(desk.stranger(), q="conceicao") == await ids(desk.stranger(), q=str(number)) == []
    assert await desk.refused("GET", "/conversations", params={"q": "x" * 201}) == (422, "invalid", ["q"])


async def test_contacts_are_listed_by_name_in_pages_and_found(desk: Any) -> None:
    for number, name in enumerate(("Érica", "bruno", "Ana", "Ana", None)):
        await named(desk, name, f"551198765432{number}")
    for limit in (1, 2, 100):
        assert await names(desk, limit=limit) == [None, "Ana", "Ana", "bruno", "Érica"]
        assert await names(desk, limit=limit, q="ana") == ["Ana", "Ana"]
    assert await names(desk, q="eri") == ["Érica"]
    assert await names(desk, q="11 98765-4320") == ["Érica"]
    assert await names(desk, q="?") == []
    assert await names(desk.stranger()) == await names(desk.stranger(), q="ana") == []
    assert (await desk.refused("GET", "/contacts", params={"cursor": "x"}))[0] == 422


async def test_a_contact_of_an_earlier_version_is_found_once_it_was_looked_at(desk: Any) -> None:
    conversation_id = await named(desk, "Zuleica", "5511987650000")
    contacts = desk.service.db.contacts
    await contacts.update_many({"tenant_id": desk.tenant}, {"$unset": {"terms": "", "listed_as": ""}})
    await desk.service.db.counters.delete_one({"_id": "contacts.terms"})
    assert await ids(desk, q="zuleica") == []
    await contacts_of(desk).add_terms()
    assert await ids(desk, q="zuleica") == [conversation_id]
    assert await names(desk) == ["Zuleica"]


def contacts_of(desk: Any) -> Any:
    from atd_conversation.store.contacts import ContactQueries  # noqa: PLC0415 - used here alone

    return ContactQueries(desk.service.db)


# --- a thread from its middle


async def test_a_thread_opens_around_a_message(desk: Any) -> None:
    conversation_id = await named(desk, "Ana", "5511987654321", *(f"m{n}" for n in range(9)))
    path = f"/conversations/{conversation_id}/messages"
    everything = await desk.pages(path)
    assert [one["sequence"] for one in everything] == list(range(10, 1, -1))
    middle = next(one for one in everything if one["sequence"] == 6)
    page = await desk.get(path, around=middle["id"], limit=4)
    assert [one["sequence"] for one in page["items"]] == [8, 7, 6, 5]
    assert page["has_newer"] is True
    older = await desk.get(path, around=middle["id"], limit=4, cursor=page["next_cursor"])
    assert [one["sequence"] for one in older["items"]] == [4, 3, 2]
    newer = await desk.get(path, after=8)
    assert ([one["sequence"] for one in newer["items"]], newer["has_newer"]) == ([10, 9], False)
    assert (await desk.get(path, after=2, limit=2))["has_newer"] is True
    assert (await desk.get(path))["has_newer"] is False
    assert await desk.get(path, around_sequence=6, limit=4) == page
    newest = await desk.get(path, around_sequence=10, limit=4)
    assert ([one["sequence"] for one in newest["items"]], newest["has_newer"]) == ([10, 9, 8, 7], False)
    only = await desk.get(path, around_sequence=6, limit=1)
    assert ([one["sequence"] for one in only["items"]], only["has_newer"]) == ([6], True)


async def test_a_thread_opens_around_its_own_messages_only(desk: Any) -> None:
    one, other = await desk.written(2)
    (message,) = (await desk.get(f"/conversations/{other}/messages"))["items"]
    path = f"/conversations/{one}/messages"
    assert await desk.refused("GET", path, params={"around": message["id"]}) == (422, "invalid", ["around"])
    both = {"around": message["id"], "before": 3}
    assert await desk.refused("GET", path, params=both) == (422, "invalid", ["around"])
    assert (await desk.stranger().refused("GET", path, params={"around": message["id"]}))[:2] == (404, "not_found")


async def test_the_first_unread_message_is_where_a_thread_opens(desk: Any) -> None:
    (conversation_id,) = await desk.written(each=2)
    await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    shown = await desk.get(f"/conversations/{conversation_id}")
    assert (shown["first_unread_sequence"], shown["waiting_since"]) == (None, None)
    await named(desk, "Ana", "5511999900000", "um", "dois")
    shown = await desk.get(f"/conversations/{conversation_id}")
    (first, *_) = (await desk.get(f"/conversations/{conversation_id}/messages", after=4))["items"][::-1]
    assert (shown["unread_count"], shown["first_unread_sequence"]) == (2, first["sequence"])
    assert (first["text"], shown["waiting_since"]) == ("um", first["occurred_at"])


async def test_what_a_client_called_its_message_comes_back_with_it(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/messages"
    for direction in ("outbound", "note"):
        body = {"text": "Olá", "client_id": f"draft-{direction}", "direction": direction}
        sent = await desk.do("POST", path, body)
        again = await desk.do("POST", path, body)
        assert sent == again
        assert (sent["client_id"], sent["version"]) == (body["client_id"], sent["sequence"])
        listed = (await desk.get(path))["items"]
        assert [one["id"] for one in listed if one["client_id"] == body["client_id"]] == [sent["id"]]
