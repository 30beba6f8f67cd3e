"""What the contract must know of a channel and of the fake of its provider."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from fastapi import FastAPI

from atd_channelkit.settings import ChannelServiceSettings
from atd_schemas.contents import MessageKind
from atd_schemas.services import Service
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.providers import Behaviour, ProviderState, SentMessage

Json = dict[str, Any]

Feature = Literal[
    "webhooks",
    "batches",
    "receipts",
    "check",
    "reactions",
    "marks as read",
    "customers' files",
    "file addresses",
    "attendants' files",
    "uploads",
    "patch token",
    "repeats",
    "blind repeats",
    "conversation throttle",
    "inbound replies",
    "inbound edits",
    "inbound deletes",
    "inbound reactions",
    "replies",
    "edits",
    "deletes",
    "parts",
]
"""What a channel may lack.

`file addresses`: webhooks or answers name the hosts of customers' files.
`receipts`: the provider returns our reference in them, so that they prove a send. `uploads`: attendants' files are
uploaded for themselves and sent by an id; otherwise they go along with the send. `repeats`: what may have been sent is
sent again when nothing proves it in time; otherwise people look, and decide. `blind repeats`: that is done without
asking the provider what it has; otherwise nothing is sent twice. `conversation throttle`: the provider has one.
"""

InboundChange = Literal["reply", "edit", "delete", "reaction"]
"""What a customer does about an earlier message: answers it, changes it, takes it back, puts an emoji on it."""

Trouble = Literal["passing", "final", "conversation throttle", "account throttle"]
"""How a provider refuses a send: for now, for ever, one conversation for now, the whole account for now."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the fake is told to refuse a send, and the failure that must come of it."""

    behaviour: Behaviour
    failure: str
    code: str


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """The fake of a provider that listens at `url`; `fake` is the fake itself, for the case."""

    url: str
    state: ProviderState[Any, Any]
    fake: Any


class CustomerFile(Protocol):
    """A file of a customer at the fake. `sha256` is in hex."""

    @property
    def provider_id(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def downloads(self) -> int:
        """How often it was read."""
        ...

    def move(self, address: str) -> None:
        """From now on the provider says that the file is at this address."""
        ...


class UploadedFile(Protocol):
    """A file of an attendant that was uploaded to the fake."""

    @property
    def id(self) -> str: ...

    @property
    def data(self) -> bytes: ...

    @property
    def mime_type(self) -> str: ...


class ChannelCase(Protocol):
    """One channel service with the fake of its provider. `channel` is an account as the API answers it."""

    kind: ChannelKind
    service: Service
    lacks: Mapping[Feature, str]
    """What the channel does not have, and why."""
    proves: Mapping[str, tuple[str, ...]]
    """By test: the rows of `docs/channels/<kind>.md` that it proves."""
    customers: tuple[str, str]
    """Two external ids of customers."""
    smallest_limit: tuple[MessageKind, int]
    """The kind of message with the smallest limit for customers' files, in bytes."""
    target: str
    """The external id of a message of the first customer."""
    unsupported_kind: MessageKind
    """A kind of message that the channel cannot send."""

    text_part: int | None
    """The longest part of a text, in ASCII letters; absent for a channel that sends a text whole."""

    def thread_of(self, recipient: str) -> str | None:
        """The strand of a customer that messages are sent to; absent where customers have no strands."""
        ...

    def settings(self) -> type[ChannelServiceSettings]:
        """The class of the service's settings."""
        ...

    def create_app(self, settings: Any, *, tracing: Tracing | None = None) -> FastAPI: ...

    def serving_provider(self) -> AbstractAsyncContextManager[ServedProvider]: ...

    def account_of(self, channel: Json) -> str:
        """How the provider calls an account (`SentMessage.account`)."""
        ...

    def new_channel(self, token: str, secret: str) -> Json:
        """A request to connect an account that nobody has connected yet."""
        ...

    def ready(self, channel: Json) -> bool:
        """Whether the provider was told of a new account, where that comes after its answer (`looked_at`)."""
        ...

    def new_token(self, channel: Json, token: str) -> Json:
        """A request to change the credentials of an account."""
        ...

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:
        """A body with these messages of the first customer; the same `batch` is the same webhook."""
        ...

    def unknown_webhook(self, channel: Json) -> bytes:
        """An authentic body that this version does not understand."""
        ...

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        """A receipt `sent` of a send to the first customer, with our reference."""
        ...

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:
        """The headers that prove a body."""
        ...

    def refusal(self, trouble: Trouble) -> Refusal: ...

    def reference_of(self, sent: SentMessage) -> str | None:
        """The reference that travelled with a send."""
        ...

    def read_marks(self, provider: ServedProvider) -> Sequence[str]:
        """The messages that were marked as read at the provider."""
        ...

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> CustomerFile:
        """Put a picture of a customer at the provider."""
        ...

    def sent_file(self, provider: ServedProvider, sent: SentMessage) -> bytes:
        """The bytes of the file that a sent document has."""
        ...

    def uploads(self, provider: ServedProvider, channel: Json) -> Sequence[UploadedFile]: ...

    def delete_upload(self, provider: ServedProvider, file_id: str) -> None: ...

    def uploaded_id(self, sent: SentMessage) -> str:
        """The id of the file that a sent document names."""
        ...

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:
        """The first customer does something about the message `target` (its external id) that they wrote.

        An answer says "resposta", a changed text "novo texto", the emoji is 👍. The same `batch` is the same webhook.
        """
        ...

    def quoted_by(self, sent: SentMessage) -> str | None:
        """The external id of the message that a send answers."""
        ...

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        """What was done to messages of the account at the provider: action, external id, and the text of an edit."""
        ...
