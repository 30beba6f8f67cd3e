"""What a provider must be told of an account, and what is wrong with it there: data and what a channel brings.

A provider that sends webhooks only after it was asked to (a bot's webhook, a page's subscription) is asked when an
account is connected, when its credentials change and when the public address of the product does; and it is looked at
every few minutes whether that still stands, because people change it in the provider's own pages.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, Field

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.reasons import reason_texts
from atd_channelkit.accounts.words import LocalizedText
from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_servicekit.backoff import Backoff

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

LOOKED_AT_EVERY = timedelta(minutes=10)
"""How often the provider is asked how an account is doing."""

CONNECT_BACKOFF = Backoff(first=timedelta(seconds=10), factor=2.0, cap=LOOKED_AT_EVERY)
"""How long it is waited before the provider is asked again to send an account's webhooks; it never ends."""

WARNINGS_LIMIT = 20
"""Of one account."""

_DETAIL_LIMIT = 500

A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


class AccountWarning(BaseModel):
    """Something about an account that people should know or mend. `repairable`: the one button may mend it."""

    code: str = Field(description="A stable word")
    severity: Literal["info", "warning", "critical"]
    texts: LocalizedText
    detail: str | None = Field(default=None, description="The provider's own words")
    repairable: bool = False


Missing = Refused | Unsent | Uncertain
"""What there is in place of an answer."""


class AccountWatch(Protocol[A_contra]):
    """What a channel brings whose provider must be told of its accounts. Nothing here raises for the network."""

    async def connect(self, account: A_contra) -> Works | Missing:
        """Have the provider send the account's webhooks here. Done twice it has no second effect."""
        ...

    async def inspect(self, account: A_contra) -> Sequence[AccountWarning] | Missing:
        """What is wrong with the account at the provider; nothing when all is well."""
        ...


def watch_row(account_id: str, tenant_id: str, now: datetime) -> "Document":
    """The row of an account that is to be connected now."""
    return {"_id": account_id, "tenant_id": tenant_id, "due_at": now, "connect": True, "tries": 0}


def not_connected(answer: Missing) -> AccountWarning:
    """The warning that the provider could not be asked, or did not want, to send webhooks."""
    reason, detail = (answer.failure, answer.detail) if isinstance(answer, Refused) else ("unreachable", None)
    return AccountWarning(
        code="not_registered",
        severity="critical",
        texts=reason_texts(reason),
        detail=None if detail is None else detail[:_DETAIL_LIMIT],
        repairable=True,
    )


def looked_at(
    row: "Document", connected: Works | Missing | None, found: Sequence[AccountWarning] | Missing, now: datetime
) -> "dict[str, Any]":
    """The fields of the row after the provider was asked; `connected` is absent when nothing was to be told.

    Where the provider did not answer, what was known of the account stands.
    """
    tries = 0 if connected is None or isinstance(connected, Works) else row.get("tries", 0) + 1
    wait = CONNECT_BACKOFF.longest(tries) if tries else LOOKED_AT_EVERY
    fields: dict[str, Any] = {"tries": tries, "connect": bool(tries), "due_at": now + wait, "looked_at": now}
    if connected is not None and not isinstance(connected, Works):
        return {**fields, "warnings": [not_connected(connected).model_dump(mode="json")]}
    if isinstance(found, Missing):
        return fields
    return {**fields, "warnings": [one.model_dump(mode="json") for one in found[:WARNINGS_LIMIT]]}
