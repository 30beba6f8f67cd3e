"""What happens at Meta when an account is disconnected here."""

from atd_channelkit.accounts.model import Account as AnyAccount
from atd_channelkit.accounts.service import NoExtension
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.subscriptions import Subscriptions


class MetaExtension(NoExtension):
    """A page that no account needs any more is unsubscribed (see `AccountExtension`)."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    async def leaving(self, account: AnyAccount) -> None:
        """Tell Meta; whether it hears makes no difference here."""
        if isinstance(account, Account):
            await self._subscriptions.leave(account)
