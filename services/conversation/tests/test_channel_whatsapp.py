"""What WhatsApp takes: every limit exactly reached, and gone over by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.channels.whatsapp.limits import LIMITS
from atd_conversation.domain.drafts import (
    MAX_NOTE,
    MAX_NOTE_FILES,
    Composed,
    Draft,
    References,
    TemplateDraft,
    UploadedFile,
    compose_note,
)
from atd_conversation.domain.file_types import OGG_VORBIS, WebP
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_ingest_whatsapp.compose import compose_message
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData
from atd_schemas.template_parts import BUTTONS as BUTTON_TYPES
from atd_schemas.template_parts import COMPONENTS, HEADER_FORMATS, find_unsendable_part
from atd_schemas.views import TemplateParameters, TemplateView
from atd_testing.whatsapp.templates import Template, check_template

KB, MB = 1024, 1024 * 1024


STICKER = WebP(512, 512)
TYPES = {one.kind: one.mime_types for one in LIMITS.files}
SIZES = {one.kind: one.max_bytes for one in LIMITS.files}


def file(mime_type: str = "image/jpeg", size: int = 10, *, webp: WebP | None = STICKER) -> UploadedFile:
    return UploadedFile(Attachment("f1", "arquivo", mime_type, size, "ready", sha256="00"), webp)


def composed(draft: Draft, *files: UploadedFile, template: TemplateView | None = None) -> Composed:
    return CHANNEL_RULES["whatsapp"].compose(draft, References(files, template))


def shown(made: Composed) -> Any:
    """The content as readers see it."""
    return made.content.model_dump(mode="json")


def refusal(draft: Draft, *files: UploadedFile, template: TemplateView | None = None) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        composed(draft, *files, template=template)
    assert refused.value.detail
    return refused.value.code, refused.value.field_name


# --- texts, places and cards


@pytest.mark.proves("whatsapp", "text-out", "text-empty-too-long")
def test_a_text_has_4096_characters_at_the_most() -> None:
    assert composed(Draft(text="ã" * 4096)).text == "ã" * 4096
    assert refusal(Draft(text="ã" * 4097)) == ("too_long", "text")


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_text_says_something(text: str | None) -> None:
    assert refusal(Draft(text=text)) == ("invalid", "text")


@pytest.mark.proves("whatsapp", "location-contacts-no-text-no")
@pytest.mark.parametrize("kind", ["location", "contacts"])
def test_places_and_cards_have_neither_text_nor_files(kind: Any) -> None:
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": None, "url": None}
    card = {"name": "Rui", "phones": [], "emails": [], "organization": None}
    content: Any = {"location": place, "contacts": {"contacts": [card]}}[kind]
    made = composed(Draft(kind=kind, content=content))
    assert (made.kind, made.text, shown(made), made.field_name) == (kind, None, content, kind)
    assert refusal(Draft(kind=kind, text="Aqui")) == ("invalid", "text")
    assert refusal(Draft(kind=kind, attachment_ids=("f1",)), file()) == ("invalid", "attachment_ids")


@pytest.mark.proves("whatsapp", "order-out", "unsupported-out")
@pytest.mark.parametrize("kind", ["order", "unsupported"])
def test_kinds_that_only_customers_send_are_refused(kind: Any) -> None:
    assert refusal(Draft(kind=kind)) == ("kind_not_supported", "kind")


# --- files


@pytest.mark.proves("whatsapp", "video-out")
@pytest.mark.parametrize(
    ("mime_type", "kind"),
    [(mime_type, kind) for kind, types in TYPES.items() for mime_type in types if kind != "sticker"],
)
def test_the_kind_is_the_one_that_takes_the_files_type(mime_type: str, kind: str) -> None:
    made = composed(Draft(attachment_ids=("f1",)), file(mime_type))
    assert (made.kind, made.attachments[0].mime_type, made.field_name) == (kind, mime_type, "attachment_ids")
    assert shown(made) == ({"voice": False, "duration": None} if kind == "audio" else {})


@pytest.mark.proves("whatsapp", "file-type-size-one")
@pytest.mark.parametrize(("kind", "limit"), list(SIZES.items()))
def test_a_file_is_as_large_as_its_kind_allows(kind: Any, limit: int) -> None:
    draft = Draft(kind=kind, attachment_ids=("f1",))
    mime_type = TYPES[kind][0]
    assert composed(draft, file(mime_type, limit)).kind == kind
    assert refusal(draft, file(mime_type, limit + 1)) == ("too_large", "attachment_ids[0]")


@pytest.mark.proves("whatsapp", "file-type-size-one")
def test_the_sizes_are_those_of_metas_table() -> None:
    assert SIZES == {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB, "sticker": 100 * KB}


@pytest.mark.proves("whatsapp", "sticker-out")
def test_a_moving_sticker_may_have_500_kilobytes() -> None:
    draft, moving = Draft(kind="sticker", attachment_ids=("f1",)), WebP(512, 512, animated=True)
    assert composed(draft, file("image/webp", 500 * KB, webp=moving)).kind == "sticker"
    assert refusal(draft, file("image/webp", 500 * KB + 1, webp=moving)) == ("too_large", "attachment_ids[0]")


@pytest.mark.proves("whatsapp", "sticker-out")
@pytest.mark.parametrize("webp", [WebP(511, 512), WebP(512, 1024), WebP(1200, 900), None])
def test_a_sticker_has_512_by_512_pixels(webp: WebP | None) -> None:
    draft = Draft(kind="sticker", attachment_ids=("f1",))
    assert refusal(draft, file("image/webp", webp=webp)) == ("unsupported_type", "attachment_ids[0]")


@pytest.mark.proves("whatsapp", "sticker-out")
@pytest.mark.parametrize(
    ("mime_type", "words"),
    [
        ("image/webp", "pictures go as JPEG or PNG"),
        (OGG_VORBIS, "Opus alone"),
        ("audio/3gpp", "AMR goes as an .amr file"),
    ],
)
def test_a_type_that_looks_familiar_is_refused_with_the_reason(mime_type: str, words: str) -> None:
    """A photo in WebP is no sticker unless somebody says so."""
    with pytest.raises(Refusal) as refused:
        composed(Draft(text="Veja", attachment_ids=("f1",)), file(mime_type))
    assert refused.value.code == "unsupported_type"
    assert words in refused.value.detail


@pytest.mark.proves("whatsapp", "file-type-size-one")
@pytest.mark.parametrize(
    ("kind", "mime_type"),
    [
        ("image", "image/webp"),
        ("image", "image/gif"),
        ("video", "video/webm"),
        ("audio", "audio/webm"),
        ("audio", "audio/wav"),
        ("sticker", "image/png"),
        ("document", "application/zip"),
        ("document", "image/png"),
        (None, "image/gif"),
        (None, "video/webm"),
        (None, "application/octet-stream"),
    ],
)
def test_a_type_that_the_kind_does_not_take_is_named(kind: Any, mime_type: str) -> None:
    draft = Draft(kind=kind, attachment_ids=("f1",))
    assert refusal(draft, file(mime_type)) == ("unsupported_type", "attachment_ids[0]")


@pytest.mark.proves("whatsapp", "audio-voice-out")
def test_a_voice_message_is_ogg() -> None:
    draft = Draft(kind="audio", attachment_ids=("f1",), voice=True)
    assert shown(composed(draft, file("audio/ogg"))) == {"voice": True, "duration": None}
    assert refusal(draft, file("audio/mpeg")) == ("unsupported_type", "attachment_ids[0]")
    assert refusal(Draft(kind="image", attachment_ids=("f1",), voice=True), file()) == ("invalid", "voice")


@pytest.mark.proves("whatsapp", "file-type-size-one")
def test_a_message_carries_one_file() -> None:
    assert refusal(Draft(kind="image")) == ("invalid", "attachment_ids")
    assert refusal(Draft(attachment_ids=("f1", "f2")), file(), file()) == ("too_many", "attachment_ids")


@pytest.mark.proves("whatsapp", "caption-1-024-characters")
@pytest.mark.parametrize("mime_type", ["image/jpeg", "video/mp4", "application/pdf"])
def test_a_caption_has_1024_characters_at_the_most(mime_type: str) -> None:
    assert composed(Draft(text="x" * 1024, attachment_ids=("f1",)), file(mime_type)).text == "x" * 1024
    assert refusal(Draft(text="x" * 1025, attachment_ids=("f1",)), file(mime_type)) == ("too_long", "text")
    assert composed(Draft(text="  ", attachment_ids=("f1",)), file(mime_type)).text is None


@pytest.mark.proves("whatsapp", "caption-1-024-characters")
@pytest.mark.parametrize(("kind", "mime_type"), [(None, "audio/ogg"), ("sticker", "image/webp")])
def test_sounds_and_stickers_have_no_caption(kind: Any, mime_type: str) -> None:
    assert refusal(Draft(kind=kind, text="Ouça", attachment_ids=("f1",)), file(mime_type)) == ("invalid", "text")


# --- interactive


def interactive(kind: str, text: str | None = "Escolha", **content: Any) -> Draft:
    return Draft(kind="interactive", text=text, content={"type": kind, **content})


def buttons(*titles: str, **more: Any) -> Draft:
    made = [{"id": f"b{number}", "title": title} for number, title in enumerate(titles)]
    return interactive("buttons", **{"buttons": made, **more})


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{number}", "title": f"Linha {number}", "description": None, **more} for number in range(count)]


def options(*sections: dict[str, Any], **more: Any) -> Draft:
    return interactive("list", **{"button": "Abrir", "sections": list(sections), **more})


def link(**more: Any) -> Draft:
    return interactive("link", **{"title": "Pagar", "url": "https://loja.example/1", **more})


@pytest.mark.proves("whatsapp", "interactive-answers-out", "interactive-every-limit-what")
@pytest.mark.parametrize(
    ("at", "over", "field_name"),
    [
        (buttons("a", "b", "c"), buttons("a", "b", "c", "d"), "interactive.buttons"),
        (buttons("x" * 20), buttons("x" * 21), "interactive.buttons[0].title"),
        (buttons("a", "b", "x" * 20), buttons("a", "b", "x" * 21), "interactive.buttons[2].title"),
        (
            buttons(buttons=[{"id": "i" * 256, "title": "a"}]),
            buttons(buttons=[{"id": "i" * 257, "title": "a"}]),
            "interactive.buttons[0].id",
        ),
        (buttons("a", text="x" * 1024), buttons("a", text="x" * 1025), "text"),
        (buttons("a", header="h" * 60), buttons("a", header="h" * 61), "interactive.header"),
        (buttons("a", footer="f" * 60), buttons("a", footer="f" * 61), "interactive.footer"),
        (options({"rows": rows(10)}), options({"rows": rows(11)}), "interactive.sections"),
        (
            options({"title": "A", "rows": rows(5)}, {"title": "B", "rows": [{"id": "x", "title": "x"}] * 1}),
            options({"title": "A", "rows": rows(10)}, {"title": "B", "rows": [{"id": "x", "title": "x"}]}),
            "interactive.sections",
        ),
        (
            options(*({"title": str(n), "rows": [{"id": str(n), "title": str(n)}]} for n in range(10))),
            options(*({"title": str(n), "rows": [{"id": str(n), "title": str(n)}]} for n in range(11))),
            "interactive.sections",
        ),
        (options({"rows": rows(1)}, text="x" * 4096), options({"rows": rows(1)}, text="x" * 4097), "text"),
        (
            options({"rows": rows(1)}, button="x" * 20),
            options({"rows": rows(1)}, button="x" * 21),
            "interactive.button",
        ),
        (
            options({"title": "t" * 24, "rows": rows(1)}),
            options({"title": "t" * 25, "rows": rows(1)}),
            "interactive.sections[0].title",
        ),
        (
            options({"rows": rows(1, id="i" * 200)}),
            options({"rows": rows(1, id="i" * 201)}),
            "interactive.sections[0].rows[0].id",
        ),
        (
            options({"rows": rows(1, title="t" * 24)}),
            options({"rows": rows(1, title="t" * 25)}),
            "interactive.sections[0].rows[0].title",
        ),
        (
            options({"rows": rows(1, description="d" * 72)}),
            options({"rows": rows(1, description="d" * 73)}),
            "interactive.sections[0].rows[0].description",
        ),
        (link(title="x" * 20), link(title="x" * 21), "interactive.title"),
        (link(text="x" * 1024), link(text="x" * 1025), "text"),
        (
            interactive("ask_location", text="x" * 1024),
            interactive("ask_location", text="x" * 1025),
            "text",
        ),
    ],
)
def test_every_limit_of_interactive_messages(at: Draft, over: Draft, field_name: str) -> None:
    made = composed(at)
    assert (made.kind, made.text, made.field_name) == ("interactive", at.text, "interactive")
    code, refused_field = refusal(over)
    assert (code in ("too_long", "too_many"), refused_field) == (True, field_name)


@pytest.mark.proves("whatsapp", "interactive-every-limit-what")
@pytest.mark.parametrize(
    ("draft", "field_name"),
    [
        (buttons(), "interactive.buttons"),
        (buttons("a", text=None), "text"),
        (buttons(""), "interactive.buttons[0].title"),
        (buttons("a", "a"), "interactive.buttons[1].title"),
        (buttons("a", footer=" "), "interactive.footer"),
        (buttons("a", url="https://x.example"), "interactive.url"),
        (buttons("a", sections=[]), "interactive.sections"),
        (options(), "interactive.sections"),
        (options({"rows": []}), "interactive.sections[0].rows"),
        (options({"rows": rows(1)}, {"title": "B", "rows": rows(1)}), "interactive.sections[0].title"),
        (
            options({"title": "A", "rows": rows(1)}, {"title": "B", "rows": rows(1)}),
            "interactive.sections[1].rows[0].id",
        ),
        (options({"rows": rows(1)}, button=None), "interactive.button"),
        (options({"rows": rows(1)}, header={"attachment_id": "f1"}), "interactive.header"),
        (link(url="ftp://x.example"), "interactive.url"),
        (link(url=None), "interactive.url"),
        (link(title=None), "interactive.title"),
        (interactive("ask_phone", footer="x"), "interactive.footer"),
        (Draft(kind="interactive", text="x", attachment_ids=("f1",), content={"type": "ask_phone"}), "attachment_ids"),
    ],
)
def test_what_an_interactive_message_cannot_be(draft: Draft, field_name: str) -> None:
    assert refusal(draft, *([file()] if draft.files_named else [])) == ("invalid", field_name)


def test_the_content_has_every_field_of_its_type() -> None:
    assert shown(composed(buttons("Sim"))) == {
        "type": "buttons",
        "header": None,
        "footer": None,
        "buttons": [{"id": "b0", "title": "Sim"}],
    }
    assert shown(composed(interactive("ask_phone"))) == {"type": "ask_phone"}


@pytest.mark.proves("whatsapp", "interactive-every-limit-what")
def test_a_file_stands_above_buttons() -> None:
    draft = buttons("a", header={"attachment_id": "f1"})
    assert draft.files_named == (("interactive.header.attachment_id", "f1"),)
    assert composed(draft, file("application/pdf")).attachments[0].id == "f1"
    place = "interactive.header.attachment_id"
    assert refusal(draft, file("audio/ogg")) == ("unsupported_type", place)
    assert refusal(draft, file("image/jpeg", 5 * MB + 1)) == ("too_large", place)


# --- templates

BUTTONS = (
    {"type": "QUICK_REPLY", "text": "Parar"},
    {"type": "URL", "text": "Ver", "url": "https://loja.example/{{1}}"},
    {"type": "URL", "text": "Site", "url": "https://loja.example"},
    {"type": "COPY_CODE", "text": "Copiar"},
    {"type": "PHONE_NUMBER", "text": "Ligar"},
)


def template(
    said: str = "Olá {{1}}, pedido {{2}}.", header: dict[str, Any] | None = None, status: Any = "approved", **more: Any
) -> TemplateView:
    components: list[dict[str, Any]] = [{"type": "BODY", "text": said}, {"type": "FOOTER", "text": "Loja"}]
    if header:
        components.insert(0, {"type": "HEADER", **header})
    if "buttons" in more:
        components.append({"type": "BUTTONS", "buttons": list(more.pop("buttons"))})
    parameters = TemplateParameters(**{"body": 2, "header": 1 if header and "text" not in header else 0, **more})
    return TemplateView(
        name="aviso",
        language="pt_BR",
        category="UTILITY",
        status=status,
        components=tuple(components),
        parameters=parameters,
    )


def sent_to_meta(made: Composed, *files: UploadedFile) -> Any:
    """What the channel service makes of it."""
    message = OutboundMessageData(
        account_id="a1",
        channel="whatsapp",
        conversation_id="c1",
        message_id="m1",
        recipient="5511999990000",
        kind=made.kind,
        text=made.text,
        content=made.content,
        attachments=tuple(
            OutboundAttachment(id=one.id, name=one.name, mime_type=one.mime_type, size=1, sha256="00")
            for one in (file.attachment for file in files)
        ),
    )
    body = compose_message(message, {file.attachment.id: "m1" for file in files}, "m1")
    assert isinstance(body, dict), body
    return body[made.kind]


def is_line(text: str) -> bool:
    """Whether a text may be a template's value."""
    return bool(text.strip()) and " " * 5 not in text and "\t" not in text and len(f"{text}.".splitlines()) == 1


def filled(**parameters: Any) -> Draft:
    return Draft(kind="template", template=TemplateDraft("aviso", "pt_BR", **{"body": ("Ana", "12"), **parameters}))


@pytest.mark.proves("whatsapp", "sending-filled-reads-as")
def test_a_template_reads_as_the_customer_reads_it() -> None:
    made = composed(filled(), template=template(header={"format": "TEXT", "text": "Entrega"}))
    assert (made.kind, made.text, made.free) == ("template", "Olá Ana, pedido 12.", False)
    assert shown(made) == {
        "name": "aviso",
        "language": "pt_BR",
        "parameters": {"header": [], "body": ["Ana", "12"], "buttons": []},
        "rendered": {"header": "Entrega", "footer": "Loja", "buttons": []},
    }


def test_a_value_that_looks_like_a_variable_stays_as_it_is() -> None:
    assert composed(filled(body=("{{2}}", "x")), template=template()).text == "Olá {{2}}, pedido x."


@pytest.mark.proves("whatsapp", "parameters-header-text-file")
def test_values_by_name() -> None:
    named = template("Olá {{ cliente }}, {{pedido}}.", body=("cliente", "pedido"))
    assert composed(filled(body={"pedido": "7", "cliente": "Ana"}), template=named).text == "Olá Ana, 7."
    for body in ({"pedido": "7"}, {"pedido": "7", "cliente": "Ana", "x": "y"}, ("Ana", "7"), ()):
        assert refusal(filled(body=body), template=named) == ("wrong_parameters", "template.parameters.body")
    empty = refusal(filled(body={"pedido": "", "cliente": "Ana"}), template=named)
    assert empty == ("wrong_parameters", "template.parameters.body.pedido")


@pytest.mark.proves("whatsapp", "parameters-header-text-file")
@pytest.mark.parametrize(
    ("body", "field_name"),
    [
        (("Ana",), "template.parameters.body"),
        (("Ana", "12", "x"), "template.parameters.body"),
        ((), "template.parameters.body"),
        ({"cliente": "Ana"}, "template.parameters.body"),
        (("Ana", " "), "template.parameters.body[1]"),
    ],
)
def test_values_by_place_are_counted(body: Any, field_name: str) -> None:
    assert refusal(filled(body=body), template=template()) == ("wrong_parameters", field_name)


def test_a_value_has_1024_characters_and_the_text_4096_at_the_most() -> None:
    assert composed(filled(body=("x" * 1024, "y")), template=template()).text
    assert refusal(filled(body=("x" * 1025, "y")), template=template()) == ("too_long", "template.parameters.body[0]")
    long = template("{{1}}" * 4, body=1)
    assert len(composed(filled(body=("x" * 1024,)), template=long).text or "") == 4096
    longer = template("{{1}}" * 4 + ".", body=1)
    assert refusal(filled(body=("x" * 1024,)), template=longer) == ("too_long", "template.parameters.body")


@pytest.mark.proves("whatsapp", "status-paused-rejected-deleted")
@pytest.mark.parametrize("status", ["pending", "rejected", "paused", "disabled", "other"])
def test_only_approved_templates_are_sent(status: str) -> None:
    assert refusal(filled(), template=template(status=status)) == ("template_not_approved", "template.name")


def test_an_unknown_template_is_named() -> None:
    assert refusal(filled()) == ("unknown_template", "template.name")
    assert refusal(Draft(kind="template")) == ("invalid", "template")


@pytest.mark.proves("whatsapp", "parameters-header-text-file")
@pytest.mark.parametrize(
    ("header_format", "mime_type"), [("IMAGE", "image/png"), ("VIDEO", "video/mp4"), ("DOCUMENT", "application/pdf")]
)
def test_the_header_of_a_template_can_be_a_file(header_format: str, mime_type: str) -> None:
    draft, pictured = filled(header=({"attachment_id": "f1"},)), template(header={"format": header_format})
    assert draft.files_named == (("template.parameters.header[0].attachment_id", "f1"),)
    assert composed(draft, file(mime_type), template=pictured).attachments[0].id == "f1"
    place = "template.parameters.header[0].attachment_id"
    assert refusal(draft, file("audio/ogg"), template=pictured) == ("unsupported_type", place)
    assert refusal(filled(), template=pictured) == ("wrong_parameters", "template.parameters.header")
    assert refusal(filled(header=("x",)), template=pictured) == ("wrong_parameters", "template.parameters.header[0]")


def test_a_template_without_a_header_shows_none() -> None:
    assert shown(composed(filled(), template=template()))["rendered"]["header"] is None


@pytest.mark.proves("whatsapp", "parameters-header-text-file")
def test_the_header_of_a_template_can_have_a_value() -> None:
    titled = template(header={"format": "TEXT", "text": "Pedido {{1}}"})
    titled = titled.model_copy(update={"parameters": TemplateParameters(header=1, body=2)})
    assert shown(composed(filled(header=("12",)), template=titled))["rendered"]["header"] == "Pedido 12"
    wrong = ("wrong_parameters", "template.parameters.header")
    assert refusal(filled(), template=titled) == wrong
    assert refusal(filled(header=({"attachment_id": "f1"},)), file(), template=titled) == wrong


@pytest.mark.parametrize("header", [("12",), {"pedido": "12"}])
def test_the_header_of_a_template_with_names_is_sent_by_name(header: Any) -> None:
    titled = template("Olá.", header={"format": "TEXT", "text": "Pedido {{pedido}}"}, body=())
    titled = titled.model_copy(update={"parameters": TemplateParameters(header=1, body=())})
    made = composed(filled(header=header, body=()), template=titled)
    assert shown(made)["rendered"]["header"] == "Pedido 12"
    assert shown(made)["parameters"] == {"header": {"pedido": "12"}, "body": [], "buttons": []}
    assert sent_to_meta(made)["components"] == [
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "pedido", "text": "12"}]}
    ]
    wrong = ("wrong_parameters", "template.parameters.header")
    for other in ((), ("1", "2"), {}, {"outro": "12"}):
        assert refusal(filled(header=other, body=()), template=titled) == wrong
    assert refusal(filled(header={"pedido": ""}, body=()), template=titled)[1] == f"{wrong[1]}.pedido"


def test_a_header_that_counts_takes_no_names_and_a_file_is_none() -> None:
    counted = template(header={"format": "TEXT", "text": "Pedido {{1}}"})
    counted = counted.model_copy(update={"parameters": TemplateParameters(header=1, body=2)})
    place = "template.parameters.header"
    assert refusal(filled(header={"pedido": "12"}), template=counted) == ("wrong_parameters", place)
    pictured = template(header={"format": "IMAGE"})
    assert refusal(filled(header={"a": "f1"}), template=pictured) == ("wrong_parameters", f"{place}[0]")


@pytest.mark.parametrize("body", [(), {}])
def test_a_template_with_names_and_nothing_to_fill_in_is_sent_as_it_is(body: Any) -> None:
    assert composed(filled(body=body), template=template("Olá.", body=())).text == "Olá."


def test_the_code_of_a_one_time_button_travels_as_an_address() -> None:
    coded = template("{{1}} é o seu código.", body=1, buttons=({"type": "OTP", "otp_type": "COPY_CODE"},))
    made = composed(filled(body=("123456",), buttons=("123456",)), template=coded)
    assert shown(made)["parameters"]["buttons"] == [{"index": 0, "type": "url", "value": "123456"}]
    assert sent_to_meta(made)["components"][1] == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "123456"}],
    }
    assert refusal(filled(body=("123456",)), template=coded)[0] == "wrong_parameters"


def with_parts(*components: dict[str, Any]) -> TemplateView:
    return template().model_copy(update={"components": components})


BODY = {"type": "BODY", "text": "Olá {{1}}, pedido {{2}}."}
FILLED_IN: dict[str, Any] = {"URL": "abc", "COPY_CODE": "NATAL10", "OTP": "123456"}
"""What the buttons that need a value are given."""


@pytest.mark.parametrize(
    ("component", "fate"),
    [
        *[({"type": kind}, fate) for kind, fate in COMPONENTS.items() if kind not in ("BODY", "HEADER", "BUTTONS")],
        *[({"type": "HEADER", "format": one}, fate) for one, fate in HEADER_FORMATS.items()],
        *[({"type": "BUTTONS", "buttons": [{"type": one}]}, fate) for one, fate in BUTTON_TYPES.items()],
        ({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}, {"type": "TELEPORT"}]}, "refused"),
        ({"type": "BUTTONS", "buttons": "x"}, "refused"),
        ({"type": "HEADER", "format": "HOLOGRAM"}, "refused"),
        ({"type": "FIREWORKS"}, "refused"),
        ({"type": None}, "refused"),
        (BODY, "refused"),
    ],
    ids=str,
)
def test_no_part_of_a_template_is_left_out(component: dict[str, Any], fate: str) -> None:
    """A template with the part is sent to the fake provider with all that this wants, or refused by its name."""
    button = component["buttons"][-1] if isinstance(component.get("buttons"), list) else {}
    button |= {"url": "https://loja.example/{{1}}"} if button.get("type") == "URL" else {}
    values: dict[str, Any] = {"buttons": (FILLED_IN[button["type"]],)} if button.get("type") in FILLED_IN else {}
    media = {"IMAGE": "image/png", "VIDEO": "video/mp4", "DOCUMENT": "application/pdf"}.get(component.get("format", ""))
    values |= {"header": ({"attachment_id": "f1"},)} if media else {}
    draft, parts = filled(**values), [component, BODY]
    files = (file(media),) if media else ()
    if fate == "refused":
        assert refusal(draft, *files, template=with_parts(*parts)) == ("kind_not_supported", "template.name")
        unsendable = find_unsendable_part(parts)
        kind = button.get("type") or component.get("format") or component["type"] or "unknown"
        assert unsendable is not None
        assert unsendable.type == ("unknown" if component.get("buttons") == "x" else kind.lower())
        assert unsendable.type.upper() in unsendable.detail
    else:
        assert find_unsendable_part(parts) is None
        sent = sent_to_meta(composed(draft, *files, template=with_parts(*parts)), *files)
        check_template([Template(id="1", name="aviso", components=parts)], sent)


def test_a_template_whose_texts_are_not_known_is_not_sent() -> None:
    assert refusal(filled(body=()), template=with_parts()) == ("kind_not_supported", "template.name")


def test_a_template_with_a_form_names_it_and_may_give_it_a_token() -> None:
    formed = template(buttons=({"type": "QUICK_REPLY", "text": "Não"}, {"type": "FLOW", "text": "Responder"}))
    button = {"type": "button", "sub_type": "flow", "index": "1"}
    for values, token in (((), "unused"), (({"index": 1, "value": "t\n1"},), "t\n1")):
        parameters = [{"type": "action", "action": {"flow_token": token}}]
        made = sent_to_meta(composed(filled(buttons=values), template=formed))
        assert made["components"][1] == {**button, "parameters": parameters}


NOT_IN_A_TEXT = ["a\nb", "a\r\nb", "a\tb", "a     b", "a\u2028b", "a\x0bb"]


@pytest.mark.parametrize("value", NOT_IN_A_TEXT)
def test_what_meta_refuses_in_a_value_is_named(value: str) -> None:
    wrong, place = "wrong_parameters", "template.parameters"
    assert refusal(filled(body=("Ana", value)), template=template()) == (wrong, f"{place}.body[1]")
    named = template("Olá {{cliente}}.", body=("cliente",))
    assert refusal(filled(body={"cliente": value}), template=named) == (wrong, f"{place}.body.cliente")
    titled = template(header={"format": "TEXT", "text": "Pedido {{1}}"})
    titled = titled.model_copy(update={"parameters": TemplateParameters(header=1, body=2)})
    assert refusal(filled(header=(value,)), template=titled) == (wrong, f"{place}.header[0]")
    by_name = template(header={"format": "TEXT", "text": "Pedido {{pedido}}"})
    assert refusal(filled(header=(value,)), template=by_name) == (wrong, f"{place}.header.pedido")
    assert refusal(filled(buttons=(value, "N")), template=template(buttons=BUTTONS)) == (wrong, f"{place}.buttons[0]")
    assert refusal(filled(buttons=("a", value)), template=template(buttons=BUTTONS)) == (wrong, f"{place}.buttons[1]")


def test_four_spaces_are_taken_and_a_payload_may_have_lines() -> None:
    assert composed(filled(body=("a    b", "c")), template=template()).text == "Olá a    b, pedido c."
    placed = filled(buttons=("a", "N", {"index": 0, "value": "linha 1\nlinha 2"}))
    assert composed(placed, template=template(buttons=BUTTONS)).text


def test_the_limits_hold_for_what_is_filled_in() -> None:
    titled = template(header={"format": "TEXT", "text": "Pedido {{1}}"})
    titled = titled.model_copy(update={"parameters": TemplateParameters(header=1, body=2)})
    place = "template.parameters"
    assert composed(filled(header=("x" * 53,)), template=titled).text
    assert refusal(filled(header=("x" * 54,)), template=titled) == ("too_long", f"{place}.header")
    address = {"type": "URL", "text": "Ver", "url": "https://a.br/{{1}}"}
    coded, linked = template(buttons=({"type": "COPY_CODE"},)), template(buttons=(address,))
    assert composed(filled(buttons=("x" * 20,)), template=coded).text
    assert refusal(filled(buttons=("x" * 21,)), template=coded) == ("too_long", f"{place}.buttons[0]")
    far = template(buttons=({**address, "url": "https://a.br/" + "y" * 1900 + "{{1}}"},))
    assert composed(filled(buttons=("x" * 87,)), template=far).text
    assert refusal(filled(buttons=("x" * 88,)), template=far) == ("too_long", f"{place}.buttons[0]")
    assert composed(filled(buttons=("x" * 1024,)), template=linked).text


@pytest.mark.proves("whatsapp", "parameters-header-text-file")
def test_the_values_of_buttons_find_their_places() -> None:
    made = shown(composed(filled(buttons=("abc", "NATAL10")), template=template(buttons=BUTTONS)))
    assert made["parameters"]["buttons"] == [
        {"index": 1, "type": "url", "value": "abc"},
        {"index": 3, "type": "copy_code", "value": "NATAL10"},
    ]
    assert made["rendered"]["buttons"] == ["Parar", "Ver", "Site", "Copiar", "Ligar"]
    placed = filled(buttons=({"index": 3, "value": "N"}, {"index": 0, "value": "STOP"}, {"index": 1, "value": "a"}))
    assert [
        one["type"] for one in shown(composed(placed, template=template(buttons=BUTTONS)))["parameters"]["buttons"]
    ] == [
        "quick_reply",
        "url",
        "copy_code",
    ]


@pytest.mark.parametrize(
    ("values", "field_name"),
    [
        ((), ""),
        (("abc",), ""),
        (("abc", "N", "x"), "[2]"),
        (({"index": 2, "value": "x"},), "[0]"),
        (({"index": 4, "value": "x"},), "[0]"),
        (({"index": 9, "value": "x"},), "[0]"),
        (({"index": 1, "value": "x"}, {"index": 1, "value": "y"}), "[1]"),
        (({"index": 1, "type": "copy_code", "value": "x"},), "[0]"),
        (("", "N"), "[0]"),
    ],
)
def test_values_without_a_button_and_buttons_without_a_value(values: Any, field_name: str) -> None:
    found = refusal(filled(buttons=values), template=template(buttons=BUTTONS))
    assert found == ("wrong_parameters", f"template.parameters.buttons{field_name}")


def test_nothing_stands_beside_a_template() -> None:
    draft = TemplateDraft("aviso", "pt_BR", body=("Ana", "12"))
    assert refusal(Draft(kind="template", text="x", template=draft), template=template()) == ("invalid", "text")
    with_file = Draft(kind="template", attachment_ids=("f1",), template=draft)
    assert refusal(with_file, file(), template=template()) == ("invalid", "attachment_ids")


@given(st.lists(st.text(min_size=1, max_size=40).filter(is_line), min_size=2, max_size=2))
def test_every_value_is_in_the_text(values: list[str]) -> None:
    assert composed(filled(body=tuple(values)), template=template()).text == f"Olá {values[0]}, pedido {values[1]}."


# --- notes


def noted(draft: Draft, *files: UploadedFile) -> Composed:
    return compose_note(draft, files)


def refused_note(draft: Draft, *files: UploadedFile) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        noted(draft, *files)
    return refused.value.code, refused.value.field_name


def test_a_note_has_text_or_files_or_both() -> None:
    assert noted(Draft(text="x" * MAX_NOTE)).kind == "text"
    assert refused_note(Draft(text="x" * (MAX_NOTE + 1))) == ("too_long", "text")
    assert refused_note(Draft()) == ("invalid", "text")
    made = noted(Draft(attachment_ids=("f1",)), file("application/zip"))
    assert (made.kind, made.text, len(made.attachments)) == ("document", None, 1)
    assert noted(Draft(text="Veja", attachment_ids=("f1",)), file()).kind == "image"
    assert len(noted(Draft(attachment_ids=("f1",)), *[file()] * MAX_NOTE_FILES).attachments) == MAX_NOTE_FILES
    assert refused_note(Draft(attachment_ids=("f1",)), *[file()] * (MAX_NOTE_FILES + 1)) == (
        "too_many",
        "attachment_ids",
    )


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="x", kind="location", content={"latitude": 1.0}),
        filled(),
        Draft(text="x", kind="interactive", content={"type": "ask_phone"}),
        Draft(text="x", voice=True),
    ],
)
def test_a_note_is_nothing_else(draft: Draft) -> None:
    assert refused_note(draft, file())[0] == "kind_not_supported"
