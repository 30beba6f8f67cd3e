"""What the fake Graph API remembers, and how it was told to behave. No I/O."""

import secrets
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from atd_testing import providers
from atd_testing.providers.state import MAX_REMEMBERED
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.media import MediaStore
from atd_testing.whatsapp.sample_templates import sample_templates
from atd_testing.whatsapp.templates import Template

CallKind = Literal["send", "check", "read", "upload", "address", "download", "templates"]

REPLY_WINDOW = timedelta(hours=24)


class Behaviour(providers.Behaviour):
    """A scripted fault of the Graph API; `code` is Meta's error code, in its own HTTP status and shape.

    `on` says at which call: `send` a message, `read` (mark as read), `check` the number's node, `upload` a file, ask
    for the `address` of a file, `download` its bytes (`cut_after` cuts in the middle), list the `templates`.
    `recipient` and `text_contains` apply to sends (`text_contains` to file names at an upload). In JSON `account` is
    `phone_number_id`.
    """

    model_config = ConfigDict(populate_by_name=True)

    on: CallKind = "send"
    code: int = 131000
    account: str | None = Field(default=None, alias="phone_number_id")


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


class NumberProfile(BaseModel):
    """What a number is called before anything is known of its webhooks; `phone` is the number in digits."""

    name: str
    phone: str


class GraphSettings(BaseModel):
    """Rules of Meta that are off by default.

    `window`: a send that is no template, to a customer who has not written for 24 hours, is refused at once (`sync`)
    or accepted and reported as failed (`async`), 131047 both. `pair_limit`: more than `pair_burst` messages to one
    customer, refilled one per `pair_seconds`, are refused (131056). `url_seconds` is how long the address of a file
    is valid; `webhook_urls` puts an address into webhooks of files.
    """

    window: Literal["off", "sync", "async"] = "off"
    pair_limit: bool = False
    pair_burst: int = Field(default=45, ge=1)
    pair_seconds: float = Field(default=6.0, gt=0)
    url_seconds: float = Field(default=300.0, ge=0)
    webhook_urls: bool = False


class SentMessage(providers.SentMessage):
    """A send call that the fake accepted. In JSON `account` is `phone_number_id`."""

    model_config = ConfigDict(populate_by_name=True)

    account: str = Field(alias="phone_number_id")


class ReadMark(BaseModel):
    """A message was marked as read; `typing` when it also showed that the business is typing."""

    phone_number_id: str
    message_id: str
    typing: bool
    at: datetime


class FakeState(providers.ProviderState[SentMessage, Callback]):
    """What the fake Graph API remembers beside what every fake provider does."""

    def __init__(self) -> None:
        super().__init__()
        self.read: deque[str] = deque(maxlen=MAX_REMEMBERED)
        self.read_marks: deque[ReadMark] = deque(maxlen=MAX_REMEMBERED)
        self.graph = GraphSettings()
        # A service may remember ids of a fake that ran before: they must not repeat.
        self.media = MediaStore(first_number=int(datetime.now(UTC).timestamp() * 1000))
        self.foreign_addresses: dict[str, str] = {}
        self.profiles: dict[str, NumberProfile] = {}
        self.templates: dict[str, list[Template]] = {}
        self.customer_wrote_at: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self.closed_windows: set[tuple[str, str]] = set()
        self._pairs: OrderedDict[tuple[str, str], tuple[float, datetime]] = OrderedDict()

    def reset(self) -> None:
        """Back to the beginning; the store of files is emptied and stays the same object; numbers keep their names."""
        media, profiles = self.media, self.profiles
        super().reset()
        media.clear()
        self.media, self.profiles = media, profiles

    def profile_of(self, phone_number_id: str) -> NumberProfile:
        """What the number is called."""
        callback = self.callback_of(phone_number_id)
        phone = callback.display_phone_number if callback else "551133330000"
        return self.profiles.get(phone_number_id) or NumberProfile(name="Loja Exemplo", phone=phone)

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
        return self.templates.setdefault(business_account_id, sample_templates())

    def address_of(self, media_id: str, base_url: str) -> str:
        """A new address of the file, valid for `url_seconds`."""
        if (foreign := self.foreign_addresses.get(media_id)) is not None:
            return foreign
        token = secrets.token_urlsafe(12)
        self.media.issue(media_id, token, self.now() + timedelta(seconds=self.graph.url_seconds))
        return f"{base_url.rstrip('/')}/_lookaside/{media_id}?token={token}"

    def note_customer(self, phone_number_id: str, *customers: str | None) -> None:
        """Open the window of 24 hours: the customer wrote just now. For each of the customer's ids."""
        for customer in filter(None, customers):
            key = (phone_number_id, customer.lstrip("+"))
            self.closed_windows.discard(key)
            self.customer_wrote_at[key] = self.now()
            self.customer_wrote_at.move_to_end(key)
        while len(self.customer_wrote_at) > MAX_REMEMBERED:
            self.customer_wrote_at.popitem(last=False)

    def close_window(self, phone_number_id: str, *customers: str | None) -> None:
        """Expire the window of this customer until the next message. For each of the customer's ids."""
        for customer in filter(None, customers):
            key = (phone_number_id, customer.lstrip("+"))
            self.customer_wrote_at.pop(key, None)
            self.closed_windows.add(key)

    def window_is_open(self, phone_number_id: str, customer: str) -> bool:
        """Whether a send that is no template is allowed, under the rules that are on."""
        key = (phone_number_id, customer.lstrip("+"))
        if key in self.closed_windows:
            return False
        if self.graph.window == "off":
            return True
        wrote_at = self.customer_wrote_at.get(key)
        return wrote_at is not None and self.now() - wrote_at < REPLY_WINDOW

    def count_for_pair(self, phone_number_id: str, customer: str) -> bool:
        """Count a message against the pair limit; False when the limit is reached."""
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

    def record(self, phone_number_id: str, recipient: str, message_id: str, body: Json, text: str = "") -> SentMessage:
        """Add an accepted send to the log."""
        context = body.get("context")
        sent = SentMessage(
            number=self.next_number(),
            account=phone_number_id,
            recipient=recipient,
            message_id=message_id,
            callback_data=body.get("biz_opaque_callback_data"),
            text=text or None,
            reply_to=context.get("message_id") if isinstance(context, dict) else None,
            body=body,
            at=self.now(),
            kind=str(body.get("type", "text")),
        )
        self.sent.append(sent)
        return sent
