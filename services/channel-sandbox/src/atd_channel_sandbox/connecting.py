"""Connects the sandbox's numbers to a running Atendimento, by its public API, as an administrator would."""

import asyncio
import contextlib
import secrets
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from atd_channel_sandbox import cast
from atd_channel_sandbox.journal import write_private
from atd_channel_sandbox.model import Company, Connection
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.settings import SandboxSettings
from atd_testing.whatsapp.state import Callback

CALL_SECONDS = 10.0
RETRY_SECONDS = 1.0
MAX_PAGES = 20


class Credentials(BaseModel):
    """What the dashboard of a provider would show of a number, made at random."""

    key: str
    phone_number_id: str
    business_account_id: str
    access_token: str
    app_secret: str
    verify_token: str
    channel_id: str | None = None


_FILE = TypeAdapter(list[Credentials])


class ConnectingFailed(Exception):
    """Not now; `problem` is a stable word."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def invented(key: str) -> Credentials:
    """Credentials that nobody else has."""
    return Credentials(
        key=key,
        phone_number_id=str(10**14 + secrets.randbelow(9 * 10**14)),
        business_account_id=str(10**14 + secrets.randbelow(9 * 10**14)),
        access_token=f"sandbox-{secrets.token_urlsafe(24)}",
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(24),
    )


def read_credentials(directory: Path) -> dict[str, Credentials]:
    """The credentials of every company, those of before where there are any."""
    found: dict[str, Credentials] = {}
    with contextlib.suppress(OSError, ValidationError):
        found = {one.key: one for one in _FILE.validate_json((directory / "credentials.json").read_bytes())}
    return {key: found.get(key) or invented(key) for key, *_ in cast.COMPANIES}


def own_company(credentials: Credentials, *, connected: bool) -> Company:
    """A company of the sandbox under its number."""
    name, about, phone = next(more for key, *more in cast.COMPANIES if key == credentials.key)
    return Company(id=credentials.phone_number_id, name=name, about=about, phone=phone, own=True, connected=connected)


class Connecting:
    """Runs in the background until it is stopped: connects each company, and looks again every now and then."""

    def __init__(
        self, settings: SandboxSettings, phones: Phones, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._phones = phones
        self._transport = transport
        self._credentials = read_credentials(settings.sandbox_data)
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("connecting")
        for one in self._credentials.values():
            phones.world.companies[one.phone_number_id] = own_company(one, connected=False)

    async def start(self) -> None:
        """Begin, when there is an administrator to do it as."""
        self._save()
        if self._settings.connects:
            self._phones.set_connection(Connection(state="waiting"))
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self.connect_all()
                failures = 0
                pause = self._settings.sandbox_connect_every
                self._tell(Connection(state="connected"))
            except ConnectingFailed as failed:
                failures += 1
                pause = min(RETRY_SECONDS * 2 ** min(failures, 6), 30.0)
                waiting = failed.problem == "unreachable"
                self._tell(Connection(state="waiting" if waiting else "failing", problem=failed.problem))
            await asyncio.sleep(pause)

    def _tell(self, connection: Connection) -> None:
        if connection != self._phones.world.connection:
            self._log.info("sandbox.connection", outcome=connection.state, reason=connection.problem)
        self._phones.set_connection(connection)

    async def connect_all(self) -> None:
        """Connect every company. Raises `ConnectingFailed`."""
        async with httpx.AsyncClient(
            base_url=f"{self._settings.public_url.rstrip('/')}/api/v1",
            timeout=CALL_SECONDS,
            trust_env=False,
            transport=self._transport,
        ) as client:
            client.headers["Authorization"] = f"Bearer {await self._sign_in(client)}"
            channels = await self._channels(client)
            for credentials in self._credentials.values():
                await self._connect(client, credentials, channels)
        self._save()

    async def _sign_in(self, client: httpx.AsyncClient) -> str:
        password = self._settings.seed_admin_password
        body = {
            "email": self._settings.seed_admin_email,
            "password": password.get_secret_value() if password else "",
        }
        return str((await self._call(client, "POST", "/auth/login", body))["access_token"])

    async def _channels(self, client: httpx.AsyncClient) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        for _ in range(MAX_PAGES):
            page = await self._call(client, "GET", f"/channels?kind=whatsapp&limit=100{cursor}")
            found += page["items"]
            if page.get("next_cursor") is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        return found

    async def _connect(
        self, client: httpx.AsyncClient, credentials: Credentials, channels: list[dict[str, Any]]
    ) -> None:
        """Make the channel, or give the one that is there our credentials; then tell the fake where webhooks go."""
        company = own_company(credentials, connected=True)
        channel = next((one for one in channels if one["phone_number_id"] == credentials.phone_number_id), None)
        channel = channel or next((one for one in channels if one["name"] == company.name), None)
        if channel is not None and self._is_connected(credentials, channel):
            return
        if channel is None:
            channel = await self._call(client, "POST", "/channels", self._new_channel(credentials, company))
        else:
            await self._adopt(client, credentials, channel)
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
        if not await self._phones.world.webhooks.handshake(callback):
            raise ConnectingFailed("handshake")
        self._phones.world.state.callbacks[credentials.phone_number_id] = callback
        await self._call(client, "POST", f"/channels/{channel['id']}/check")
        self._phones.company_connected(company)

    def _is_connected(self, credentials: Credentials, channel: dict[str, Any]) -> bool:
        known = self._phones.world.state.callbacks.get(credentials.phone_number_id)
        same = known is not None and known.callback_url == channel["webhook_url"]
        return same and channel["status"] == "active" and channel["id"] == credentials.channel_id

    async def _adopt(self, client: httpx.AsyncClient, credentials: Credentials, channel: dict[str, Any]) -> None:
        """Replace the credentials of a channel that is there; its number stays as it is."""
        old = credentials.phone_number_id
        credentials.phone_number_id = channel["phone_number_id"]
        if old != credentials.phone_number_id:
            self._phones.world.companies.pop(old, None)
        changes = {
            "business_account_id": credentials.business_account_id,
            "access_token": credentials.access_token,
            "app_secret": credentials.app_secret,
            "verify_token": credentials.verify_token,
        }
        body: dict[str, Any] = {"credentials": changes}
        if channel["status"] == "disabled":
            body["status"] = "active"
        await self._call(client, "PATCH", f"/channels/{channel['id']}", body)

    @staticmethod
    def _new_channel(credentials: Credentials, company: Company) -> dict[str, Any]:
        given = credentials.model_dump(exclude={"key", "channel_id"})
        return {"kind": "whatsapp", "name": company.name, "credentials": given}

    @staticmethod
    async def _call(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            answer = await client.request(method, path, json=body)
        except httpx.HTTPError:
            raise ConnectingFailed("unreachable") from None
        if answer.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE):
            raise ConnectingFailed("unreachable")
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ConnectingFailed("sign_in")
        if answer.is_error:
            raise ConnectingFailed(f"http_{answer.status_code}")
        found: dict[str, Any] = answer.json()
        return found

    def _save(self) -> None:
        self._settings.sandbox_data.mkdir(parents=True, exist_ok=True)
        write_private(
            self._settings.sandbox_data / "credentials.json",
            _FILE.dump_json(list(self._credentials.values()), indent=1),
        )
