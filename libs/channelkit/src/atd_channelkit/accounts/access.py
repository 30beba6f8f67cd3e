"""The account that a ledger row is sent or fetched with, and what follows when the provider refuses its credentials."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused
from atd_channelkit.outcomes import failed
from atd_servicekit import ledger

GONE = failed("account", "deleted", "The channel account is not connected any more.")
"""The end of what is sent or fetched with an account that is deleted or another tenant's."""

DISABLED = failed("account", "disabled", "The channel account is disabled.")
"""The end of what is sent with an account that somebody switched off."""

A = TypeVar("A", bound=Account)
A_co = TypeVar("A_co", bound=Account, covariant=True)


class Accounts(Protocol[A_co]):
    """Finds accounts."""

    async def get_or_read(self, account_id: str) -> A_co | None: ...

    async def reload(self, account_ids: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class AccountAccess(Generic[A]):
    """Finds the account of a row, and marks it when its credentials are refused.

    `mark_refused` answers false when the account has changed since it was read.
    """

    accounts: Accounts[A]
    mark_refused: Callable[[A, Refused], Awaitable[bool]]

    async def of(self, row: ledger.Row, *, disabled: bool) -> A | ledger.Failed:
        """The account of the row, in the row's own tenant; a disabled one only with `disabled`."""
        account = await self.accounts.get_or_read(row.group)
        if account is None or account.tenant_id != row.tenant_id:
            return GONE
        if account.status == "disabled" and not disabled:
            return DISABLED
        return account

    async def refused(self, account: A, refused: Refused) -> Refused:
        """What a refusal means once the account is marked: an account that changed meanwhile is tried again."""
        if refused.failure != "token":
            return refused
        marked = await self.mark_refused(account, refused)
        await self.accounts.reload([account.id])
        return refused if marked else replace(refused, stale_credentials=True)
