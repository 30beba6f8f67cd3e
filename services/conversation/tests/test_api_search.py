"""`GET /api/v1/search` as a client uses it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment
from atd_testing.inbound import customer_message

EVERYTHING = ("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write")

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(desk: Any, *texts: str, customer: str = "5511988887777", **more: Any) -> str:
    """The id of the conversation in which a customer writes these texts."""
    for text in texts:
        values = {"occurred_at": desk.service.runtime.clock.now(), "name": "Ana", **more}
        message = customer_message(desk.tenant, desk.account, uuid7(), text=text, customer=customer, **values)
        await desk.service.take(message)
    row = await desk.service.db.conversations.find_one({"tenant_id": desk.tenant}, sort=[("last_activity_at", -1)])
    found: str = row["_id"]
    return found


async def texts(desk: Any, q: str, **params: Any) -> list[str]:
    """The texts of all hits, page by page."""
    groups = await desk.pages("/search", q=q, **params)
    return [hit["message"]["text"] for group in groups for hit in group["messages"]]


async def total(desk: Any, q: str, **params: Any) -> int:
    found = await desk.get("/search/count", q=q, **params)
    assert found["exact"] is True
    assert found["limit"] == 1000
    number: int = found["total"]
    return number


async def test_messages_are_found_newest_first_grouped_by_conversation_with_marked_pieces(desk: Any) -> None:
    ana = await said(desk, "Quero uma ação civil", "e outra coisa")
    bruno = await said(desk, "AÇÕES na bolsa", customer="5511977776666", name="Bruno")
    await said(desk, "acao de novo")
    page = await desk.get("/search", q="ação")
    assert [(group["conversation"]["id"], len(group["messages"])) for group in page["items"]] == [(ana, 2), (bruno, 1)]
    (newest, oldest), (other,) = (group["messages"] for group in page["items"])
    assert newest["message"]["text"] == "acao de novo"
    assert oldest["snippets"] == [
        {
            "field": "text",
            "segments": [
                {"text": "Quero uma ", "hit": False},
                {"text": "ação", "hit": True},
                {"text": " civil", "hit": False},
            ],
        }
    ]
    assert other["snippets"][0]["segments"][0] == {"text": "AÇÕES", "hit": True}
    assert page["next_cursor"] is None
    assert (page["contacts"], page["conversation"]) == ([], None)
    assert await total(desk, "ação") == 3


async def test_pages_go_on_and_the_count_equals_the_list(desk: Any) -> None:
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    await said(desk, *(f"pedido número {n}" for n in range(9)), occurred_at=moment)  # all of one second
    await said(desk, "pedidos", customer="5511977776666")
    for limit in (1, 2, 4, 100):
        found = await texts(desk, "pedido", limit=limit)
        assert found[0] == "pedidos"
        assert sorted(found[1:]) == [f"pedido número {n}" for n in range(9)]
    assert await total(desk, "pedido") == 10
    assert await total(desk, "pedido número 3") == 1
    assert await texts(desk, '"pedido número 3"') == ["pedido número 3"]


async def test_a_protocol_comes_first_then_customers_then_texts(desk: Any) -> None:
    first = await said(desk, "oi")
    number = (await desk.get(f"/conversations/{first}"))["number"]
    second = await said(desk, f"meu protocolo é {number}", customer="5511977776666", name="Bruno")
    for typed in (str(number), f"#{number}", f" {number} "):
        page = await desk.get("/search", q=typed)
        assert page["conversation"]["id"] == first
        assert [group["conversation"]["id"] for group in page["items"]] == [second]
    assert (await desk.get("/search", q=str(number + 100)))["conversation"] is None
    page = await desk.get("/search", q="bruno")
    assert ([one["name"] for one in page["contacts"]], page["items"]) == (["Bruno"], [])
    assert [one["name"] for one in (await desk.get("/search", q="(11) 97777-6666"))["contacts"]] == ["Bruno"]
    limited = desk.seen_by(permissions=("conversations:read",))
    assert (await limited.get("/search", q="bruno"))["contacts"] == []


@pytest.mark.parametrize("typed", ["?!", "", "  ", '"'])
async def test_a_question_without_a_word_finds_nothing(desk: Any, typed: str) -> None:
    await said(desk, "oi")
    nothing = {"items": [], "next_cursor": None, "conversation": None, "contacts": []}
    assert await desk.get("/search", q=typed) == nothing
    assert await total(desk, typed) == 0


async def test_what_is_filtered_is_filtered_in_list_and_count(desk: Any) -> None:
    mine = await said(desk, "pedido da ana")
    other = await said(desk, "pedido do bruno", customer="5511977776666")
    await desk.do("POST", f"/conversations/{mine}/assign", {"attendant_id": "bia"})
    await desk.do("POST", f"/conversations/{mine}/messages", {"text": "seu pedido chegou"})
    await desk.do("POST", f"/conversations/{mine}/messages", {"text": "pedido anotado", "direction": "note"})
    contact = (await desk.get(f"/conversations/{other}"))["contact"]["id"]
    expected: dict[tuple[str, str], list[str]] = {
        ("assignee", "me"): ["pedido anotado", "seu pedido chegou", "pedido da ana"],
        ("assignee", "none"): ["pedido do bruno"],
        ("assignee", "caio"): [],
        ("direction", "inbound"): ["pedido do bruno", "pedido da ana"],
        ("direction", "outbound"): ["seu pedido chegou"],
        ("direction", "note"): ["pedido anotado"],
        ("author", "me"): ["pedido anotado", "seu pedido chegou"],
        ("channel", "telegram"): [],
        ("channel", "whatsapp"): ["pedido anotado", "seu pedido chegou", "pedido da ana", "pedido do bruno"],
        ("account_id", "none"): [],
        ("contact_id", contact): ["pedido do bruno"],
        ("conversation_id", mine): ["pedido anotado", "seu pedido chegou", "pedido da ana"],
        ("conversation_id", "none"): [],
    }
    for (name, value), found in expected.items():
        assert await texts(desk, "pedido", **{name: value}) == found, (name, value)
        assert await total(desk, "pedido", **{name: value}) == len(found)


async def test_a_day_is_the_companys(desk: Any) -> None:
    """22:30 on 12 October in São Paulo, the zone of the company, is the 13th in UTC."""
    await said(desk, "no dia doze", occurred_at=datetime(2026, 10, 13, 1, 30, tzinfo=UTC))
    for first, last, found in (
        ("2026-10-12", "2026-10-12", 1),
        ("2026-10-13", "2026-10-13", 0),
        ("2026-10-01", "2026-10-31", 1),
        (None, "2026-10-11", 0),
        ("2026-10-12", None, 1),
        ("0001-01-01", "9999-12-31", 1),
    ):
        period = {name: day for name, day in (("from", first), ("to", last)) if day}
        assert len(await texts(desk, "doze", **period)) == await total(desk, "doze", **period) == found, period
    wrong = {"q": "doze", "from": "2026-10-12", "to": "2026-10-11"}
    assert await desk.refused("GET", "/search", params=wrong) == (422, "invalid", ["to"])
    assert await desk.refused("GET", "/search", params={"q": "x", "from": "12/10"}) == (422, "invalid", ["from"])


async def test_captions_and_names_of_files_are_found(desk: Any) -> None:
    now = desk.service.runtime.clock.now()
    file = InboundAttachment(id=uuid7(), provider_id="1", mime_type="application/pdf", name="Orçamento março.pdf")
    await desk.service.take(
        customer_message(
            desk.tenant,
            desk.account,
            uuid7(),
            customer="5511988887777",
            text="segue anexo",
            kind="document",
            attachments=(file,),
            occurred_at=now,
        )
    )
    assert await texts(desk, "orcamento") == await texts(desk, "anexo") == ["segue anexo"]
    (group,) = (await desk.get("/search", q="março"))["items"]
    assert group["messages"][0]["snippets"][0]["field"] == "file"


async def test_bad_questions_say_which_field_and_another_tenant_finds_nothing(desk: Any) -> None:
    conversation = await said(desk, "segredo")
    stranger = desk.stranger()
    assert await texts(stranger, "segredo") == await texts(stranger, "segredo", conversation_id=conversation) == []
    assert await total(stranger, "segredo") == await total(stranger, "segredo", conversation_id=conversation) == 0
    assert (await stranger.get("/search", q="1"))["conversation"] is None
    assert await desk.refused("GET", "/search", params={}) == (422, "invalid", ["q"])
    assert await desk.refused("GET", "/search", params={"q": "x" * 501}) == (422, "invalid", ["q"])
    assert await desk.refused("GET", "/search", params={"q": "x", "colour": "red"}) == (
        422,
        "unknown_filter",
        ["colour"],
    )
    assert await desk.refused("GET", "/search", params={"q": "x", "cursor": "x"}) == (422, "invalid", ["cursor"])
    assert (
        await desk.seen_by(permissions=("contacts:read",)).ask("GET", "/search", params={"q": "x"})
    ).status_code == 403


async def test_a_limited_attendant_finds_what_is_in_their_own_conversations_alone(desk: Any) -> None:
    mine = await said(desk, "pedido da ana")
    theirs = await said(desk, "pedido do bruno", customer="5511977776666", name="Bruno")
    await desk.do("POST", f"/conversations/{mine}/assign", {"attendant_id": "bia"})
    limited = desk.seen_by(visibility="own")
    for q in ("pedido", '"pedido"', "ped"):
        assert await texts(limited, q) == ["pedido da ana"]
        assert await total(limited, q) == 1
    assert await texts(limited, "pedido", conversation_id=mine) == ["pedido da ana"]
    for filters in ({"conversation_id": theirs}, {"assignee": "none"}, {"assignee": "caio"}):
        assert await texts(limited, "pedido", **filters) == []
        assert await total(limited, "pedido", **filters) == 0
    number = (await desk.get(f"/conversations/{theirs}"))["number"]
    assert (await limited.get("/search", q=str(number)))["conversation"] is None
    assert (await limited.get("/search", q="bruno"))["contacts"] == []
    # what is taken away is found no more from then on
    await desk.do("POST", f"/conversations/{mine}/assign", {"attendant_id": None})
    assert await texts(limited, "pedido") == []


async def test_tags_labels_and_types_filter(desk: Any) -> None:
    one = await said(desk, "pedido um", "pedido dois")
    await said(desk, "pedido tres", customer="5511977776666")
    manager = desk.seen_by(permissions=(*EVERYTHING, "settings:manage"))
    tag = (await manager.do("POST", "/tags", {"name": "Elogio"}))["id"]
    kind = (await manager.do("POST", "/types", {"name": "Compra"}))["id"]
    label = (await manager.do("POST", "/labels", {"name": "VIP"}))["id"]
    conversation = await desk.get(f"/conversations/{one}")
    newest = (await desk.get(f"/conversations/{one}/messages"))["items"][0]
    contact = conversation["contact"]["id"]
    await manager.ask("PUT", f"/messages/{newest['id']}/tags/{tag}")
    await manager.ask("PUT", f"/contacts/{contact}/labels/{label}")
    await manager.do("PATCH", f"/conversations/{one}", {"type_id": kind})
    for filters, found in (
        ({"tag": tag}, ["pedido dois"]),
        ({"type": kind}, ["pedido dois", "pedido um"]),
        ({"label": label}, ["pedido dois", "pedido um"]),
        ({"tag": uuid7()}, []),
    ):
        assert await texts(desk, "pedido", **filters) == found, filters
        assert await total(desk, "pedido", **filters) == len(found)
