"""How far a customer has got our messages, or read them.

Messenger tells a moment (a watermark) and sometimes the messages; Instagram the message that was read.
"""

from collections.abc import Iterator
from typing import Any, Literal

from atd_channelkit.webhooks.events import receipt_event
from atd_channelkit.webhooks.moments import provider_moment
from atd_channelkit.webhooks.values import Json, id_of
from atd_ingest_meta.translate.part import SOURCE, Part
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import (
    InboundReceipt,
    InboundReceiptUntil,
    InboundReceiptUntilData,
    inbound_subject,
)

MIDS_LIMIT = 1000


def delivered(part: Part, told: Json, customer: str) -> Iterator[InboundReceipt | InboundReceiptUntil]:
    """Messages arrived: those that are named, and all until a moment."""
    mids = told.get("mids")
    named = mids[:MIDS_LIMIT] if isinstance(mids, list) else []
    for mid in dict.fromkeys(one for one in named if id_of(one) is not None):
        yield receipt_event(part.account, SOURCE, mid, customer, "delivered", (part.moment(), part.now))
    if (found := _until(part, told, customer, "delivered")) is not None:
        yield found
    elif not named:
        part.problem("names no messages and no moment", ".delivery")


def read(part: Part, told: Json, customer: str) -> Iterator[InboundReceiptUntil]:
    """Everything was read until a moment, or until a message."""
    mid = id_of(told.get("mid"))
    found = _until(part, told, customer, "read")
    if found is None and mid is not None:
        found = _event(part, customer, "read", mid, external_id=mid)
    if found is None:
        return part.problem("names no message and no moment", ".read")
    yield found


def _until(part: Part, told: Json, customer: str, status: Literal["delivered", "read"]) -> InboundReceiptUntil | None:
    until = provider_moment(told.get("watermark"), part.received_at)
    if until is None:
        return None
    return _event(part, customer, status, str(int(until.timestamp() * 1000)), until=until)


def _event(
    part: Part, customer: str, status: Literal["delivered", "read"], named: str, **how_far: Any
) -> InboundReceiptUntil:
    return InboundReceiptUntil(
        id=provider_event_id(part.account.id, f"{customer}:{named}", f"{status}_until"),
        tenant_id=part.account.tenant_id,
        occurred_at=part.moment(),
        recorded_at=part.now,
        source=SOURCE,
        subject=inbound_subject(part.account.id, customer),
        data=InboundReceiptUntilData(
            account_id=part.account.id, channel=part.account.kind, status=status, recipient=customer, **how_far
        ),
    )
