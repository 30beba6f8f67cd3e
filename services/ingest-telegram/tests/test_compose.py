"""From messages of ours to calls of the Bot API."""

from collections.abc import Sequence
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.answers import Unsendable
from atd_channelkit.sending.texts import utf16_length
from atd_ingest_telegram.compose.calls import BotCall
from atd_ingest_telegram.compose.files import CAPTION_MAX, PHOTO_LIMIT, UPLOAD_LIMIT, Pictures, Pixels
from atd_ingest_telegram.compose.messages import TEXT_MAX, compose_message
from atd_schemas.contents import (
    AskContent,
    AudioContent,
    Button,
    ButtonsContent,
    CardEmail,
    CardPhone,
    ContactCard,
    ContactsContent,
    LinkContent,
    ListContent,
    Row,
    Section,
)
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData

ANA, GROUP = "5550001111", "-1009990001"
MB = 1024 * 1024


def message(kind: str = "text", text: str | None = "Oi", **more: Any) -> OutboundMessageData:
    given = {"account_id": "a", "channel": "telegram", "conversation_id": "c", "message_id": "m", "recipient": ANA}
    return OutboundMessageData.model_validate({**given, "kind": kind, "text": text, **more})


def file(number: int = 0, mime_type: str = "image/jpeg", size: int = 1000) -> OutboundAttachment:
    return OutboundAttachment(id=f"f{number}", name=f"arquivo{number}", mime_type=mime_type, size=size, sha256="00")


def files(*mime_types: str) -> tuple[OutboundAttachment, ...]:
    return tuple(file(number, one) for number, one in enumerate(mime_types))


def calls(message: OutboundMessageData, pictures: Pictures | None = None) -> Sequence[BotCall]:
    made = compose_message(message, pictures or {})
    assert not isinstance(made, Unsendable), made
    return made


def refusal(message: OutboundMessageData) -> tuple[str, str]:
    made = compose_message(message, {})
    assert isinstance(made, Unsendable)
    return made.failure, made.code


# Texts


def test_a_text_is_one_call_without_parse_mode() -> None:
    [call] = calls(message(text="<b>1 < 2</b> & *3*"))
    assert (call.method, call.parameters) == ("sendMessage", {"chat_id": int(ANA), "text": "<b>1 < 2</b> & *3*"})


@pytest.mark.proves("telegram", "text-parts-utf16-units")
@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("a" * 4090 + "👍" * 10, [4096, 14]),
        ("bold " * 1200, [4094, 1904]),
        ("👍" * 2048, [4096]),
        ("a" + "👍" * 2048, [4095, 2]),
        ("x" * 9000, [4096, 4096, 808]),
    ],
    ids=["4,090 letters and 10 emoji", "6,000 letters", "exactly full", "an emoji over the end", "one long word"],
)
def test_parts_are_counted_in_utf16_units_and_never_cut_inside_an_emoji(text: str, lengths: list[int]) -> None:
    parts = [call.parameters["text"] for call in calls(message(text=text))]
    assert [utf16_length(part) for part in parts] == lengths


@pytest.mark.proves("telegram", "text-parts-utf16-units")
@given(
    st.lists(st.sampled_from(["palavra ", "é", "👨‍👩‍👧‍👦", "👍🏽", "\n", "x" * 700, "🇧🇷"]), max_size=60).map("".join)
)
def test_a_text_of_any_length_loses_nothing_and_no_part_is_over_the_limit(text: str) -> None:
    if not text.strip():
        assert refusal(message(text=text)) == ("request", "empty_text")
        return
    parts = [call.parameters["text"] for call in calls(message(text=text))]
    assert all(0 < utf16_length(part) <= TEXT_MAX for part in parts)
    seen = [one for part in parts for one in regex.findall(r"\X", part) if not one.isspace()]
    assert seen == [one for one in regex.findall(r"\X", text) if not one.isspace()]


# For whom


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        (None, {}),
        ("7", {"message_thread_id": 7}),
        ("AbC-dE_7", {"business_connection_id": "AbC-dE_7"}),
    ],
)
def test_a_topic_or_business_connection_is_named_by_the_strand(thread: str | None, expected: dict[str, Any]) -> None:
    """A business chat's answer carries `business_connection_id`."""
    [call] = calls(message(thread_id=thread, recipient=GROUP))
    assert call.parameters == {"chat_id": int(GROUP), "text": "Oi", **expected}


@pytest.mark.proves("telegram", "reply-out-gone-message")
def test_only_the_first_part_quotes_and_a_quoted_message_that_is_gone_stops_nothing() -> None:
    first, second = calls(message(text="x" * 5000, reply_to_external_id=f"{ANA}:51"))
    assert first.parameters["reply_parameters"] == {"message_id": 51, "allow_sending_without_reply": True}
    assert "reply_parameters" not in second.parameters


def test_a_quoted_message_of_a_chat_before_it_moved_is_named_with_its_chat() -> None:
    [call] = calls(message(reply_to_external_id="-55:9", recipient=GROUP))
    assert call.parameters["reply_parameters"]["chat_id"] == -55


@pytest.mark.parametrize("target", ["wamid.X", f"{ANA}:click-4382", "x:1", ":", "", f"{ANA}:-3"])
def test_what_is_no_message_at_telegram_is_not_quoted(target: str) -> None:
    [call] = calls(message(reply_to_external_id=target))
    assert "reply_parameters" not in call.parameters


def test_a_message_of_a_business_chat_is_quoted_by_its_number_there() -> None:
    [call] = calls(message(reply_to_external_id=f"bc-1:{ANA}:51", thread_id="bc-1"))
    assert call.parameters["reply_parameters"] == {"message_id": 51, "allow_sending_without_reply": True}


def test_a_recipient_that_is_no_chat_is_refused_before_the_call() -> None:
    assert refusal(message(recipient="ana")) == ("recipient", "chat_not_found")


# Files


@pytest.mark.proves("telegram", "files-out-streamed-as-they-are")
@pytest.mark.parametrize(
    ("kind", "mime_type", "content", "method", "part"),
    [
        ("image", "image/png", {}, "sendPhoto", "photo"),
        ("image", "image/gif", {}, "sendAnimation", "animation"),
        ("image", "image/tiff", {}, "sendDocument", "document"),
        ("video", "video/mp4", {}, "sendVideo", "video"),
        ("video", "video/quicktime", {}, "sendDocument", "document"),
        ("audio", "audio/mpeg", {}, "sendAudio", "audio"),
        ("audio", "audio/ogg", {}, "sendDocument", "document"),
        ("audio", "audio/ogg; codecs=opus", AudioContent(voice=True), "sendVoice", "voice"),
        ("audio", "audio/amr", AudioContent(voice=True), "sendDocument", "document"),
        ("document", "image/png", {}, "sendDocument", "document"),
        ("sticker", "image/webp", {}, "sendSticker", "sticker"),
    ],
)
def test_a_file_is_sent_as_what_it_is(kind: str, mime_type: str, content: Any, method: str, part: str) -> None:
    [call] = calls(message(kind, None, content=content, attachments=files(mime_type)))
    assert (call.method, [one.name for one in call.files]) == (method, [part])


@pytest.mark.proves("telegram", "photo-refused-document-once")
@pytest.mark.parametrize(
    ("size", "pixels", "method"),
    [
        (1000, Pixels(6400, 3600), "sendPhoto"),
        (1000, Pixels(6400, 4800), "sendDocument"),
        (1000, Pixels(2100, 100), "sendDocument"),
        (1000, Pixels(2000, 100), "sendPhoto"),
        (1000, None, "sendPhoto"),
        (PHOTO_LIMIT, None, "sendPhoto"),
        (PHOTO_LIMIT + 1, None, "sendDocument"),
    ],
)
def test_a_picture_that_is_no_photo_for_telegram_goes_as_document_at_once(
    size: int, pixels: Pixels | None, method: str
) -> None:
    one = file(size=size)
    [call] = calls(message("image", "legenda", attachments=(one,)), {} if pixels is None else {one.id: pixels})
    assert (call.method, call.parameters["caption"]) == (method, "legenda")


def test_a_photo_that_telegram_refuses_is_sent_once_as_document() -> None:
    [call] = calls(message("image", "legenda", attachments=(file(),)))
    instead = call.otherwise["photo_refused"]
    assert (instead.method, instead.parameters, dict(instead.otherwise)) == ("sendDocument", call.parameters, {})


@pytest.mark.parametrize(("mime_type", "method"), [("audio/ogg", "sendDocument"), ("audio/mpeg", "sendAudio")])
def test_a_voice_message_that_the_customer_takes_none_of_is_sent_once_as_a_file(mime_type: str, method: str) -> None:
    """VOICE_MESSAGES_FORBIDDEN is about the form of the message, and does not lose the customer."""
    sent = message("audio", None, content=AudioContent(voice=True), attachments=files(mime_type), thread_id="7")
    [call] = calls(sent)
    instead = call.otherwise["voice_forbidden"]
    assert (call.method, instead.method, instead.parameters["message_thread_id"]) == ("sendVoice", method, 7)


@pytest.mark.proves("telegram", "caption-long-own-message")
def test_a_caption_of_1500_goes_as_a_message_of_its_own_after_the_file() -> None:
    photo, text = calls(message("image", "c" * 1500, attachments=(file(),)))
    assert (photo.method, "caption" in photo.parameters) == ("sendPhoto", False)
    assert (text.method, len(text.parameters["text"])) == ("sendMessage", 1500)


def test_a_caption_is_measured_in_utf16_units() -> None:
    assert len(calls(message("image", "👍" * (CAPTION_MAX // 2), attachments=(file(),)))) == 1
    assert len(calls(message("image", "👍" * (CAPTION_MAX // 2) + "a", attachments=(file(),)))) == 2


def test_a_sticker_has_no_caption() -> None:
    sticker, text = calls(message("sticker", "Oi", attachments=files("image/webp")))
    assert (sticker.method, text.method) == ("sendSticker", "sendMessage")


# Albums


def test_photos_and_videos_are_one_call_with_the_caption_on_the_first() -> None:
    [call] = calls(message("image", "férias", attachments=files("image/jpeg", "video/mp4", "image/png")))
    assert call.method == "sendMediaGroup"
    assert call.parameters["media"] == [
        {"type": "photo", "media": "attach://file0", "caption": "férias"},
        {"type": "video", "media": "attach://file1"},
        {"type": "photo", "media": "attach://file2"},
    ]
    assert [one.name for one in call.files] == ["file0", "file1", "file2"]


def test_documents_stay_with_their_own_kind_and_the_caption_is_the_firsts_where_an_edit_finds_it() -> None:
    [call] = calls(message("document", "contas", attachments=files("image/jpeg", "application/pdf")))
    assert [(one["type"], one.get("caption")) for one in call.parameters["media"]] == [
        ("document", "contas"),
        ("document", None),
    ]


def test_files_that_cannot_be_together_go_in_parts_in_their_order() -> None:
    mixed = files("image/jpeg", "image/jpeg", "audio/mpeg", "application/pdf", "image/gif", "video/mp4")
    made = calls(message("image", "tudo", attachments=mixed))
    assert [call.method for call in made] == [
        "sendMediaGroup",
        "sendAudio",
        "sendDocument",
        "sendAnimation",
        "sendVideo",
    ]
    assert made[0].parameters["media"][0]["caption"] == "tudo"


def test_an_album_whose_photos_are_refused_is_sent_once_as_documents() -> None:
    [call] = calls(message("image", "x", attachments=files("image/jpeg", "video/mp4")))
    instead = call.otherwise["photo_refused"]
    assert [one["type"] for one in instead.parameters["media"]] == ["document", "document"]
    assert len(instead.files) == 2


@pytest.mark.proves("telegram", "album-out-own-kinds")
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["image/jpeg", "image/gif", "video/mp4", "audio/mpeg", "application/pdf", "audio/ogg"]),
            st.integers(1, UPLOAD_LIMIT),
        ),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from(["image", "document", "audio", "video"]),
    st.sampled_from([None, "curta", "c" * 1500, "c" * 9000]),
)
def test_every_file_goes_once_in_order_and_no_call_is_more_than_telegram_takes(
    given_files: list[tuple[str, int]], kind: str, text: str | None
) -> None:
    attachments = tuple(file(n, mime_type, size) for n, (mime_type, size) in enumerate(given_files))
    made = calls(message(kind, text, attachments=attachments))
    sent = [part.attachment.id for call in made for part in call.files]
    assert sent == [one.id for one in attachments]
    for call in made:
        assert sum(part.attachment.size for part in call.files) <= UPLOAD_LIMIT
        media = call.parameters.get("media", ())
        assert len(media) != 1
        assert len(media) <= 10
        types = {one["type"] for one in media}
        assert types <= {"photo", "video"} or len(types) == 1
    said = "".join(
        [one.get("caption", "") for call in made for one in (call.parameters, *call.parameters.get("media", ()))]
        + [call.parameters.get("text", "") for call in made]
    )
    assert said == (text or "")


# Things to tap


def interactive(content: Any, text: str = "Escolha", **more: Any) -> OutboundMessageData:
    return message("interactive", text, content=content, **more)


@pytest.mark.proves("telegram", "buttons-list-link-out")
def test_buttons_stand_below_the_text_short_ones_side_by_side() -> None:
    content = ButtonsContent(
        header="Pedido",
        footer="Obrigado",
        buttons=tuple(
            Button(id=f"b{n}", title=title) for n, title in enumerate(["Sim", "Não", "Falar com uma pessoa"])
        ),
    )
    [call] = calls(interactive(content))
    assert call.parameters["text"] == "Pedido\n\nEscolha\n\nObrigado"
    assert call.parameters["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Sim", "callback_data": "b0"}, {"text": "Não", "callback_data": "b1"}],
            [{"text": "Falar com uma pessoa", "callback_data": "b2"}],
        ]
    }


@pytest.mark.proves("telegram", "buttons-list-link-out")
def test_a_list_is_one_button_a_row_and_its_descriptions_stand_in_the_text() -> None:
    rows = (Row(id="1", title="Azul", description="claro"), Row(id="2", title="Verde"))
    [call] = calls(interactive(ListContent(button="Ver", sections=(Section(title="Cores", rows=rows),))))
    assert call.parameters["text"] == "Escolha\n\nCores\n• Azul: claro\n• Verde"
    assert [[one["callback_data"] for one in row] for row in call.parameters["reply_markup"]["inline_keyboard"]] == [
        ["1"],
        ["2"],
    ]


@pytest.mark.proves("telegram", "buttons-list-link-out")
def test_a_link_is_a_button_with_its_address() -> None:
    [call] = calls(interactive(LinkContent(title="Pagar", url="https://loja.example/p")))
    assert call.parameters["reply_markup"] == {
        "inline_keyboard": [[{"text": "Pagar", "url": "https://loja.example/p"}]]
    }


@pytest.mark.proves("telegram", "asked-keyboard-private-chats")
@pytest.mark.parametrize(("asked", "flag"), [("ask_phone", "request_contact"), ("ask_location", "request_location")])
def test_a_phone_or_place_is_asked_for_by_a_keyboard_that_goes_when_it_was_used(asked: Any, flag: str) -> None:
    [call] = calls(interactive(AskContent(type=asked)))
    markup = call.parameters["reply_markup"]
    assert markup["keyboard"][0][0][flag] is True
    assert markup["one_time_keyboard"] is True
    assert refusal(interactive(AskContent(type=asked), recipient=GROUP)) == ("request", "private_only")


@pytest.mark.proves("telegram", "buttons-list-link-out")
@pytest.mark.parametrize("button_id", ["", "é" * 33, "x" * 65])
def test_an_id_that_telegram_would_not_bring_back_is_refused_before_the_call(button_id: str) -> None:
    content = ButtonsContent(buttons=(Button(id=button_id, title="Sim"),))
    assert refusal(interactive(content)) == ("request", "button_invalid")


def test_buttons_of_a_long_text_stand_below_its_last_part() -> None:
    first, last = calls(interactive(ButtonsContent(buttons=(Button(id="1", title="Sim"),)), "x" * 5000))
    assert ("reply_markup" in first.parameters, "reply_markup" in last.parameters) == (False, True)


# Places and people


@pytest.mark.proves("telegram", "places-contacts-out")
@pytest.mark.parametrize(
    ("place", "method", "more"),
    [
        ({}, "sendLocation", {}),
        ({"name": "Loja", "address": "Rua Um, 1"}, "sendVenue", {"title": "Loja", "address": "Rua Um, 1"}),
        ({"address": "Rua Um, 1"}, "sendVenue", {"title": "Rua Um, 1", "address": "Rua Um, 1"}),
    ],
)
def test_a_place_with_a_name_is_a_venue(place: dict[str, str], method: str, more: dict[str, str]) -> None:
    [call] = calls(message("location", None, content={"latitude": -23.5, "longitude": -46.6, **place}))
    where = {"chat_id": int(ANA), "latitude": -23.5, "longitude": -46.6}
    assert (call.method, call.parameters) == (method, {**where, **more})


@pytest.mark.proves("telegram", "places-contacts-out")
def test_each_card_is_a_contact_and_what_telegram_does_not_show_is_in_the_vcard() -> None:
    plain = ContactCard(name="Ana Souza", phones=(CardPhone(number="+5511999990000"),))
    rich = ContactCard(
        name="Rui",
        phones=(CardPhone(number="1", type="work"), CardPhone(number="2")),
        emails=(CardEmail(email="rui@loja.example"),),
        organization="Loja; Centro",
    )
    first, second = calls(message("contacts", None, content=ContactsContent(contacts=(plain, rich))))
    assert first.parameters == {
        "chat_id": int(ANA),
        "phone_number": "+5511999990000",
        "first_name": "Ana",
        "last_name": "Souza",
    }
    assert second.parameters["vcard"].splitlines() == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "FN:Rui",
        "TEL;TYPE=WORK:1",
        "TEL;TYPE=CELL:2",
        "EMAIL;TYPE=INTERNET:rui@loja.example",
        "ORG:Loja\\; Centro",
        "END:VCARD",
    ]


def test_a_card_without_a_phone_is_refused_before_the_call() -> None:
    assert refusal(message("contacts", None, content=ContactsContent(contacts=(ContactCard(name="Ana"),)))) == (
        "request",
        "no_phone",
    )


@pytest.mark.parametrize("kind", ["template", "order", "unsupported"])
def test_a_kind_that_telegram_does_not_have_is_refused_before_the_call(kind: str) -> None:
    assert refusal(message(kind)) == ("request", "kind_not_supported")


@given(st.data())
def test_whatever_a_command_says_it_is_composed_or_refused(data: st.DataObject) -> None:
    """Contents of any kind with any kind of message: never an error of our own."""
    contents = st.sampled_from(
        [
            {},
            {"type": "buttons", "buttons": []},
            {"type": "list", "button": "x", "sections": []},
            {"latitude": 1, "longitude": 2},
            {"contacts": []},
            {"contacts": [{}]},
            {"voice": True},
            {"anything": [1, None]},
        ]
    )
    made = compose_message(
        message(
            data.draw(st.sampled_from(["text", "image", "audio", "interactive", "location", "contacts", "order"])),
            data.draw(st.none() | st.text(max_size=20)),
            content=data.draw(contents),
            attachments=files(*data.draw(st.lists(st.sampled_from(["image/png", "x", "", "a/b;c"]), max_size=3))),
            recipient=data.draw(st.sampled_from([ANA, GROUP, "", "x", "1.5"])),
            thread_id=data.draw(st.none() | st.text(max_size=5)),
            reply_to_external_id=data.draw(st.none() | st.text(max_size=9)),
        ),
        {},
    )
    assert isinstance(made, Unsendable) or all(call.parameters["chat_id"] for call in made)
