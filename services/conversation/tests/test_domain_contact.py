"""Who a customer is: phone spellings, identity keys, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.contact import Contact, canonical_phone, identity_keys
from atd_schemas.inbound import InboundContact
from atd_testing.inbound import NOON


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+551187654321", "+5511987654321"),  # registered before the ninth digit
        ("+5511987654321", "+5511987654321"),
        ("+554769876543", "+5547969876543"),
        ("+551132654321", "+551132654321"),  # a landline begins with 2 to 5
        ("+551152654321", "+551152654321"),
        ("+5511887654", "+5511887654"),  # too short to be either
        ("+541187654321", "+541187654321"),  # Argentina
        ("+15551234567", "+15551234567"),
        ("", ""),
    ],
)
def test_both_spellings_of_a_brazilian_mobile_are_one_and_others_stay(written: str, canonical: str) -> None:
    assert canonical_phone(written) == canonical


@given(area=st.integers(11, 99), number=st.integers(60_000_000, 99_999_999))
def test_the_ninth_digit_makes_no_difference_for_any_mobile(area: int, number: int) -> None:
    assert canonical_phone(f"+55{area}{number}") == canonical_phone(f"+55{area}9{number}") == f"+55{area}9{number}"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_canonical_is_a_fixed_point(phone: str) -> None:
    once = canonical_phone(phone)
    assert canonical_phone(once) == once


@pytest.mark.parametrize(
    ("channel", "contact", "keys"),
    [
        pytest.param(
            "whatsapp",
            InboundContact(external_id="551187654321", phone="+551187654321"),
            ("t|phone|+5511987654321",),
            id="a WhatsApp id is the phone, whatever the spelling",
        ),
        pytest.param(
            "whatsapp",
            InboundContact(external_id="5511987654321", aliases=("BR.123",), phone="+5511987654321"),
            ("t|phone|+5511987654321", "t|whatsapp|BR.123"),
            id="a business-scoped id is a second name",
        ),
        pytest.param(
            "whatsapp",
            InboundContact(external_id="BR.123"),
            ("t|whatsapp|BR.123",),
            id="a customer who hides the phone",
        ),
        pytest.param(
            "telegram",
            InboundContact(external_id="77"),
            ("t|telegram|a|77",),
            id="other ids hold within their account",
        ),
        pytest.param(
            "telegram",
            InboundContact(external_id="77", phone="+5511987654321"),
            ("t|phone|+5511987654321", "t|telegram|a|77"),
            id="a phone is the same person on every channel, and the most certain key",
        ),
    ],
)
def test_identity_keys(channel: str, contact: InboundContact, keys: tuple[str, ...]) -> None:
    assert identity_keys("t", channel, "a", contact) == keys  # type: ignore[arg-type]  # a literal in the table


@given(
    tenants=st.tuples(st.uuids(), st.uuids()).filter(lambda pair: pair[0] != pair[1]),
    channel=st.sampled_from(["whatsapp", "telegram", "messenger", "web"]),
    external_id=st.text(min_size=1, max_size=20),
    phone=st.none() | st.just("+5511987654321"),
)
def test_two_tenants_never_share_a_key(tenants, channel, external_id, phone) -> None:
    contact = InboundContact(external_id=external_id, phone=phone)
    mine, theirs = (set(identity_keys(str(tenant), channel, "a", contact)) for tenant in tenants)
    assert mine
    assert not mine & theirs


def test_a_new_profile_name_becomes_the_name() -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1", name="Ana"), NOON)
    assert contact.learn(InboundContact(external_id="1", name="Ana Maria")) == ("name",)
    assert (contact.name, contact.profile_name) == ("Ana Maria", "Ana Maria")


def test_a_name_that_an_attendant_gave_stays() -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1", name="Ana"), NOON)
    contact.name = "Dona Ana, padaria"
    assert contact.learn(InboundContact(external_id="1", name="Aninha")) == ()
    assert (contact.name, contact.profile_name) == ("Dona Ana, padaria", "Aninha")


def test_a_phone_is_learnt_once_and_in_its_canonical_spelling() -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="BR.1"), NOON)
    assert contact.learn(InboundContact(external_id="BR.1", phone="+551187654321")) == ("phone",)
    assert contact.learn(InboundContact(external_id="BR.1", phone="+5521987654321")) == ()
    assert contact.phone == "+5511987654321"


@given(st.lists(st.builds(InboundContact, external_id=st.just("1"), name=st.none() | st.text(max_size=5))))
def test_learning_what_is_known_changes_nothing(seen: list[InboundContact]) -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1", name="Ana"), NOON)
    for each in seen:
        contact.learn(each)
        assert contact.learn(each) == ()


def test_the_view_has_the_contacts_version() -> None:
    contact = Contact.new("c", "t", InboundContact(external_id="1", name="Ana", phone="+5511987654321"), NOON)
    contact.sequence = 3
    assert contact.view().model_dump(mode="json") == {
        "id": "c",
        "name": "Ana",
        "phone": "+5511987654321",
        "email": None,
        "avatar_url": None,
        "labels": [],
        "blocked": False,
        "marketing": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "version": 3,
    }
