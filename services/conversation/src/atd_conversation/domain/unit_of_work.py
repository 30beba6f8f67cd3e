"""One unit of work: everything that a decision changed, to be saved in one transaction with its events."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.timeline import TimelineEntry, entry_of
from atd_schemas.conversation import ContactChanged, ConversationChanged, MessageChanged, ScheduledRef
from atd_schemas.envelope import Envelope
from atd_schemas.topics import CONVERSATION_EVENTS, Topic

Row = dict[str, Any]
"""A row of a collection that is not one of the domain's objects."""


@dataclass(frozen=True, slots=True)
class Publication:
    """An event or command that goes out when the unit is saved."""

    topic: Topic
    event: Envelope
    traceparent: str | None = None


@dataclass(slots=True)
class UnitOfWork:
    """What a decision leaves to be saved, each thing remembered with what it was when it was read.

    Conversations, contacts and messages that existed are kept with a copy of what they were. `moved_identities` has by
    key the contact that it named, and the one that it names from now on; `given_up` the contact that a key named, which
    names nobody from now on. `receipts`, `early_changes` and `openings` have rows of
    the collections of that name as they are to be (None: removed) and as they were read (None: not there).
    `cancelled_schedules` are scheduled messages that wait no more because their customer wrote first.
    `other_names` are further ids of new messages (account, provider's id), which are not saved.
    `continued` has by conversation that gave way its tenant and the one in which its thread goes on, `given_back` by
    scheduled message or draft that came so the tenant and the conversation in which it is from now on.
    `first_seen` are contacts that have a conversation now: who wrote them down sees them as everybody does.
    """

    new_contacts: dict[str, Contact] = field(default_factory=dict)
    new_identities: dict[str, tuple[str, str]] = field(default_factory=dict)
    moved_identities: dict[str, tuple[str, str]] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, tuple[Contact, int]] = field(default_factory=dict)
    removed_contacts: set[str] = field(default_factory=set)
    new_conversations: dict[str, Conversation] = field(default_factory=dict)
    conversations: dict[str, tuple[Conversation, Conversation]] = field(default_factory=dict)
    new_messages: list[Message] = field(default_factory=list)
    messages: dict[str, tuple[Message, Message]] = field(default_factory=dict)
    handled: list[str] = field(default_factory=list)
    receipts: dict[str, tuple[Row, Row | None]] = field(default_factory=dict)
    new_attachments: dict[str, StoredAttachment] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    removed_attachments: dict[str, StoredAttachment] = field(default_factory=dict)
    early_changes: dict[str, tuple[Row | None, Row | None]] = field(default_factory=dict)
    openings: dict[str, tuple[Row, Row | None]] = field(default_factory=dict)
    cancelled_schedules: list[ScheduledRef] = field(default_factory=list)
    other_names: set[tuple[str, str]] = field(default_factory=set)
    continued: dict[str, tuple[str, str]] = field(default_factory=dict)
    first_seen: set[str] = field(default_factory=set)
    given_back: dict[str, tuple[str, str]] = field(default_factory=dict)
    outgoing: list[Publication] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)

    @property
    def identities_learnt(self) -> int:
        """How many keys name another contact than before, or one for the first time."""
        return len(self.new_identities) + len(self.moved_identities)

    def touch(self, conversation: Conversation) -> None:
        """To be called before a conversation that was read is changed."""
        if conversation.id not in self.new_conversations and conversation.id not in self.conversations:
            self.conversations[conversation.id] = (conversation, copy(conversation))

    def drop_unchanged(self) -> None:
        """Leave out what was touched and has no new event."""
        self.conversations = {
            key: (each, before) for key, (each, before) in self.conversations.items() if each.sequence > before.sequence
        }
        new = {one.event.subject for one in self.outgoing}
        self.contacts = {key: pair for key, pair in self.contacts.items() if key in new}

    def touch_message(self, message: Message) -> None:
        """To be called before a message is changed."""
        if message.id not in self.messages:
            self.messages[message.id] = (message, copy(message))

    def touch_echo(self, echo: Message) -> None:
        """To be called before a message gives way to another one: what it was called is free before that takes it."""
        self.touch_message(echo)
        self.messages = {echo.id: self.messages[echo.id], **self.messages}

    def touch_contact(self, contact: Contact) -> None:
        """To be called for a contact that was read and is changed."""
        if contact.id not in self.new_contacts and contact.id not in self.contacts:
            self.contacts[contact.id] = (contact, contact.order)

    def forget_contact(self, contact: Contact) -> None:
        """To be called for a contact that was touched and is removed."""
        self.removed_contacts.add(contact.id)

    def publish(self, topic: Topic, event: Envelope, traceparent: str | None) -> None:
        """Let an event or a command go out when the unit is saved."""
        self.outgoing.append(Publication(topic, event, traceparent))

    def tell(
        self,
        event: ConversationChanged | MessageChanged | ContactChanged,
        traceparent: str | None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Let an event of a conversation or a contact go out when the unit is saved, and stand in the timeline."""
        self.publish(CONVERSATION_EVENTS, event, traceparent)
        if (entry := entry_of(event, details)) is not None:
            self.timeline.append(entry)

    def aggregates(self) -> Iterator[Contact | Conversation]:
        """Everything that has events of its own and is saved; its version is its `order`."""
        yield from self.new_contacts.values()
        yield from (contact for contact, _ in self.contacts.values())
        yield from self.new_conversations.values()
        yield from (conversation for conversation, _ in self.conversations.values())

    def numbers(self) -> dict[str, int]:
        """The number of each conversation in it, by its id."""
        read = (conversation for conversation, _ in self.conversations.values())
        return {each.id: each.number for each in (*self.new_conversations.values(), *read)}

    def orders_as_read(self) -> dict[bytes, int]:
        """The `order` of each aggregate as it was read (0: it is new), by the key of its events."""
        orders = dict.fromkeys((*self.new_contacts, *self.new_conversations), 0)
        orders.update((contact_id, read_at) for contact_id, (_, read_at) in self.contacts.items())
        orders.update((each.id, before.order) for each, before in self.conversations.values())
        return {aggregate_id.encode(): order for aggregate_id, order in orders.items()}
