"""Channel accounts of every kind: connected by the public API, known to the fake of their provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from atd_schemas.ids import uuid7
from atd_schemas.services import INGEST_TELEGRAM, service_of_channel
from atd_testing.every_provider import provider_path
from tests.harness.system import FAKE, System

_PAUSE_SECONDS = 0.05
_REGISTERED_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Connected:
    """An account: its kind, our id, what the provider calls it, what proves its webhooks and where they go."""

    kind: str
    id: str
    name: str
    secret: str
    webhook_url: str


def _page(number: str, secret: str) -> dict[str, str]:
    """The fake's tokens begin with the page that they are of."""
    return {"page_id": number, "page_access_token": f"{number}.token", "app_secret": secret}


CREDENTIALS: Mapping[str, Callable[[str, str], dict[str, str]]] = {
    "whatsapp": lambda number, secret: {
        "phone_number_id": number,
        "business_account_id": f"2{number}",
        "access_token": f"token-{number}",
        "app_secret": secret,
    },
    "telegram": lambda number, _: {"bot_token": f"{number}:AAE-{number}-{number}"},
    "messenger": _page,
    "facebook": _page,
    "instagram": lambda number, secret: {
        "instagram_id": number,
        "access_token": f"{number}.token",
        "app_secret": secret,
    },
}
"""By kind of channel: credentials of our own invention, of an account that the provider calls `number`."""


def new_number(kind: str) -> str:
    """What the provider calls an account that nobody has connected yet."""
    number = str(int(uuid7().replace("-", "")[-12:], 16))
    # The fake knows by it that it is no page.
    return f"1784{number}"[:17] if kind == "instagram" else number


async def connect_channel(
    system: System, client: httpx.AsyncClient, kind: str, name: str = "Loja", *, number: str | None = None
) -> Connected:
    """Connect an account of a kind; without `number` one that nobody has connected yet."""
    number = number or new_number(kind)
    secret = f"secret-{number}"
    body: dict[str, Any] = {"kind": kind, "name": name, "credentials": CREDENTIALS[kind](number, secret)}
    if kind == "instagram":
        body["settings"] = {"login": "instagram"}
    answer = await client.post("/channels", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    if kind in INGEST_TELEGRAM.channels:
        secret = await _told_secret(system, number)
    return Connected(kind, made["id"], number, secret, made["webhook_url"])


def provider_url(system: System, kind: str) -> str:
    """The fake of a kind's provider, whose control routes are below `/_fake`."""
    service = service_of_channel(kind)
    assert service is not None
    assert service.outbound is not None
    return f"{system.url(FAKE)}{provider_path(service.outbound)}"


async def _told_secret(system: System, bot: str) -> str:
    """The secret that the service told Telegram for a bot's webhooks, once it has."""
    url = f"{provider_url(system, 'telegram')}/_fake/bots/{bot}/webhook"
    async with asyncio.timeout(_REGISTERED_WITHIN), httpx.AsyncClient(trust_env=False, timeout=10) as client:
        while not (told := (await client.get(url)).json().get("secret_token")):  # noqa: ASYNC110 - across processes
            await asyncio.sleep(_PAUSE_SECONDS)
    return str(told)
