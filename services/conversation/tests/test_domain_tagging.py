"""Tags on messages: what a message and its conversation show, whatever is set and removed in whatever order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import conversation_event
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import Names
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.tagging import MAX_TAGS_OF_MESSAGE, retag
from atd_schemas.conversation import MessageChanged
from atd_schemas.envelope import Actor
from atd_schemas.views import AuthorView, ContactRef, TagRef
from atd_testing.inbound import NOON, customer_message

BIA = Actor(type="attendant", id="bia", name="Bia")
ANA = AuthorView(type="contact", id="k1", name="Ana")
TAGS = {name: TagRef(id=name, name=name.title(), color="blue") for name in ("prazo", "troca", "elogio")}
NAMES = Names(tags={**TAGS, "atraso": TAGS["prazo"]})
"""`atraso` was merged into `prazo`."""


def opened(names: Names = NAMES) -> Conversation:
    data = customer_message("t1", "a1", "wamid.1").data
    conversation, _ = Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), data, NOON)
    conversation.names = names
    return conversation


def written(number: int = 1, names: Names = NAMES, **more: Any) -> Message:
    values: dict[str, Any] = {"direction": "inbound", "kind": "text", "text": "Oi", "author": ANA, **more}
    return Message(
        id=f"m{number}",
        tenant_id="t1",
        conversation_id="c1",
        account_id="a1",
        occurred_at=NOON,
        recorded_at=NOON,
        names=names,
        **values,
    )


def told(conversation: Conversation, change: Change) -> MessageChanged:
    event = conversation_event(conversation, change, actor=BIA, now=NOON, causation_id=None)
    assert isinstance(event, MessageChanged)
    return event


def tag(conversation: Conversation, message: Message, one: TagRef) -> list[Change]:
    return list(retag(conversation, message, [one], [], elsewhere=lambda _: False, actor=BIA, now=NOON))


def untag(conversation: Conversation, message: Message, one: TagRef, *, elsewhere: bool = False) -> list[Change]:
    return list(retag(conversation, message, [], [one], elsewhere=lambda _: elsewhere, actor=BIA, now=NOON))


def test_a_tag_says_who_put_it_there_and_when() -> None:
    conversation, message = opened(), written()
    (change,) = tag(conversation, message, TAGS["prazo"])
    (shown,) = message.view().tags
    assert (shown.id, shown.name, shown.color) == ("prazo", "Prazo", "blue")
    assert (shown.set_by, shown.set_at) == (AuthorView(type="attendant", id="bia", name="Bia"), NOON)
    event = told(conversation, change)
    assert (event.type, event.data.changed, event.data.tag) == ("message.tagged", ("tags",), TAGS["prazo"])
    assert event.data.message.tags == (shown,)
    assert event.data.conversation_state is not None
    assert event.data.conversation_state.tag_ids == ("prazo",)


def test_setting_twice_and_removing_what_is_not_there_change_nothing() -> None:
    conversation, message = opened(), written()
    tag(conversation, message, TAGS["prazo"])
    before = conversation.sequence
    assert tag(conversation, message, TAGS["prazo"]) == []
    assert untag(conversation, message, TAGS["troca"]) == []
    assert conversation.sequence == before


def test_a_tag_is_no_activity() -> None:
    conversation, message = opened(), written()
    before = conversation.last_activity_at, conversation.unread_count, conversation.waiting_since
    tag(conversation, message, TAGS["prazo"])
    assert (conversation.last_activity_at, conversation.unread_count, conversation.waiting_since) == before


def test_a_renamed_tag_is_shown_by_its_new_name_and_a_deleted_one_not_at_all() -> None:
    conversation, message = opened(), written()
    tag(conversation, message, TAGS["prazo"])
    tag(conversation, message, TAGS["troca"])
    names = Names(tags={"prazo": TagRef(id="prazo", name="Prazo de entrega", color="red")})
    conversation.names = message.names = names
    assert [(one.name, one.color) for one in message.view().tags] == [("Prazo de entrega", "red")]
    assert conversation.view().tag_ids == ("prazo",)
    assert len(message.tags) == 2, "an id that is not known yet is kept: the copy of the names may be old"


def test_a_tag_that_was_merged_into_another_one_is_that_one() -> None:
    conversation, message = opened(), written()
    merged = TagRef(id="atraso", name="Atraso", color="red")
    conversation.names = message.names = Names(tags={**TAGS, "atraso": merged})
    tag(conversation, message, merged)
    conversation.names = message.names = NAMES
    assert [one.id for one in message.view().tags] == ["prazo"]
    assert conversation.view().tag_ids == ("prazo",)
    assert tag(conversation, message, TAGS["prazo"]) == []
    assert untag(conversation, message, TAGS["prazo"]) != []
    assert (message.tags, conversation.tags) == ((), ())


def test_a_message_takes_so_many_tags_and_no_more() -> None:
    many = {f"t{n}": TagRef(id=f"t{n}", name=str(n), color="blue") for n in range(MAX_TAGS_OF_MESSAGE + 1)}
    names = Names(tags=many)
    conversation, message = opened(names), written(names=names)
    for one in list(many.values())[:-1]:
        tag(conversation, message, one)
    with pytest.raises(Refusal) as refused:
        tag(conversation, message, list(many.values())[-1])
    assert (refused.value.code, refused.value.field_name) == ("too_many", "tag_id")


@pytest.mark.parametrize(
    ("more", "code"), [({"direction": "system"}, "invalid"), ({"deleted_at": NOON}, "message_deleted")]
)
def test_what_nobody_wrote_or_what_was_taken_back_is_not_tagged(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        tag(opened(), written(**more), TAGS["prazo"])
    assert refused.value.code == code


def test_what_is_refused_changes_nothing_of_the_message() -> None:
    many = {f"t{n}": TagRef(id=f"t{n}", name=str(n), color="blue") for n in range(MAX_TAGS_OF_MESSAGE + 1)}
    names = Names(tags={**many, **TAGS})
    conversation, message = opened(names), written(names=names)
    tag(conversation, message, TAGS["prazo"])
    before = conversation.view(), message.view()
    changes = retag(conversation, message, [*many.values()], [TAGS["prazo"]], elsewhere=bool, actor=BIA, now=NOON)
    with pytest.raises(Refusal):
        list(changes)
    assert (conversation.view(), message.view()) == before


Steps = list[tuple[bool, int, str]]
steps = st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.sampled_from(sorted(TAGS))), max_size=30)


@given(steps)
def test_a_conversation_has_the_tags_that_its_messages_have(doings: Steps) -> None:
    conversation, messages = opened(), [written(number) for number in range(3)]
    model: list[set[str]] = [set(), set(), set()]
    for on, number, name in doings:
        had, before = name in model[number], conversation.sequence
        if on:
            changes = tag(conversation, messages[number], TAGS[name])
            model[number].add(name)
        else:
            elsewhere = any(name in tags for place, tags in enumerate(model) if place != number)
            changes = untag(conversation, messages[number], TAGS[name], elsewhere=elsewhere)
            model[number].discard(name)
        assert bool(changes) == (had != on), "an event for every change, and for nothing else"
        assert conversation.sequence == before + len(changes)
    assert [{one.id for one in message.view().tags} for message in messages] == model
    assert set(conversation.view().tag_ids) == set().union(*model)
    assert len(conversation.tags) == len(set(conversation.tags))
