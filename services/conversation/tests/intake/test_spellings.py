"""Numbers with two spellings: the same person, whoever writes which."""

import pytest

from atd_testing.inbound import customer_message, goes_by, phone_message

from .world import A, T, World, told, types

MEXICO = ("525512345678", "5215512345678")
ARGENTINA = ("541123456789", "5491123456789")
BENIN = ("2290197123456", "22997123456")


@pytest.mark.proves("whatsapp", "two-spellings-one-person")
@pytest.mark.parametrize("spellings", [MEXICO, ARGENTINA, BENIN])
@pytest.mark.parametrize("turned", [False, True])
def test_an_echo_in_one_spelling_and_a_message_in_the_other_are_one_contact(
    world: World, spellings: tuple[str, str], turned: bool
) -> None:
    ours, theirs = spellings[::-1] if turned else spellings
    world.batch(phone_message(T, A, "p1", customer=ours))
    world.batch(customer_message(T, A, "w1", customer=theirs))
    assert len(world.contacts) == 1
    assert world.conversation().recipient == theirs
    world.batch(phone_message(T, A, "p2", customer=ours), customer_message(T, A, "w2", customer=ours))
    assert world.conversation().recipient == ours


@pytest.mark.parametrize(
    ("spellings", "shown"), [(MEXICO, "+525512345678"), (ARGENTINA, "+5491123456789"), (BENIN, "+2290197123456")]
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_phone_is_shown_in_the_spelling_that_can_be_dialled(
    world: World, spellings: tuple[str, str], shown: str, turned: bool
) -> None:
    for number, customer in enumerate(spellings[::-1] if turned else spellings):
        world.batch(customer_message(T, A, f"w{number}", customer=customer))
    (contact,) = world.contacts.values()
    assert contact.phone == shown


def test_a_landline_stays_apart(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer="541143211234"), customer_message(T, A, "w2", customer=MEXICO[0]))
    world.batch(
        customer_message(T, A, "w3", customer=ARGENTINA[0]), customer_message(T, A, "w4", customer="525587654321")
    )
    assert sorted(contact.phone or "" for contact in world.contacts.values()) == [
        "+525512345678",
        "+525587654321",
        "+541123456789",
        "+541143211234",
    ]


def test_a_contact_that_was_stored_under_the_other_spelling_is_found(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer=MEXICO[1]))
    world.identities = {f"{T}|phone|+{MEXICO[1]}": next(iter(world.contacts))}
    world.batch(customer_message(T, A, "w2", customer=MEXICO[1]), customer_message(T, A, "w3", customer=MEXICO[0]))
    assert len(world.contacts) == 1


def test_the_same_number_in_another_spelling_is_no_new_number(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer=ARGENTINA[1]))
    unit = world.batch(goes_by(T, A, (ARGENTINA[1],), ARGENTINA[0]))
    assert types(unit) == ["message.sent"]
    (contact,) = world.contacts.values()
    assert (contact.phone, told(unit)[0].data.message.content.phone) == (f"+{ARGENTINA[1]}", f"+{ARGENTINA[0]}")
