"""Hands every event of a batch to the function that takes its type in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atd_conversation.domain.unit_of_work import Row, UnitOfWork
from atd_conversation.intake.batch import Arrival
from atd_conversation.intake.changes import apply_early_changes, take_change
from atd_conversation.intake.files import take_file
from atd_conversation.intake.messages import take_echo, take_message
from atd_conversation.intake.people import learn_recipient_keys, take_contact_change, take_preference
from atd_conversation.intake.reach import take_activity, take_reachability
from atd_conversation.intake.receipts import take_receipt
from atd_conversation.intake.state import Cause, Intake
from atd_conversation.intake.watermarks import take_receipt_until
from atd_schemas.envelope import Envelope
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

HANDLERS: Mapping[type[Envelope], Callable[[Intake, Any, Cause], None]] = {
    InboundMessage: take_message,
    InboundEcho: take_echo,
    InboundReceipt: take_receipt,
    InboundReaction: take_change,
    InboundEdit: take_change,
    InboundDelete: take_change,
    InboundVisibility: take_change,
    InboundReceiptUntil: take_receipt_until,
    InboundActivity: take_activity,
    InboundReachability: take_reachability,
    InboundContactChange: take_contact_change,
    InboundPreference: take_preference,
    InboundFile: take_file,
}


def take_in(intake: Intake, causes: Sequence[Cause]) -> UnitOfWork:
    """Take every event in that was not handled before, and return what must be saved."""
    seen = intake.loaded.handled
    for key, former in intake.loaded.redirected.items():
        intake.unit.moved_identities[key] = (former, intake.loaded.contact_ids[key])
    for cause in causes:
        event = cause.event
        if event.id in seen:
            continue
        seen.add(event.id)
        if not isinstance(event, Arrival):
            intake.unit.handled.append(event.id)
        HANDLERS[type(event)](intake, event, cause)
    learn_recipient_keys(intake)
    return intake.unit


def apply_waiting_changes(intake: Intake, rows: dict[str, Row]) -> UnitOfWork:
    """Make the changes that waited for messages that are here now, and return what must be saved."""
    intake.loaded.early_changes.update(rows)
    apply_early_changes(intake, rows)
    return intake.unit
