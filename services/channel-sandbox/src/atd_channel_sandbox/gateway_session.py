"""Signs in to the public API once, and stays signed in: each sign-in would be one more session of the administrator."""

import contextlib
import time
from typing import Any

import httpx

from atd_channel_sandbox.settings import SandboxSettings

REFRESH_BEFORE_SECONDS = 60.0
"""How long before its end an access token is replaced."""


MAX_PAGES = 20


class ConnectionFailed(Exception):
    """The numbers cannot be connected now; `problem` is a stable code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class GatewaySession:
    """The administrator's session, and calls in it."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._refresh_token: str | None = None
        self._access_token = ""
        self._good_until = 0.0

    async def enter(self, client: httpx.AsyncClient) -> None:
        """Let the client's calls be the administrator's. Raises `ConnectionFailed`."""
        if self._refresh_token is None or time.monotonic() >= self._good_until:
            await self._renew(client)
        client.headers["Authorization"] = f"Bearer {self._access_token}"

    def forget(self) -> bool:
        """Sign in by the password the next time: the session was ended elsewhere. Whether there was one."""
        had, self._refresh_token = self._refresh_token is not None, None
        return had

    async def leave(self, client: httpx.AsyncClient) -> None:
        """Sign out, if the API is still there."""
        if self._refresh_token is not None:
            with contextlib.suppress(ConnectionFailed):
                await call(client, "POST", "/auth/logout", {"refresh_token": self._refresh_token})
            self._refresh_token = None

    async def _renew(self, client: httpx.AsyncClient) -> None:
        client.headers.pop("Authorization", None)
        asked = time.monotonic()
        tokens = await self._refreshed(client) or await self._signed_in(client)
        self._access_token, self._refresh_token = tokens["access_token"], tokens["refresh_token"]
        self._good_until = asked + tokens["expires_in"] - REFRESH_BEFORE_SECONDS

    async def _refreshed(self, client: httpx.AsyncClient) -> dict[str, Any] | None:
        """New tokens of the same session; `None` when there is none any more."""
        if self._refresh_token is None:
            return None
        try:
            return await call(client, "POST", "/auth/refresh", {"refresh_token": self._refresh_token})
        except ConnectionFailed as failed:
            if failed.problem != "sign_in":
                raise
            return None

    async def _signed_in(self, client: httpx.AsyncClient) -> dict[str, Any]:
        password = self._settings.seed_admin_password
        body = {
            "email": self._settings.seed_admin_email,
            "password": password.get_secret_value() if password else "",
        }
        return await call(client, "POST", "/auth/login", body)


async def call(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """The answer to a call of the public API. Raises `ConnectionFailed`."""
    try:
        answer = await client.request(method, path, json=body)
    except httpx.HTTPError:
        raise ConnectionFailed("unreachable") from None
    if answer.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE):
        raise ConnectionFailed("unreachable")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise ConnectionFailed("sign_in")
    if answer.is_error:
        raise ConnectionFailed(f"http_{answer.status_code}")
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


async def channels_of_kind(client: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    """The connected channels of one kind. Raises `ConnectionFailed`."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(MAX_PAGES):
        page = await call(client, "GET", f"/channels?kind={kind}&limit=100{cursor}")
        found += page["items"]
        if page.get("next_cursor") is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    return found
