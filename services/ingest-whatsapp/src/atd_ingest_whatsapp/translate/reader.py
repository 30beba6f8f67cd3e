"""Walks a body: entries, changes, and the lists in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.moments import moment
from atd_channelkit.webhooks.problems import Problems
from atd_channelkit.webhooks.translation import SendProof, Translation
from atd_channelkit.webhooks.values import Json, plain, shown
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.translate.messages import MessageEvent, message_event
from atd_ingest_whatsapp.translate.notes import Note
from atd_ingest_whatsapp.translate.part import Part, people_of
from atd_ingest_whatsapp.translate.people import preference, user_id_change
from atd_ingest_whatsapp.translate.state import FIELDS, Change, error_notes, notes_of
from atd_ingest_whatsapp.translate.statuses import receipt
from atd_schemas.inbound import InboundPreference, InboundReceipt

OBJECT = "whatsapp_business_account"

Event = MessageEvent | InboundReceipt | InboundPreference

_NOTHING: Json = MappingProxyType({})
_EVERY_VALUE = frozenset(("messaging_product", "metadata", "contacts"))


@dataclass(frozen=True, slots=True)
class Proven:
    """The accounts that a body's signature proves: by phone number id, and by business account."""

    numbers: Mapping[str, Account]
    businesses: Mapping[str, Sequence[Account]] = field(default_factory=dict)


def translate(payload: Any, proven: Proven, now: datetime, received_at: datetime | None = None) -> Translation:
    """What a decoded body says.

    Whatever it says of an account that is not `proven` is a problem. `now` is when it is read, `received_at` when it
    came, if that was earlier: what Meta did not date is as old as that.
    """
    reader = _Reader(proven, now, received_at or now)
    reader.body(payload)
    return Translation(tuple(reader.events), reader.problems.named(), tuple(reader.notes), tuple(reader.confirmed))


@dataclass(slots=True)
class _Reader:
    """Collects what a body says; each method takes a part and the path where it stands."""

    proven: Proven
    now: datetime
    received_at: datetime
    events: list[Event] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    confirmed: list[SendProof] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)

    def body(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            return self.problems.add("body", "is not an object")
        if payload.get("object") != OBJECT:
            return self.problems.add("object", f"is {shown(payload.get('object'))}, not '{OBJECT}'")
        entries = payload.get("entry")
        if not isinstance(entries, list) or not entries:
            return self.problems.add("entry", "is not a list with something in it")
        for i, entry in enumerate(entries):
            changes = entry.get("changes") if isinstance(entry, dict) else None
            if not isinstance(changes, list) or not changes:
                self.problems.add(f"entry[{i}].changes", "is not a list with something in it")
                continue
            for j, change in enumerate(changes):
                self.change(change, entry, f"entry[{i}].changes[{j}]")
        return None

    def change(self, change: Any, entry: Json, where: str) -> None:
        if not isinstance(change, dict):
            return self.problems.add(where, "is not an object")
        name = change.get("field")
        lists = LISTS.get(name) if isinstance(name, str) else None
        if lists is None and (not isinstance(name, str) or name not in FIELDS):
            return self.problems.add(f"{where}.field", f"{shown(name)} is not known to this version")
        value = change.get("value")
        if not isinstance(value, dict):
            return self.problems.add(f"{where}.value", "is not an object")
        if lists is None:
            return self.state(str(name), value, entry, f"{where}.value")
        account = self.account(value, entry, f"{where}.value")
        return None if account is None else self.value(value, lists, account, entry, f"{where}.value")

    def account(self, value: Json, entry: Json, where: str) -> Account | None:
        """Whose a value is: of the number that it names; without one, of the business account's only number."""
        metadata = value.get("metadata")
        number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        if not isinstance(number, str):
            of_business = self.proven.businesses.get(str(entry.get("id")), ()) if metadata is None else ()
            if len(of_business) == 1:
                return of_business[0]
            self.problems.add(f"{where}.metadata.phone_number_id", "is missing")
            return None
        account = self.proven.numbers.get(number)
        if account is None:
            self.problems.add(
                f"{where}.metadata.phone_number_id", f"{shown(number)} is of no account that the signature proves"
            )
        return account

    def state(self, name: str, value: Json, entry: Json, where: str) -> None:
        business = entry.get("id")
        accounts = self.proven.businesses.get(business, ()) if isinstance(business, str) else ()
        if not accounts:
            return self.problems.add(where, f"{shown(business)} has no account that the signature proves")
        at, dated = moment(entry.get("time"), self.received_at)
        change = Change(name, value, where, accounts, at, dated, self.problems)
        self.notes.extend(notes_of(change))
        return None

    def value(self, value: Json, lists: "Mapping[str, _Read]", account: Account, entry: Json, where: str) -> None:
        people = people_of(value.get("contacts"))
        found = False
        for name, items in value.items():
            if (read := lists.get(name)) is not None:
                found = True
                self.items(items, read, self.part(f"{where}.{name}", account, people))
            elif name == "errors":
                found = True
                self.errors(items, account, entry, f"{where}.errors")
            elif name not in _EVERY_VALUE:
                found = True
                self.problems.add(f"{where}.{plain(name)}", "is not known to this version")
        if not found:
            self.problems.add(where, f"has no {' nor '.join(lists)}")

    def errors(self, errors: Any, account: Account, entry: Json, where: str) -> None:
        at, dated = moment(entry.get("time"), self.received_at)
        self.notes.extend(error_notes(account, errors, at, where, self.problems, dated=dated))

    def items(self, items: Any, read: "_Read", part: Part) -> None:
        where = part.where
        if not isinstance(items, list):
            return self.problems.add(where, "is not a list")
        for i, item in enumerate(items):
            if isinstance(item, dict):
                read(self, self.part(f"{where}[{i}]", part.account, part.people, item))
            else:
                self.problems.add(f"{where}[{i}]", "is not an object")
        return None

    def part(self, where: str, account: Account, people: Mapping[str, Json], item: Json = _NOTHING) -> Part:
        return Part(item, where, self.problems, account, people, self.now, self.received_at)

    def message(self, part: Part) -> None:
        if (event := message_event(part)) is not None:
            self.events.append(event)

    def echo(self, part: Part) -> None:
        part.by_business = True
        self.message(part)

    def status(self, part: Part) -> None:
        found = receipt(part)
        if found is None:
            return
        if found.event is not None:
            self.events.append(found.event)
        if found.proves is not None:
            self.confirmed.append(found.proves)

    def preference(self, part: Part) -> None:
        if (event := preference(part)) is not None:
            self.events.append(event)

    def user_id_change(self, part: Part) -> None:
        if (event := user_id_change(part)) is not None:
            self.events.append(event)


_Read = Callable[[_Reader, Part], None]

LISTS: Mapping[str, Mapping[str, _Read]] = MappingProxyType(
    {
        "messages": MappingProxyType({"messages": _Reader.message, "statuses": _Reader.status}),
        "smb_message_echoes": MappingProxyType({"message_echoes": _Reader.echo}),
        "user_preferences": MappingProxyType({"user_preferences": _Reader.preference}),
        "user_id_update": MappingProxyType({"user_id_update": _Reader.user_id_change}),
    }
)
