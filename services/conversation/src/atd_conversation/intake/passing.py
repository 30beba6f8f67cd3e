"""The pass itself: every event to the one that takes its kind in."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atd_conversation.intake.changes import settle_changes, take_change, take_file
from atd_conversation.intake.messages import take_echo, take_message
from atd_conversation.intake.people import learn_nicknames, take_contact_change, take_preference
from atd_conversation.intake.receipts import take_receipt
from atd_conversation.intake.state import Intake, News
from atd_conversation.store.unit import Unit
from atd_schemas.envelope import Envelope
from atd_schemas.inbound import (
    InboundContactChange,
    InboundDelete,
    InboundEcho,
    InboundEdit,
    InboundFile,
    InboundMessage,
    InboundPreference,
    InboundReaction,
    InboundReceipt,
)
from atd_servicekit.consuming import Record

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

HANDLERS: Mapping[type[Envelope], Callable[[Intake, Any, News], None]] = {
    InboundMessage: take_message,
    InboundEcho: take_echo,
    InboundReceipt: take_receipt,
    InboundReaction: take_change,
    InboundEdit: take_change,
    InboundDelete: take_change,
    InboundContactChange: take_contact_change,
    InboundPreference: take_preference,
    InboundFile: take_file,
}


def take_in(intake: Intake, records: Sequence[Record[Any]]) -> Unit:
    """Take every event in that was not handled before, and return what must be saved."""
    seen = intake.loaded.handled
    for record in records:
        event = record.event
        if event.id in seen:
            continue
        seen.add(event.id)
        intake.unit.handled.append(event.id)
        HANDLERS[type(event)](intake, event, News(event, record.traceparent))
    learn_nicknames(intake)
    return intake.unit


def settle(intake: Intake, rows: "dict[str, Document]") -> Unit:
    """Make the changes that waited for messages that are here now, and return what must be saved."""
    intake.loaded.early_changes.update(rows)
    settle_changes(intake, rows)
    return intake.unit
