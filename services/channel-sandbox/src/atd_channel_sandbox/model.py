"""Data that the page shows: companies, customers, messages, switches. No I/O."""

from typing import Literal

from pydantic import BaseModel, Field, computed_field

from atd_testing.whatsapp.builders import Json, business_scoped_user_id

MessageStatus = Literal["waiting", "sent", "delivered", "read", "failed", "undelivered"]
"""Of a customer's message: `waiting` for a network, `sent`, `delivered` (webhook answered 200), `read`, `failed`.
Of a company's: `undelivered` while the phone is off, `delivered`, `read`."""

ChannelKind = Literal["whatsapp", "telegram", "messenger", "instagram", "facebook"]
"""The channels that phones have."""

Feature = Literal[
    "files", "documents", "voice", "album", "location", "contact", "sticker", "order", "poll",
    "reactions", "edit", "delete", "forward", "block", "window", "hide_phone", "offline", "errors",
    "start", "story", "post",
]  # fmt: skip
"""What a phone can do on a channel, beside text and answers. `start`: a button before the first message; `story`: the
company's story is answered and mentioned; `post`: what is written stands below a post, for all to see."""

FEATURES: dict[ChannelKind, tuple[Feature, ...]] = {
    "whatsapp": (
        *("files", "documents", "voice", "location", "contact", "sticker", "order", "poll"),
        *("reactions", "edit", "delete", "forward", "window", "hide_phone", "errors"),
    ),
    "telegram": (
        *("files", "documents", "voice", "album", "location", "contact", "sticker", "poll"),
        *("reactions", "edit", "forward", "block"),
    ),
    "messenger": ("start", "files", "documents", "voice", "reactions", "edit", "delete"),
    "instagram": ("start", "story", "files", "voice", "reactions", "delete"),
    "facebook": ("post", "files", "edit", "delete"),
}

Pair = tuple[str, str]
"""A company (the id of its number) and a customer (the key)."""


class ShownPost(BaseModel):
    """A post of a page; `picture` is an address on the page of the phones."""

    text: str
    picture: str | None = None


class Company(BaseModel):
    """An account of a company. `id` is its id at the provider; `own` ones are the sandbox's.

    `handle` is how people find it, where that is no phone number. Of comments it is one post of a page.
    """

    id: str
    name: str
    about: str = ""
    phone: str = ""
    handle: str | None = None
    post: ShownPost | None = None
    channel: ChannelKind = "whatsapp"
    own: bool = False
    connected: bool = False

    @computed_field
    def features(self) -> tuple[Feature, ...]:
        """What the phones can do there."""
        return FEATURES[self.channel]


class Customer(BaseModel):
    """A person with a phone. `key` is the number in digits, or the business-scoped user id of one that hides it."""

    key: str
    name: str
    online: bool = True
    hides_phone: bool = False

    @property
    def user_id(self) -> str:
        """The business-scoped user id."""
        return business_scoped_user_id(self.key) if self.key.isdigit() else self.key

    @property
    def sender(self) -> str | None:
        """The number as webhooks carry it; `None` when it is hidden."""
        return self.key if self.key.isdigit() and not self.hides_phone else None


class FileView(BaseModel):
    """A file of a message; its bytes are at `/sandbox/media/<id>`, or at `link`, which is not downloaded."""

    id: str | None = None
    link: str | None = None
    name: str | None = None
    mime_type: str
    size: int = 0
    voice: bool = False
    seconds: float | None = None


class PhoneMessage(BaseModel):
    """One message on a phone. `mine`: the customer's own; `at` is in milliseconds; `chosen` is the tapped id.

    `hidden`: a comment that the page has hidden from others.
    """

    id: str
    company: str
    customer: str
    mine: bool
    kind: str
    at: int
    status: MessageStatus
    text: str | None = None
    content: Json = Field(default_factory=dict)
    file: FileView | None = None
    reply_to: str | None = None
    forwarded: bool = False
    my_reaction: str | None = None
    company_reaction: str | None = None
    edited: bool = False
    deleted: bool = False
    hidden: bool = False
    played: bool = False
    chosen: str | None = None
    recipient: str | None = None
    callback_data: str | None = None

    @property
    def pair(self) -> Pair:
        """Its conversation."""
        return self.company, self.customer


class ThreadSummary(BaseModel):
    """A line of the list of conversations."""

    company: str
    customer: str
    unread: int = 0
    typing_until: int = 0
    window_closed: bool = False
    blocked: bool = False
    last: PhoneMessage | None = None


class Switches(BaseModel):
    """Network faults for all phones. Times in milliseconds."""

    answer_delay_ms: int = Field(default=0, ge=0, le=60_000)
    receipt_delay_ms: int = Field(default=0, ge=0, le=60_000)
    duplicates: bool = False
    shuffle: bool = False
    batches: bool = False


class Connection(BaseModel):
    """Whether the sandbox's numbers are connected; `problem` is a stable code."""

    state: Literal["off", "waiting", "connected", "failing"]
    problem: str | None = None
