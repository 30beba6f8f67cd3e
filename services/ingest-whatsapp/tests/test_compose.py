"""What goes to Meta for each kind, and what WhatsApp cannot carry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.answers import Unsendable
from atd_ingest_whatsapp.compose import compose_message, compose_reaction, compose_read
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData, OutboundReactionData, OutboundReadData
from atd_testing.whatsapp.sends import check_send

PHONE, HIDDEN = "5511999990000", "BR.4Qz8mT2kLw9XbN71"
PLACE: Any = {"account_id": "account-1", "channel": "whatsapp", "conversation_id": "conversation-1"}


def file(mime_type: str, name: str = "nota") -> OutboundAttachment:
    return OutboundAttachment(id="file-1", name=name, mime_type=mime_type, size=3, sha256="ab")


def message(kind: Any, text: str | None = None, *, recipient: str = PHONE, **changes: Any) -> OutboundMessageData:
    fields = {"message_id": "message-1", "kind": kind, "text": text, **changes}
    return OutboundMessageData(**PLACE, recipient=recipient, **fields)


def composed(data: OutboundMessageData) -> Any:
    """The body, which Meta's own checks accept."""
    body = compose_message(data, {one.id: "1110009" for one in data.attachments}, "message-1")
    assert not isinstance(body, Unsendable), body
    check_send(body)
    return body


@pytest.mark.proves("whatsapp", "receiver-phone-with-user")
def test_a_phone_is_written_with_its_plus_and_our_id_goes_along() -> None:
    assert composed(message("text", "Olá!", reply_to_external_id="wamid.Q=")) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511999990000",
        "type": "text",
        "biz_opaque_callback_data": "message-1",
        "text": {"body": "Olá!", "preview_url": True},
        "context": {"message_id": "wamid.Q="},
    }


@pytest.mark.proves("whatsapp", "receiver-phone-with-user")
def test_a_hidden_phone_is_addressed_by_its_user_id() -> None:
    body = composed(message("text", "Oi", recipient=HIDDEN))
    assert body["recipient"] == HIDDEN
    assert "to" not in body
    assert "context" not in body


@pytest.mark.proves("whatsapp", "every-kind-body-that-goes")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (message("image", "nota", attachments=(file("image/jpeg"),)), {"id": "1110009", "caption": "nota"}),
        (message("image", attachments=(file("image/png"),)), {"id": "1110009"}),
        (message("video", "veja", attachments=(file("video/mp4"),)), {"id": "1110009", "caption": "veja"}),
        (
            message("document", "2ª via", attachments=(file("application/pdf", "boleto.pdf"),)),
            {"id": "1110009", "caption": "2ª via", "filename": "boleto.pdf"},
        ),
        (message("audio", attachments=(file("audio/mpeg"),)), {"id": "1110009"}),
        (
            message("audio", attachments=(file("audio/ogg"),), content={"voice": True, "duration": 3}),
            {"id": "1110009", "voice": True},
        ),
        (message("audio", attachments=(file("audio/ogg"),), content={"voice": False}), {"id": "1110009"}),
        (message("audio", attachments=(file("audio/mp4"),), content={"voice": True}), {"id": "1110009"}),
        (message("sticker", attachments=(file("image/webp"),)), {"id": "1110009"}),
        (
            message("location", content={"latitude": -23.55, "longitude": -46.63, "name": "Loja", "url": None}),
            {"latitude": -23.55, "longitude": -46.63, "name": "Loja"},
        ),
        (
            message(
                "contacts",
                content={
                    "contacts": [
                        {
                            "name": "Rui de Lima",
                            "phones": [{"number": "+5511988880000", "type": "cell"}, {"number": "190", "type": None}],
                            "emails": [{"email": "a@b.co", "type": None}],
                            "organization": "Loja",
                        },
                        {"name": "Zé", "phones": [], "emails": [], "organization": None},
                    ]
                },
            ),
            [
                {
                    "name": {"formatted_name": "Rui de Lima", "first_name": "Rui", "last_name": "de Lima"},
                    "phones": [{"phone": "+5511988880000", "type": "CELL"}, {"phone": "190"}],
                    "emails": [{"email": "a@b.co"}],
                    "org": {"company": "Loja"},
                },
                {"name": {"formatted_name": "Zé", "first_name": "Zé"}},
            ],
        ),
        (
            message(
                "interactive",
                "Confirma?",
                content={
                    "type": "buttons",
                    "header": "Pedido",
                    "footer": "Loja",
                    "buttons": [{"id": "opt-1", "title": "Sim"}],
                },
            ),
            {
                "type": "button",
                "header": {"type": "text", "text": "Pedido"},
                "body": {"text": "Confirma?"},
                "footer": {"text": "Loja"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "opt-1", "title": "Sim"}}]},
            },
        ),
        (
            message(
                "interactive",
                "Seu boleto",
                attachments=(file("application/pdf", "boleto.pdf"),),
                content={
                    "type": "buttons",
                    "header": {"attachment_id": "file-1"},
                    "buttons": [{"id": "1", "title": "Pagar"}],
                },
            ),
            {
                "type": "button",
                "header": {"type": "document", "document": {"id": "1110009", "filename": "boleto.pdf"}},
                "body": {"text": "Seu boleto"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Pagar"}}]},
            },
        ),
        (
            message(
                "interactive",
                "Escolha",
                content={
                    "type": "list",
                    "header": "Menu",
                    "footer": None,
                    "button": "Abrir",
                    "sections": [
                        {
                            "title": "Contas",
                            "rows": [
                                {"id": "row-3", "title": "Boleto", "description": "2ª via"},
                                {"id": "row-4", "title": "Outro", "description": None},
                            ],
                        }
                    ],
                },
            ),
            {
                "type": "list",
                "header": {"type": "text", "text": "Menu"},
                "body": {"text": "Escolha"},
                "action": {
                    "button": "Abrir",
                    "sections": [
                        {
                            "title": "Contas",
                            "rows": [
                                {"id": "row-3", "title": "Boleto", "description": "2ª via"},
                                {"id": "row-4", "title": "Outro"},
                            ],
                        }
                    ],
                },
            },
        ),
        (
            message(
                "interactive", "Acompanhe", content={"type": "link", "title": "Abrir", "url": "https://loja.example/1"}
            ),
            {
                "type": "cta_url",
                "body": {"text": "Acompanhe"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "Abrir", "url": "https://loja.example/1"},
                },
            },
        ),
        (
            message("interactive", "Onde?", content={"type": "ask_location"}),
            {
                "type": "location_request_message",
                "body": {"text": "Onde?"},
                "action": {"name": "send_location"},
            },
        ),
        (
            message("interactive", "Seu número?", content={"type": "ask_phone"}),
            {
                "type": "request_contact_info",
                "body": {"text": "Seu número?"},
                "action": {"name": "request_contact_info"},
            },
        ),
        (
            message("template", "Olá", content={"name": "ola", "language": "pt_BR", "parameters": {}}),
            {"name": "ola", "language": {"code": "pt_BR"}},
        ),
        (
            message(
                "template",
                attachments=(file("image/png"),),
                content={
                    "name": "aviso",
                    "language": "pt_BR",
                    "parameters": {
                        "header": [{"attachment_id": "file-1"}],
                        "body": ["Ana", "123"],
                        "buttons": [
                            {"index": 2, "type": "quick_reply", "value": "PAY"},
                            "abc123",
                            {"type": "copy_code", "value": "DEZ"},
                            {"type": "flow", "value": "t1"},
                        ],
                    },
                    "rendered": {"header": None},
                },
            ),
            {
                "name": "aviso",
                "language": {"code": "pt_BR"},
                "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"id": "1110009"}}]},
                    {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "123"}]},
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": "2",
                        "parameters": [{"type": "payload", "payload": "PAY"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "url",
                        "index": "1",
                        "parameters": [{"type": "text", "text": "abc123"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "copy_code",
                        "index": "2",
                        "parameters": [{"type": "coupon_code", "coupon_code": "DEZ"}],
                    },
                    {
                        "type": "button",
                        "sub_type": "flow",
                        "index": "3",
                        "parameters": [{"type": "action", "action": {"flow_token": "t1"}}],
                    },
                ],
            },
        ),
        (
            message(
                "template",
                content={
                    "name": "aviso",
                    "language": "pt_BR",
                    "parameters": {"header": ["Pedido"], "body": {"pedido": "123"}, "buttons": []},
                },
            ),
            {
                "name": "aviso",
                "language": {"code": "pt_BR"},
                "components": [
                    {"type": "header", "parameters": [{"type": "text", "text": "Pedido"}]},
                    {"type": "body", "parameters": [{"type": "text", "parameter_name": "pedido", "text": "123"}]},
                ],
            },
        ),
        (
            message(
                "template",
                content={"name": "aviso", "language": "pt_BR", "parameters": {"header": {"pedido": "12"}, "body": []}},
            ),
            {
                "name": "aviso",
                "language": {"code": "pt_BR"},
                "components": [
                    {"type": "header", "parameters": [{"type": "text", "parameter_name": "pedido", "text": "12"}]}
                ],
            },
        ),
    ],
)
def test_each_kind_has_the_shape_that_meta_takes(data: OutboundMessageData, expected: object) -> None:
    body = composed(data)
    assert (body["type"], body[data.kind]) == (data.kind, expected)


@pytest.mark.proves("whatsapp", "quote-out")
def test_a_quote_goes_with_every_kind() -> None:
    body = composed(message("sticker", attachments=(file("image/webp"),), reply_to_external_id="wamid.Q="))
    assert body["context"] == {"message_id": "wamid.Q="}


def buttons(**changes: Any) -> dict[str, Any]:
    return {"type": "buttons", "buttons": [{"id": "1", "title": "Sim"}], **changes}


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": str(n), "title": "x"} for n in range(count)]


def menu(**changes: Any) -> dict[str, Any]:
    return {"type": "list", "button": "Abrir", "sections": [{"title": "A", "rows": rows(1)}], **changes}


PICTURE = (file("image/jpeg"),)
LINK = {"type": "link", "title": "Abrir", "url": "https://loja.example"}


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (message("order"), "kind_not_supported", "order"),
        (message("unsupported"), "kind_not_supported", "unsupported"),
        (message("text"), "invalid_content", "text"),
        (message("image"), "invalid_content", "attachments"),
        (message("image", attachments=PICTURE * 2), "invalid_content", "attachments"),
        (message("audio", "x", attachments=(file("audio/ogg"),)), "invalid_content", "text"),
        (message("sticker", "x", attachments=(file("image/webp"),)), "invalid_content", "text"),
        (message("location"), "invalid_content", "content"),
        (message("contacts", content={"contacts": [{"phones": []}]}), "invalid_content", "contacts"),
        (message("interactive", "x", content={}), "invalid_content", "type"),
        (message("interactive", "x", content={"type": "carousel"}), "invalid_content", "type"),
        (message("interactive", None, content=buttons()), "invalid_content", "text"),
        (
            message("interactive", "x", content=buttons(header={"attachment_id": "another"}), attachments=PICTURE),
            "invalid_content",
            "attachments",
        ),
        (message("interactive", "x", content={"type": "list", "button": "Abrir"}), "invalid_content", "type"),
        (message("interactive", "x", content={"reply": {"id": "1", "title": "x"}}), "invalid_content", "type"),
        (message("template", content={"language": "pt_BR"}), "invalid_content", "content"),
        (
            message(
                "template",
                content={"name": "a", "language": "pt_BR", "parameters": {"header": [{"attachment_id": "file-1"}]}},
            ),
            "invalid_content",
            "attachments",
        ),
        (
            message(
                "template",
                content={"name": "a", "language": "pt_BR", "parameters": {"buttons": [{"type": "mpm", "value": "x"}]}},
            ),
            "invalid_content",
            "content",
        ),
    ],
)
def test_what_whatsapp_cannot_carry_is_said_with_its_place(data: OutboundMessageData, code: str, place: str) -> None:
    found = compose_message(data, {one.id: "1110009" for one in data.attachments}, "message-1")
    assert isinstance(found, Unsendable), found
    assert found.code == code
    assert place in found.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ("text", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive", "template")
NAMES = ("type", "buttons", "sections", "contacts", "name", "language", "parameters", "latitude", "voice", "header")


@pytest.mark.proves("whatsapp", "every-kind-body-that-goes")
@given(
    st.sampled_from((*KINDS, "order", "unsupported")),
    st.none() | st.text(max_size=9),
    st.dictionaries(st.sampled_from(NAMES), JSON),
)
def test_no_content_makes_composing_raise(kind: str, text: str | None, content: dict[str, Any]) -> None:
    found = compose_message(message(kind, text, content=content), {}, "message-1")
    assert isinstance(found, dict | Unsendable)


def test_what_is_wrong_is_said_without_what_was_written() -> None:
    secret = "segredo do cliente " * 9
    found = compose_message(message("interactive", secret, content={"type": secret, "header": secret}), {}, "message-1")
    assert isinstance(found, Unsendable)
    assert "segredo" not in found.detail


@pytest.mark.proves("whatsapp", "reaction-removal-out")
@pytest.mark.parametrize(("emoji", "expected"), [("👍", "👍"), (None, "")])
def test_a_reaction_is_put_and_taken_away(emoji: str | None, expected: str) -> None:
    reaction = OutboundReactionData(
        **PLACE, recipient=PHONE, message_id="message-1", target_external_id="wamid.T", emoji=emoji
    )
    body = compose_reaction(reaction, "reference")
    check_send(body)
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511999990000",
        "biz_opaque_callback_data": "reference",
        "type": "reaction",
        "reaction": {"message_id": "wamid.T", "emoji": expected},
    }


@pytest.mark.proves("whatsapp", "mark-as-out")
def test_a_message_is_marked_as_read_with_and_without_the_sign_of_writing() -> None:
    read = OutboundReadData(**PLACE, recipient=PHONE, external_id="wamid.T", typing=True)
    plain = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.T"}
    assert compose_read(read.model_copy(update={"typing": False})) == plain
    assert compose_read(read) == {**plain, "typing_indicator": {"type": "text"}}
