"""What the fake Graph API remembers, and how it was told to misbehave. No I/O."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

BehaviourKind = Literal["error", "cut_before", "cut_after", "garbage", "server_error", "delay"]
ReceiptState = Literal["sent", "delivered", "read", "failed"]


class Behaviour(BaseModel):
    """One way to misbehave at a send, tried in the order in which they were set; `on` a check only errors do.

    - `error`: the Graph error `code` in its own HTTP status and shape, nothing is sent.
    - `server_error`: HTTP 502 with an HTML page, as a proxy answers; the message WAS sent when `accept`.
    - `garbage`: HTTP 200 with a body that is no JSON; the message WAS sent.
    - `cut_before`: the connection ends before the message was taken; `cut_after`: after it was taken.
    - `delay`: answers `delay_ms` later and goes on as if nothing were.

    `delay_ms` delays any of them. `times` bounds how often it applies (`None`: until reset). It applies to
    sends that match every one of the filters that are set.
    """

    kind: BehaviourKind
    on: Literal["send", "check"] = "send"
    code: int = 131000
    details: str = ""
    accept: bool = False
    delay_ms: int = 0
    times: int | None = 1
    phone_number_id: str | None = None
    recipient: str | None = None
    text_contains: str | None = None

    def matches(self, phone_number_id: str, recipient: str, text: str) -> bool:
        """Whether it applies to this send and is not used up."""
        return (
            self.on == "send"
            and self.times != 0
            and self.phone_number_id in (None, phone_number_id)
            and (self.recipient is None or self.recipient.lstrip("+") == recipient.lstrip("+"))
            and (self.text_contains is None or self.text_contains in text)
        )

    def used(self) -> "Behaviour":
        """Count one use."""
        if self.times is not None:
            self.times -= 1
        return self


class Callback(BaseModel):
    """Where webhooks of a number go, and the app secret that signs them.

    With a `verify_token` the fake makes the GET handshake first, as Meta's dashboard does.
    """

    callback_url: str
    app_secret: str
    verify_token: str | None = None
    phone_number_id: str | None = None
    business_account_id: str = "200300400500600"
    display_phone_number: str = "551133330000"


class WebhookSettings(BaseModel):
    """How webhooks are delivered. `receipts` are the states reported for each message that was sent."""

    receipts: tuple[ReceiptState, ...] = ("sent", "delivered", "read")
    receipt_delay_ms: int = 0
    duplicates: int = 0
    shuffle: bool = False
    batch_size: int = Field(default=1, ge=1, le=1000)
    batch_wait_ms: int = 0
    concurrency: int = Field(default=1, ge=1, le=64)
    retry_base_ms: int = 200
    max_attempts: int = Field(default=12, ge=1)


class SentMessage(BaseModel):
    """A send call that the fake accepted. `body` is the request as it came."""

    number: int
    phone_number_id: str
    recipient: str
    message_id: str
    callback_data: str | None
    text: str | None
    reply_to: str | None
    body: dict[str, Any]
    at: datetime


class Delivery(BaseModel):
    """One webhook body and what became of it; `statuses` has the HTTP status of each attempt, 0 for none."""

    number: int
    url: str
    body: str
    statuses: list[int] = Field(default_factory=list)
    done: bool = False


class FakeState:
    """Everything that `/_fake/reset` forgets."""

    def __init__(self) -> None:
        self.sent: list[SentMessage] = []
        self.refused: list[dict[str, Any]] = []
        self.read: list[str] = []
        self.behaviours: list[Behaviour] = []
        self.revoked_tokens: set[str] = set()
        self.callbacks: dict[str | None, Callback] = {}
        self.webhooks = WebhookSettings()
        self.deliveries: list[Delivery] = []
        self.calls = 0

    def reset(self) -> None:
        """Back to the beginning; callbacks stay, so that a running system need not be told again."""
        callbacks = self.callbacks
        self.__init__()  # type: ignore[misc]  # the one list of what there is to forget
        self.callbacks = callbacks

    def callback_of(self, phone_number_id: str) -> Callback | None:
        """The callback of this number, else the one for every number."""
        return self.callbacks.get(phone_number_id) or self.callbacks.get(None)

    def take_behaviour(self, phone_number_id: str, recipient: str, text: str) -> Behaviour | None:
        """The first behaviour that applies to this send, counted as used."""
        for behaviour in self.behaviours:
            if behaviour.matches(phone_number_id, recipient, text):
                return behaviour.used()
        return None

    def take_check_error(self, phone_number_id: str) -> Behaviour | None:
        """The first error that applies to a check of this number, counted as used."""
        for behaviour in self.behaviours:
            meant = behaviour.on == "check" and behaviour.phone_number_id in (None, phone_number_id)
            if meant and behaviour.times != 0:
                return behaviour.used()
        return None

    def sent_to(self, recipient: str) -> Sequence[SentMessage]:
        """What went out to this recipient, in order; a leading `+` does not matter."""
        return [sent for sent in self.sent if sent.recipient.lstrip("+") == recipient.lstrip("+")]

    def record(self, phone_number_id: str, recipient: str, message_id: str, body: dict[str, Any]) -> SentMessage:
        """Keep a message that was taken."""
        text = body.get("text")
        context = body.get("context")
        sent = SentMessage(
            number=len(self.sent) + 1,
            phone_number_id=phone_number_id,
            recipient=recipient,
            message_id=message_id,
            callback_data=body.get("biz_opaque_callback_data"),
            text=text.get("body") if isinstance(text, dict) else None,
            reply_to=context.get("message_id") if isinstance(context, dict) else None,
            body=body,
            at=datetime.now(UTC),
        )
        self.sent.append(sent)
        return sent
