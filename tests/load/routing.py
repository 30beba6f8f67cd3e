"""How long an attendant waits for a conversation that routing gives them: webhook → assigned on their WebSocket.

Every message is of a new customer, and so opens a conversation; the company has one team that gets all of them, whose
only member is connected. The decision crosses Kafka twice more than the message.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from atd_testing.waiting import eventually
from atd_testing.whatsapp.builders import signed_headers, text_webhook, wamid
from tests.harness.people import Account, Company, api, sign_in
from tests.harness.system import INGEST, in_thread
from tests.load.measuring import Latency
from tests.load.product import Product

_WARM_SECONDS = 80.0
"""At the same rate, before anything counts: until then Kafka compiles what it runs, with up to a quarter of a core."""
_WAIT_SECONDS = 30.0
_HEARD = {"conversation.assigned": "assigned", "message.received": "received"}


def measure(product: Product, messages: int, rate: float) -> dict[str, Latency]:
    """The latency from the webhook to `received` (the message) and to `assigned`, at random moments at this rate."""
    return in_thread(lambda: asyncio.run(_measure(product, messages, rate)))


async def _measure(product: Product, messages: int, rate: float) -> dict[str, Latency]:
    company, account = product.channels[0]
    token = await sign_in(product.system, company)
    async with aiohttp.ClientSession() as session:
        url = f"{product.system.public_url.replace('http', 'ws', 1)}/ws"
        async with session.ws_connect(url) as socket:
            await socket.send_json({"type": "auth", "token": token})
            await _give_to(product, company, token)
            run = _Run(session, f"{product.system.url(INGEST)}{urlsplit(account.webhook_url).path}", account)
            listening = asyncio.create_task(run.listen(socket))
            try:
                await run.send(round(_WARM_SECONDS * rate), rate)
                first = await run.send(messages, rate)
            finally:
                listening.cancel()
    sent = list(run.sent)[first:]
    return {
        name: Latency.of([run.sent[one] for one in sent], [run.heard[name].get(one, 0) for one in sent])
        for name in _HEARD.values()
    }


async def _give_to(product: Product, company: Company, token: str) -> None:
    """Have everything given to the attendant who is signed in, once they are online."""
    async with api(product.system, token) as client:
        me = (await client.get("/me")).json()["id"]
        body = {"name": f"Todos {time.time_ns()}", "members": [{"attendant_id": me}], "limit": None}
        team = (await client.post("/teams", json=body)).raise_for_status().json()
        policy = {"default_team_id": team["id"]}
        (await client.put("/routing/distribution", json=policy)).raise_for_status()

        async def is_online() -> bool:
            answer = await client.get(f"/presence/{me}")
            return answer.is_success and answer.json()["state"] == "online" and bool(answer.json()["teams"])

        await eventually(is_online, message=f"the attendant of {company.tenant_id} is online")


class _Run:
    """Sends, and notes what is heard: nanoseconds of a monotonic clock, by customer."""

    def __init__(self, session: aiohttp.ClientSession, url: str, account: Account) -> None:
        self._session = session
        self._url = url
        self._account = account
        self._chance = random.Random(20261129)
        self.sent: dict[str, int] = {}
        self.heard: dict[str, dict[str, int]] = {name: {} for name in _HEARD.values()}
        self._names: dict[str, str] = {}

    async def send(self, messages: int, rate: float) -> int:
        """Send so many, and wait until each is assigned; how many had been sent before."""
        before = len(self.sent)
        sending = []
        for _ in range(messages):
            sending.append(asyncio.create_task(self._send(f"55117{len(self.sent):08d}")))
            await asyncio.sleep(self._chance.expovariate(rate))
        await asyncio.gather(*sending)

        def complete() -> bool:
            return len(self.heard["assigned"]) == len(self.sent)

        await eventually(complete, timeout=_WAIT_SECONDS, message="every conversation is assigned")
        return before

    async def _send(self, customer: str) -> None:
        name = f"Cliente {customer}"
        self._names[name] = customer
        body = text_webhook(
            self._account.phone_number_id,
            "Bom dia, gostaria de saber o prazo de entrega.",
            datetime.now(UTC),
            sender=customer,
            message_id=wamid(f"routed {customer}"),
            name=name,
        )
        headers = signed_headers(body, self._account.app_secret)
        self.sent[customer] = time.monotonic_ns()
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            answer.raise_for_status()

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            at = time.monotonic_ns()
            frame: dict[str, Any] = orjson.loads(message.data)
            heard = _HEARD.get(frame["type"])
            if heard is None:
                continue
            conversation = frame["data"].get("conversation") or {}
            contact = conversation.get("contact") or frame["actor"]
            customer = self._names.get(contact.get("name") or "")
            if customer is not None:
                self.heard[heard].setdefault(customer, at)
