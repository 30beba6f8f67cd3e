"""`inbound.events.v1` and `inbound.unparsed.v1`: what the providers told us, in our words."""

from operator import not_
from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.contents import EMPTY, ContentOfKind, MessageKind, OptionalReferral, WithContent
from atd_schemas.envelope import Envelope, Schema, Timestamp
from atd_schemas.ids import provider_event_id
from atd_schemas.views import AttachmentRole, ChannelKind


class ClaimedDetails(Schema):
    """What a person says about themselves and nobody has checked, as in a website's form. `phone` is E.164."""

    phone: str | None = None
    email: str | None = None


class InboundPicture(Schema):
    """A customer's picture, as the channel announces it before it is fetched.

    `id` is ours: a new one says that it is worth fetching again, for providers do not tell when a picture changes.
    `provider_id` names the picture at the provider, `url` is where it may still be had without asking for its address.
    """

    id: str
    provider_id: str
    url: str | None = None


class InboundContact(Schema):
    """The person outside, as the provider names them.

    `external_id` is what a reply is addressed to, exactly as received; `aliases` are other ids of the same
    person on the same account (WhatsApp: the business-scoped user id). `phone` (E.164) and `email` are proven by the
    channel: whoever has them is the same person on every channel. What is only claimed goes into `claimed`, which
    never identifies anybody.

    `shared_phone` (E.164) is the person's own number, which they gave to the company and the channel filled in
    (WhatsApp: the answer to the request for it, Telegram: the own contact). It is theirs unless another contact has it.

    `group`: not one person but a group of them, which is answered as a whole. `username` is what the person chose to be
    called on the channel; it can change hands, so it identifies nobody. `picture` is what the channel shows of them.
    """

    external_id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    claimed: ClaimedDetails | None = None
    shared_phone: str | None = None
    group: bool = Field(default=False, exclude_if=not_)
    username: str | None = Field(default=None, exclude_if=not_)
    picture: InboundPicture | None = Field(default=None, exclude_if=not_)


class InboundAuthor(Schema):
    """Who wrote a message in a group, as the provider names them."""

    external_id: str | None = None
    name: str | None = None


class InboundPost(Schema):
    """A post of the company's page, as far as the channel told. Its picture is an attachment with the role `post`."""

    id: str
    text: str | None = None
    url: str | None = None


class PrivateAccount(Schema):
    """Another account of the same tenant, on which the same person can be answered in private."""

    account_id: str
    channel: ChannelKind
    name: str


class InboundThread(Schema):
    """The strand of an account that a message is in, where a customer can have several (see `ThreadView`).

    `id` is what answers are addressed to beside the customer: the post, the topic, the business connection. A message
    without a thread is in the customer's own private strand.
    """

    id: str
    kind: Literal["post", "topic", "business"]
    public: bool = False
    title: str | None = None
    post: InboundPost | None = None
    private_account: PrivateAccount | None = None


class InboundAttachment(Schema):
    """A file as the provider announces it, before it is fetched.

    `id` is ours, the same for the same file of the same message. `provider_id` names the file at the provider,
    `url` is where it may still be had without asking for its address. `size` is in bytes, `sha256` in hex. `role`: it
    is not what the customer sent, but a picture of what the message is about. `unavailable` is the stable word of why
    it can never be fetched, where the channel says so at once (`too_large`, `expired`): it is shown as failed.
    """

    id: str
    provider_id: str
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    url: str | None = None
    role: AttachmentRole | None = Field(default=None, exclude_if=not_)
    unavailable: str | None = Field(default=None, exclude_if=not_)


class InboundMessageData(WithContent):
    """A message that a customer wrote. `content` is the kind-specific part, the same for every channel.

    Of a kind that this version does not understand, `kind` is `unsupported` and `content` names the type.
    `thread` is the strand that it is in; `author`, in a group, the person who wrote it; `hidden`: it is a public
    comment that is not shown to others.
    """

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    contact: InboundContact
    kind: MessageKind
    text: str | None = None
    content: ContentOfKind = EMPTY
    reply_to_external_id: str | None = None
    forwarded: Literal["no", "once", "often"] = "no"
    attachments: tuple[InboundAttachment, ...] = ()
    referral: OptionalReferral = None
    thread: InboundThread | None = Field(default=None, exclude_if=not_)
    author: InboundAuthor | None = Field(default=None, exclude_if=not_)
    hidden: bool = Field(default=False, exclude_if=not_)


class SendFailure(Schema):
    """Why a message could not be sent: the provider's code and the class that decides what to do.

    `reason` is a stable word that the channel service chose; `detail` is the provider's own words.
    """

    code: str
    reason: str
    detail: str = ""


ReceiptStatus = Literal["sent", "delivered", "read", "failed"]


class InboundReceiptData(Schema):
    """What became of a message that we sent.

    `message_id` is ours, known when the provider returns it; `external_id` is the provider's, unknown for
    a message that was refused. At least one of them is present. `attempt` counts the repeats that an attendant
    asked for. `about` says what was sent: a message, or a reaction to the message `message_id`, or a deed on it
    (`outbound.action`, which `causation_id` names). `aliases` are other ids of the recipient that the provider told.

    A message that goes out in several parts has an id for each: `external_ids` are all that are known, in their order,
    `parts_sent` how many calls were accepted. A failed message says so too: its customer has got the first parts.
    """

    account_id: str
    channel: ChannelKind
    status: ReceiptStatus
    recipient: str
    external_id: str | None = None
    message_id: str | None = None
    failure: SendFailure | None = None
    attempt: int = 0
    about: Literal["message", "reaction", "action"] = "message"
    aliases: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = Field(default=(), exclude_if=not_)
    parts_sent: int = Field(default=0, exclude_if=not_)


class InboundReceiptUntilData(Schema):
    """How far the customer has got our messages, or read them: everything until a moment, or until one of them.

    One of `until` (the provider's time) and `external_id` is there. It says nothing about what was not sent yet.
    """

    account_id: str
    channel: ChannelKind
    status: Literal["delivered", "read"]
    recipient: str
    until: Timestamp | None = None
    external_id: str | None = None


class InboundChangeData(Schema):
    """What all changes of an earlier message have in common.

    `target_external_id` is the provider's id of that message, `external_id` the one of the change itself, `contact`
    the customer of the conversation; `by_business` when the company changed it, on the phone that shares the number.
    """

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    target_external_id: str
    contact: InboundContact
    by_business: bool = False


class InboundReactionData(InboundChangeData):
    """An emoji put on a message; absent when it was taken away."""

    emoji: str | None = None


class InboundEditData(InboundChangeData, WithContent):
    """What the message says now. `kind` is the one of the new content.

    `attachments` are its files now, as in the message itself: one with a known id is still there, others were put in
    their place. Without any, nothing is said of files, and they stay.
    """

    kind: MessageKind = "text"
    text: str | None = None
    content: ContentOfKind = EMPTY
    attachments: tuple[InboundAttachment, ...] = Field(default=(), exclude_if=not_)


class InboundDeleteData(InboundChangeData):
    """The message was taken back."""


class InboundVisibilityData(InboundChangeData):
    """A public comment is shown to others, or to its author and the company alone."""

    hidden: bool


class InboundActivityData(Schema):
    """The customer did something that opens the reply window and is no message: a link followed, an opt-in."""

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    contact: InboundContact
    what: Literal["referral", "opt_in", "reaction", "other"] = "other"
    referral: OptionalReferral = None
    thread: InboundThread | None = None


class InboundReachabilityData(Schema):
    """Whether a customer can be written to. `reason` as in `ReachabilityContent`."""

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    contact: InboundContact
    reachable: bool
    reason: Literal["blocked", "left", "gone", "back"]


class InboundContactChangeData(Schema):
    """A customer goes by other ids now. `previous` are those before, `contact` has the new ones."""

    account_id: str
    account_name: str
    channel: ChannelKind
    external_id: str
    previous: tuple[str, ...]
    contact: InboundContact
    reason: Literal["number_changed", "user_id_changed", "identity_changed", "group_moved"]


class InboundPreferenceData(Schema):
    """What a customer told the channel about being written to."""

    account_id: str
    channel: ChannelKind
    contact: InboundContact
    category: Literal["marketing"] = "marketing"
    choice: Literal["allowed", "stopped"]


class InboundFileData(Schema):
    """What became of fetching a file: `ready` in the file store, or `failed`. `attempt` is the command's.

    `scanning` comes before one of these: the virus scanner is away, and the file waits for it.

    `width` and `height` are a picture's in pixels as it is shown, absent where they are not known. `contact_id`: it is
    a picture of this customer, and no file of a message.
    """

    account_id: str
    channel: ChannelKind
    conversation_id: str
    message_id: str
    contact_external_id: str
    attachment_id: str
    state: Literal["scanning", "ready", "failed"]
    mime_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    failure: SendFailure | None = None
    attempt: int = 0
    width: int | None = None
    height: int | None = None
    contact_id: str | None = Field(default=None, exclude_if=not_)


class InboundMessage(Envelope):
    """A customer's message. `subject` is account + the customer's external id.

    The id of the message is `message_id()`. The event's own id is the same, unless the message was not understood:
    so the event of a later version that understands it is another one.
    """

    type: Literal["inbound.message"] = "inbound.message"
    data: InboundMessageData

    def message_id(self) -> str:
        """The id of the message, the same however often and in whatever version the event is made."""
        return provider_event_id(self.data.account_id, self.data.external_id, "message")


class InboundEcho(Envelope):
    """What the company wrote with the phone app that shares the number; `contact` is whom it was written to."""

    type: Literal["inbound.echo"] = "inbound.echo"
    data: InboundMessageData

    def message_id(self) -> str:
        """The id of the message."""
        return provider_event_id(self.data.account_id, self.data.external_id, "message")


class InboundReceipt(Envelope):
    """A receipt for a message of ours. `subject` is account + the recipient's external id."""

    type: Literal["inbound.receipt"] = "inbound.receipt"
    data: InboundReceiptData


class InboundReaction(Envelope):
    """A reaction was put on a message or taken away. `subject` is account + the customer's external id."""

    type: Literal["inbound.reaction"] = "inbound.reaction"
    data: InboundReactionData


class InboundEdit(Envelope):
    """A message was changed by its author. `subject` is account + the customer's external id."""

    type: Literal["inbound.edit"] = "inbound.edit"
    data: InboundEditData


class InboundDelete(Envelope):
    """A message was taken back by its author. `subject` is account + the customer's external id."""

    type: Literal["inbound.delete"] = "inbound.delete"
    data: InboundDeleteData


class InboundReceiptUntil(Envelope):
    """A receipt for all of our messages until some point. `subject` is account + the recipient's external id."""

    type: Literal["inbound.receipt_until"] = "inbound.receipt_until"
    data: InboundReceiptUntilData


class InboundVisibility(Envelope):
    """A public comment was hidden or shown again. `subject` is account + the customer's external id."""

    type: Literal["inbound.visibility"] = "inbound.visibility"
    data: InboundVisibilityData


class InboundActivity(Envelope):
    """The customer did something that is no message. `subject` is account + the customer's external id."""

    type: Literal["inbound.activity"] = "inbound.activity"
    data: InboundActivityData


class InboundReachability(Envelope):
    """A customer blocked the company, or let it in again. `subject` is account + the customer's external id."""

    type: Literal["inbound.reachability"] = "inbound.reachability"
    data: InboundReachabilityData


class InboundContactChange(Envelope):
    """A customer has a new number or a new id. `subject` is account + the external id before."""

    type: Literal["inbound.contact_change"] = "inbound.contact_change"
    data: InboundContactChangeData


class InboundPreference(Envelope):
    """A customer wants advertising, or no more of it. `subject` is account + the customer's external id."""

    type: Literal["inbound.preference"] = "inbound.preference"
    data: InboundPreferenceData


class InboundFile(Envelope):
    """A file of a message is in the file store, or cannot be had. `subject` is account + the customer's external id."""

    type: Literal["inbound.file"] = "inbound.file"
    data: InboundFileData


InboundEvent = Annotated[
    InboundMessage
    | InboundEcho
    | InboundReceipt
    | InboundReceiptUntil
    | InboundReaction
    | InboundEdit
    | InboundDelete
    | InboundVisibility
    | InboundActivity
    | InboundReachability
    | InboundContactChange
    | InboundPreference
    | InboundFile,
    Field(discriminator="type"),
]


def inbound_subject(account_id: str, contact_external_id: str) -> str:
    """Subject and key of everything about one customer on one account."""
    return f"{account_id}:{contact_external_id}"


class UnparsedData(Schema):
    """An authentic webhook body of which something was not understood, kept whole.

    `body` is base64 of the raw bytes; `problems` names each part that was not understood and why
    (`entry[0].changes[1].value.messages[0]: unknown type 'poll'`).
    """

    account_id: str | None
    channel: ChannelKind
    body: str
    problems: tuple[str, ...]
    received_at: Timestamp


class InboundUnparsed(Envelope):
    """A body for the operator: listed, shown and re-driven by `atd unparsed`. `subject` is the account."""

    type: Literal["inbound.unparsed"] = "inbound.unparsed"
    data: UnparsedData


class UnparsedRedrivenData(Schema):
    """Which unparsed body was handed to the channel service again, and how many events it gave."""

    unparsed_id: str
    published: int


class InboundUnparsedRedriven(Envelope):
    """The body has been understood whole since: it is open no longer. `subject` and key are those of the body."""

    type: Literal["inbound.unparsed.redriven"] = "inbound.unparsed.redriven"
    data: UnparsedRedrivenData


UnparsedEvent = Annotated[InboundUnparsed | InboundUnparsedRedriven, Field(discriminator="type")]
