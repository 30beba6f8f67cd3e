"""What comes of a body: events, what our own state must learn, and what was not understood."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.translate.messages import SOURCE, MessageEvent
from atd_ingest_whatsapp.translate.notes import Note
from atd_ingest_whatsapp.translate.statuses import Proof
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundPreference, InboundReceipt, InboundUnparsed, UnparsedData

Event = MessageEvent | InboundReceipt | InboundPreference


@dataclass(frozen=True, slots=True)
class Translation:
    """What a body says, in its order; `problems` name by path what was not understood.

    `confirmed` has what every receipt of a send of ours proves.
    """

    events: tuple[Event, ...]
    problems: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    confirmed: tuple[Proof, ...] = ()


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
