"""A sandbox in this process, with a fake gateway and a webhook receiver."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from atd_channel_sandbox.app import Sandbox, create_app
from atd_channel_sandbox.settings import SandboxSettings
from atd_testing.waiting import eventually
from atd_testing.whatsapp.receiver import WebhookReceiver

EMAIL = "ana@example.com"
SECRET = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28="  # of a test


class Gateway:
    """A fake of the public API, as far as connecting a number needs it."""

    def __init__(self) -> None:
        self.channels: list[dict[str, Any]] = []
        self.bots: list[dict[str, Any]] = []
        self.pages: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.credentials: dict[str, dict[str, Any]] = {}
        self.webhooks: list[dict[str, Any]] = []
        self.failing: int | None = None
        self.failing_checks = 0
        self.expires_in = 900
        self.sessions: dict[str, str] = {}
        """Access token by refresh token, of those that are good."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        body = orjson.loads(request.content) if request.content else {}
        self.calls.append((request.method, path))
        if self.failing is not None:
            return httpx.Response(self.failing, json={})
        if path.startswith("/auth/"):
            return self._auth(path, body)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.sessions.values():
            return httpx.Response(401, json={})
        if path == "/channels" and request.method == "GET":
            return self._listed(request.url.params.get("kind", "whatsapp"))
        if path == "/channels" and body["kind"] == "telegram":
            return httpx.Response(201, json=self.add_bot(body["name"], body["credentials"]["bot_token"]))
        if path == "/channels" and body["kind"] in ("messenger", "instagram", "facebook"):
            return httpx.Response(201, json=self.add_page(body))
        if path.endswith("/repair"):
            return httpx.Response(200, json={})
        if path == "/channels":
            return httpx.Response(201, json=self.add(body["name"], body["credentials"]))
        if request.method == "PATCH":
            (channel,) = [one for one in self.channels if path.endswith(one["id"])]
            self.credentials[channel["id"]] |= body["credentials"]
            return httpx.Response(200, json=channel)
        return self._webhooks(request.method, path, body) if path.startswith("/webhooks") else self._check(path)

    def _listed(self, kind: str) -> httpx.Response:
        pages = [one for one in self.pages if one["kind"] == kind]
        found = {"telegram": self.bots, "whatsapp": self.channels}.get(kind, pages)
        return httpx.Response(200, json={"items": found, "next_cursor": None})

    def _webhooks(self, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
        if method == "GET":
            return httpx.Response(200, json={"items": self.webhooks})
        if path.endswith("/rotate-secret"):
            return httpx.Response(200, json={"secret": SECRET, "secrets": []})
        self.webhooks.append({"id": "webhook-1", **body})
        return httpx.Response(201, json={"id": "webhook-1", **body, "secret": SECRET})

    def _auth(self, path: str, body: dict[str, Any]) -> httpx.Response:
        if path == "/auth/logout":
            self.sessions.pop(body["refresh_token"], None)
            return httpx.Response(204)
        known = self.sessions.pop(body.get("refresh_token", ""), None) is not None
        if not known and body != {"email": EMAIL, "password": "p"}:
            return httpx.Response(401, json={})
        number = len(self.calls)
        self.sessions[f"r{number}"] = f"a{number}"
        tokens = {"access_token": f"a{number}", "refresh_token": f"r{number}", "expires_in": self.expires_in}
        return httpx.Response(200, json=tokens)

    def _check(self, path: str) -> httpx.Response:
        if self.failing_checks:
            self.failing_checks -= 1
            return httpx.Response(503, json={})
        (channel,) = [one for one in self.channels if path == f"/channels/{one['id']}/check"]
        channel["display_phone_number"] = "+55 11 4000-1000"
        return httpx.Response(200, json={"ok": True})

    def add_bot(self, name: str, token: str) -> dict[str, Any]:
        """A bot, whose webhook nobody registers."""
        made = {"id": f"bot-{len(self.bots) + 1}", "kind": "telegram", "name": name, "status": "active"}
        made["bot_id"] = token.partition(":")[0]
        self.bots.append(made)
        return made

    def add_page(self, body: dict[str, Any]) -> dict[str, Any]:
        """An account of Meta's."""
        made = {"id": f"page-{len(self.pages) + 1}", "kind": body["kind"], "name": body["name"], "status": "active"}
        made |= {name: body["credentials"].get(name) for name in ("page_id", "instagram_id")}
        made["webhook_url"] = f"http://gateway.test/webhooks/meta/{made['id']}"
        self.pages.append(made)
        return made

    def add(self, name: str, credentials: dict[str, Any]) -> dict[str, Any]:
        made = {
            "id": f"account-{len(self.channels) + 1}",
            "name": name,
            "status": "active",
            "webhook_url": f"http://gateway.test/webhooks/whatsapp/account-{len(self.channels) + 1}",
            "phone_number_id": credentials["phone_number_id"],
            "display_phone_number": None,
        }
        self.channels.append(made)
        self.credentials[made["id"]] = dict(credentials)
        return made


class RunningSandbox:
    """A sandbox in this process, with helpers for the customer's side and the company's."""

    def __init__(self, app: Sandbox, client: httpx.AsyncClient, gateway: Gateway, receiver: WebhookReceiver) -> None:
        self.state = app.state
        self.client = client
        self.gateway = gateway
        self.receiver = receiver

    async def wait_until_connected(self) -> None:
        await eventually(lambda: self.state.connection.state == "connected", message="connected companies")

    @property
    def company(self) -> str:
        return next(one.id for one in self.state.directory.companies.values() if one.name == "Clínica Exemplo")

    @property
    def customer(self) -> str:
        return "5511987650001"

    async def write(self, text: str = "Oi", **more: Any) -> dict[str, Any]:
        draft = {"company": self.company, "customer": self.customer, "text": text, **more}
        answer = await self.client.post("/sandbox/api/messages", json=draft)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def send(self, kind: str, content: Any, **more: Any) -> str:
        """The company sends; the id of the message."""
        body = {"messaging_product": "whatsapp", "to": f"+{self.customer}", "type": kind, kind: content, **more}
        headers = {"Authorization": "Bearer t"}
        answer = await self.client.post(f"/v25.0/{self.company}/messages", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["messages"][0]["id"])

    async def shown_messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await self.client.get(f"/sandbox/api/threads/{self.company}/{self.customer}")
        ).json()
        return found

    async def received_messages(self) -> list[dict[str, Any]]:
        """Every customer message in the webhooks that the company received."""
        await self.state.webhooks.sender.wait_until_idle()
        return self.receiver.values("messages")

    async def receipts(self, message_id: str) -> list[str]:
        await self.state.webhooks.sender.wait_until_idle()
        return [one["status"] for one in self.receiver.values("statuses") if one["id"] == message_id]


def settings_in(directory: Path) -> SandboxSettings:
    return SandboxSettings(
        sandbox_data=directory,
        seed_admin_email=EMAIL,
        seed_admin_password=SecretStr("p"),
        public_url="http://gateway.test",
    )


class SandboxStarter:
    """Starts sandboxes on one folder, one after the other, with the same gateway and receiver."""

    def __init__(self, directory: Path) -> None:
        self.settings = settings_in(directory)
        self.gateway = Gateway()
        self.receiver = WebhookReceiver()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[RunningSandbox]:
        transport = httpx.MockTransport(self.gateway.handle)
        made = create_app(self.settings, webhook_client=self.receiver.client(), gateway=transport)
        served = httpx.ASGITransport(made)
        async with (
            made.page.router.lifespan_context(made.page),
            httpx.AsyncClient(transport=served, base_url="http://sandbox.test") as client,
        ):
            yield RunningSandbox(made, client, self.gateway, self.receiver)


@pytest.fixture
def starter(tmp_path: Path) -> SandboxStarter:
    return SandboxStarter(tmp_path / "sandbox")


@pytest.fixture
async def sandbox(starter: SandboxStarter) -> AsyncIterator[RunningSandbox]:
    async with starter() as started:
        await started.wait_until_connected()
        yield started
