"""An update: which kind it is of, and what it says. Source: the Bot API 10.1, `Update`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.problems import Problems
from atd_channelkit.webhooks.translation import Translation
from atd_channelkit.webhooks.values import plain
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.translate.clicks import click
from atd_ingest_telegram.translate.messages import deleted_messages, edited_message, message
from atd_ingest_telegram.translate.notes import ClickNote
from atd_ingest_telegram.translate.part import Part, update_id_of
from atd_ingest_telegram.translate.people import membership, reaction
from atd_schemas.envelope import Envelope

IGNORED = frozenset(
    (
        *("channel_post", "edited_channel_post"),  # nobody writes to us there
        "business_connection",  # that a chat can be answered shows when it is
        *("message_reaction_count", "chat_boost", "removed_chat_boost", "chat_member", "poll", "managed_bot"),
    )
)
"""Kinds that are taken and give nothing, on purpose. None but the connection is asked for (`ALLOWED_UPDATES`)."""

ALLOWED_UPDATES = (
    *("message", "edited_message"),
    *("business_connection", "business_message", "edited_business_message", "deleted_business_messages"),
    *("message_reaction", "callback_query", "my_chat_member"),
)
"""The kinds that Telegram is asked for. Reactions are among them only when they are named."""


@dataclass(slots=True)
class _Found:
    """What was found in an update."""

    events: list[Envelope] = field(default_factory=list)
    notes: list[ClickNote] = field(default_factory=list)

    def one(self, event: Envelope | None) -> None:
        if event is not None:
            self.events.append(event)

    def many(self, events: Iterable[Envelope]) -> None:
        self.events.extend(events)

    def clicked(self, part: Part) -> None:
        event, note = click(part)
        self.one(event)
        if note is not None:
            self.notes.append(note)


READ: Mapping[str, Callable[[_Found, Part], None]] = MappingProxyType(
    {
        "message": lambda found, part: found.one(message(part)),
        "business_message": lambda found, part: found.one(message(part)),
        "edited_message": lambda found, part: found.one(edited_message(part)),
        "edited_business_message": lambda found, part: found.one(edited_message(part)),
        "deleted_business_messages": lambda found, part: found.many(deleted_messages(part)),
        "message_reaction": lambda found, part: found.one(reaction(part)),
        "my_chat_member": lambda found, part: found.one(membership(part)),
        "callback_query": lambda found, part: found.clicked(part),
    }
)
"""How each kind of update is read."""


def translate(payload: Any, account: Account, now: datetime, received_at: datetime | None = None) -> Translation:
    """What a decoded update says. `now` is when it is read, `received_at` when it came, if that was earlier."""
    problems, found = Problems(), _Found()
    if not isinstance(payload, dict):
        problems.add("update", "is not an object")
        return Translation((), problems.named())
    update_id = update_id_of(payload)
    kinds = [name for name in payload if name != "update_id"]
    if not kinds:
        problems.add("update", "says nothing")
    for name in kinds:
        read, item = READ.get(name), payload[name]
        if read is None:
            if name not in IGNORED:
                problems.add(plain(name), "is not known to this version")
            continue
        if not isinstance(item, dict):
            problems.add(name, "is not an object")
            continue
        part = Part(
            item=item,
            where=name,
            problems=problems,
            account=account,
            now=now,
            received_at=received_at or now,
            update_id=update_id,
        )
        read(found, part)
    return Translation(tuple(found.events), problems.named(), tuple(found.notes))
