"""Events of what a provider sends, from the parts that differ. Pure."""

from datetime import datetime
from typing import Any

from atd_channelkit.accounts.model import Account
from atd_channelkit.sending.references import read_reference
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import (
    InboundContact,
    InboundMessage,
    InboundMessageData,
    InboundReceipt,
    InboundReceiptData,
    ReceiptStatus,
    SendFailure,
    inbound_subject,
)

Times = tuple[datetime, datetime]
"""When something happened at the provider, and when it is read here."""


def message_event(
    account: Account,
    source: str,
    external_id: str,
    contact: InboundContact,
    times: Times,
    **data: Any,
) -> InboundMessage:
    """A message that a customer wrote; `data` are its other fields (`kind`, `text`, `content`, ...).

    `external_id` is the provider's id of it.
    """
    return InboundMessage(
        **_envelope(account, source, external_id, "message", contact.external_id, times),
        data=InboundMessageData(
            account_id=account.id,
            account_name=account.name,
            channel=account.kind,
            external_id=external_id,
            contact=contact,
            **data,
        ),
    )


def receipt_event(
    account: Account,
    source: str,
    external_id: str,
    recipient: str,
    status: ReceiptStatus,
    times: Times,
    *,
    reference: str | None = None,
    failure: SendFailure | None = None,
) -> InboundReceipt:
    """What became of a message that we sent.

    `reference` is what travelled with the send, for providers that return it.
    """
    ours = read_reference(reference)
    about = "message" if ours is None else ours.about
    part = None if ours is None else ours.part
    return InboundReceipt(
        **_envelope(account, source, external_id, f"status:{status}", recipient, times),
        causation_id=None if ours is None else ours.command_id,
        data=InboundReceiptData(
            account_id=account.id,
            channel=account.kind,
            status=status,
            recipient=recipient,
            external_id=external_id if about == "message" and not part else None,
            message_id=None if ours is None else ours.message_id,
            failure=failure,
            attempt=0 if ours is None else ours.attempt,
            about=about,
            external_ids=() if part is None else (external_id,),
        ),
    )


def _envelope(
    account: Account, source: str, external_id: str, what: str, customer: str, times: Times
) -> dict[str, Any]:
    """The same event of the provider has the same id."""
    occurred_at, recorded_at = times
    return {
        "id": provider_event_id(account.id, external_id, what),
        "tenant_id": account.tenant_id,
        "occurred_at": occurred_at,
        "recorded_at": recorded_at,
        "source": source,
        "subject": inbound_subject(account.id, customer),
    }
