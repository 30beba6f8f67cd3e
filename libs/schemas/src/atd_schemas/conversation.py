"""`conversation.events.v1`: what happened in conversations; the vocabulary of WebSocket and webhooks too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema, Timestamp
from atd_schemas.views import (
    ChannelKind,
    ContactView,
    ConversationState,
    ConversationStatus,
    ConversationView,
    LabelRef,
    MessageView,
    TagRef,
)


def _is_none(value: object) -> bool:
    return value is None


class ScheduledRef(Schema):
    """A message that is to be said later, without its text. `reason`: the code of why it failed or was cancelled."""

    id: str
    author_id: str
    state: Literal["waiting", "sent", "cancelled", "failed"]
    scheduled_for: Timestamp
    reason: str | None = None


class ConversationRef(Schema):
    """What a message's conversation is, as far as a choice among messages needs it: who it is with, where, about what.

    `channel` is the kind, `account_id` the channel account; `label_ids` are those of the customer.
    """

    channel: ChannelKind
    account_id: str
    contact_id: str
    status: ConversationStatus
    team_id: str | None = None
    type_id: str | None = None
    assignee_id: str | None = None
    label_ids: tuple[str, ...] = ()


class ConversationData(Schema):
    """`changed` names the fields that differ from before. `scheduled`: which scheduled message the event is about."""

    conversation: ConversationView
    changed: tuple[str, ...] = ()
    scheduled: ScheduledRef | None = Field(default=None, exclude_if=_is_none)


class MessageData(Schema):
    """`changed` names the fields that differ from before; empty for a new message.

    `conversation_state` is what the message's conversation is after this event; earlier versions did not tell it.
    `tag` is the one that was put on the message or taken off it. `conversation` says which kind of conversation it is
    in; earlier versions did not.
    """

    conversation_id: str
    message: MessageView
    conversation: ConversationRef | None = Field(default=None, exclude_if=_is_none)
    conversation_state: ConversationState | None = None
    changed: tuple[str, ...] = ()
    tag: TagRef | None = Field(default=None, exclude_if=_is_none)


class ContactData(Schema):
    """`changed` names the fields that differ from before; empty for a new contact.

    `label` is the one that was put on the customer or taken off.
    """

    contact: ContactView
    changed: tuple[str, ...] = ()
    label: LabelRef | None = Field(default=None, exclude_if=_is_none)


ConversationEventType = Literal[
    "conversation.opened",
    "conversation.queued",
    "conversation.assigned",
    "conversation.unassigned",
    "conversation.transferred",
    "conversation.snoozed",
    "conversation.classified",
    "conversation.closed",
    "conversation.reopened",
    "conversation.rated",
    "conversation.scheduled",
    "conversation.service_level_warned",
    "conversation.service_level_breached",
    "conversation.updated",
    "rating.requested",
]
"""`conversation.queued`: it waits in the queue of another team than before; nobody had it.
`conversation.unassigned`: somebody had it, and it waits in a queue again. `conversation.transferred`: somebody handed
it over, to an attendant or to a team's queue. `conversation.service_level_warned`, `..._breached`: a target of its
`service_level` comes near, or was missed. `conversation.rated`: the customer gave a rating, corrected it, or commented
on it (`rating_details`). `conversation.scheduled`: a message of it was scheduled for later, changed, sent, cancelled,
or could not be sent. `rating.requested`: the customer was asked for a rating (`rating_request`)."""

MessageEventType = Literal[
    "message.received",
    "message.sent",
    "message.status_changed",
    "message.edited",
    "message.deleted",
    "message.reacted",
    "message.tagged",
    "message.untagged",
    "message.updated",
]
"""`message.updated` is a change that nobody made by hand: a file has come, a later version understands a kind."""

ContactEventType = Literal[
    "contact.created",
    "contact.updated",
    "contact.labelled",
    "contact.unlabelled",
    "contact.merged",
    "contact.unmerged",
    "contact.erased",
]
"""`contact.merged`: the contact turned out to be another one, `merged_into` says which; no event of it follows but
`contact.unmerged`, when that was taken back and it is a customer of its own again. `contact.erased`: nothing of it is
kept, and the event tells nothing of it either; it is its last one."""


class VisibleTo(Envelope):
    """An event that says itself which of the attendants with own conversations only (`visibility: own`) may see it.

    `visible_to` are the ids of those attendants: the conversation's assignee after the event, of a contact the
    assignees of its conversations; None where an earlier version wrote the event. `taken_from` is who could see the
    conversation until this event. Attendants who see all conversations are not named.
    """

    visible_to: tuple[str, ...] | None = None
    taken_from: str | None = None


class ConversationChanged(VisibleTo):
    """A conversation was opened, assigned, classified, closed and so on. `subject` is the conversation."""

    type: ConversationEventType
    data: ConversationData


class MessageChanged(VisibleTo):
    """A message came, was accepted for sending, or changed. `subject` is the conversation."""

    type: MessageEventType
    data: MessageData


class ContactChanged(VisibleTo):
    """A contact was created, changed or merged into another one. `subject` is the contact."""

    type: ContactEventType
    data: ContactData


class SettingData(Schema):
    """`setting` is the kind (`tag`, `label`, a policy's name), `id` the item, a policy's own name for a policy.

    `value` is what it is from now on, in the shape of the API; null when it is `deleted`, and for what not all may see:
    whoever may reads it again.
    """

    setting: str
    id: str
    deleted: bool = False
    value: dict[str, Any] | None = None


class SettingChanged(Envelope):
    """Something that the company sets for its work was made, changed or deleted. `subject` is the setting's id."""

    type: Literal["setting.changed"] = "setting.changed"
    data: SettingData


ConversationEvent = Annotated[
    ConversationChanged | MessageChanged | ContactChanged | SettingChanged, Field(discriminator="type")
]
