"""The Graph API at its two hosts: Facebook's, and Instagram's for accounts with Instagram Login."""

from typing import Any

from atd_channelkit.connection import ProviderConnection
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.answers import Said, read_answer


class GraphApi:
    """Calls in the name of an account. Never raises for what the network or Meta do."""

    def __init__(self, facebook: ProviderConnection, instagram: ProviderConnection, version: str) -> None:
        self._facebook = facebook
        self._instagram = instagram
        self._version = version

    async def get(self, account: Account, path: str, **params: str) -> Said:
        """Read a node or an edge (`300100200300400/conversations`)."""
        return await self.call(account, "GET", path, params=params)

    async def post(self, account: Account, path: str, body: dict[str, Any]) -> Said:
        """Post a JSON body."""
        return await self.call(account, "POST", path, json=body)

    async def call(self, account: Account, method: str, path: str, **options: Any) -> Said:
        """One request; `options` as in httpx. The token goes in a header: addresses are logged by proxies."""
        host = self._instagram if account.uses_instagram_login else self._facebook
        headers = {"Authorization": f"Bearer {account.access_token.get_secret_value()}", **options.pop("headers", {})}
        return read_answer(await host.call(method, f"{self._version}/{path}", headers=headers, **options))
