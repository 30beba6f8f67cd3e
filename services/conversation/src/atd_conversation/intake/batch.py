"""A batch of inbound events, sorted by what must be known to decide about them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from atd_schemas.inbound import (
    InboundActivity,
    InboundContactChange,
    InboundDelete,
    InboundEcho,
    InboundEdit,
    InboundFile,
    InboundMessage,
    InboundPreference,
    InboundReachability,
    InboundReaction,
    InboundReceipt,
    InboundReceiptUntil,
    InboundVisibility,
)

Arrival = InboundMessage | InboundEcho
"""A new message of either side."""

ChangeEvent = InboundReaction | InboundEdit | InboundDelete | InboundVisibility
"""What happens to an earlier message."""

PersonEvent = (
    InboundMessage | InboundEcho | InboundContactChange | InboundPreference | InboundActivity | InboundReachability
)
"""Events for which the contact must be found by what the channel calls them."""

_PERSON_EVENTS = frozenset(get_args(PersonEvent))


@dataclass(frozen=True, slots=True)
class Batch:
    """`people` keeps the order of the batch: what one event tells of a person decides about a later one."""

    event_ids: set[str] = field(default_factory=set)
    people: list[PersonEvent] = field(default_factory=list)
    receipts: list[InboundReceipt] = field(default_factory=list)
    watermarks: list[InboundReceiptUntil] = field(default_factory=list)
    changes: list[ChangeEvent] = field(default_factory=list)
    files: list[InboundFile] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Any]) -> "Batch":
        """The events of a batch, in its order."""
        batch = cls()
        for event in events:
            batch.event_ids.add(event.id)
            kind = type(event)
            if kind in _PERSON_EVENTS:
                batch.people.append(event)
            elif kind is InboundReceipt:
                batch.receipts.append(event)
            elif kind is InboundReceiptUntil:
                batch.watermarks.append(event)
            elif kind is InboundFile:
                batch.files.append(event)
            else:
                batch.changes.append(event)
        return batch

    def noted_ids(self) -> set[str]:
        """The events that are known by the inbox alone whether they were handled.

        A new message is known by its own id: its document can be stored but once.
        """
        return self.event_ids - {event.id for event in self.arrivals()}

    def arrivals(self) -> list[Arrival]:
        """The new messages."""
        return [event for event in self.people if isinstance(event, (InboundMessage, InboundEcho))]

    def names(self) -> set[tuple[str, str]]:
        """Account and provider's id of every message that is new, told of, quoted or changed here."""
        arrivals = self.arrivals()
        told = {(event.data.account_id, event.data.external_id) for event in arrivals}
        told |= {
            (event.data.account_id, event.data.reply_to_external_id)
            for event in arrivals
            if event.data.reply_to_external_id
        }
        return self.receipt_names() | told | {(c.data.account_id, c.data.target_external_id) for c in self.changes}

    def receipt_names(self) -> set[tuple[str, str]]:
        """Account and provider's id of every message that a receipt tells of; in parts, each of them."""
        told = {(one.data.account_id, name) for one in self.receipts for name in told_ids(one)}
        until = ((one.data.account_id, one.data.external_id) for one in self.watermarks)
        return told | {(account_id, name) for account_id, name in until if name is not None}


def told_ids(receipt: InboundReceipt) -> tuple[str, ...]:
    """What a receipt says that the provider calls the message, the first part first."""
    data = receipt.data
    first = (data.external_id,) if data.external_id else ()
    return tuple(dict.fromkeys((*first, *data.external_ids)))
