"""How a message changes after it came."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.identities import keys_of_ids
from atd_conversation.domain.message import Message
from atd_schemas.contents import EMPTY, PlainContent, ProductRef
from atd_schemas.inbound import InboundContact
from atd_schemas.views import AuthorView
from atd_testing.inbound import NOON

ANA = AuthorView(type="contact", id="k1", name="Ana")
BIA, CAIO = (AuthorView(type="attendant", id=name.lower(), name=name) for name in ("Bia", "Caio"))
SECOND = timedelta(seconds=1)


def message(**more: Any) -> Message:
    values: dict[str, Any] = {"direction": "inbound", "kind": "text", "text": "Oi", "author": ANA, **more}
    return Message(
        id="m1",
        tenant_id="t1",
        conversation_id="c1",
        account_id="a1",
        occurred_at=NOON,
        recorded_at=NOON,
        **values,
    )


def shown(one: Message) -> list[tuple[str | None, str]]:
    return [(each.author.name, each.emoji) for each in one.reactions]


def test_everybody_at_the_company_shares_one_reaction() -> None:
    one = message()
    assert one.react(ANA, "👍", NOON) == ("reactions",)
    assert one.react(BIA, "🙏", NOON) == ("reactions",)
    assert one.react(CAIO, "❤️", NOON) == ("reactions",)
    assert shown(one) == [("Ana", "👍"), ("Caio", "❤️")]
    assert one.react(BIA, None, NOON) == ("reactions",)
    assert shown(one) == [("Ana", "👍")]


def test_the_same_reaction_again_changes_nothing() -> None:
    one = message()
    one.react(ANA, "👍", NOON)
    assert one.react(ANA, "👍", NOON + SECOND) == ()
    assert one.react(BIA, None, NOON) == ()


def test_within_a_second_the_order_of_arrival_decides() -> None:
    """Meta tells whole seconds, our own clock milliseconds."""
    one = message()
    one.react(BIA, "👍", NOON + timedelta(milliseconds=900))
    assert one.react(BIA, None, NOON) == ("reactions",)
    assert one.react(BIA, "❤️", NOON - SECOND) == ()


@given(st.lists(st.tuples(st.sampled_from([None, "👍", "❤️"]), st.integers(0, 9)), max_size=6, unique_by=lambda e: e[1]))
def test_the_latest_reaction_stands_in_any_order(told: list[tuple[str | None, int]]) -> None:
    one = message()
    for emoji, at in told:
        one.react(ANA, emoji, NOON + at * SECOND)
    latest = max(told, key=lambda each: each[1], default=(None, 0))[0]
    assert [each.emoji for each in one.reactions] == ([latest] if latest else [])


def test_every_field_that_an_edit_changes_is_named() -> None:
    one = message()
    assert one.edit("text", "Olá", EMPTY, NOON) == ("text", "edited_at", "earlier")
    assert one.edit("text", "Olá", EMPTY, NOON) == ()
    assert one.edit("text", "Olá", EMPTY, NOON + SECOND) == ()
    edited = PlainContent(product=ProductRef(sku="1"))
    assert one.edit("image", "Olá", edited, NOON + 2 * SECOND) == ("kind", "content", "edited_at")
    assert one.edit("text", "velho", EMPTY, NOON) == ()


def test_what_was_taken_back_once_is_taken_back() -> None:
    one = message()
    assert one.delete(NOON) == ("text", "deleted_at")
    assert one.delete(NOON + SECOND) == ()
    assert one.react(ANA, "👍", NOON + SECOND) == ()
    assert one.edit("text", "Oi", EMPTY, NOON + SECOND) == ()
    assert (one.deleted_at, one.text) == (NOON, None)


@pytest.mark.parametrize(
    ("choices", "after"),
    [
        ([("stopped", 0)], "stopped"),
        ([("stopped", 0), ("allowed", 1)], "allowed"),
        ([("allowed", 1), ("stopped", 0)], "allowed"),
    ],
)
def test_the_latest_choice_about_advertising_stands(choices: list[Any], after: str) -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1"), NOON)
    for choice, at in choices:
        contact.choose(choice, NOON + at * SECOND)
    assert contact.view().marketing == after


def test_a_new_number_has_one_spelling() -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1", phone="+5511987654321"), NOON)
    assert contact.renumber("+551187654321") == ()
    assert contact.renumber("+551188888888") == ("phone",)
    assert contact.phone == "+5511988888888"


def test_of_somebody_with_ids_only_the_keys_are_those_of_the_ids() -> None:
    key_of = CHANNEL_RULES["whatsapp"].key_of_id
    assert keys_of_ids(key_of, "t1", "whatsapp", "a1", ()) == ()
    assert keys_of_ids(key_of, "t1", "whatsapp", "a1", ("551187654321", "BR.1")) == (
        "t1|phone|+5511987654321",
        "t1|whatsapp|BR.1",
    )
