"""Connects the sandbox's numbers to a running Atendimento by its public API, as an administrator would."""

import asyncio
import contextlib
import secrets
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from atd_channel_sandbox import samples
from atd_channel_sandbox.channels import Channels
from atd_channel_sandbox.gateway_session import ConnectionFailed, GatewaySession, call, channels_of_kind
from atd_channel_sandbox.model import Company, Connection
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.receivers.own_endpoint import OwnEndpoint
from atd_channel_sandbox.settings import SandboxSettings
from atd_channel_sandbox.state import SandboxState
from atd_channel_sandbox.storage import write_private
from atd_testing.whatsapp.state import Callback

CALL_TIMEOUT_SECONDS = 10.0
SIGN_OUT_TIMEOUT_SECONDS = 2.0
RETRY_SECONDS = 1.0


class Credentials(BaseModel):
    """Credentials of a number, made at random, as a provider's dashboard would show them."""

    key: str
    phone_number_id: str
    business_account_id: str
    access_token: str
    app_secret: str
    verify_token: str
    channel_id: str | None = None


_FILE = TypeAdapter(list[Credentials])


def random_credentials(key: str) -> Credentials:
    """New credentials that nobody else has."""
    return Credentials(
        key=key,
        phone_number_id=str(10**14 + secrets.randbelow(9 * 10**14)),
        business_account_id=str(10**14 + secrets.randbelow(9 * 10**14)),
        access_token=f"sandbox-{secrets.token_urlsafe(24)}",
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(24),
    )


def read_credentials(directory: Path) -> dict[str, Credentials]:
    """The credentials of every company: the saved ones, new ones where there are none."""
    found: dict[str, Credentials] = {}
    with contextlib.suppress(OSError, ValidationError):
        found = {one.key: one for one in _FILE.validate_json((directory / "credentials.json").read_bytes())}
    return {key: found.get(key) or random_credentials(key) for key, *_ in samples.COMPANIES}


def own_company(credentials: Credentials, *, connected: bool) -> Company:
    """The company of these credentials, under its number."""
    name, about, phone = next(more for key, *more in samples.COMPANIES if key == credentials.key)
    return Company(id=credentials.phone_number_id, name=name, about=about, phone=phone, own=True, connected=connected)


class ChannelConnector:
    """Runs in the background until it is stopped: connects each company, and checks it again at intervals."""

    def __init__(
        self,
        settings: SandboxSettings,
        state: SandboxState,
        phones: Phones,
        channels: Channels,
        own_endpoint: OwnEndpoint,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._state = state
        self._phones = phones
        self._channels = channels
        self._own_endpoint = own_endpoint
        self._transport = transport
        self._session = GatewaySession(settings)
        self._credentials = read_credentials(settings.sandbox_data)
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("connector")
        for one in self._credentials.values():
            state.directory.companies[one.phone_number_id] = own_company(one, connected=False)

    async def start(self) -> None:
        """Begin, if the settings have an administrator to sign in as."""
        self._save()
        if self._settings.connects:
            self._state.set_connection(Connection(state="waiting"))
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop, and sign out."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            async with self._client(SIGN_OUT_TIMEOUT_SECONDS) as client:
                await self._session.leave(client)

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self.connect_all()
                failures = 0
                pause = self._settings.sandbox_connect_every
                self._report(Connection(state="connected"))
            except ConnectionFailed as failed:
                failures += 1
                pause = min(RETRY_SECONDS * 2 ** min(failures, 6), 30.0)
                waiting = failed.problem == "unreachable"
                self._report(Connection(state="waiting" if waiting else "failing", problem=failed.problem))
            await asyncio.sleep(pause)

    def _report(self, connection: Connection) -> None:
        if connection != self._state.connection:
            self._log.info("sandbox.connection", outcome=connection.state, reason=connection.problem)
        self._state.set_connection(connection)

    async def connect_all(self) -> None:
        """Connect every company.

        Raises:
            ConnectionFailed: with the problem of the first call that failed.
        """
        async with self._client(CALL_TIMEOUT_SECONDS) as client:
            try:
                await self._connect_companies(client)
            except ConnectionFailed as failed:
                if failed.problem != "sign_in" or not self._session.forget():
                    raise
                await self._connect_companies(client)
        self._save()

    def _client(self, timeout: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"{self._settings.public_url.rstrip('/')}/api/v1",
            timeout=timeout,
            trust_env=False,
            transport=self._transport,
        )

    async def _connect_companies(self, client: httpx.AsyncClient) -> None:
        await self._session.enter(client)
        channels = await channels_of_kind(client, "whatsapp")
        for credentials in self._credentials.values():
            await self._connect(client, credentials, channels)
        for channel in self._channels.all():
            await channel.connect(client)
        await self._own_endpoint.connect(client)

    async def _connect(
        self, client: httpx.AsyncClient, credentials: Credentials, channels: list[dict[str, Any]]
    ) -> None:
        """Create the channel, or replace the credentials of an existing one; then set the callback of the fake."""
        company = own_company(credentials, connected=True)
        channel = next((one for one in channels if one["phone_number_id"] == credentials.phone_number_id), None)
        channel = channel or next((one for one in channels if one["name"] == company.name), None)
        if channel is not None and self._is_connected(credentials, channel):
            return
        if channel is None:
            channel = await call(client, "POST", "/channels", self._new_channel(credentials, company))
        else:
            await self._replace_credentials(client, credentials, channel)
            company = own_company(credentials, connected=True)
        credentials.channel_id = channel["id"]
        callback = Callback(
            callback_url=channel["webhook_url"],
            app_secret=credentials.app_secret,
            verify_token=credentials.verify_token,
            phone_number_id=credentials.phone_number_id,
            business_account_id=credentials.business_account_id,
            display_phone_number=company.phone,
        )
        if not await self._state.webhooks.handshake(callback):
            raise ConnectionFailed("handshake")
        self._state.graph.callbacks[credentials.phone_number_id] = callback
        await call(client, "POST", f"/channels/{channel['id']}/check")
        self._phones.company_connected(company)

    def _is_connected(self, credentials: Credentials, channel: dict[str, Any]) -> bool:
        known = self._state.graph.callbacks.get(credentials.phone_number_id)
        same = known is not None and known.callback_url == channel["webhook_url"]
        checked = channel["display_phone_number"] is not None  # the last step: it may have failed the last time
        return same and checked and channel["status"] == "active" and channel["id"] == credentials.channel_id

    async def _replace_credentials(
        self, client: httpx.AsyncClient, credentials: Credentials, channel: dict[str, Any]
    ) -> None:
        """Replace the credentials of an existing channel; its number stays as it is."""
        old = credentials.phone_number_id
        credentials.phone_number_id = channel["phone_number_id"]
        if old != credentials.phone_number_id:
            self._state.directory.companies.pop(old, None)
        changes = {
            "business_account_id": credentials.business_account_id,
            "access_token": credentials.access_token,
            "app_secret": credentials.app_secret,
            "verify_token": credentials.verify_token,
        }
        body: dict[str, Any] = {"credentials": changes}
        if channel["status"] == "disabled":
            body["status"] = "active"
        await call(client, "PATCH", f"/channels/{channel['id']}", body)

    @staticmethod
    def _new_channel(credentials: Credentials, company: Company) -> dict[str, Any]:
        given = credentials.model_dump(exclude={"key", "channel_id"})
        return {"kind": "whatsapp", "name": company.name, "credentials": given}

    def _save(self) -> None:
        self._settings.sandbox_data.mkdir(parents=True, exist_ok=True)
        write_private(
            self._settings.sandbox_data / "credentials.json",
            _FILE.dump_json(list(self._credentials.values()), indent=1),
        )
