"""What a webhook body says, in our words. Pure."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atd_channelkit.accounts.model import Account
from atd_schemas.envelope import Envelope
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundUnparsed, UnparsedData

IN_GROUP = "is in a group, which this version does not show"
"""The problem of every message, change and receipt of a group, on every channel that has groups.

What is said in a group is no part of anybody's private conversation: it must neither open it, nor count as unread, nor
open the reply window. It gives no event; being a problem, its body is kept and listed (`atd unparsed list`).
"""


@dataclass(frozen=True, slots=True)
class SendProof:
    """A receipt proves that a send went out: of which account, which row of the ledger, and the provider's id.

    `part`: of a message in several parts, the one that it proves.
    """

    account_id: str
    row_id: str
    external_id: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """What a body says, in its order; `problems` name by path what was not understood.

    `events` are for `inbound.events.v1`. `notes` are for the channel's own state (templates, health). `confirmed` has
    what receipts prove.
    """

    events: tuple[Envelope, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[Any, ...] = ()
    confirmed: tuple[SendProof, ...] = ()


def unparsed_event(
    account: Account, source: str, raw: bytes, problems: Sequence[str], now: datetime
) -> InboundUnparsed:
    """The event that keeps a body whole. The same body of the same account is the same event."""
    return InboundUnparsed(
        id=uuid5("unparsed", account.id, hashlib.sha256(raw).hexdigest()),
        tenant_id=account.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=source,
        subject=account.id,
        data=UnparsedData(
            account_id=account.id,
            channel=account.kind,
            body=base64.b64encode(raw).decode(),
            problems=tuple(problems),
            received_at=now,
        ),
    )
