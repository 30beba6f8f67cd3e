"""What people have reported of other systems that connect Telegram, and what is right: the part that is translation."""

from collections.abc import Callable
from typing import Any

import pytest

from atd_schemas.contents import AudioContent, PlainContent
from atd_schemas.inbound import InboundContactChange, InboundEcho, InboundEdit, InboundMessage
from atd_testing.telegram.updates import (
    ANA,
    DATE,
    GROUP,
    SUPERGROUP,
    buttons,
    channel_chat,
    click,
    group_chat,
    in_business,
    message,
    of_bot,
    photo,
    private_chat,
    text,
    update,
    user,
)

from .cases import body
from .test_translate import read

CAIO = user(5550002222, "Caio")
OPTIONS = of_bot(text="Ok?", reply_markup=buttons([("Sim", "opt:1")]))


@pytest.mark.proves("telegram", "click-answered-cleared")
@pytest.mark.parametrize(
    ("told", "events"),
    [
        (click("opt:1", inline_message_id="AAQ"), 0),
        (click(None, on=OPTIONS, game_short_name="corrida"), 0),
        (click(None, inline_message_id="AAQ", game_short_name="corrida"), 0),
        (click("opt:1", sender=CAIO, on={**OPTIONS, "chat": group_chat()}), 1),
        (click("nunca-enviado", on=OPTIONS), 1),
        (click("opt:1", on={"chat": private_chat(), "message_id": 52, "date": 0}), 1),
        (click("opt:1", on={**OPTIONS, "chat": channel_chat()}), 0),
    ],
    ids=["no message", "no data", "neither", "of a group", "never sent", "inaccessible", "in a channel"],
)
def test_a_click_without_message_or_data_of_a_group_or_of_a_strange_button_is_incoming_or_ignored_and_answered(
    told: dict[str, Any], events: int
) -> None:
    translation = read(update(1, "callback_query", told))
    assert len(translation.events) == events
    assert translation.problems == ()
    assert [note.query_id for note in translation.notes] == ["4382001"]
    for event in translation.events:
        assert isinstance(event, InboundMessage)
        assert event.data.kind == "interactive"


def test_who_tapped_is_the_author_of_a_click_and_never_the_bot_whose_message_it_was() -> None:
    [event] = read(update(1, "callback_query", click("opt:1", on=OPTIONS))).events
    assert isinstance(event, InboundMessage)
    assert (event.data.contact.external_id, event.data.contact.name) == (str(ANA), "Ana Souza")
    [in_group] = read(
        update(2, "callback_query", click("opt:1", sender=CAIO, on={**OPTIONS, "chat": group_chat()}))
    ).events
    assert isinstance(in_group, InboundMessage)
    assert in_group.data.author is not None
    assert (in_group.data.contact.external_id, in_group.data.author.name) == (str(GROUP), "Caio")


@pytest.mark.proves("telegram", "album-in")
def test_an_album_with_captions_on_items_1_and_3_gives_3_files_and_both_captions_ordered_by_message_id() -> None:
    """Nobody waits for the others: an item that comes six seconds or a restart later joins its album all the same."""
    events = [read(body(name)).events[0] for name in ("album_third", "album_first", "album_second")]
    items = sorted((one for one in events if isinstance(one, InboundMessage)), key=_position)
    assert [one.data.text for one in items] == ["Antes e depois", None, "O resultado"]
    assert [one.data.external_id for one in items] == [f"{ANA}:61", f"{ANA}:62", f"{ANA}:63"]
    assert len({one.data.attachments[0].id for one in items}) == 3
    assert {_album(one).id for one in items} == {"13579"}


def _album(event: InboundMessage) -> Any:
    assert isinstance(event.data.content, PlainContent)
    assert event.data.content.album is not None
    return event.data.content.album


def _position(event: InboundMessage) -> int:
    return int(_album(event).position)


@pytest.mark.proves("telegram", "edit-in")
def test_an_edit_without_a_real_change_says_exactly_what_the_message_said() -> None:
    """So that it can be compared, and nothing is recorded: Telegram tells of changes that a bot cannot see."""
    for item in (text("Oi"), message(photo=photo(), caption="A porta", media_group_id="77")):
        [first] = read(update(1, "message", item)).events
        [edit] = read(update(2, "edited_message", item | {"edit_date": DATE + 5})).events
        assert isinstance(first, InboundMessage)
        assert isinstance(edit, InboundEdit)
        assert (edit.data.kind, edit.data.text, edit.data.content) == (
            first.data.kind,
            first.data.text,
            first.data.content,
        )
        assert edit.data.target_external_id == first.data.external_id


@pytest.mark.parametrize(("name", "same"), [("edited_caption", True), ("edited_photo", False)])
def test_an_edit_of_a_photo_tells_whether_it_is_still_the_same_photo(name: str, *, same: bool) -> None:
    [photo], [edit] = read(body("photo")).events, read(body(name)).events
    assert isinstance(photo, InboundMessage)
    assert isinstance(edit, InboundEdit)
    assert edit.data.target_external_id == photo.data.external_id
    assert (edit.data.kind, edit.data.text) == ("image", "A porta azul")
    [before], [after] = photo.data.attachments, edit.data.attachments
    assert (before.id == after.id) is same


@pytest.mark.proves("telegram", "group-moved-once")
def test_a_group_that_becomes_a_supergroup_is_one_change_in_either_order_of_the_service_messages() -> None:
    told = [read(body(name)).events for name in ("migrated_old", "migrated_new")]
    [old], [new] = told
    assert isinstance(old, InboundContactChange)
    assert isinstance(new, InboundContactChange)
    assert old.id == new.id
    assert old.subject == new.subject
    for event in (old, new):
        assert (event.data.previous, event.data.contact.external_id) == ((str(GROUP),), str(SUPERGROUP))
        assert event.data.reason == "group_moved"


@pytest.mark.proves("telegram", "topic-strand-own")
@pytest.mark.parametrize(
    ("flag", "thread"), [({}, None), ({"is_topic_message": False}, None), ({"is_topic_message": True}, "40")]
)
def test_a_message_thread_id_without_is_topic_message_is_no_strand(flag: dict[str, Any], thread: str | None) -> None:
    item = text("Sim", chat=group_chat(SUPERGROUP), sender=CAIO) | {"message_thread_id": 40} | flag
    [event] = read(update(1, "message", item)).events
    assert isinstance(event, InboundMessage)
    assert (event.data.thread.id if event.data.thread else None) == thread


@pytest.mark.proves("telegram", "business-chat-strand-own")
def test_what_the_owner_of_a_business_account_writes_on_the_phone_is_outgoing_and_the_contact_is_the_customer() -> None:
    [event] = read(body("business_owner")).events
    assert isinstance(event, InboundEcho)
    assert event.data.contact.external_id == str(ANA)
    assert event.data.thread is not None
    assert (event.data.thread.kind, event.data.thread.id) == ("business", "bc-7f3a")


def test_messages_of_one_number_in_the_bots_chat_and_in_a_business_chat_are_two_messages() -> None:
    item = text("Oi")
    [own] = read(update(1, "message", item)).events
    [business] = read(update(2, "business_message", in_business(item))).events
    assert own.id != business.id


@pytest.mark.proves("telegram", "contact-own-verified")
def test_a_shared_own_number_is_proven_only_where_the_sender_shares_it_themselves() -> None:
    """Another's card, a forwarded one, a card in a group and a number without a person prove nothing."""
    own = {"phone_number": "5511987650006", "first_name": "Ana", "user_id": ANA}
    cases: list[tuple[dict[str, Any], str | None]] = [
        (message(contact=own), "+5511987650006"),
        (message(contact=own | {"user_id": 5550003333}), None),
        (message(contact={one: own[one] for one in ("phone_number", "first_name")}), None),
        (message(contact=own, forward_origin={"type": "hidden_user", "sender_user_name": "Ana", "date": DATE}), None),
        (message(contact=own, chat=group_chat()), None),
    ]
    for item, phone in cases:
        [event] = read(update(1, "message", item)).events
        assert isinstance(event, InboundMessage)
        assert event.data.contact.shared_phone == phone
        assert event.data.contact.phone is None


def test_an_address_that_a_link_shows_already_is_not_written_again() -> None:
    """Offsets count UTF-16 units, of which an emoji has two."""
    link = {"type": "text_link", "offset": 3, "length": 18, "url": "https://loja.test/"}
    for words, read_as in (
        ("👍 https://loja.test/", "👍 https://loja.test/"),
        ("👍 a loja no endereço", "👍 a loja no endereço (https://loja.test/)"),
    ):
        [event] = read(update(1, "message", text(words, entities=[link]))).events
        assert isinstance(event, InboundMessage)
        assert event.data.text == read_as


def test_sound_tells_whether_it_is_a_voice_message_and_how_long() -> None:
    [event] = read(body("voice")).events
    assert isinstance(event, InboundMessage)
    assert event.data.content == AudioContent(voice=True, duration=4.0)


@pytest.mark.parametrize("make", [lambda item: item, lambda item: item | {"update_id": None}])
def test_the_same_update_gives_the_same_events_whatever_its_id(make: Callable[[Any], Any]) -> None:
    for name in ("text", "click", "reaction", "blocked", "edited_text"):
        payload = make(body(name))
        assert read(payload) == read(payload)
