"""From a webhook body to events: pure, total, and deterministic in its ids.

Whatever is understood becomes an event. Whatever is not is named by its path among the problems, and the caller
then keeps the whole body: nothing that Meta sent is lost, and a later version can read it again with the same ids.
Shapes: Meta's webhook reference for Graph API v25.0.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.failures import class_of, code_of, detail_of
from atd_schemas.envelope import Actor
from atd_schemas.ids import provider_event_id, uuid5
from atd_schemas.inbound import (
    InboundContact,
    InboundMessage,
    InboundMessageData,
    InboundReceipt,
    InboundReceiptData,
    InboundUnparsed,
    ReceiptStatus,
    SendFailure,
    UnparsedData,
    inbound_subject,
)

SOURCE = "ingest-whatsapp"
OBJECT = "whatsapp_business_account"

PROBLEMS_LIMIT = 100
"""Problems that are named one by one; a body with more says how many there are."""

_STATUSES: Mapping[str, ReceiptStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message that was listened to
    "failed": "failed",
}
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that a datetime can hold
_PHONE_DIGITS = range(7, 16)  # E.164: at most 15 digits
_UUID_CHARACTERS = 36
_ID_LIMIT = 512  # ids of Meta have up to about 140 characters
_NAME_LIMIT = 256  # WhatsApp allows 25; a body that repeats a long one must not become many long events

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Translation:
    """What a body says. `events` in the order of the body; `problems` name by path what was not understood."""

    events: tuple[InboundMessage | InboundReceipt, ...]
    problems: tuple[str, ...]

    def confirmed_sends(self) -> tuple[tuple[str, str], ...]:
        """Our message id and the provider's, for every receipt that proves that a send of ours went out."""
        return tuple(
            (event.data.message_id, event.data.external_id)
            for event in self.events
            if isinstance(event, InboundReceipt) and event.data.message_id and event.data.external_id
        )


def translate(payload: Any, accounts: Mapping[str, Account], now: datetime) -> Translation:
    """The events of a decoded body.

    `accounts` are the accounts that the body's signature proves, by phone number id; whatever the body says of
    another number is a problem. `now` is when it was received.
    """
    reader = _Reader(accounts, now)
    reader.body(payload)
    return Translation(tuple(reader.events), reader.named_problems())


def unparsed_event(account: Account, raw: bytes, problems: Sequence[str], now: datetime) -> InboundUnparsed:
    """The event that keeps a body whole. The same body of the same account is the same event."""
    return InboundUnparsed(
        id=uuid5("unparsed", account.id, hashlib.sha256(raw).hexdigest()),
        tenant_id=account.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=account.id,
        data=UnparsedData(
            account_id=account.id,
            channel="whatsapp",
            body=base64.b64encode(raw).decode(),
            problems=tuple(problems),
            received_at=now,
        ),
    )


@dataclass(slots=True)
class _Reader:
    """Walks one body; each method takes a part and the path where it stands."""

    accounts: Mapping[str, Account]
    now: datetime
    events: list[InboundMessage | InboundReceipt] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    more_problems: int = 0

    def problem(self, where: str, what: str) -> None:
        if len(self.problems) < PROBLEMS_LIMIT:
            self.problems.append(f"{where}: {what}")
        else:
            self.more_problems += 1

    def named_problems(self) -> tuple[str, ...]:
        more = (f"and {self.more_problems} more",) if self.more_problems else ()
        return (*self.problems, *more)

    def body(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            return self.problem("body", "is not an object")
        if payload.get("object") != OBJECT:
            return self.problem("object", f"is {_shown(payload.get('object'))}, not '{OBJECT}'")
        entries = payload.get("entry")
        if not isinstance(entries, list) or not entries:
            return self.problem("entry", "is not a list with something in it")
        for i, entry in enumerate(entries):
            changes = entry.get("changes") if isinstance(entry, dict) else None
            if not isinstance(changes, list) or not changes:
                self.problem(f"entry[{i}].changes", "is not a list with something in it")
                continue
            for j, change in enumerate(changes):
                self.change(change, f"entry[{i}].changes[{j}]")
        return None

    def change(self, change: Any, where: str) -> None:
        if not isinstance(change, dict):
            return self.problem(where, "is not an object")
        if change.get("field") != "messages":
            return self.problem(f"{where}.field", f"{_shown(change.get('field'))} is not known to this version")
        value = change.get("value")
        metadata = value.get("metadata") if isinstance(value, dict) else None
        number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        if not isinstance(value, dict) or not isinstance(number, str):
            return self.problem(f"{where}.value.metadata.phone_number_id", "is missing")
        account = self.accounts.get(number)
        if account is None:
            return self.problem(
                f"{where}.value.metadata.phone_number_id",
                f"{_shown(number)} is of no account that the signature proves",
            )
        return self.value(value, account, f"{where}.value")

    def value(self, value: Json, account: Account, where: str) -> None:
        known = {"messaging_product", "metadata", "contacts"}
        people = _people(value.get("contacts"))
        for name, read in (("messages", self.message), ("statuses", self.status)):
            if (found := value.get(name)) is None:
                continue
            known.add(name)
            if not isinstance(found, list):
                self.problem(f"{where}.{name}", "is not a list")
                continue
            for i, item in enumerate(found):
                if isinstance(item, dict):
                    read(item, account, people, f"{where}.{name}[{i}]")
                else:
                    self.problem(f"{where}.{name}[{i}]", "is not an object")
        if len(known) == 3 and "errors" not in value:  # noqa: PLR2004 - nothing but what every value has
            self.problem(where, "has neither messages nor statuses")
        if not known.issuperset(value):
            self.leftovers(value, known, where)

    def leftovers(self, value: Json, known: set[str], where: str) -> None:
        for name in value:
            if name in known:
                continue
            if name == "errors" and isinstance(value[name], list):
                self.errors(value[name], f"{where}.errors")
            else:
                self.problem(f"{where}.{_plain(name)}", "is not known to this version")

    def errors(self, errors: Sequence[Any], where: str) -> None:
        for i, error in enumerate(errors):
            code = code_of(error) if isinstance(error, dict) else None
            self.problem(f"{where}[{i}]", f"error {code}")

    def message(self, message: Json, account: Account, people: Mapping[str, Json], where: str) -> None:
        """One customer's message; only plain texts are understood by this version."""
        kind = message.get("type")
        if isinstance(errors := message.get("errors"), list):
            self.errors(errors, f"{where}.errors")
        if kind != "text" or "group_id" in message:
            what = "messages in groups are" if "group_id" in message else f"type {_shown(kind)} is"
            return self.problem(where, f"{what} not known to this version")
        text = message.get("text")
        words = text.get("body") if isinstance(text, dict) else None
        if not isinstance(words, str):
            return self.problem(f"{where}.text.body", "is missing")
        external_id = _id(message.get("id"))
        if external_id is None:
            return self.problem(f"{where}.id", "is missing or too long")
        at = _moment(message.get("timestamp"))
        if at is None:
            return self.problem(f"{where}.timestamp", "is not a moment in unix seconds")
        contact = _contact(message, people)
        if contact is None:
            return self.problem(where, "names no sender")
        reply_to, forwarded = self.context(message, where)
        self.events.append(
            InboundMessage(
                id=provider_event_id(account.id, external_id, "message"),
                tenant_id=account.tenant_id,
                occurred_at=at,
                recorded_at=self.now,
                source=SOURCE,
                subject=inbound_subject(account.id, contact.external_id),
                actor=Actor(type="contact", name=contact.name),
                data=InboundMessageData(
                    account_id=account.id,
                    account_name=account.name,
                    channel="whatsapp",
                    external_id=external_id,
                    contact=contact,
                    kind="text",
                    text=words,
                    reply_to_external_id=reply_to,
                    forwarded=forwarded,
                ),
            )
        )
        return None

    def context(self, message: Json, where: str) -> tuple[str | None, Any]:
        """What a message answers, and how often it was forwarded."""
        if "referral" in message:
            self.problem(f"{where}.referral", "is not known to this version")
        context = message.get("context")
        if context is None:
            return None, "no"
        if not isinstance(context, dict):
            self.problem(f"{where}.context", "is not an object")
            return None, "no"
        if "referred_product" in context:
            self.problem(f"{where}.context.referred_product", "is not known to this version")
        forwarded = "once" if context.get("forwarded") is True else "no"
        if context.get("frequently_forwarded") is True:
            forwarded = "often"
        return _id(context.get("id")), forwarded

    def status(self, status: Json, account: Account, people: Mapping[str, Json], where: str) -> None:  # noqa: ARG002
        """One receipt; `people` is for the same signature as `message`."""
        name = status.get("status")
        known = _STATUSES.get(name) if isinstance(name, str) else None
        if known is None or status.get("recipient_type") == "group":
            what = f"status {_shown(name)} is" if known is None else "receipts of groups are"
            return self.problem(where, f"{what} not known to this version")
        external_id = _id(status.get("id"))
        if external_id is None:
            return self.problem(f"{where}.id", "is missing or too long")
        at = _moment(status.get("timestamp"))
        if at is None:
            return self.problem(f"{where}.timestamp", "is not a moment in unix seconds")
        recipient = _id(status.get("recipient_id")) or _id(status.get("recipient_user_id"))
        if recipient is None:
            return self.problem(where, "names no recipient")
        self.events.append(
            InboundReceipt(
                id=provider_event_id(account.id, external_id, f"status:{name}"),
                tenant_id=account.tenant_id,
                occurred_at=at,
                recorded_at=self.now,
                source=SOURCE,
                subject=inbound_subject(account.id, recipient),
                data=InboundReceiptData(
                    account_id=account.id,
                    channel="whatsapp",
                    status=known,
                    recipient=recipient,
                    external_id=external_id,
                    message_id=_our_message_id(status.get("biz_opaque_callback_data")),
                    failure=_failure(status.get("errors")) if known == "failed" else None,
                ),
            )
        )
        return None


def _people(contacts: Any) -> Mapping[str, Json]:
    """The `contacts` of a value by each of their ids."""
    if not isinstance(contacts, list):
        return {}
    return {key: person for person in contacts if isinstance(person, dict) for key in _ids(person)}


def _ids(person: Json) -> Iterator[str]:
    for name in ("wa_id", "user_id"):
        if (found := _id(person.get(name))) is not None:
            yield found


def _contact(message: Json, people: Mapping[str, Json]) -> InboundContact | None:
    """The sender: the `wa_id` where it is not hidden, else the business-scoped user id; the other is an alias."""
    sender, user_id = _id(message.get("from")), _id(message.get("from_user_id"))
    person = people.get(sender or user_id or "") or people.get(user_id or "") or {}
    sender = sender or _id(person.get("wa_id"))
    user_id = user_id or _id(person.get("user_id"))
    external_id = sender or user_id
    if external_id is None:
        return None
    profile = person.get("profile")
    return InboundContact(
        external_id=external_id,
        aliases=(user_id,) if sender and user_id and sender != user_id else (),
        name=_name(profile) if isinstance(profile, dict) else None,
        phone=_phone(sender),
    )


def _phone(wa_id: str | None) -> str | None:
    """E.164 of a `wa_id`, which is the number without `+`."""
    if wa_id and wa_id.isascii() and wa_id.isdigit() and len(wa_id) in _PHONE_DIGITS:
        return f"+{wa_id}"
    return None


def _failure(errors: Any) -> SendFailure:
    error = next((item for item in errors if isinstance(item, dict)), {}) if isinstance(errors, list) else {}
    code = code_of(error)
    return SendFailure(code="unknown" if code is None else str(code), reason=class_of(code), detail=detail_of(error))


def _our_message_id(callback_data: Any) -> str | None:
    """Our message id when the callback data looks like one: another app on the number may set its own."""
    if not isinstance(callback_data, str) or len(callback_data) != _UUID_CHARACTERS:
        return None
    hyphens = all(callback_data[place] == "-" for place in (8, 13, 18, 23))
    return callback_data if hyphens and callback_data.isascii() else None


def _moment(seconds: Any) -> datetime | None:
    """A moment from unix seconds, which Meta writes as a string."""
    if isinstance(seconds, str):
        if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > len(str(_LAST_SECOND)):
            return None
        seconds = int(seconds)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _id(value: Any) -> str | None:
    """An id of Meta's: a text of sensible length."""
    return value if isinstance(value, str) and 0 < len(value) <= _ID_LIMIT else None


def _name(profile: Json) -> str | None:
    for name in ("name", "username"):
        if isinstance(found := profile.get(name), str) and found:
            return found[:_NAME_LIMIT]
    return None


def _shown(value: Any) -> str:
    """A provider's keyword for a problem: short, and only when it is a text."""
    return f"'{_plain(value)}'" if isinstance(value, str) else "missing" if value is None else type(value).__name__


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:40])
