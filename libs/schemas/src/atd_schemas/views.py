"""The public shapes of contacts, conversations and messages: one vocabulary for HTTP, WebSocket and webhooks."""

from typing import Any, Literal

from pydantic import Field

from atd_schemas.contents import EMPTY, ContentOfKind, MessageKind, OptionalReferral, WithContent
from atd_schemas.envelope import ActorType, Schema, Timestamp
from atd_schemas.template_parts import UnsendablePart

ChannelKind = Literal["whatsapp", "telegram", "messenger", "facebook", "instagram", "web", "app"]
AttachmentRole = Literal["post", "story", "shared"]
ConversationStatus = Literal["bot", "queued", "open", "snoozed", "closed"]
Direction = Literal["inbound", "outbound", "note", "system"]
MessageStatus = Literal["pending", "sent", "delivered", "read", "failed"]
Priority = Literal["low", "normal", "high", "urgent"]


class Named(Schema):
    """A reference that can be shown without another request."""

    id: str
    name: str | None = None


class ChannelRef(Schema):
    """Where a conversation takes place: the kind of channel and the one account of it."""

    kind: ChannelKind
    account_id: str
    name: str


class PostView(Schema):
    """A post of the company's page, as far as it is known: what its public comments are about.

    `attachment_id` is its picture, fetched once for each conversation.
    """

    id: str
    text: str | None = None
    url: str | None = None
    attachment_id: str | None = None


class ThreadView(Schema):
    """The strand of a channel that a conversation is: what the customer writes elsewhere on it is another conversation.

    `post`: comments below a post of the page, which everybody can read (`public`). `topic`: a topic of a group.
    `business`: what was written to the company's own name and not to its bot. `private_channel` is where the customer
    of a public thread can be answered in private.
    """

    id: str
    kind: Literal["post", "topic", "business"]
    public: bool = False
    title: str | None = None
    post: PostView | None = None
    private_channel: ChannelRef | None = None


class AuthorView(Schema):
    """Who wrote a message."""

    type: ActorType
    id: str | None = None
    name: str | None = None


def _is_none(value: object) -> bool:
    return value is None


class LabelRef(Schema):
    """A label on a customer. Only the customer's record says who put it there (`set_by`), and when."""

    id: str
    name: str
    color: str
    set_by: AuthorView | None = Field(default=None, exclude_if=_is_none)
    set_at: Timestamp | None = Field(default=None, exclude_if=_is_none)


class ContactRef(Schema):
    """The customer, as far as a list needs it.

    `blocked`, else absent: what they write opens nothing and rings nobody.
    """

    id: str
    name: str | None
    avatar_url: str | None = None
    labels: tuple[LabelRef, ...] = ()
    blocked: bool | None = Field(default=None, exclude_if=_is_none)


class LastMessage(Schema):
    """What a list row shows. `preview` is at most 160 characters; `status` is that of a message to the customer.

    Absent `author`: the message was stored by a version that did not keep it here. `deleted`: it was taken back, and
    says nothing any more. `album`: it was sent together with others, and `preview` is the caption of one of them.
    """

    id: str
    kind: MessageKind
    preview: str
    direction: Direction
    occurred_at: Timestamp
    author: AuthorView | None = None
    status: MessageStatus | None = None
    deleted: bool | None = Field(default=None, exclude_if=_is_none)
    album: str | None = Field(default=None, exclude_if=_is_none)


class ConversationState(Schema):
    """What a message did to its conversation: the fields of `ConversationView` that messages change, for nobody.

    With `last_preview` the message is the conversation's last one, and this is its `preview` there. `last_message` is
    told where the words of another message than the last one changed, for what a list shows may have changed by that.
    """

    unread_count: int
    first_unread_sequence: int | None = None
    waiting_since: Timestamp | None = None
    reply_window_expires_at: Timestamp | None = None
    free_until: Timestamp | None = Field(default=None, exclude_if=_is_none)
    first_response_at: Timestamp | None = None
    last_activity_at: Timestamp
    woke_at: Timestamp | None = None
    last_preview: str | None = None
    tag_ids: tuple[str, ...] = ()
    last_message: LastMessage | None = Field(default=None, exclude_if=_is_none)


class ReadMarkView(Schema):
    """How far the reader has read: `count` of the customer's messages since the last answer, at a `sequence`.

    It counts for messages since the last answer whose first one is not after `sequence`. `unread`: the reader has
    marked the conversation as unread by hand.
    """

    count: int
    sequence: int
    unread: bool = False


class RatingRequestView(Schema):
    """What a customer was asked after a closing. It is for whoever had the conversation then, whatever happens later.

    `message_id` is the message that asked; answers count until `expires_at`.
    """

    id: str
    message_id: str
    asked_at: Timestamp
    expires_at: Timestamp
    asked_by: Literal["closing", "hand"] = "closing"
    attendant: Named | None = None
    type: Named | None = None


class RatingView(Schema):
    """What a customer answered to a request: 1 (worst) to 5, credited to the request's `attendant`.

    `rated_at` is the first answer; a later one corrects it for a short time.
    """

    request_id: str
    value: int
    comment: str | None = None
    rated_at: Timestamp
    asked_at: Timestamp
    attendant: Named | None = None
    type: Named | None = None


class TransferView(Schema):
    """A handing over that nobody has accepted yet: from whom, to whom, with which note (a message of the thread).

    `accept_until`: then it goes back to where it came from; null: it stays. Whom it was given to accepts it by opening
    the conversation, or by answering.
    """

    by: Named | None = None
    from_attendant: Named | None = None
    from_team: Named | None = None
    to_attendant: Named | None = None
    to_team: Named | None = None
    note_id: str | None = None
    at: Timestamp
    accept_until: Timestamp | None = None


ServiceTarget = Literal["first_response", "next_response", "resolution"]


class TargetView(Schema):
    """One target of a conversation. `due_at` and `warn_at` are worked out in working time, and change with it.

    `running`: the time runs; `paused`: it is put aside or the customer has to answer, and `remaining_seconds` of
    working time are left; `met` and `breached` are over. A breached one stays so, also when it was answered later
    (`met_at`).
    """

    target: ServiceTarget
    state: Literal["running", "paused", "met", "breached"]
    due_at: Timestamp | None = None
    warn_at: Timestamp | None = None
    remaining_seconds: int | None = None
    breached_at: Timestamp | None = None
    met_at: Timestamp | None = None


class ServiceLevelView(Schema):
    """How a conversation stands against what the company has promised itself: the policy and its targets."""

    policy: Named
    targets: tuple[TargetView, ...] = ()


AvailabilityState = Literal["online", "away", "busy", "offline"]
"""`online`: gets conversations. `away`: is not at work just now. `busy`: is at work, and gets nothing new.
`offline`: no device is open, or they have said so."""


class AvailabilityView(Schema):
    """How available an attendant is, since when, and why.

    `chosen`: they, or a supervisor, have said so; else it follows from their devices. `reason` is one of the company's
    reasons for being away. `room`: another conversation fits into their `limit`; `load` is what they have now, in the
    same units (by default 1 for each open conversation). Null `limit`: as many as come. `full_channels`: the kinds of
    channel of which they have as many as they may.
    """

    id: str
    name: str | None = None
    state: AvailabilityState
    since: Timestamp
    chosen: bool = False
    reason: Named | None = None
    until: Timestamp | None = None
    teams: tuple[Named, ...] = ()
    room: bool = True
    load: float = 0
    limit: float | None = None
    full_channels: tuple[ChannelKind, ...] = ()


class ConversationView(Schema):
    """A conversation as every reader sees it.

    The reader's own are `favourite`, `draft` (they have begun to write here), `unread_count` (the customer's messages
    since the last answer that they have not read), `first_unread_sequence` (the place of the first one; null when none
    is or it is not known), `read_mark`, `mentioned` (a note mentions them) and `mention_sequence` (the place of the
    first such note that they have not read). Events have no reader: nobody has read anything, the others are false.
    `scheduled_count` messages wait to be sent later. `sequence` counts the conversation's events and is its version for
    edits.
    `waiting_since`: since when the customer waits for a person's answer; notes and bots do not answer, closing ends
    it, and an attendant who reopens within a day goes on with it. `snoozed_until` is when a snoozed conversation comes
    back by itself; null: when the customer writes. `woke_at`: when it last came back by itself, until somebody answers,
    closes, assigns or snoozes it. `tag_ids` are the tags that its messages have. `rating` is the customer's latest one,
    which `rating_details` tells more of; `rating_request` is what they were asked last, answered or not.
    `thread` is there where the channel has several strands for one customer. `free_until`, where it is earlier than
    `reply_window_expires_at`: from then on only people may answer, no rule and no bot. `unreachable`: why the customer
    cannot be written to (see `ReachabilityContent`), else absent. `queued_at`: since when it waits in the queue where
    it is, else absent. `queue_position`: the place in that queue which the customer was told last, else null;
    `GET /api/v1/queue` has the present places. `transfer`: it was handed over and not accepted yet. `service_level`:
    how it stands against the company's targets, where it has any. `placement` is the `sequence` of the last change of
    its status, team or assignee: 0 in events of earlier versions.
    """

    id: str
    number: int
    status: ConversationStatus
    channel: ChannelRef
    contact: ContactRef
    assignee: Named | None = None
    team: Named | None = None
    type: Named | None = None
    priority: Priority = "normal"
    favourite: bool = False
    draft: bool = False
    scheduled_count: int = 0
    unread_count: int = 0
    first_unread_sequence: int | None = None
    read_mark: ReadMarkView | None = None
    mentioned: bool = False
    mention_sequence: int | None = None
    waiting_since: Timestamp | None = None
    last_message: LastMessage | None = None
    reply_window_expires_at: Timestamp | None = None
    queue_position: int | None = None
    opened_at: Timestamp
    first_response_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    snoozed_until: Timestamp | None = None
    woke_at: Timestamp | None = None
    last_activity_at: Timestamp
    rating: int | None = None
    tag_ids: tuple[str, ...] = ()
    rating_details: RatingView | None = None
    rating_request: RatingRequestView | None = None
    thread: ThreadView | None = Field(default=None, exclude_if=_is_none)
    free_until: Timestamp | None = Field(default=None, exclude_if=_is_none)
    unreachable: str | None = Field(default=None, exclude_if=_is_none)
    queued_at: Timestamp | None = Field(default=None, exclude_if=_is_none)
    transfer: TransferView | None = Field(default=None, exclude_if=_is_none)
    service_level: ServiceLevelView | None = Field(default=None, exclude_if=_is_none)
    placement: int = 0
    sequence: int = 0


class MessageError(Schema):
    """Why a message or a file failed.

    `code` is a stable word, `message` a sentence for attendants in the product's first language, `texts` the same
    in each of its languages (`pt-BR`, `en`, `es`). `retryable`: whether trying the same again can help, at once or
    after what the sentence asks for. `provider_code` and `detail` are the provider's own.
    """

    code: str
    message: str
    texts: dict[str, str] = Field(default_factory=dict)
    retryable: bool = True
    provider_code: str | None = None
    detail: str | None = None


AttachmentState = Literal["pending", "scanning", "ready", "failed", "infected"]
"""`scanning`: the virus scanner did not answer yet; `infected`: it found something, and nothing was kept."""


class PrivateReplyView(Schema):
    """The private answer to a public comment: a message of the customer's private conversation."""

    message_id: str
    conversation_id: str
    at: Timestamp


class AttachmentView(Schema):
    """A file of a message. `size` is in bytes, absent while it is not known; `url` answers once it is `ready`.

    `width` and `height` are a picture's in pixels, turned as it is shown; null where they are not known: while it is
    `pending`, of other files, and of pictures that are damaged or were stored by earlier versions. `role`, else absent:
    it is the picture of what the message is about (see `Shared`, `PostView`), not something that the customer sent.
    """

    id: str
    name: str
    mime_type: str
    size: int | None
    url: str
    state: AttachmentState
    thumbnail_url: str | None = None
    error: MessageError | None = None
    width: int | None = None
    height: int | None = None
    role: AttachmentRole | None = Field(default=None, exclude_if=_is_none)


class TagRef(Schema):
    """A tag on a message. Of a message's tags each says who put it there (`set_by`), and when."""

    id: str
    name: str
    color: str
    set_by: AuthorView | None = Field(default=None, exclude_if=_is_none)
    set_at: Timestamp | None = Field(default=None, exclude_if=_is_none)


class Reaction(Schema):
    """An emoji that somebody put on a message."""

    emoji: str
    author: AuthorView


class AutomaticRef(Schema):
    """Why the product sent a message by itself: a rule (`reply`), the number on request, a question for a rating.

    `file_too_large`: the channel did not hand over a file of the customer's. The others are routing's
    (`atd_schemas.routing.AutomaticText`).
    """

    kind: Literal[
        "reply",
        "protocol",
        "rating_request",
        "rating_thanks",
        "file_too_large",
        "outside_hours",
        "greeting",
        "queue_position",
        "silence_reminder",
        "silence_closing",
        "queue_overdue",
    ]
    rule_id: str | None = None
    rule_name: str | None = None


def _is_false(value: object) -> bool:
    return value is False


def _is_empty(value: object) -> bool:
    return value == ()


class EarlierText(Schema):
    """What a message said before it was edited, and until when."""

    text: str
    until: Timestamp


class MessageView(WithContent):
    """A message as every reader sees it. `sequence` is its place among the events of its conversation.

    `version` is the sequence of the event that changed it last: of two copies the one with the higher version is the
    later one (0 in events of earlier releases: it is `sequence`). `client_id` is what the sender's client called it.
    `mentions` are the ids of the attendants whom a note names.
    `reply_to_unavailable`: it answers a message that is not here. Should that come, `reply_to` says which it is.
    `automatic`: nobody wrote it, the product sent it. `hidden`: a public comment that only its author and the company
    see. `private_reply`: a public comment was answered in private too. `parts_sent`, of a failed message that goes out
    in several parts: how many of them the customer has got, so that trying again sends the others. `earlier`: what it
    said before it was edited, the last ten texts. `same_as`: it has turned out to be this other message, told by the
    channel before its sending was known; it says nothing any more and is not to be shown.
    """

    id: str
    conversation_id: str
    direction: Direction
    kind: MessageKind
    text: str | None = None
    attachments: tuple[AttachmentView, ...] = ()
    content: ContentOfKind = EMPTY
    reply_to: str | None = None
    reply_to_unavailable: bool = Field(default=False, exclude_if=_is_false)
    author: AuthorView
    automatic: AutomaticRef | None = Field(default=None, exclude_if=_is_none)
    status: MessageStatus | None = None
    error: MessageError | None = None
    tags: tuple[TagRef, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    forwarded: Literal["no", "once", "often"] = "no"
    referral: OptionalReferral = None
    edited_at: Timestamp | None = None
    deleted_at: Timestamp | None = None
    hidden: bool = Field(default=False, exclude_if=_is_false)
    private_reply: PrivateReplyView | None = Field(default=None, exclude_if=_is_none)
    parts_sent: int | None = Field(default=None, exclude_if=_is_none)
    earlier: tuple[EarlierText, ...] = Field(default=(), exclude_if=_is_empty)
    same_as: str | None = Field(default=None, exclude_if=_is_none)
    external_id: str | None = None
    occurred_at: Timestamp
    recorded_at: Timestamp
    client_id: str | None = None
    mentions: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    sequence: int = 0
    version: int = 0


DetailStatus = Literal["verified", "given"]
"""Who says so: a channel has proven it, or an attendant wrote it down."""

DocumentType = Literal["cpf", "cnpj"]
FieldValue = str | int | float | bool | tuple[str, ...]
"""The value of a custom field: a date is `2026-03-01`, several choices are a list."""


class BlockView(Schema):
    """That a customer is blocked, why, by whom and since when."""

    reason: str | None = None
    by: Named | None = None
    at: Timestamp


class ContactView(Schema):
    """A customer's record. `phone` is E.164; `marketing` is what they told the channel about advertising.

    `phone` and `email` are what attendants wrote down, else what a channel has proven: `phone_status` and
    `email_status` say which. `claimed_phone` and `claimed_email` are what the customer said of themselves and no
    channel has proven. `document` is a CPF or CNPJ without punctuation. `birthday` is a date without a time zone.
    `fields` has the custom fields by their key. `merged_into` is the contact that goes on in the place of this one: it
    has all conversations and ids of both.
    """

    id: str
    name: str | None
    profile_name: str | None = None
    phone: str | None = None
    phone_status: DetailStatus | None = None
    email: str | None = None
    email_status: DetailStatus | None = None
    claimed_phone: str | None = None
    claimed_email: str | None = None
    document: str | None = None
    document_type: DocumentType | None = None
    document_formatted: str | None = None
    birthday: str | None = None
    address: str | None = None
    fields: dict[str, FieldValue] = Field(default_factory=dict)
    avatar_url: str | None = None
    labels: tuple[LabelRef, ...] = ()
    blocked: bool = False
    block: BlockView | None = None
    marketing: Literal["allowed", "stopped"] | None = None
    merged_into: str | None = None
    created_at: Timestamp
    version: int = 0


TemplateStatus = Literal["approved", "pending", "rejected", "paused", "disabled", "other"]


class TemplateParameters(Schema):
    """How many values a template takes, and the names of those of its body where they have names."""

    header: int = 0
    body: int | tuple[str, ...] = 0
    buttons: int = 0


HeaderKind = Literal["text", "image", "video", "document", "location", "other"]
LayoutButtonType = Literal["reply", "url", "phone", "code", "other"]


class LayoutHeader(Schema):
    """What stands above a template's body: a text, or a file or place that is given when it is sent."""

    kind: HeaderKind
    text: str | None = None


class LayoutButton(Schema):
    """A button of a template. `needs_value`: it takes one of `parameters.buttons`, in their order."""

    type: LayoutButtonType
    title: str
    url: str | None = None
    needs_value: bool = False


class TemplateLayout(Schema):
    """How a template looks, the same for every channel. Placeholders stand in the texts as `{{1}}` or `{{name}}`."""

    header: LayoutHeader | None = None
    body: str
    footer: str | None = None
    buttons: tuple[LayoutButton, ...] = ()


class TemplateView(Schema):
    """A message template that the provider keeps. `components` are in the provider's shape, `layout` in ours.

    `unsendable` names the part because of which the template cannot be sent whole, whatever its status.
    """

    name: str
    language: str
    category: str
    status: TemplateStatus
    quality: str | None = None
    reason: str | None = None
    components: tuple[dict[str, Any], ...] = ()
    parameters: TemplateParameters = TemplateParameters()
    layout: TemplateLayout | None = None
    unsendable: UnsendablePart | None = None
