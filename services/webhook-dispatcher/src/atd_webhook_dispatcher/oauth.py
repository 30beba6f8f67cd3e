"""Tokens by OAuth 2 client credentials (RFC 6749 section 4.4), each fetched once for all who wait for it."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal, Protocol
from urllib.parse import quote_plus, urlencode

import orjson

from atd_servicekit.customer_calls import CallFailed, ClientCertificate, CustomerAnswer, CustomerRequest

_DEFAULT_SECONDS = 300.0
"""How long a token is used whose server does not say."""

_LONGEST_SECONDS = 86_400.0
_LEEWAY_SECONDS = 30.0
_LEEWAY_SHARE = 0.1
_FAILURE_SECONDS = 5.0
"""How long nobody asks again after the server gave no token."""

_YOUNG_SECONDS = 1.0
"""A token as young as this that is refused is not replaced: another one would be refused too."""

_MAX_CLIENTS = 5_000
_MAX_TOKEN_CHARACTERS = 8_192

_ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)  # RFC 6749 section 5.2

_UNAUTHORIZED = 401
_BAD_REQUEST = 400
_OK = range(200, 300)

_Style = Literal["basic", "body"]


class NotAuthorized(Exception):
    """There is no token, so nothing was sent. `detail` says why in words, and names no address and no secret."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Calls(Protocol):
    """What is needed of `CustomerCalls`."""

    async def call(self, request: CustomerRequest) -> CustomerAnswer: ...


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """One endpoint's account at the server that gives tokens. `owner` is the endpoint: tokens are never shared."""

    owner: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    certificate: ClientCertificate | None = None


@dataclass(slots=True)
class _Account:
    """What is known of one client: its token, the fetch that runs, the last failure."""

    token: str | None = None
    fetched_at: float = 0.0
    good_until: float = 0.0
    failure: str | None = None
    failed_until: float = 0.0
    style: _Style = "basic"
    fetching: "asyncio.Task[str] | None" = None


class OAuthTokens:
    """Tokens in memory. `clock` answers seconds, for tests."""

    def __init__(self, calls: Calls, clock: Callable[[], float] = monotonic) -> None:
        self._calls = calls
        self._clock = clock
        self._accounts: OrderedDict[OAuthClient, _Account] = OrderedDict()

    async def token(self, client: OAuthClient) -> str:
        """The token to send. Raises `NotAuthorized`."""
        account = self._account(client)
        if account.token is not None and self._clock() < account.good_until:
            return account.token
        return await self._fetched(client, account)

    async def replaced(self, client: OAuthClient, refused: str) -> str | None:
        """The token to try after `refused` was answered 401: another one, fetched once for all who ask.

        `None`: the refused one had only just been fetched, and another would be refused too. Raises `NotAuthorized`.
        """
        account = self._account(client)
        if account.token is not None and account.token != refused:
            return account.token
        if account.fetching is None and self._clock() - account.fetched_at < _YOUNG_SECONDS:
            return None
        return await self._fetched(client, account)

    def _account(self, client: OAuthClient) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts[client] = _Account()
        self._accounts.move_to_end(client)
        while len(self._accounts) > _MAX_CLIENTS:
            self._accounts.popitem(last=False)
        return account

    async def _fetched(self, client: OAuthClient, account: _Account) -> str:
        if account.fetching is None:
            if account.failure is not None and self._clock() < account.failed_until:
                raise NotAuthorized(account.failure)
            account.fetching = asyncio.create_task(self._fetch(client, account), name="oauth-token")
            account.fetching.add_done_callback(_look_at)  # perhaps nobody waits for it any more
        # One who gives up does not end the fetch for the others.
        return await asyncio.shield(account.fetching)

    async def _fetch(self, client: OAuthClient, account: _Account) -> str:
        account.token = None
        try:
            token, seconds = await self._ask(client, account)
        except NotAuthorized as failed:
            account.failure = failed.detail
            account.failed_until = self._clock() + _FAILURE_SECONDS
            raise
        finally:
            account.fetching = None
        now = self._clock()
        account.token, account.failure, account.fetched_at = token, None, now
        account.good_until = now + seconds - min(_LEEWAY_SECONDS, seconds * _LEEWAY_SHARE)
        return token

    async def _ask(self, client: OAuthClient, account: _Account) -> tuple[str, float]:
        """Ask with HTTP Basic; with the credentials in the body where the server refuses that, as many do."""
        answer = await self._post(client, account.style)
        if answer.status in {_BAD_REQUEST, _UNAUTHORIZED} and account.style == "basic":
            second = await self._post(client, "body")
            if second.status in _OK:
                account.style = "body"
                answer = second
        return _token_of(answer)

    async def _post(self, client: OAuthClient, style: _Style) -> CustomerAnswer:
        form = {"grant_type": "client_credentials"}
        if client.scope:
            form["scope"] = client.scope
        headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
        if style == "basic":
            credentials = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
            headers.append(("Authorization", f"Basic {base64.b64encode(credentials.encode()).decode()}"))
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        request = CustomerRequest(
            client.token_url,
            headers,
            urlencode(form).encode(),
            owner=f"{client.owner}/token",
            client_certificate=client.certificate,
        )
        try:
            return await self._calls.call(request)
        except CallFailed as failed:
            raise NotAuthorized(f"no token could be fetched: {failed.detail}") from failed


def _look_at(done: "asyncio.Task[str]") -> None:
    if not done.cancelled():
        done.exception()


def _token_of(answer: CustomerAnswer) -> tuple[str, float]:
    """The token and how long it is good for, in seconds. Raises `NotAuthorized`."""
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        body = None
    fields = body if isinstance(body, dict) else {}
    if answer.status not in _OK:
        code = fields.get("error")
        known = f" ({code})" if isinstance(code, str) and code in _ERRORS else ""
        raise NotAuthorized(f"the server that gives tokens answered {answer.status}{known}")
    token, kind = fields.get("access_token"), fields.get("token_type", "bearer")
    if not isinstance(token, str) or not _is_sendable(token):
        raise NotAuthorized("the server that gives tokens answered without a token that can be used")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NotAuthorized("the server that gives tokens answered with a token of a kind that is not supported")
    return token, _seconds_of(fields.get("expires_in"))


def _is_sendable(token: str) -> bool:
    """Whether a header can carry it (RFC 6750 section 2.1, more generously)."""
    return 0 < len(token) <= _MAX_TOKEN_CHARACTERS and token.isascii() and token.isprintable() and " " not in token


def _seconds_of(expires_in: object) -> float:
    try:
        seconds = float(expires_in)  # type: ignore[arg-type]  # a string too: some servers write one
    except (TypeError, ValueError):
        return _DEFAULT_SECONDS
    return min(max(seconds, 0.0), _LONGEST_SECONDS) if seconds == seconds else _DEFAULT_SECONDS  # noqa: PLR0124 - NaN
