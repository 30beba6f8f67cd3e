"""Deletions that come before their message: what was taken back is never told to anybody."""

from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter

from atd_conversation.intake.batch import Arrival
from atd_conversation.intake.loaded import Loaded, provider_key
from atd_schemas.contents import EMPTY
from atd_schemas.inbound import InboundDelete, InboundEcho, InboundMessage

_New = TypeVar("_New", InboundMessage, InboundEcho)

_DELETION: TypeAdapter[InboundDelete] = TypeAdapter(InboundDelete)

_BLANK = {"text": None, "content": EMPTY, "attachments": (), "referral": None}


_AUTHORS: dict[type, str] = {InboundMessage: "contact", InboundEcho: "business"}


def taken_back(loaded: Loaded, event: _New) -> tuple[_New, datetime | None]:
    """A new message and, if its deletion has come before it, when that was: then it says nothing any more.

    Customers take back what customers wrote, the company what it wrote.
    """
    side = _AUTHORS[type(event)]
    for key in rows_of(loaded, event):
        row = loaded.early_changes.get(key)
        kept = row["changes"].get(f"delete:{side}") if row and row["tenant_id"] == event.tenant_id else None
        if kept is not None:
            deletion = _DELETION.validate_json(kept["event"])
            return event.model_copy(update={"data": event.data.model_copy(update=_BLANK)}), deletion.occurred_at
    return event, None


def rows_of(loaded: Loaded, event: Arrival) -> tuple[str, ...]:
    """The rows of `early_changes` in which something may wait for a new message."""
    data = event.data
    names = dict.fromkeys((data.external_id, *loaded.names_of_new(event)))
    return tuple(provider_key(data.account_id, name) for name in names)
