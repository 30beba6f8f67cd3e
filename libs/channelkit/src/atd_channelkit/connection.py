"""HTTP calls to a provider, and what it means when there is no answer."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from atd_channelkit.answers import FailureClass, Refused, Uncertain, Unsent
from atd_channelkit.settings import ChannelServiceSettings
from atd_channelkit.webhooks.body import MalformedBodyError, UnreadableBodyError, decode
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.http_client import ConnectorOptions, create_http_client, surely_unsent
from atd_servicekit.runtime import Runtime

MAX_CONNECTIONS = 300
"""As many as sends and checks are under way at once."""


ReadRefusal = Callable[[int, dict[str, Any]], Refused]
"""Explains the error of an answer, from its status and its object."""

_TOO_MANY = 429


class ProviderConnection:
    """The API of a provider at one address. A component, which adds itself to the runtime.

    `name` labels its metrics. Each call is bounded by the service's `timeout`, or by its own. `connector` limits where
    connections go.
    """

    def __init__(
        self,
        name: str,
        runtime: Runtime,
        settings: ChannelServiceSettings,
        base_url: str,
        *,
        max_connections: int = MAX_CONNECTIONS,
        connector: Callable[[], ConnectorOptions] = ConnectorOptions,
    ) -> None:
        self._name = name
        self._runtime = runtime
        self._timeout = settings.timeout
        self._base_url = base_url.rstrip("/")
        self._max_connections = max_connections
        self._connector = connector
        self._client: httpx.AsyncClient | None = None
        runtime.add_component(self)

    async def start(self) -> None:
        """Make the HTTP client."""
        self._client = create_http_client(
            self._name,
            self._runtime.metrics,
            timeout=self._timeout,
            max_connections=self._max_connections,
            trace_headers=False,
            connector=self._connector,
        )

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def call_json(
        self, method: str, path: str, read_refusal: ReadRefusal, **options: Any
    ) -> dict[str, Any] | Refused | Unsent | Uncertain:
        """One request to an API that speaks JSON: the object of a success, or what its absence means.

        `read_refusal` explains an answer with an error status. An answer that is no JSON object is not the provider's:
        with a server's error, or a success, the request may have been handled.
        """
        answer = await self.call(method, path, **options)
        if not isinstance(answer, httpx.Response):
            return answer
        said = json_object(answer.content)
        if said is not None:
            return said if answer.is_success else read_refusal(answer.status_code, said)
        if answer.is_client_error:
            failure: FailureClass = "throttle" if answer.status_code == _TOO_MANY else "transient"
            return Refused(failure, f"http_{answer.status_code}", "an answer that is not the provider's")
        return Uncertain(f"HTTP {answer.status_code} without JSON")

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response | Unsent | Uncertain:
        """One request; `options` as in httpx. Never raises for what the network does.

        Raises `InfrastructureFault` before the start.
        """
        try:
            return await self._started.request(method, f"{self._base_url}/{path}", **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return no_answer(error)

    def stream(self, url: str, **options: Any) -> AbstractAsyncContextManager[httpx.Response]:
        """Begin to read a file at an address of the provider's; raises httpx's errors, also while it is read.

        The caller has made sure that the address is the provider's.
        """
        return self._started.stream("GET", url, **options)

    @property
    def _started(self) -> httpx.AsyncClient:
        if self._client is None:
            raise InfrastructureFault(f"the connection to {self._name} is not started")
        return self._client


def json_object(content: bytes) -> dict[str, Any] | None:
    """The object that an answer is, read as webhooks are: one text of a customer that was cut makes none unreadable."""
    try:
        found = decode(content)
    except (MalformedBodyError, UnreadableBodyError):
        return None
    return found if isinstance(found, dict) else None


def no_answer(error: httpx.HTTPError | httpx.InvalidURL) -> Unsent | Uncertain:
    """What it means that a request was not answered."""
    name = type(error).__name__
    if isinstance(error, httpx.InvalidURL) or (isinstance(error, httpx.TransportError) and surely_unsent(error)):
        return Unsent(name)
    return Uncertain(name)
