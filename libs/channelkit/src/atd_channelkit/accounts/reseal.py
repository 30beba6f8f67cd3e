"""Seals credentials again after the service's key has changed, while everything goes on running."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from atd_channelkit.accounts.credentials import Credentials
from atd_servicekit.crypto import CannotDecrypt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from atd_servicekit.mongo import Document


class SealedAccounts(Protocol):
    """Where sealed credentials are kept."""

    def sealed(self) -> "AsyncIterator[Document]": ...

    async def reseal(self, account_id: str, version: int, changes: "Mapping[str, Any]") -> bool: ...


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many accounts were sealed again, how many are left, and how many no key that we have can open."""

    resealed: int
    remaining: int
    unreadable: int


async def reseal(accounts: SealedAccounts, credentials: Credentials[Any], limit: int) -> Resealed:
    """Seal the credentials of up to `limit` accounts with the current key; to be repeated until none is left.

    The secrets stay the same, so an account's version does and nobody is told. An account that is changed at the same
    moment keeps that change: it is left for the next call.
    """
    resealed = remaining = unreadable = 0
    async for document in accounts.sealed():
        if not credentials.need_resealing(document):
            continue
        if resealed >= limit:
            remaining += 1
            continue
        try:
            changes = credentials.resealed(document)
        except CannotDecrypt as error:
            unreadable += 1
            structlog.get_logger().error("account.unreadable", account_id=document["_id"], reason=str(error))
            continue
        if await accounts.reseal(document["_id"], document["version"], changes):
            resealed += 1
        else:
            remaining += 1
    return Resealed(resealed, remaining, unreadable)
