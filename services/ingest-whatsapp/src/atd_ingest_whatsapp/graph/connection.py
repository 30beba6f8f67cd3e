"""The connection to the Graph API that its clients share."""

from collections.abc import Callable

import httpx

from atd_ingest_whatsapp.accounts.model import Account
from atd_servicekit.errors import InfrastructureFault


class GraphConnection:
    """The Graph API at one address and version. A component.

    `connect` makes the HTTP client, the kit's, whose timeout bounds each call that sets none of its own.
    """

    def __init__(self, connect: Callable[[], httpx.AsyncClient], base_url: str, version: str) -> None:
        self._connect = connect
        self._client: httpx.AsyncClient | None = None
        self._base = f"{base_url.rstrip('/')}/{version}"

    async def start(self) -> None:
        """Make the HTTP client."""
        self._client = self._connect()

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    @property
    def http(self) -> httpx.AsyncClient:
        """The client. Raises `InfrastructureFault` before the start."""
        if self._client is None:
            raise InfrastructureFault("the connection to the Graph API is not started")
        return self._client

    def url(self, path: str) -> str:
        """The address of a node or an edge (`700800900100200/messages`)."""
        return f"{self._base}/{path}"


def authorization(account: Account) -> dict[str, str]:
    """The header that every call to Meta needs, and that nobody else may see."""
    return {"Authorization": f"Bearer {account.access_token.get_secret_value()}"}
