"""What channels have in common in composing: lengths in their own units, files together, what they do not show."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.channels.composing import length_in, shortened
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.drafts import Composed, Draft, References, UploadedFile
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_actions import react
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import TextUnit
from atd_schemas.envelope import Actor
from atd_schemas.views import ContactRef
from atd_testing.inbound import NOON, customer_message

UNITS: tuple[TextUnit, ...] = get_args(TextUnit)
BIA = Actor(type="attendant", id="bia", name="Bia")


def composed(kind: str, draft: Draft, *mime_types: str) -> Composed:
    files = [
        UploadedFile(Attachment(f"f{number}", "arquivo", mime_type, 10, "ready", sha256="00"))
        for number, mime_type in enumerate(mime_types)
    ]
    return CHANNEL_RULES[kind].compose(draft, References(files))


def refusal(kind: str, draft: Draft, *mime_types: str) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        composed(kind, draft, *mime_types)
    return refused.value.code, refused.value.field_name


def with_files(*mime_types: str, **more: Any) -> Draft:
    return Draft(attachment_ids=tuple(f"f{number}" for number in range(len(mime_types))), **more)


# --- lengths


@given(st.text())
def test_a_text_is_counted_as_the_provider_counts_it(text: str) -> None:
    assert length_in(text, "characters") == len(text)
    assert length_in(text, "utf16") == len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert length_in(text, "bytes") == len(text.encode("utf-8", "surrogatepass"))


@given(st.text(max_size=60), st.integers(0, 60), st.sampled_from(UNITS))
def test_a_shortened_text_is_a_beginning_that_fits(text: str, limit: int, unit: TextUnit) -> None:
    found = shortened(text, limit, unit)
    assert text.startswith(found)
    assert length_in(found, unit) <= limit
    assert found == text or length_in(text, unit) > limit


@pytest.mark.parametrize(
    ("kind", "letter", "most"),
    [
        ("telegram", "😀", 20_480 // 2),
        ("telegram", "a", 20_480),
        ("messenger", "😀", 10_000),
        ("instagram", "a", 5_000),
        ("instagram", "á", 2_500),
        ("instagram", "😀", 1_250),
        ("facebook", "á", 8_000),
        ("whatsapp", "😀", 4_096),
    ],
)
def test_a_limit_is_reached_by_letters_and_by_emoji_as_the_channel_counts_them(
    kind: str, letter: str, most: int
) -> None:
    assert composed(kind, Draft(text=letter * most)).text == letter * most
    assert refusal(kind, Draft(text=letter * (most + 1))) == ("too_long", "text")


def test_4090_letters_and_10_emoji_a_text_of_6000_and_a_caption_of_1500_are_taken_by_telegram() -> None:
    assert composed("telegram", Draft(text="a" * 4_090 + "😀" * 10)).kind == "text"
    assert composed("telegram", Draft(text="b" * 6_000)).kind == "text"
    caption = composed("telegram", with_files("image/jpeg", text="c" * 1_500), "image/jpeg")
    assert (caption.kind, len(caption.text or "")) == ("image", 1_500)
    limits = CHANNEL_RULES["telegram"].limits
    assert (limits.text.part, limits.text.unit) == (4_096, "utf16")
    assert limits.caption is not None
    assert (limits.caption.part, limits.caption.unit) == (1_024, "utf16")


# --- files


@pytest.mark.parametrize("kind", ["telegram", "messenger", "instagram"])
def test_pictures_and_videos_go_together_and_the_first_says_what_the_message_is(kind: str) -> None:
    for mime_types, first in ((("image/jpeg", "video/mp4"), "image"), (("video/mp4", "image/png"), "video")):
        made = composed(kind, with_files(*mime_types, text="Férias"), *mime_types)
        assert (made.kind, made.text, len(made.attachments)) == (first, "Férias", 2)


def test_a_document_goes_with_documents_alone() -> None:
    mixed = ("image/jpeg", "application/pdf")
    assert refusal("telegram", with_files(*mixed), *mixed) == ("invalid", "attachment_ids[1]")
    made = composed("telegram", with_files(*mixed, kind="document"), *mixed)
    assert (made.kind, len(made.attachments)) == ("document", 2)


def test_a_voice_message_is_one_file() -> None:
    two = ("audio/ogg", "audio/ogg")
    assert refusal("telegram", with_files(*two, voice=True), *two) == ("too_many", "attachment_ids")
    assert composed("telegram", with_files("audio/ogg", voice=True), "audio/ogg").kind == "audio"


def test_a_picture_over_the_limit_of_photos_is_taken_for_it_can_go_as_a_document() -> None:
    (photo,) = [one for one in CHANNEL_RULES["telegram"].limits.files if one.kind == "image"]
    (document,) = [one for one in CHANNEL_RULES["telegram"].limits.files if one.kind == "document"]
    assert photo.max_bytes == document.max_bytes == 50 * 1024 * 1024
    assert set(photo.mime_types) - {"image/gif"} <= set(document.mime_types)


# --- what a channel does not have


def test_what_a_channel_does_not_show_is_refused_by_name() -> None:
    buttons = {"type": "buttons", "buttons": [{"id": "1", "title": "Sim"}]}
    for name in ("header", "footer"):
        draft = Draft(kind="interactive", text="Oi", content={**buttons, name: "Loja"})
        assert refusal("messenger", draft) == ("kind_not_supported", f"interactive.{name}")
    place = Draft(kind="interactive", text="Oi", content={"type": "ask_location"})
    assert refusal("messenger", place) == ("kind_not_supported", "interactive.type")
    assert refusal("instagram", Draft(text="Oi", reply_to="m1")) == ("kind_not_supported", "reply_to")
    assert refusal("facebook", Draft(kind="location", content={"latitude": 1, "longitude": 1}))[0] == (
        "kind_not_supported"
    )


def test_a_contact_card_without_a_number_is_none_on_telegram() -> None:
    cards = {"contacts": [{"name": "Rui", "phones": [{"number": "+551199"}]}, {"name": "Bia", "phones": []}]}
    assert refusal("telegram", Draft(kind="contacts", content=cards)) == ("invalid", "contacts[1].phones")


# --- reactions


def reacted_to(kind: str, emoji: str | None) -> str | None:
    """The emoji that stands on a customer's message after this reaction. Raises `Refusal`."""
    rules: ChannelRules = CHANNEL_RULES[kind]
    data = customer_message("t1", "a1", "x1").data.model_copy(update={"channel": kind})
    contact = ContactRef(id="k1", name="Ana")
    conversation, _ = Conversation.open("c1", 1, "t1", contact, data, NOON, reply_window=rules.reply_window)
    *_, change = conversation.receive("m1", data, occurred_at=NOON, now=NOON, reply_window=rules.reply_window)
    message: Message | None = change.message
    assert message is not None
    message.external_id = "x1"
    react(conversation, message, emoji, rules, BIA, NOON)
    return message.reactions[0].emoji if message.reactions else None


@pytest.mark.parametrize("kind", [kind for kind, rules in CHANNEL_RULES.items() if rules.reactions])
def test_every_emoji_that_is_told_can_be_put_on_a_message_however_it_is_spelled(kind: str) -> None:
    limit = CHANNEL_RULES[kind].reactions
    assert limit is not None
    for emoji in limit.emoji or ("👍", "❤️"):
        assert reacted_to(kind, emoji) == emoji
        if limit.emoji:
            assert reacted_to(kind, f"{emoji}\ufe0f" if len(emoji) == 1 else emoji) == emoji
    assert len(set(limit.emoji or ())) == len(limit.emoji or ())


@pytest.mark.parametrize(("kind", "emoji"), [("telegram", "🍕"), ("messenger", "🔥"), ("facebook", "❤")])
def test_another_emoji_than_the_channel_takes_is_refused(kind: str, emoji: str) -> None:
    with pytest.raises(Refusal) as refused:
        reacted_to(kind, emoji)
    assert (refused.value.code, refused.value.field_name) == ("invalid", "emoji")
