"""What the fake Graph API remembers, and how it was told to misbehave. No I/O."""

import secrets
from collections import OrderedDict, deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.media import MediaStore
from atd_testing.whatsapp.templates import Template, default_catalogue

BehaviourKind = Literal["error", "cut_before", "cut_after", "garbage", "server_error", "delay"]
ReceiptState = Literal["sent", "delivered", "read", "played", "failed"]
CallKind = Literal["send", "check", "read", "upload", "address", "download", "templates"]

REPLY_WINDOW = timedelta(hours=24)
MAX_REMEMBERED = 100_000
MAX_DELIVERIES = 20_000


class Behaviour(BaseModel):
    """One way to misbehave, tried in the order in which they were set.

    - `error`: the Graph error `code` in its own HTTP status and shape, nothing is done.
    - `server_error`: HTTP 502 with an HTML page, as a proxy answers; it WAS done when `accept`.
    - `garbage`: HTTP 200 with a body that is not what it should be; it WAS done.
    - `cut_before`: the connection ends before it was done; `cut_after`: after it (at a download: in the middle).
    - `delay`: answers `delay_ms` later and goes on as if nothing were.

    `on` says at which call: `send` a message, `read` (mark as read), `check` the number's node, `upload` a file, ask
    for the `address` of a file, `download` its bytes, list the `templates`. `delay_ms` delays any of them. `times`
    bounds how often it applies (`None`: until reset). It applies to calls that match every one of the filters that
    are set; `recipient` and `text_contains` speak of sends (and of file names at an upload).
    """

    kind: BehaviourKind
    on: CallKind = "send"
    code: int = 131000
    details: str = ""
    accept: bool = False
    delay_ms: int = 0
    times: int | None = 1
    phone_number_id: str | None = None
    recipient: str | None = None
    text_contains: str | None = None

    def matches(self, phone_number_id: str, recipient: str, text: str, on: CallKind = "send") -> bool:
        """Whether it applies to this call and is not used up."""
        return (
            self.on == on
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


class GraphSettings(BaseModel):
    """Rules of Meta's that are off until they are asked for.

    `window`: a send that is no template, to a customer who has not written for 24 hours, is refused at once (`sync`)
    or accepted and reported as failed (`async`), 131047 both. `pair_limit`: more than `pair_burst` messages to one
    customer, refilled one per `pair_seconds`, are refused (131056). `url_seconds` is how long the address of a file
    lives; `webhook_urls` puts an address into webhooks of files.
    """

    window: Literal["off", "sync", "async"] = "off"
    pair_limit: bool = False
    pair_burst: int = Field(default=45, ge=1)
    pair_seconds: float = Field(default=6.0, gt=0)
    url_seconds: float = Field(default=300.0, ge=0)
    webhook_urls: bool = False


class SentMessage(BaseModel):
    """A send call that the fake accepted. `body` is the request as it came, `text` what a person reads of it."""

    number: int
    phone_number_id: str
    recipient: str
    message_id: str
    callback_data: str | None
    text: str | None
    reply_to: str | None
    body: dict[str, Any]
    at: datetime
    kind: str = "text"


class ReadMark(BaseModel):
    """A message was marked as read; `typing` when the business said that it is writing."""

    phone_number_id: str
    message_id: str
    typing: bool
    at: datetime


class Delivery(BaseModel):
    """One webhook body and what became of it; `statuses` has the HTTP status of each attempt, 0 for none."""

    number: int
    url: str
    body: str
    statuses: list[int] = Field(default_factory=list)
    done: bool = False


class FakeState:
    """Everything that `/_fake/reset` forgets. All of it is bounded: the oldest goes."""

    def __init__(self) -> None:
        self.sent: deque[SentMessage] = deque(maxlen=MAX_REMEMBERED)
        self.read: deque[str] = deque(maxlen=MAX_REMEMBERED)
        self.read_marks: deque[ReadMark] = deque(maxlen=MAX_REMEMBERED)
        self.behaviours: list[Behaviour] = []
        self.revoked_tokens: set[str] = set()
        self.callbacks: dict[str | None, Callback] = {}
        self.webhooks = WebhookSettings()
        self.graph = GraphSettings()
        self.deliveries: deque[Delivery] = deque(maxlen=MAX_DELIVERIES)
        self.delivered = 0
        self.calls = 0
        self.sends = 0
        # Whoever remembers ids of a fake that ran before must not meet them again.
        self.media = MediaStore(first_number=int(datetime.now(UTC).timestamp() * 1000))
        self.templates: dict[str, list[Template]] = {}
        self.clock_offset = timedelta()
        self.customer_wrote_at: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self.closed_windows: set[tuple[str, str]] = set()
        self._pairs: OrderedDict[tuple[str, str], tuple[float, datetime]] = OrderedDict()

    def reset(self) -> None:
        """Back to the beginning; callbacks stay, so that a running system need not be told again."""
        callbacks, media = self.callbacks, self.media
        self.__init__()  # type: ignore[misc]  # the one list of what there is to forget
        media.clear()
        self.callbacks, self.media = callbacks, media

    def now(self) -> datetime:
        """The fake's clock: the machine's, moved by `clock_offset`."""
        return datetime.now(UTC) + self.clock_offset

    def callback_of(self, phone_number_id: str) -> Callback | None:
        """The callback of this number, else the one for every number."""
        return self.callbacks.get(phone_number_id) or self.callbacks.get(None)

    def numbers_of(self, business_account_id: str) -> list[str]:
        """The numbers with a callback of their own that belong to this business account."""
        found = self.callbacks.values()
        return [
            one.phone_number_id
            for one in found
            if one.phone_number_id and one.business_account_id == business_account_id
        ]

    def catalogue_of(self, phone_number_id: str) -> list[Template]:
        """The templates that this number may send."""
        callback = self.callback_of(phone_number_id)
        return self.catalogue(callback.business_account_id if callback else "")

    def catalogue(self, business_account_id: str) -> list[Template]:
        """The templates of this business account."""
        return self.templates.setdefault(business_account_id, default_catalogue())

    def address_of(self, media_id: str, base_url: str) -> str:
        """An address of the file that is good for `url_seconds`."""
        token = secrets.token_urlsafe(12)
        self.media.issue(media_id, token, self.now() + timedelta(seconds=self.graph.url_seconds))
        return f"{base_url.rstrip('/')}/_lookaside/{media_id}?token={token}"

    def take_behaviour(
        self, phone_number_id: str, recipient: str = "", text: str = "", *, on: CallKind = "send"
    ) -> Behaviour | None:
        """The first behaviour that applies to this call, counted as used."""
        for behaviour in self.behaviours:
            if behaviour.matches(phone_number_id, recipient, text, on):
                return behaviour.used()
        return None

    def sent_to(self, recipient: str) -> Sequence[SentMessage]:
        """What went out to this recipient, in order; a leading `+` does not matter."""
        return [sent for sent in self.sent if sent.recipient.lstrip("+") == recipient.lstrip("+")]

    def note_customer(self, phone_number_id: str, *customers: str | None) -> None:
        """The customer wrote just now: a window of 24 hours begins, under each of the customer's ids."""
        for customer in filter(None, customers):
            key = (phone_number_id, customer.lstrip("+"))
            self.closed_windows.discard(key)
            self.customer_wrote_at[key] = self.now()
            self.customer_wrote_at.move_to_end(key)
        while len(self.customer_wrote_at) > MAX_REMEMBERED:
            self.customer_wrote_at.popitem(last=False)

    def close_window(self, phone_number_id: str, *customers: str | None) -> None:
        """Let the window of this customer have expired, under each of the customer's ids, until the next message."""
        for customer in filter(None, customers):
            key = (phone_number_id, customer.lstrip("+"))
            self.customer_wrote_at.pop(key, None)
            self.closed_windows.add(key)

    def window_is_open(self, phone_number_id: str, customer: str) -> bool:
        """Whether the customer may be written to freely, as far as the rules in force go."""
        key = (phone_number_id, customer.lstrip("+"))
        if key in self.closed_windows:
            return False
        if self.graph.window == "off":
            return True
        wrote_at = self.customer_wrote_at.get(key)
        return wrote_at is not None and self.now() - wrote_at < REPLY_WINDOW

    def take_pair(self, phone_number_id: str, customer: str) -> bool:
        """Count a message between these two; False when the pair has had too many."""
        rules, now = self.graph, self.now()
        key = (phone_number_id, customer.lstrip("+"))
        left, at = self._pairs.get(key, (float(rules.pair_burst), now))
        left = min(rules.pair_burst, left + (now - at).total_seconds() / rules.pair_seconds)
        allowed = left >= 1
        self._pairs[key] = (left - 1 if allowed else left, now)
        self._pairs.move_to_end(key)
        while len(self._pairs) > MAX_REMEMBERED:
            self._pairs.popitem(last=False)
        return allowed

    def record(self, phone_number_id: str, recipient: str, message_id: str, body: Json, words: str = "") -> SentMessage:
        """Keep a message that was taken."""
        context = body.get("context")
        self.sends += 1
        sent = SentMessage(
            number=self.sends,
            phone_number_id=phone_number_id,
            recipient=recipient,
            message_id=message_id,
            callback_data=body.get("biz_opaque_callback_data"),
            text=words or None,
            reply_to=context.get("message_id") if isinstance(context, dict) else None,
            body=body,
            at=self.now(),
            kind=str(body.get("type", "text")),
        )
        self.sent.append(sent)
        return sent
