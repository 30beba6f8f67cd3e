"""The account that a row of a ledger is sent or fetched with, and what follows when Meta refuses its token."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from atd_channelkit.answers import Refused
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.sending import failed
from atd_servicekit import ledger


class Accounts(Protocol):
    """Finds accounts."""

    async def get_or_read(self, account_id: str) -> Account | None: ...

    async def reload(self, account_ids: Sequence[str]) -> None: ...


MarkRefused = Callable[[Account, Refused], Awaitable[bool]]
"""Marks an account whose token was refused; false when the account has changed since it was read."""


@dataclass(frozen=True, slots=True)
class AccountUse:
    """Finds the account of a row, and marks it when its token is refused."""

    accounts: Accounts
    mark_refused: MarkRefused

    async def of(self, row: ledger.Row, *, disabled: bool) -> Account | ledger.Failed:
        """The account of the row's own tenant; a disabled one only when `disabled`."""
        account = await self.accounts.get_or_read(row.group)
        if account is None or account.tenant_id != row.tenant_id:
            return failed("account", "deleted", "The channel account is not connected any more.")
        if account.status == "disabled" and not disabled:
            return failed("account", "disabled", "The channel account is disabled.")
        return account

    async def refused(self, account: Account, refused: Refused) -> Refused:
        """What a refusal means once the account is marked: a token that was replaced meanwhile is tried again."""
        if refused.failure != "token":
            return refused
        marked = await self.mark_refused(account, refused)
        await self.accounts.reload([account.id])
        return refused if marked else Refused("transient", refused.code, refused.detail)
