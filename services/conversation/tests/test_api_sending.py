"""Every kind of message over HTTP: what is stored and shown, and what is refused by which code at which field."""

from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import TemplateChanged, TemplateData
from atd_schemas.views import TemplateParameters, TemplateView

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF = b"%PDF-1.7\n" + bytes(100)
OGG = b"OggS" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100)
WEBP = b"RIFF\x20\x00\x00\x00WEBPVP8X" + bytes(8) + b"\xff\x01\x00" * 2 + bytes(100)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(100)
SOUND = MP4[:24] + bytes.fromhex(
    "0000002c6d6f6f76 000000247472616b 0000001c6d646961 0000001468646c72 0000000000000000 736f756e"
)
MP3 = b"ID3\x03" + bytes(100)

PLACE = {"latitude": -23.5505, "longitude": -46.6333, "name": "Loja", "address": "Rua A, 1"}
CARD = {"name": "Rui Lima", "phones": [{"number": "+5511988880000", "type": "cell"}], "organization": "Clínica"}
BUTTONS = {"type": "buttons", "footer": "Loja", "buttons": [{"id": "y", "title": "Sim"}, {"id": "n", "title": "Não"}]}
LIST = {"type": "list", "button": "Abrir", "sections": [{"rows": [{"id": "r", "title": "Boleto"}]}]}
LINK = {"type": "link", "title": "Pagar", "url": "https://loja.example/1"}


class Chat:
    """A conversation of the tenant."""

    def __init__(self, desk: Any, conversation_id: str) -> None:
        self.desk = desk
        self.path = f"/conversations/{conversation_id}/messages"

    async def send(self, **body: Any) -> Any:
        message = await self.desk.do("POST", self.path, body)
        assert (await self.desk.get(self.path))["items"][0] == message
        return message

    async def refused(self, **body: Any) -> tuple[int, str, list[str]]:
        answer: tuple[int, str, list[str]] = await self.desk.refused("POST", self.path, body)
        return answer


@pytest_asyncio.fixture(loop_scope="module")
async def chat(desk: Any) -> Chat:
    (conversation_id,) = await desk.written()
    return Chat(desk, conversation_id)


async def learn(desk: Any, **more: Any) -> None:
    """The channel has this template."""
    view = TemplateView(
        **{
            "name": "aviso",
            "language": "pt_BR",
            "category": "UTILITY",
            "status": "approved",
            "components": (
                {"type": "HEADER", "format": "DOCUMENT"},
                {"type": "BODY", "text": "Olá {{nome}}, seu boleto."},
                {"type": "FOOTER", "text": "Loja"},
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Pagar", "url": "https://x.example/{{1}}"}]},
            ),
            "parameters": TemplateParameters(header=1, body=("nome",), buttons=1),
            **more,
        }
    )
    now = desk.service.runtime.clock.now()
    event = TemplateChanged(
        id=uuid7(),
        tenant_id=desk.tenant,
        occurred_at=now,
        recorded_at=now,
        source="test",
        subject=desk.account,
        data=TemplateData(account_id=desk.account, channel="whatsapp", template=view),
    )
    await desk.service.learn(event)


@pytest.mark.proves("whatsapp", "image-out")
@pytest.mark.parametrize(
    ("name", "data", "body", "kind", "content"),
    [
        ("foto.jpg", JPEG, {"text": "Veja"}, "image", {}),
        ("video.mp4", MP4, {"text": "Veja"}, "video", {}),
        ("boleto.pdf", PDF, {"text": "Segunda via"}, "document", {}),
        ("boleto.pdf", PDF, {"kind": "document"}, "document", {}),
        ("som.mp3", MP3, {}, "audio", {"voice": False, "duration": None}),
        ("voz.ogg", OGG, {"voice": True}, "audio", {"voice": True, "duration": None}),
        ("oi.webp", WEBP, {"kind": "sticker"}, "sticker", {}),
        ("voz.mp4", SOUND, {}, "audio", {"voice": False, "duration": None}),
    ],
)
async def test_a_file_is_sent(
    desk: Any, chat: Chat, name: str, data: bytes, body: Any, kind: str, content: Any
) -> None:
    view = await desk.uploaded(name, data)
    message = await chat.send(attachment_ids=[view["id"]], **body)
    assert (message["kind"], message["status"], message["content"]) == (kind, "pending", content)
    assert (message["text"], message["attachments"]) == (body.get("text"), [view])
    last = (await desk.get(chat.path.removesuffix("/messages")))["last_message"]
    assert (last["kind"], last["id"]) == (kind, message["id"])


@pytest.mark.proves("whatsapp", "location-out", "contacts-out")
async def test_a_place_and_cards_are_sent(chat: Chat) -> None:
    place = await chat.send(location=PLACE)
    assert (place["kind"], place["text"], place["content"]) == ("location", None, {**PLACE, "url": None})
    phone = {"number": "+5511988880000", "type": "cell"}
    card = {"name": "Rui Lima", "phones": [phone], "emails": [], "organization": "Clínica"}
    for given in ([CARD], {"contacts": [CARD]}):
        cards = await chat.send(contacts=given, kind="contacts")
        assert (cards["kind"], cards["content"]) == ("contacts", {"contacts": [card]})


@pytest.mark.proves("whatsapp", "interactive-answers-out")
@pytest.mark.parametrize(
    ("interactive", "content"),
    [
        (BUTTONS, {**BUTTONS, "header": None}),
        (
            LIST,
            {
                **LIST,
                "header": None,
                "footer": None,
                "sections": [{"title": None, "rows": [{"id": "r", "title": "Boleto", "description": None}]}],
            },
        ),
        (LINK, {**LINK, "header": None, "footer": None}),
        ({"type": "ask_location"}, {"type": "ask_location"}),
        ({"type": "ask_phone"}, {"type": "ask_phone"}),
    ],
)
async def test_something_to_tap_is_sent(chat: Chat, interactive: Any, content: Any) -> None:
    message = await chat.send(text="Escolha", interactive=interactive)
    assert (message["kind"], message["text"], message["content"]) == ("interactive", "Escolha", content)


@pytest.mark.proves("whatsapp", "interactive-answers-out")
async def test_a_picture_stands_above_buttons(desk: Any, chat: Chat) -> None:
    view = await desk.uploaded("foto.jpg", JPEG)
    header = {"attachment_id": view["id"]}
    message = await chat.send(text="Escolha", interactive={**BUTTONS, "header": header})
    assert (message["content"]["header"], message["attachments"]) == (header, [view])


@pytest.mark.proves("whatsapp", "template-out", "sending-filled-reads-as")
async def test_a_template_is_sent_and_reads_well(desk: Any, chat: Chat) -> None:
    await learn(desk)
    view = await desk.uploaded("boleto.pdf", PDF)
    parameters = {"header": [{"attachment_id": view["id"]}], "body": {"nome": "Ana"}, "buttons": ["abc"]}
    asked = {"name": "aviso", "language": "pt_BR", "parameters": parameters}
    message = await chat.send(template=asked)
    assert (message["kind"], message["text"]) == ("template", "Olá Ana, seu boleto.")
    assert message["content"] == {
        "name": "aviso",
        "language": "pt_BR",
        "parameters": {**parameters, "buttons": [{"index": 0, "type": "url", "value": "abc"}]},
        "rendered": {"header": None, "footer": "Loja", "buttons": ["Pagar"]},
    }
    assert message["attachments"] == [view]


async def test_a_header_of_a_template_is_filled_in_by_name(desk: Any, chat: Chat) -> None:
    components = ({"type": "HEADER", "format": "TEXT", "text": "Pedido {{pedido}}"}, {"type": "BODY", "text": "Olá."})
    await learn(desk, name="pedido", components=components, parameters=TemplateParameters(header=1, body=()))
    message = await chat.send(
        template={"name": "pedido", "language": "pt_BR", "parameters": {"header": {"pedido": "12"}}}
    )
    assert message["content"]["rendered"]["header"] == "Pedido 12"
    assert message["content"]["parameters"]["header"] == {"pedido": "12"}


async def test_a_note_can_have_files(desk: Any, chat: Chat) -> None:
    views = [await desk.uploaded("a.zip", b"PK\x03\x04" + bytes(60)), await desk.uploaded("b.pdf", PDF)]
    note = await chat.send(direction="note", text="Guardar", attachment_ids=[one["id"] for one in views])
    assert (note["kind"], note["status"], note["attachments"]) == ("document", None, views)


@pytest.mark.proves("whatsapp", "every-kind-422-with-code")
@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"location": {"latitude": 91, "longitude": 0}}, "invalid", ["location.latitude"]),
        ({"location": {"latitude": 0}}, "invalid", ["location.longitude"]),
        ({"location": PLACE, "text": "Aqui"}, "invalid", ["text"]),
        ({"location": PLACE, "kind": "text"}, "invalid", ["kind"]),
        ({"location": PLACE, "contacts": [CARD]}, "invalid", ["contacts"]),
        ({"kind": "location"}, "invalid", ["location"]),
        ({"contacts": []}, "invalid", ["contacts"]),
        ({"contacts": [{"phones": []}]}, "invalid", ["contacts[0].name"]),
        ({"contacts": [{"name": " "}]}, "invalid", ["contacts[0].name"]),
        ({"location": {**PLACE, "name": "\n"}}, "invalid", ["location.name"]),
        ({"text": "x", "interactive": {"type": "menu"}}, "invalid", ["interactive.type"]),
        ({"text": "x", "interactive": {**BUTTONS, "colour": 1}}, "invalid", ["interactive.colour"]),
        ({"text": "x", "interactive": {**LINK, "title": "x" * 21}}, "too_long", ["interactive.title"]),
        (
            {"text": "x", "interactive": {"type": "buttons", "buttons": [{"id": "1", "title": "x" * 21}]}},
            "too_long",
            ["interactive.buttons[0].title"],
        ),
        (
            {"text": "x", "interactive": {"type": "buttons", "buttons": [{"id": "1"}]}},
            "invalid",
            ["interactive.buttons[0].title"],
        ),
        (
            {"text": "x", "interactive": {**BUTTONS, "header": {"attachment_id": "x"}}},
            "unknown_attachment",
            ["interactive.header.attachment_id"],
        ),
        ({"attachment_ids": ["nobodys"]}, "unknown_attachment", ["attachment_ids[0]"]),
        ({"attachment_ids": ["x"] * 11}, "invalid", ["attachment_ids"]),
        ({"attachment_ids": [""]}, "invalid", ["attachment_ids[0]"]),
        ({"voice": True}, "invalid", ["attachment_ids"]),
        ({"voice": True, "text": "x", "kind": "text"}, "invalid", ["voice"]),
        ({"template": {"name": "nenhum", "language": "pt_BR"}}, "unknown_template", ["template.name"]),
        ({"template": {"name": "x"}}, "invalid", ["template.language"]),
        ({"kind": "template"}, "invalid", ["template"]),
        ({"kind": "unsupported"}, "kind_not_supported", ["kind"]),
        ({"direction": "note", "location": PLACE}, "kind_not_supported", ["kind"]),
        ({"text": "x" * 4097, "attachment_ids": []}, "too_long", ["text"]),
    ],
)
async def test_what_is_refused_names_its_field(chat: Chat, body: Any, code: str, fields: list[str]) -> None:
    assert await chat.refused(**body) == (422, code, fields)


@pytest.mark.proves("whatsapp", "every-kind-422-with-code")
async def test_what_a_file_cannot_be(desk: Any, chat: Chat) -> None:
    zipped, mp3, big = (
        await desk.uploaded("a.zip", b"PK\x03\x04" + bytes(60)),
        await desk.uploaded("a.mp3", MP3),
        await desk.uploaded("a.jpg", JPEG + bytes(5 * 1024 * 1024)),
    )
    place = ["attachment_ids[0]"]
    assert await chat.refused(attachment_ids=[zipped["id"]]) == (422, "unsupported_type", place)
    assert await chat.refused(attachment_ids=[mp3["id"]], voice=True) == (422, "unsupported_type", place)
    assert await chat.refused(attachment_ids=[big["id"]]) == (422, "too_large", place)
    assert await chat.refused(attachment_ids=[zipped["id"], mp3["id"]]) == (422, "too_many", ["attachment_ids"])
    assert await chat.refused(attachment_ids=[mp3["id"]], text="Ouça") == (422, "invalid", ["text"])
    assert await chat.refused(attachment_ids=[mp3["id"]], kind="text") == (422, "invalid", ["attachment_ids"])


@pytest.mark.proves("whatsapp", "status-paused-rejected-deleted")
async def test_a_template_that_does_not_fit_is_refused(desk: Any, chat: Chat) -> None:
    await learn(desk, status="paused")
    asked = {"name": "aviso", "language": "pt_BR"}
    assert await chat.refused(template=asked) == (422, "template_not_approved", ["template.name"])
    await learn(desk)
    place = ["template.parameters.header"]
    assert await chat.refused(template=asked) == (422, "wrong_parameters", place)


async def test_reacting_and_repeating_answer_the_message(desk: Any, chat: Chat) -> None:
    first = (await desk.get(chat.path))["items"][0]
    reacted = await desk.do("PUT", f"/messages/{first['id']}/reaction", {"emoji": "👍"})
    assert reacted["reactions"] == [{"emoji": "👍", "author": {"type": "attendant", "id": "bia", "name": "Bia"}}]
    assert (await desk.do("DELETE", f"/messages/{first['id']}/reaction"))["reactions"] == []
    for body in ({"emoji": "ok"}, {"emoji": ""}, {}):
        answer = await desk.refused("PUT", f"/messages/{first['id']}/reaction", body)
        assert answer == (422, "invalid", ["emoji"])
    sent = await chat.send(text="Olá")
    assert await desk.refused("POST", f"/messages/{sent['id']}/retry") == (409, "not_failed", [])
    await desk.service.db.messages.update_one({"_id": sent["id"]}, {"$set": {"status": "failed"}})
    assert (await desk.do("POST", f"/messages/{sent['id']}/retry"))["status"] == "pending"


async def test_reading_takes_a_body_or_none(desk: Any, chat: Chat) -> None:
    path = chat.path.removesuffix("/messages") + "/read"
    assert (await desk.do("POST", path))["unread_count"] == 0
    assert (await desk.do("POST", path, {"typing": True}))["unread_count"] == 0
    assert await desk.refused("POST", path, {"typing": "x"}) == (422, "invalid", ["typing"])
