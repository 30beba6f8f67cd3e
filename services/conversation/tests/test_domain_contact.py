"""Who a customer is: phone spellings, identity keys, names."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES, Channels
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.identities import identity_keys
from atd_conversation.domain.phones import canonical_phone, number_of
from atd_schemas.inbound import ClaimedDetails, InboundContact
from atd_schemas.views import ChannelKind
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
        ("+5215512345678", "+525512345678"),  # a Mexican mobile before 2019
        ("+525512345678", "+525512345678"),
        ("+52155123456", "+52155123456"),  # too short
        ("+5491123456789", "+5491123456789"),  # both spellings of an Argentine mobile are of today
        ("+541143211234", "+541143211234"),  # an Argentine landline stays one
        ("+22997123456", "+2290197123456"),  # Benin before 2024
        ("+2290197123456", "+2290197123456"),
        ("+22501234567", "+22501234567"),  # Côte d'Ivoire: the new number cannot be derived
        ("+15551234567", "+15551234567"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_the_numbering_plan_of_today_writes_it(written: str, canonical: str) -> None:
    assert canonical_phone(written) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+551187654321", "+5511987654321"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
        ("+22997123456", "+2290197123456"),
    ],
)
def test_both_spellings_are_one_number(one: str, other: str) -> None:
    assert number_of(one) == number_of(other)


@pytest.mark.parametrize(
    ("landline", "mobile"),
    [
        ("+551132654321", "+5511932654321"),
        ("+541143211234", "+5491123456789"),
        ("+5411432112345", "+549114321123"),  # as long as a mobile, and shorter than one
        ("+52155123456", "+5255123456"),
        ("+5255123456789", "+525512345678"),
    ],
)
def test_landlines_and_numbers_of_other_lengths_stay_apart(landline: str, mobile: str) -> None:
    assert number_of(landline) != number_of(mobile)


@given(area=st.integers(11, 99), number=st.integers(60_000_000, 99_999_999))
def test_the_ninth_digit_makes_no_difference_for_any_mobile(area: int, number: int) -> None:
    assert canonical_phone(f"+55{area}{number}") == canonical_phone(f"+55{area}9{number}") == f"+55{area}9{number}"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_canonical_is_a_fixed_point(phone: str) -> None:
    once = canonical_phone(phone)
    assert canonical_phone(once) == once
    assert number_of(number_of(phone)) == number_of(once) == number_of(phone)


def keys_on(channel: Any, contact: InboundContact, tenant_id: str = "t") -> tuple[str, ...]:
    key_of = Channels(CHANNEL_RULES, {}).of(channel).key_of_id
    return identity_keys(key_of, tenant_id, channel, "a", contact)


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
            InboundContact(external_id="5491123456789", aliases=("AR.1",), phone="+5491123456789"),
            ("t|phone|+541123456789", "t|phone|+5491123456789", "t|whatsapp|AR.1"),
            id="a spelling that was a number of its own before names the contact too",
        ),
        pytest.param(
            "whatsapp",
            InboundContact(external_id="525512345678", phone="+525512345678"),
            ("t|phone|+525512345678",),
            id="the spelling that all share is one key",
        ),
        pytest.param(
            "whatsapp",
            InboundContact(external_id="BR.123"),
            ("t|whatsapp|BR.123",),
            id="a customer who hides the phone",
        ),
        pytest.param(
            "messenger",
            InboundContact(external_id="77"),
            ("t|messenger|a|77",),
            id="other ids hold within their account",
        ),
        pytest.param(
            "telegram",
            InboundContact(external_id="77"),
            ("t|telegram|77",),
            id="a Telegram id holds for all bots",
        ),
        pytest.param(
            "telegram",
            InboundContact(external_id="77", phone="+5511987654321"),
            ("t|phone|+5511987654321", "t|telegram|77"),
            id="a phone is the same person on every channel, and the most certain key",
        ),
        pytest.param(
            "web",
            InboundContact(external_id="77", email="Ana@Example.com "),
            ("t|email|ana@example.com", "t|web|a|77"),
            id="a proven e-mail address is the same person on every channel",
        ),
        pytest.param(
            "web",
            InboundContact(external_id="77", claimed=ClaimedDetails(phone="+5511987654321", email="ana@example.com")),
            ("t|web|a|77",),
            id="what is only claimed identifies nobody",
        ),
    ],
)
def test_identity_keys(channel: str, contact: InboundContact, keys: tuple[str, ...]) -> None:
    assert keys_on(channel, contact) == keys


@given(
    tenants=st.tuples(st.uuids(), st.uuids()).filter(lambda pair: pair[0] != pair[1]),
    channel=st.sampled_from(["whatsapp", "telegram", "messenger", "web"]),
    external_id=st.text(min_size=1, max_size=20),
    phone=st.none() | st.just("+5511987654321"),
)
def test_two_tenants_never_share_a_key(tenants, channel, external_id, phone) -> None:
    contact = InboundContact(external_id=external_id, phone=phone)
    mine, theirs = (set(keys_on(channel, contact, str(tenant))) for tenant in tenants)
    assert mine
    assert not mine & theirs


PHONES = st.sampled_from(["+5511987654321", "+551187654321", "+15551234567"])
OTHERS = [kind for kind in get_args(ChannelKind) if kind != "whatsapp"]
TRICKS = PHONES.flatmap(lambda phone: st.sampled_from([phone, phone[1:], f"phone|{phone}", f"t|phone|{phone}"]))


@given(
    channel=st.sampled_from(OTHERS),
    external_id=st.text(min_size=1, max_size=30) | TRICKS,
    phone=PHONES,
    email=st.emails(),
    name=st.none() | st.text(max_size=5),
)
def test_whoever_claims_details_never_shares_a_key_with_whoever_proved_them(
    channel: Any, external_id: str, phone: str, email: str, name: str | None
) -> None:
    visitor = InboundContact(external_id=external_id, name=name, claimed=ClaimedDetails(phone=phone, email=email))
    owner = {
        *keys_on("whatsapp", InboundContact(external_id=phone.removeprefix("+"), phone=phone, email=email)),
        *keys_on(channel, InboundContact(external_id=f"not {external_id}", phone=phone, email=email)),
    }
    assert not owner & set(keys_on(channel, visitor))
    assert keys_on(channel, visitor) == keys_on(channel, InboundContact(external_id=external_id))


def test_claims_are_kept_beside_what_is_proven_and_the_latest_stands() -> None:
    first = InboundContact(external_id="v1", claimed=ClaimedDetails(phone="+551187654321"))
    contact = Contact.new("c", "t", first, NOON)
    assert (contact.phone, contact.claimed_phone) == (None, "+5511987654321")
    seen = InboundContact(external_id="v1", claimed=ClaimedDetails(phone="+5521987654321", email="ana@example.com"))
    assert contact.learn(seen) == ("claimed_phone", "claimed_email")
    assert contact.learn(seen) == ()
    assert contact.learn(InboundContact(external_id="v1", phone="+5511987654321", email="a@b.c")) == ("phone", "email")
    view = contact.view()
    assert (view.phone, view.email) == ("+5511987654321", "a@b.c")
    assert (view.claimed_phone, view.claimed_email) == ("+5521987654321", "ana@example.com")


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
        "profile_name": "Ana",
        "phone": "+5511987654321",
        "phone_status": "verified",
        "email": None,
        "email_status": None,
        "claimed_phone": None,
        "claimed_email": None,
        "avatar_url": None,
        "labels": [],
        "document": None,
        "document_type": None,
        "document_formatted": None,
        "birthday": None,
        "address": None,
        "fields": {},
        "blocked": False,
        "block": None,
        "marketing": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "merged_into": None,
        "version": 3,
    }
