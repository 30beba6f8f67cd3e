"""Customers' pictures: asked for once, shown when they are here, and never in the way of a message."""

from typing import Any

import pytest

from atd_conversation.domain.contact_picture import picture_file_id
from atd_schemas.inbound import InboundPicture, SendFailure
from atd_testing.inbound import customer_message, file_fetched

from .world import A, B, T, World, asked, told, types

SHOWN = {"width": 320, "height": 320}


def writes(number: int, shows: str | None = "p1", account: str = A, **more: Any) -> Any:
    event = customer_message(T, account, f"m{number}", customer="7001", channel="messenger", **more)
    picture = None if shows is None else InboundPicture(id=shows, provider_id="person:7001", url="https://cdn/x")
    contact = event.data.contact.model_copy(update={"picture": picture})
    return event.model_copy(update={"data": event.data.model_copy(update={"contact": contact})})


def fetched(world: World, shows: str = "p1", state: Any = "ready", account: str = A, **more: Any) -> Any:
    contact = next(iter(world.contacts.values()))
    values = {**SHOWN, **more} if state == "ready" else more
    file_id = picture_file_id(contact.id, shows)
    return file_fetched(T, account, "any", file_id, state, channel="messenger", contact_id=contact.id, **values)


def shown(world: World) -> str | None:
    """What the record shows, which its conversations show too."""
    (contact,) = world.contacts.values()
    assert {one.contact.avatar_url for one in world.conversations.values()} == {contact.view().avatar_url}
    return contact.view().avatar_url


@pytest.fixture
def pictured(world: World) -> World:
    world.batch(writes(1))
    world.batch(fetched(world))
    return world


def test_a_picture_is_asked_for_with_the_first_message_and_not_with_those_after_it(world: World) -> None:
    (command,) = asked(world.batch(writes(1)))
    (contact,) = world.contacts.values()
    assert (command.type, command.data.contact_id) == ("outbound.fetch", contact.id)
    assert command.data.attachment.id == picture_file_id(contact.id, "p1")
    assert (command.data.attachment.provider_id, command.data.attachment.url) == ("person:7001", "https://cdn/x")
    assert command.data.message_id in world.messages
    assert not next(iter(world.messages.values())).attachments, "it is no file of the message"
    assert asked(world.batch(writes(2), writes(3, shows=None))) == []
    assert shown(world) is None


def test_a_picture_that_has_come_is_told_and_shown_with_the_contact(world: World) -> None:
    world.batch(writes(1))
    unit = world.batch(fetched(world))
    assert types(unit) == ["conversation.updated", "contact.updated"]
    change = told(unit)[-1].data
    address = shown(world)
    assert change.changed == ("avatar_url",)
    assert (change.contact.avatar_url, told(unit)[0].data.conversation.contact.avatar_url) == (address, address)
    assert address == f"/api/v1/attachments/{picture_file_id(change.contact.id, 'p1')}/thumbnail"


@pytest.mark.parametrize(
    "end",
    [
        {"state": "failed", "failure": SendFailure(code="404", reason="media")},
        {"mime_type": "text/html"},
        {"width": None, "height": None},
    ],
    ids=["cannot be had", "is a page", "has no size in pixels"],
)
def test_what_is_no_picture_is_cleared_away_and_the_one_before_stays(pictured: World, end: Any) -> None:
    before = shown(pictured)
    pictured.batch(writes(2, shows="p2"))
    unit = pictured.batch(fetched(pictured, "p2", **end))
    assert told(unit) == []
    assert shown(pictured) == before
    assert len(pictured.files) == 1, "the one that is shown"


def test_a_later_picture_takes_the_place_of_the_one_before_which_is_cleared_away(pictured: World) -> None:
    before = shown(pictured)
    (command,) = asked(pictured.batch(writes(2, shows="p2")))
    assert shown(pictured) == before, "until the new one is here"
    pictured.batch(fetched(pictured, "p2"))
    assert shown(pictured) not in (None, before)
    assert list(pictured.files) == [command.data.attachment.id]


def test_each_account_is_asked_until_one_shows_a_picture(world: World) -> None:
    contact = {"email": "ana@example.com"}

    def of(number: int, shows: str, account: str) -> Any:
        event = writes(number, shows, account)
        known = event.data.contact.model_copy(update=contact)
        return event.model_copy(update={"data": event.data.model_copy(update={"contact": known})})

    assert len(asked(world.batch(of(1, "a1", A)))) == 1
    assert len(asked(world.batch(of(2, "b1", B)))) == 1, "the first has not come"
    assert len(world.contacts) == 1
    world.batch(fetched(world, "a1"))
    kept = shown(world)
    world.batch(fetched(world, "b1", account=B))
    assert shown(world) == kept
    assert asked(world.batch(of(3, "b2", B))) == []
    assert len(asked(world.batch(of(4, "a2", A)))) == 1


def test_a_picture_that_comes_after_the_customer_was_erased_is_cleared_away(world: World) -> None:
    world.batch(writes(1))
    late = fetched(world)
    world.contacts.clear()
    world.conversations.clear()
    world.identities.clear()
    world.messages.clear()
    world.batch(late)
    assert world.files == {}


def test_who_goes_on_for_another_shows_their_picture_and_no_more_once_they_are_separated(pictured: World) -> None:
    (other,) = pictured.contacts.values()
    pictured.batch(customer_message(T, B, "w1", customer="5511988887777"))
    kept = next(one for one in pictured.contacts.values() if one.id != other.id)
    before = kept.values()
    assert "avatar_url" in kept.absorb(other)
    assert kept.picture is not None
    assert kept.picture.file_id == other.picture.file_id if other.picture else False
    assert not kept.picture.shown_by(kept.id), "the file stays the other's"
    assert "avatar_url" in kept.put_values({"picture": before.get("picture")})
    assert kept.view().avatar_url is None
