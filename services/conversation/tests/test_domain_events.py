"""From changes to events and commands."""

from datetime import timedelta
from typing import get_args

import pytest

from atd_conversation.domain.automation.ratings import RatingRequest
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import (
    contact_event,
    conversation_event,
    event_id,
    outbound_command,
    reaction_command,
)
from atd_conversation.domain.tagging import retag
from atd_schemas.contents import MessageKind
from atd_schemas.conversation import (
    ContactEventType,
    ConversationChanged,
    ConversationEventType,
    MessageEventType,
    ScheduledRef,
)
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.inbound import InboundContact
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_WHATSAPP, adapter, encode
from atd_schemas.views import ContactRef, Named, ServiceLevelView, TagRef
from atd_testing.inbound import NOON, customer_message

BIA = Actor(type="attendant", id="bia", name="Bia")


@pytest.fixture
def conversation() -> Conversation:
    data = customer_message("t1", "a1", "wamid.1").data
    made, _ = Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), data, NOON)
    made.receive("m1", data, occurred_at=NOON, now=NOON)
    return made


def test_an_event_is_the_nth_of_its_subject_whenever_it_is_built() -> None:
    assert event_id("c1", 1) == event_id("c1", 1)
    assert len({event_id("c1", 1), event_id("c1", 2), event_id("c2", 1)}) == 3


def test_the_event_of_a_conversation_shows_it_right_after_the_change(conversation: Conversation) -> None:
    (assigned,) = conversation.assign(Named(id="bia", name="Bia"), NOON)
    conversation.close(NOON)
    event = conversation_event(conversation, assigned, actor=BIA, now=NOON, causation_id="r1")
    assert event.model_dump(include={"type", "subject", "sequence", "tenant_id", "causation_id", "source"}) == {
        "type": "conversation.assigned",
        "subject": "c1",
        "sequence": 3,
        "tenant_id": "t1",
        "causation_id": "r1",
        "source": "conversation",
    }
    assert isinstance(event, ConversationChanged)
    shown = event.data.conversation
    assert (shown.status, shown.sequence, event.data.changed) == ("open", 3, ("assignee", "status"))
    assert adapter(CONVERSATION_EVENTS).validate_json(encode(event)) == event


def test_the_event_of_a_message_shows_the_message(conversation: Conversation) -> None:
    (sent,) = conversation.send("m2", actor=BIA, text="Olá", now=NOON)
    event = conversation_event(conversation, sent, actor=BIA, now=NOON, causation_id=None)
    assert event.data.conversation_id == "c1"  # type: ignore[union-attr]  # an event of a message
    assert event.data.message.id == "m2"  # type: ignore[union-attr]
    assert event.key() == b"c1"
    assert adapter(CONVERSATION_EVENTS).validate_json(encode(event)) == event


def test_the_events_of_a_contact_are_counted() -> None:
    contact = Contact.new("k1", "t1", InboundContact(external_id="1", name="Ana"), NOON)
    created = contact_event(contact, "contact.created", (), now=NOON, causation_id="e1")
    renamed = contact_event(contact, "contact.updated", ("name",), now=NOON, causation_id="e2")
    assert (created.sequence, renamed.sequence, contact.sequence) == (1, 2, 2)
    assert (created.subject, created.actor, renamed.data.contact.version) == ("k1", SYSTEM, 2)
    assert adapter(CONVERSATION_EVENTS).validate_json(encode(renamed)) == renamed


def test_the_command_is_addressed_as_the_customer_wrote_and_repeats_as_itself(conversation: Conversation) -> None:
    (sent,) = conversation.send("m2", actor=BIA, text="Olá", now=NOON)
    assert sent.message is not None
    commands = [
        outbound_command(conversation, sent.message, now=NOON, causation_id="r1", reply_to_external_id="wamid.1")
        for _ in range(2)
    ]
    assert commands[0] == commands[1]
    assert commands[0].key() == b"c1"
    assert commands[0].data.model_dump() == {
        "account_id": "a1",
        "channel": "whatsapp",
        "conversation_id": "c1",
        "message_id": "m2",
        "recipient": "5511999990000",
        "kind": "text",
        "text": "Olá",
        "content": {},
        "reply_to_external_id": "wamid.1",
        "attachments": (),
        "attempt": 0,
        "reply_until": None,
    }
    assert adapter(OUTBOUND_WHATSAPP).validate_json(encode(commands[0])) == commands[0]


def test_every_event_type_that_the_schemas_name_comes_from_a_change(conversation: Conversation) -> None:
    contact = Contact.new("k1", "t1", InboundContact(external_id="1", name="Ana"), NOON)
    (sent,) = conversation.send("m2", actor=BIA, text="Olá", now=NOON)
    assert sent.message is not None
    sent.message.apply_receipt("sent", "wamid.2", None)
    data = customer_message("t1", "a1", "wamid.3").data
    _, opened = Conversation.open("c2", 8, "t1", contact.ref(), data, NOON)
    late = TagRef(id="late", name="Atraso", color="red")
    team, other_team = Named(id="sales", name="Vendas"), Named(id="support", name="Suporte")
    level = ServiceLevelView(policy=Named(id="gold", name="Ouro"))
    changes = [
        opened,
        sent,
        conversation.revise("message.status_changed", sent.message, ("status",)),
        *conversation.assign(Named(id="bia", name="Bia"), NOON),
        *conversation.assign(None, NOON),
        *conversation.wait_in(team, NOON),
        *conversation.transfer_to(None, other_team, NOON, by=None),
        *conversation.show_service_level(level, "warning"),
        *conversation.show_service_level(level, "breach"),
        *conversation.prioritise("high"),
        *conversation.snooze(NOON + timedelta(hours=1), NOON),
        conversation.note_scheduled(ScheduledRef(id="s1", author_id="bia", state="waiting", scheduled_for=NOON)),
        *conversation.close(NOON),
        conversation.ask_rating(RatingRequest("q1", "m4", asked_at=NOON, expires_at=NOON)),
        conversation.rate(RatingRequest("q1", "m4", asked_at=NOON, expires_at=NOON, rating=5, rated_at=NOON)),
        *conversation.receive("m3", data, occurred_at=NOON, now=NOON),
        conversation.revise("message.edited", sent.message, ("text",)),
        conversation.revise("message.deleted", sent.message, ("text",)),
        conversation.revise("message.reacted", sent.message, ("reactions",)),
        conversation.revise("message.updated", sent.message, ("attachments",)),
        *conversation.classify("sales"),
        *retag(conversation, sent.message, [late], [], elsewhere=bool, actor=BIA, now=NOON),
        *retag(conversation, sent.message, [], [late], elsewhere=bool, actor=BIA, now=NOON),
    ]
    made: set[str] = {
        conversation_event(conversation, change, actor=BIA, now=NOON, causation_id=None).type for change in changes
    }
    for kind in get_args(ContactEventType):
        made.add(contact_event(contact, kind, (), now=NOON, causation_id=None).type)
    assert made == {*get_args(ConversationEventType), *get_args(MessageEventType), *get_args(ContactEventType)}


@pytest.mark.parametrize(("kind", "limited"), [("text", True), ("template", False)])
def test_only_what_the_reply_window_limits_is_told_when_it_ends(
    conversation: Conversation, kind: MessageKind, limited: bool
) -> None:
    conversation.reply_window_expires_at = end = NOON + timedelta(hours=24)
    (sent,) = conversation.send("m2", actor=BIA, text="Olá", now=NOON)
    assert sent.message is not None
    sent.message.kind = kind
    asked = outbound_command(conversation, sent.message, now=NOON, causation_id="r1", reply_to_external_id=None)
    assert asked.data.reply_until == (end if limited else None)
    reaction = reaction_command(conversation, sent.message, "👍", actor=BIA, now=NOON, causation_id="r2")
    assert reaction.data.reply_until == end
