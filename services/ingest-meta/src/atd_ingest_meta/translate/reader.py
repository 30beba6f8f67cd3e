"""Walks a body: entries, and the items and changes in them, each to the account that it is for.

An entry names a page or an Instagram account. Its messages are for the Messenger account of that page, its comments for
the account of comments. What is for one that is not connected is passed over when the page has another here: whoever
connected that one wants no more. What belongs to nobody here is a problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.problems import Problems
from atd_channelkit.webhooks.translation import Translation
from atd_channelkit.webhooks.values import Json, plain, shown
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.ids import meta_id
from atd_ingest_meta.named import INSTAGRAM, PAGE
from atd_ingest_meta.translate.comments import read_feed, read_mention
from atd_ingest_meta.translate.found import Found
from atd_ingest_meta.translate.messaging import read_item
from atd_ingest_meta.translate.part import Part
from atd_schemas.views import ChannelKind

Named = Mapping[Reference, Sequence[Account]]
"""The accounts that a body's signature proves, by what the body calls them."""

_PRIVATE: Mapping[str, ChannelKind] = MappingProxyType({PAGE: "messenger", INSTAGRAM: "instagram"})

MESSAGING_FIELDS = frozenset(
    (
        "messages",
        "message_deliveries",
        "message_echoes",
        "message_edits",
        "message_reactions",
        "message_reads",
        "messaging_account_linking",
        "messaging_feedback",
        "messaging_handover",
        "messaging_handovers",
        "messaging_optins",
        "messaging_policy_enforcement",
        "messaging_postbacks",
        "messaging_referral",
        "messaging_referrals",
        "messaging_seen",
        "response_feedback",
        "standby",
    )
)
"""Of changes whose value is an item of `messaging`: one of Instagram's forms, and Meta's test of an address."""

IGNORED_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        PAGE: frozenset(
            ("ratings", "inbox_labels", "conversations", "live_videos", "leadgen", "name", "picture", "videos")
        ),
        INSTAGRAM: frozenset(("comments", "live_comments", "mentions", "story_insights")),
    }
)
"""Fields that somebody may subscribe to and that this version does not show."""

_EVERY_ENTRY = frozenset(("id", "time", "uid", "changed_fields", "hop_context"))
_LISTS = ("messaging", "standby", "changes")


def translate(payload: Any, named: Named, now: datetime, received_at: datetime | None = None) -> Translation:
    """What a decoded body says.

    `now` is when it is read, `received_at` when it came, if that was earlier: what Meta did not date is as old as that.
    """
    reader = _Reader(named, now, received_at or now)
    reader.body(payload)
    found = reader.found
    return Translation(tuple(found.events), reader.problems.named(), tuple(found.notes), tuple(found.confirmed))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry, whose it is, and where it stands."""

    item: Json
    where: str
    object: str
    id: str
    accounts: Sequence[Account]

    def account(self, kind: ChannelKind) -> Account | None:
        """The account of a kind, if it is connected and proven."""
        return next((one for one in self.accounts if one.kind == kind), None)


@dataclass(slots=True)
class _Reader:
    """Collects what a body says; each method takes a part and the path where it stands."""

    named: Named
    now: datetime
    received_at: datetime
    found: Found = field(default_factory=Found)
    problems: Problems = field(default_factory=Problems)

    def body(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            return self.problems.add("body", "is not an object")
        name = payload.get("object")
        if not isinstance(name, str) or name not in _PRIVATE:
            return self.problems.add("object", f"is {shown(name)}, not '{PAGE}' or '{INSTAGRAM}'")
        entries = payload.get("entry")
        if not isinstance(entries, list) or not entries:
            return self.problems.add("entry", "is not a list with something in it")
        for place, entry in enumerate(entries):
            where = f"entry[{place}]"
            if not isinstance(entry, dict):
                self.problems.add(where, "is not an object")
                continue
            entry_id = meta_id(entry.get("id"))
            accounts = self.named.get((name, entry_id), ()) if entry_id is not None else ()
            if entry_id is None or not accounts:
                self.problems.add(f"{where}.id", f"{shown(entry.get('id'))} is of no account that the signature proves")
                continue
            self.entry(_Entry(entry, where, name, entry_id, accounts))
        return None

    def entry(self, entry: _Entry) -> None:
        item, where = entry.item, entry.where
        known = False
        for name in _LISTS:
            if name not in item:
                continue
            known = True
            if not isinstance(item[name], list):
                self.problems.add(f"{where}.{name}", "is not a list")
                continue
            for place, one in enumerate(item[name]):
                self.item(entry, name, one, f"{where}.{name}[{place}]")
        if "field" in item:
            known = True
            self.change(entry, item, where)
        for name in item:
            if name not in _EVERY_ENTRY and name not in _LISTS and name not in ("field", "value"):
                known = True
                self.problems.add(f"{where}.{plain(name)}", "is not known to this version")
        if not known:
            self.problems.add(where, f"has no {' nor '.join(_LISTS)}")

    def item(self, entry: _Entry, name: str, one: Any, where: str) -> None:
        if not isinstance(one, dict):
            self.problems.add(where, "is not an object")
        elif name == "changes":
            self.change(entry, one, where)
        else:
            self.messaging(entry, one, where, standby=name == "standby")

    def messaging(self, entry: _Entry, one: Json, where: str, *, standby: bool) -> None:
        account = entry.account(_PRIVATE[entry.object])
        if account is not None:
            part = self.part(one, where, entry, account)
            part.standby = standby
            self.take(read_item(part))

    def change(self, entry: _Entry, change: Json, where: str) -> None:
        name, value = change.get("field"), change.get("value")
        if not isinstance(name, str):
            return self.problems.add(f"{where}.field", "is not a text")
        if name in IGNORED_FIELDS[entry.object]:
            return None
        is_public = entry.object == PAGE and name in ("feed", "mention")
        if not is_public and name not in MESSAGING_FIELDS:
            return self.problems.add(f"{where}.field", f"{shown(name)} is not known to this version")
        if not isinstance(value, dict):
            return self.problems.add(f"{where}.value", "is not an object")
        if not is_public:
            return self.messaging(entry, value, f"{where}.value", standby=name == "standby")
        account = entry.account("facebook")
        if account is not None:
            part = self.part(value, f"{where}.value", entry, account)
            private = _private_of(entry, account)
            self.take(read_feed(part, private) if name == "feed" else read_mention(part, private))
        return None

    def part(self, item: Json, where: str, entry: _Entry, account: Account) -> Part:
        return Part(item, where, self.problems, account, self.now, self.received_at, entry.id, entry.item.get("time"))

    def take(self, found: Found) -> None:
        self.found.events.extend(found.events)
        self.found.notes.extend(found.notes)
        self.found.confirmed.extend(found.confirmed)


def _private_of(entry: _Entry, account: Account) -> Account | None:
    """The Messenger account of the same page and tenant, if messages can go out there."""
    private = entry.account("messenger")
    usable = private is not None and private.tenant_id == account.tenant_id and private.status != "disabled"
    return private if usable else None
