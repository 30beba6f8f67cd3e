"""Receipts: what became of messages that we sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from atd_channelkit.sending.references import SendReference, read_reference
from atd_channelkit.webhooks.translation import SendProof
from atd_channelkit.webhooks.values import Json, id_of, shown
from atd_ingest_whatsapp.failures import class_of, code_of, detail_of
from atd_ingest_whatsapp.translate.messages import SOURCE
from atd_ingest_whatsapp.translate.part import Part
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundReceipt, InboundReceiptData, ReceiptStatus, SendFailure, inbound_subject

_STATUSES: Mapping[str, ReceiptStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message that was listened to
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was understood. Of a reaction of ours only a failure is an event."""

    event: InboundReceipt | None
    proves: SendProof | None


def receipt(part: Part) -> Receipt | None:
    """What one status says; `None` when it is not understood, which is named as a problem."""
    status = part.item
    name = status.get("status")
    known = _STATUSES.get(name) if isinstance(name, str) else None
    if part.is_in_group():
        return None
    if known is None:
        part.problem(f"status {shown(name)} is not known to this version")
        return None
    external_id = id_of(status.get("id"))
    if external_id is None:
        part.problem("is missing or too long", ".id")
        return None
    callback = status.get("biz_opaque_callback_data")
    reference = read_reference(callback)
    event = None
    if reference is None or reference.about == "message" or known == "failed":
        event = _event(part, known, external_id, reference)
        if event is None:
            return None
    return Receipt(event, None if reference is None else SendProof(part.account.id, str(callback), external_id))


def _event(
    part: Part, known: ReceiptStatus, external_id: str, reference: SendReference | None
) -> InboundReceipt | None:
    status = part.item
    number, user_id = id_of(status.get("recipient_id")), id_of(status.get("recipient_user_id"))
    recipient = number or user_id
    if recipient is None:
        part.problem("names no recipient")
        return None
    user_id = user_id or id_of(part.people.get(recipient, {}).get("user_id"))
    about_message = reference is None or reference.about == "message"
    return InboundReceipt(
        id=provider_event_id(part.account.id, external_id, f"status:{status['status']}"),
        tenant_id=part.account.tenant_id,
        occurred_at=part.moment(),
        recorded_at=part.now,
        source=SOURCE,
        subject=inbound_subject(part.account.id, recipient),
        causation_id=None if reference is None else reference.command_id,
        data=InboundReceiptData(
            account_id=part.account.id,
            channel="whatsapp",
            status=known,
            recipient=recipient,
            external_id=external_id if about_message else None,
            message_id=None if reference is None else reference.message_id,
            failure=_failure(status.get("errors")) if known == "failed" else None,
            attempt=0 if reference is None else reference.attempt,
            about="message" if about_message else "reaction",
            aliases=(user_id,) if user_id and user_id != recipient else (),
        ),
    )


def _failure(errors: object) -> SendFailure:
    error: Json = next((item for item in errors if isinstance(item, dict)), {}) if isinstance(errors, list) else {}
    code = code_of(error)
    return SendFailure(code="unknown" if code is None else str(code), reason=class_of(code), detail=detail_of(error))
