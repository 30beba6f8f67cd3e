"""Changing and taking back what was sent, hiding comments: when it may be done, and what undoes it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_deeds import edit_sent, finish_deed, set_hidden, take_back, undo_deed
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import EMPTY
from atd_schemas.envelope import Actor
from atd_schemas.views import ChannelRef, ContactRef, Reaction, ThreadView
from atd_testing.inbound import NOON

BIA = Actor(type="attendant", id="bia", name="Bia")
ANA = ContactRef(id="k1", name="Ana")
HOUR = timedelta(hours=1)
PHOTO = Attachment("f1", "foto.jpg", "image/jpeg", 3, "ready")


def conversation(kind: Any = "telegram", *, public: bool = False) -> Conversation:
    return Conversation(
        id="c1",
        tenant_id="t1",
        number=1,
        status="open",
        channel=ChannelRef(kind=kind, account_id="a1", name="Loja"),
        contact=ANA,
        recipient="77",
        opened_at=NOON,
        last_activity_at=NOON,
        thread=ThreadView(id="p1", kind="post", public=True) if public else None,
    )


def ours(place: Conversation, **more: Any) -> Message:
    (change,) = place.send("m1", actor=BIA, text="Oi", now=NOON)
    assert change.message is not None
    message = change.message
    for name, value in {"status": "sent", "external_id": "x1", **more}.items():
        setattr(message, name, value)
    return message


def comment(**more: Any) -> Message:
    values: dict[str, Any] = {"external_id": "p1_1", "text": "Caro!", "direction": "inbound", "kind": "text", **more}
    author: Any = {"type": "contact", "id": "k1", "name": "Ana"}
    return Message("m2", "t1", "c1", "a1", author=author, occurred_at=NOON, recorded_at=NOON, **values)


def test_a_message_says_something_else_and_what_it_said_is_kept() -> None:
    place = conversation()
    message = ours(place)
    deed = edit_sent(place, message, "Olá", CHANNEL_RULES["telegram"], NOON + HOUR)
    assert deed is not None
    (change,) = deed.changes
    assert (change.type, change.changed) == ("message.edited", ("text", "edited_at", "earlier"))
    assert change.details == {"deed": "edit"}
    view = message.view()
    assert (view.text, view.edited_at, [one.text for one in view.earlier]) == ("Olá", NOON + HOUR, ["Oi"])
    assert place.last_message is not None
    assert place.last_message.preview == "Olá"


def test_the_same_again_is_no_deed() -> None:
    place, public = conversation(), conversation("facebook", public=True)
    message = ours(place)
    assert edit_sent(place, message, "Oi", CHANNEL_RULES["telegram"], NOON) is None
    assert take_back(place, message, CHANNEL_RULES["telegram"], NOON) is not None
    assert take_back(place, message, CHANNEL_RULES["telegram"], NOON) is None
    assert set_hidden(public, comment(), CHANNEL_RULES["facebook"], NOON, hidden=False) is None


def test_of_a_photo_the_caption_changes_and_the_photo_stays() -> None:
    place = conversation()
    message = ours(place, kind="image", attachments=(PHOTO,))
    assert edit_sent(place, message, "Nova legenda", CHANNEL_RULES["telegram"], NOON) is not None
    assert (message.kind, message.text, message.attachments) == ("image", "Nova legenda", (PHOTO,))


@pytest.mark.parametrize(
    ("kind", "changes", "after", "code"),
    [
        ("whatsapp", {}, HOUR, "kind_not_supported"),
        ("telegram", {"external_id": None, "status": "pending"}, HOUR, "not_sent"),
        ("telegram", {"external_id": None, "status": "failed"}, HOUR, "not_sent"),
        ("telegram", {"status": "pending", "parts_sent": 1}, HOUR, "not_sent"),
        ("telegram", {"deleted_at": NOON}, HOUR, "message_deleted"),
        ("telegram", {"direction": "inbound"}, HOUR, "invalid"),
        ("telegram", {"direction": "note"}, HOUR, "invalid"),
        ("telegram", {"kind": "location"}, HOUR, "kind_not_supported"),
        ("telegram", {"more_external_ids": ("x2",)}, HOUR, "kind_not_supported"),
    ],
)
def test_when_a_message_cannot_be_changed(kind: str, changes: Any, after: timedelta, code: str) -> None:
    place = conversation(kind)
    message = ours(place, **changes)
    before = message.view()
    with pytest.raises(Refusal) as refused:
        edit_sent(place, message, "Olá", CHANNEL_RULES[kind], NOON + after)
    assert (refused.value.code, message.view()) == (code, before)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097, "😀" * 2049])
def test_an_edit_must_say_something_that_fits_into_one_part(text: str) -> None:
    place = conversation()
    with pytest.raises(Refusal) as refused:
        edit_sent(place, ours(place), text, CHANNEL_RULES["telegram"], NOON)
    assert refused.value.field_name == "text"


@pytest.mark.parametrize(
    ("kind", "after", "code"),
    [
        ("telegram", timedelta(hours=47), None),
        ("telegram", timedelta(hours=49), "too_old"),
        ("whatsapp", HOUR, "kind_not_supported"),
        ("facebook", timedelta(days=400), None),
    ],
)
def test_how_long_a_message_can_be_taken_back(kind: str, after: timedelta, code: str | None) -> None:
    place = conversation(kind)
    message = ours(place)
    if code is None:
        assert take_back(place, message, CHANNEL_RULES[kind], NOON + after) is not None
        assert (message.view().text, message.deleted_at) == (None, NOON + after)
    else:
        with pytest.raises(Refusal) as refused:
            take_back(place, message, CHANNEL_RULES[kind], NOON + after)
        assert (refused.value.code, message.text) == (code, "Oi")


@pytest.mark.parametrize(
    ("kind", "public", "code"),
    [("facebook", True, None), ("facebook", False, "kind_not_supported"), ("messenger", True, "kind_not_supported")],
)
def test_only_public_comments_of_customers_are_hidden_and_taken_away(kind: str, public: bool, code: str | None) -> None:
    place = conversation(kind, public=public)

    def hide(one: Message) -> Any:
        return set_hidden(place, one, CHANNEL_RULES[kind], NOON, hidden=True)

    def remove(one: Message) -> Any:
        return take_back(place, one, CHANNEL_RULES[kind], NOON)

    for do in (hide, remove):
        if code is None:
            assert do(comment()) is not None
            continue
        with pytest.raises(Refusal) as refused:
            do(comment())
        assert refused.value.code == code
    with pytest.raises(Refusal):
        set_hidden(place, ours(place), CHANNEL_RULES[kind], NOON, hidden=True)


def test_what_could_not_be_taken_back_is_as_it_was() -> None:
    place = conversation()
    like = Reaction(emoji="👍", author=comment().author)
    message = ours(place, kind="image", attachments=(PHOTO,), reactions=(like,))
    before = message.view()
    deed = take_back(place, message, CHANNEL_RULES["telegram"], NOON)
    assert deed is not None
    deed.note(message, "c1")
    gone = message.view()
    assert (gone.text, gone.content, gone.attachments, gone.reactions) == (None, EMPTY, (), ())
    action, changed = undo_deed(message, "c1")
    assert action == "delete"
    assert {"text", "deleted_at", "reactions", "attachments"} <= set(changed)
    assert message.view() == before.model_copy(update={"version": message.view().version})
    assert undo_deed(message, "c1") == (None, ())


EDITS = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=6)
"""Texts, and None: it is taken back."""


@settings(max_examples=200)
@given(texts=EDITS, fails=st.lists(st.booleans(), min_size=6, max_size=6), order=st.permutations(range(6)))
def test_whatever_fails_in_whatever_order_the_message_says_what_the_channel_says(
    texts: list[str | None], fails: list[bool], order: list[int]
) -> None:
    place = conversation()
    message = ours(place)
    asked: dict[int, str | None] = {}
    telegram = CHANNEL_RULES["telegram"]
    for at, text in enumerate(texts):
        if message.deleted_at is not None:
            break
        now = NOON + at * HOUR
        deed = edit_sent(place, message, text, telegram, now) if text else take_back(place, message, telegram, now)
        if deed is not None:
            deed.note(message, f"c{at}")
            asked[at] = text
    at_channel = [asked[at] for at in sorted(asked) if not fails[at]]
    for at in order:
        if at in asked and fails[at]:
            undo_deed(message, f"c{at}")
        elif at in asked:
            finish_deed(message, f"c{at}")
    assert message.text == (at_channel[-1] if at_channel else "Oi")
    assert (message.deleted_at is not None) == (None in at_channel)
    assert message.deeds == ()


@given(shown=st.lists(st.booleans(), min_size=1, max_size=6), fails=st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_comment_is_hidden_or_not_as_the_channel_did_it_last(shown: list[bool], fails: list[bool]) -> None:
    place, message, at_channel = conversation("facebook", public=True), comment(), False
    asked: list[tuple[int, bool]] = []
    for at, is_shown in enumerate(shown):
        deed = set_hidden(place, message, CHANNEL_RULES["facebook"], NOON + at * HOUR, hidden=not is_shown)
        if deed is not None:
            deed.note(message, f"c{at}")
            asked.append((at, not is_shown))
    for at, is_hidden in asked:
        if fails[at]:
            assert undo_deed(message, f"c{at}")[0] is not None
        else:
            finish_deed(message, f"c{at}")
            at_channel = is_hidden
    assert (message.hidden, message.deeds) == (at_channel, ())
