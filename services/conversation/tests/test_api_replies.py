"""Quick replies over HTTP: the same characters, everybody's own or all's, found by any word, filled in."""

from typing import Any

import pytest

from atd_conversation.domain.catalogue_kinds import REPLY
from atd_conversation.domain.replies import MAX_BODY, MAX_FILES
from atd_conversation.files.uploads import UNUSED_FOR
from atd_schemas.topics import CONVERSATION_EVENTS, PRESENCE_EVENTS
from atd_servicekit.files import FileMissing, file_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUNDTRIP = [
    "\n".join(f"{number}. linha 👨🏿‍🚒 🇧🇷 👩‍👩‍👧‍👦" for number in range(1, 31)),
    "Olá\n\n\n- um\n- dois\n\n  a_b_c e 2 * 3 * 4\n",
    " começa e termina com espaço ",
    '{{contact.first_name|"cliente"}}, {{ conversation.number }}',
]


@pytest.fixture
def manager(desk: Any) -> Any:
    return desk.seen_by(
        actor_id="ana",
        actor_name="Ana Reis",
        permissions=("conversations:read", "conversations:write", "settings:manage"),
    )


async def make(desk: Any, shortcut: str = "prazo", **more: Any) -> Any:
    return await desk.do("POST", "/replies", {"shortcut": shortcut, "title": "Prazo", "body": "Olá", **more})


@pytest.mark.parametrize("body", ROUNDTRIP)
async def test_a_reply_is_the_same_characters_saved_read_and_saved_again(desk: Any, body: str) -> None:
    made = await make(desk, body=body)
    path = f"/replies/{made['id']}"
    assert (await desk.get(path))["body"] == body
    again = await desk.do("PATCH", path, {"body": (await desk.get(path))["body"], "title": "Outro"})
    assert (again["body"], again["title"], again["version"]) == (body, "Outro", 2)


async def test_a_reply_that_is_used_and_sent_arrives_as_the_same_characters(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    for number, body in enumerate(ROUNDTRIP[:3]):
        made = await make(desk, f"r{number}", body=body)
        used = await desk.do("POST", f"/conversations/{conversation_id}/replies/{made['id']}")
        sent = await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": used["text"]})
        assert sent["text"] == body


async def test_a_shortcut_is_shown_with_its_slash_and_taken_once_in_its_scope(desk: Any, manager: Any) -> None:
    made = await make(desk, "/Prazo")
    assert (made["shortcut"], made["scope"], made["usage_count"]) == ("/Prazo", "personal", 0)
    for shortcut in ("prazo", "/PRAZO", " prázo "):
        assert (await desk.refused("POST", "/replies", {"shortcut": shortcut, "title": "a", "body": "b"})) == (
            422,
            "name_taken",
            ["shortcut"],
        )
    assert (await make(manager, "prazo", scope="everyone"))["scope"] == "everyone"
    assert (await make(desk.colleague(), "prazo"))["scope"] == "personal"


async def test_a_personal_reply_is_nobody_elses(desk: Any, manager: Any) -> None:
    mine = await make(desk, body="segredo")
    everyones = await make(manager, "todos", scope="everyone")
    path = f"/replies/{mine['id']}"
    (conversation_id,) = await desk.written()
    for who, seen in ((desk, [mine["id"], everyones["id"]]), (manager, [everyones["id"]])):
        assert [one["id"] for one in await who.pages("/replies", limit=1)] == seen
        assert {one["id"] for one in (await who.get("/replies", sort="-usage_count"))["items"]} == set(seen)
    assert (await manager.get("/replies", q="segredo"))["items"] == []
    assert (await desk.get("/replies", q="segredo"))["items"][0]["id"] == mine["id"]
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"title": "x"}),
        ("DELETE", path, None),
        ("GET", f"/conversations/{conversation_id}{path}", None),
        ("POST", f"/conversations/{conversation_id}{path}", None),
    ):
        assert await manager.refused(method, where, body) == (404, "not_found", [])
    assert await desk.refused("PATCH", f"/replies/{everyones['id']}", {"title": "x"}) == (403, "forbidden", [])
    assert await desk.refused(
        "POST", "/replies", {"shortcut": "a", "title": "b", "body": "c", "scope": "everyone"}
    ) == (403, "forbidden", [])


async def test_only_the_owners_devices_hear_of_a_personal_reply(desk: Any, manager: Any) -> None:
    async with (
        desk.service.reading(PRESENCE_EVENTS) as own,
        desk.service.reading(CONVERSATION_EVENTS) as events,
    ):
        mine = await make(desk, body="segredo")
        await desk.do("DELETE", f"/replies/{mine['id']}")
        everyones = await make(manager, "todos", scope="everyone", body="texto")
        told = await own.until(lambda seen: bool(seen) and seen[-1].data.deleted, desk.tenant)
        public = await events.until(lambda seen: bool(seen) and seen[-1].subject == everyones["id"], desk.tenant)
    assert {(one.type, one.actor.id, one.data.id) for one in told} == {("setting.own_changed", "bia", mine["id"])}
    assert [one.data.id for one in public if one.type == "setting.changed"] == [everyones["id"]]
    assert all("segredo" not in one.model_dump_json() for one in (*told, *public))


@pytest.mark.parametrize(
    ("change", "code", "fields", "words"),
    [
        ({"body": "Olá\n  {{contact.nome}}"}, "unknown_variable", ["body"], "line 2, column 3"),
        ({"body": "Olá {{contact.name"}, "broken_variable", ["body"], "line 1, column 5"),
        ({"body": "  \n"}, "invalid", ["body"], "file"),
        ({"body": "a" * (MAX_BODY + 1)}, "invalid", ["body"], str(MAX_BODY)),
        ({"title": " "}, "invalid", ["title"], "1"),
        ({"title": None}, "invalid", ["title"], "string"),
        ({"shortcut": "dois nomes"}, "invalid", ["shortcut"], "pattern"),
        ({"shortcut": "/"}, "invalid", ["shortcut"], "pattern"),
        ({"attachment_ids": ["x"]}, "unknown_attachment", ["attachment_ids[0]"], "upload"),
        ({"attachment_ids": ["x"] * (MAX_FILES + 1)}, "invalid", ["attachment_ids"], str(MAX_FILES)),
        ({"team": "x"}, "invalid", ["team"], "xtra"),
    ],
)
async def test_what_cannot_be_saved_is_named_with_its_place(
    desk: Any, change: Any, code: str, fields: list[str], words: str
) -> None:
    made = await make(desk, "antes")
    answers = [
        await desk.ask("POST", "/replies", {"shortcut": "prazo", "title": "Prazo", "body": "Olá", **change}),
        await desk.ask("PATCH", f"/replies/{made['id']}", change),
    ]
    for answer in answers:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, code)
        assert [one["field"] for one in problem["errors"]] == fields
        assert words in problem["errors"][0]["message"]


async def test_any_word_finds_a_reply_whatever_the_accents_and_the_order(desk: Any, manager: Any) -> None:
    await make(desk, "prazo", title="Entrega", body="Chega em até três dias úteis")
    await make(manager, "frete", title="Prazo do frete", body="Grátis", scope="everyone")
    await make(desk, "adeus", title="Fim", body="Até logo")
    for question, found in (
        ("três", ["/prazo"]),
        ("uteis ENTR", ["/prazo"]),
        ("/pra", ["/prazo", "/frete"]),
        ("prazo", ["/prazo", "/frete"]),
        ("ate", ["/prazo", "/adeus"]),
        ("gratis", ["/frete"]),
        ("nada", []),
        ("rês", []),
        ("?!", ["/prazo", "/frete", "/adeus"]),
    ):
        rows = (await desk.get("/replies", q=question))["items"]
        assert [one["shortcut"] for one in rows] == found, question
    assert [one["shortcut"] for one in (await desk.get("/replies", q="prazo", scope="everyone"))["items"]] == ["/frete"]


async def test_those_that_are_used_most_come_first_and_archived_ones_not_at_all(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    _, often, old = [await make(desk, name) for name in ("a", "b", "c")]
    for _ in range(2):
        await desk.do("POST", f"/conversations/{conversation_id}/replies/{often['id']}")
    await desk.do("PATCH", f"/replies/{old['id']}", {"archived": True})
    rows = (await desk.get("/replies", sort="-usage_count"))["items"]
    assert [(one["shortcut"], one["usage_count"], one["version"]) for one in rows] == [("/b", 2, 1), ("/a", 0, 1)]
    assert (await desk.do("PATCH", f"/replies/{often['id']}", {"title": "B"}))["usage_count"] == 2
    assert [one["shortcut"] for one in await desk.pages("/replies", archived="true")] == ["/c"]


async def test_a_reply_is_filled_in_for_the_conversation_and_says_what_is_missing(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    conversation = await desk.get(f"/conversations/{conversation_id}")
    contact = await desk.service.db.contacts.find_one({"_id": conversation["contact"]["id"]})
    body = '{{contact.name}} ({{conversation.number}}) {{contact.email|"sem e-mail"}} {{contact.email}}, '
    body += "{{attendant.name}}"
    made = await make(desk, body=body)
    path = f"/conversations/{conversation_id}/replies/{made['id']}"
    shown = await desk.get(path)
    assert shown["text"] == f"{contact['name']} ({conversation['number']}) sem e-mail, Bia"
    assert shown["missing"] == ["contact.email"]
    assert [part["text"] for part in shown["parts"] if part["missing"]] == [""]
    assert (await desk.get(f"/replies/{made['id']}"))["usage_count"] == 0
    assert (await desk.do("POST", path))["text"] == shown["text"]
    assert (await desk.get(f"/replies/{made['id']}"))["usage_count"] == 1


async def test_a_text_that_is_being_written_is_shown_with_its_mistakes(desk: Any) -> None:
    body = 'Olá {{contact.first_name|"cliente"}}\n{{x}} {{attendant.name}}'
    shown = await desk.do("POST", "/replies/preview", {"body": body, "values": {"contact.first_name": "Ana"}})
    assert shown["text"] == "Olá Ana\n"
    assert [(one["code"], one["name"], one["line"], one["column"]) for one in shown["mistakes"]] == [
        ("unknown_variable", "x", 2, 1)
    ]
    assert shown["missing"] == ["x", "attendant.name"]


async def test_files_of_a_reply_outlive_the_sweep_and_are_sent_many_times(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    upload = (await desk.uploaded("preços.txt", b"abc"))["id"]
    made = await make(desk, body="", attachment_ids=[upload])
    assert [(one["id"], one["name"]) for one in made["attachments"]] == [(upload, "preços.txt")]
    thread = f"/conversations/{conversation_id}/messages"
    assert await desk.refused("POST", thread, {"attachment_ids": [upload]}) == (
        422,
        "unknown_attachment",
        ["attachment_ids[0]"],
    )
    sent = []
    for _ in range(2):
        used = await desk.do("POST", f"/conversations/{conversation_id}/replies/{made['id']}")
        (copy,) = used["attachments"]
        await desk.do("POST", thread, {"attachment_ids": [copy["id"]], "text": "Olá"})
        content = await desk.ask("GET", f"/attachments/{copy['id']}/content")
        assert (content.content, copy["name"]) == (b"abc", "preços.txt")
        sent.append(copy["id"])
    assert len({upload, *sent}) == 3
    later = desk.service.runtime.clock.now() + 2 * UNUSED_FOR
    unused = await desk.service.app.state.parts.files.unused(later, 1000)
    assert not {one.id for one in unused} & {upload, *sent}
    await desk.do("PATCH", f"/replies/{made['id']}", {"body": "só texto", "attachment_ids": []})
    unused = await desk.service.app.state.parts.files.unused(later, 1000)
    assert upload in {one.id for one in unused}


async def test_a_file_that_is_gone_from_the_store_is_said(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    upload = (await desk.uploaded("a.txt", b"abc"))["id"]
    made = await make(desk, body="Olá", attachment_ids=[upload])
    key = file_key(desk.tenant, upload)
    await desk.service.file_store.delete(key)
    with pytest.raises(FileMissing):
        await desk.service.file_store.open(key)
    path = f"/conversations/{conversation_id}/replies/{made['id']}"
    assert await desk.refused("POST", path) == (404, "not_found", [])


async def test_one_reply_of_ones_own_too_many(desk: Any) -> None:
    assert REPLY.own_limit is not None
    rows = [
        {
            "_id": f"{desk.tenant}-{number}",
            "tenant_id": desk.tenant,
            "kind": "reply",
            "owner_id": "bia",
            "key": f"reply\x1fbia\x1f{number}",
        }
        for number in range(REPLY.own_limit)
    ]
    await desk.service.db.catalogue.insert_many(rows)
    body = {"shortcut": "a", "title": "b", "body": "c"}
    assert await desk.refused("POST", "/replies", body) == (422, "too_many", [])
    assert (await make(desk.colleague()))["shortcut"] == "/prazo"
