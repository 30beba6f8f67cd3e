"""A second channel beside WhatsApp: the toy is in the lists, and nothing else of gateway and conversation knows it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from atd_conversation.app import create_app as create_conversation
from atd_conversation.domain.channels import CHANNEL_RULES, plain_rules
from atd_conversation.settings import ConversationSettings
from atd_gateway.app import create_apps
from atd_gateway.passwords import Passwords
from atd_gateway.server import Servers as GatewayServers
from atd_gateway.settings import GatewaySettings
from atd_gateway.store.people import Attendant, MongoPeople, Tenant
from atd_schemas.ids import uuid7
from atd_schemas.services import CONVERSATION, GATEWAY, SERVICES
from atd_schemas.topics import dead_letter_topic, outbound_by_channel, outbound_topic
from atd_testing.providers import Callback, FakeProvider, serving
from atd_testing.service import Servers
from atd_testing.topics import create_topics
from atd_testing.waiting import PATIENCE_SECONDS, eventually
from tests.harness.listener import Listener
from tests.harness.toy_channel import TOY, ToySettings, create_fake
from tests.harness.toy_channel import create_app as create_toy

WITH_TOY = (*SERVICES, TOY)
RULES = {**CHANNEL_RULES, "app": plain_rules("Toy")}
SECRET = "a-secret-of-the-toy"
PASSWORD = "uma senha bem comprida"


@dataclass(frozen=True, slots=True)
class Installation:
    """Gateway, conversation and the toy in this process, with the fake of the toy's provider."""

    public_url: str
    fake: FakeProvider
    token: str
    client: httpx.AsyncClient


@asynccontextmanager
async def installation(servers: Servers) -> AsyncIterator[Installation]:
    await create_topics(servers.kafka_bootstrap, (outbound_topic(TOY), dead_letter_topic(TOY.name)))
    async with AsyncExitStack() as stack:
        fake = create_fake()
        fake_url = await stack.enter_async_context(serving(fake))
        toy = create_toy(servers.settings(TOY.name, ToySettings, api_url=fake_url))
        outbound = outbound_by_channel(WITH_TOY)
        conversation = create_conversation(
            servers.settings(CONVERSATION.name, ConversationSettings), channels=RULES, outbound=outbound
        )
        urls = {}
        for service, app in ((TOY, toy), (CONVERSATION, conversation)):
            urls[service.name] = await stack.enter_async_context(serving(app))
            await app.state.runtime.wait_ready(2 * PATIENCE_SECONDS)
        settings = servers.settings(GATEWAY.name, GatewaySettings, service_urls=urls)
        public_url, token = await stack.enter_async_context(running_gateway(settings))
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(base_url=f"{public_url}/api/v1", headers=headers, trust_env=False, timeout=30)
        yield Installation(public_url, fake, token, await stack.enter_async_context(client))


@asynccontextmanager
async def running_gateway(settings: GatewaySettings) -> AsyncIterator[tuple[str, str]]:
    """The public address, and the access token of an administrator."""
    apps = create_apps(settings, services=WITH_TOY)
    sockets = [socket.socket(), socket.socket()]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    servers = GatewayServers(apps, settings)
    running = asyncio.create_task(servers.run(([sockets[0]], [sockets[1]])))
    try:
        await apps.runtime.wait_ready(2 * PATIENCE_SECONDS)
        url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        yield url, await administrator(url, MongoPeople(apps.runtime.mongo.db))
    finally:
        servers.end()
        await running


async def administrator(url: str, people: MongoPeople) -> str:
    passwords, tenant_id, now = Passwords(concurrency=1), uuid7(), datetime.now(UTC)
    hashed, email = await passwords.hash(PASSWORD), f"ana-{tenant_id}@example.com"
    await passwords.stop()
    await people.add_tenant(Tenant(tenant_id, "Loja Exemplo", now))
    await people.add_attendant(Attendant(uuid7(), tenant_id, email, "Ana Souza", "admin", hashed, now))
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        return str(answer.raise_for_status().json()["access_token"])


async def connected(here: Installation) -> dict[str, Any]:
    """A toy account, connected at the gateway; its provider knows where its webhooks go."""
    credentials = {"handle": uuid7(), "token": "a-token", "secret": SECRET}
    answer = await here.client.post("/channels", json={"kind": "app", "name": "Toys", "credentials": credentials})
    assert answer.status_code == 201, answer.text
    channel: dict[str, Any] = answer.json()
    path = channel["webhook_url"].removeprefix("http://localhost:8080")
    here.fake.state.callbacks[channel["handle"]] = Callback(callback_url=f"{here.public_url}{path}", secret=SECRET)
    return channel


def delivered(listener: Listener) -> list[str]:
    """The messages that the screen shows as delivered."""
    changed = [event["data"]["message"] for event in listener.of_type("message.status_changed")]
    return [message["id"] for message in changed if message["status"] == "delivered"]


async def test_a_toy_channel_runs_from_its_webhook_to_the_screen_and_back(servers: Servers) -> None:
    async with installation(servers) as here, Listener(here.public_url, here.token) as listener:
        channel = await connected(here)
        listed = (await here.client.get("/channels", params={"kind": "app"})).json()["items"]
        assert [one["id"] for one in listed] == [channel["id"]]
        here.fake.webhook_sender.enqueue(channel["handle"], {"messages": [{"id": "m1", "from": "ana", "text": "Oi!"}]})
        [received] = await eventually(lambda: listener.of_type("message.received"), message="the message on the screen")
        assert received["data"]["message"]["text"] == "Oi!"
        conversation_id = received["data"]["conversation_id"]

        answer = await here.client.post(f"/conversations/{conversation_id}/messages", json={"text": "Olá, Ana!"})
        assert answer.status_code == 201, answer.text
        [sent] = await eventually(lambda: list(here.fake.state.sent), message="the answer at the provider")
        assert (sent.account, sent.recipient, sent.text) == (channel["handle"], "ana", "Olá, Ana!")

        receipt = {"id": sent.message_id, "to": "ana", "status": "delivered", "reference": sent.body["reference"]}
        here.fake.webhook_sender.enqueue(channel["handle"], {"receipts": [receipt]})
        await eventually(lambda: answer.json()["id"] in delivered(listener), message="the receipt on the screen")
        conversation = (await here.client.get(f"/conversations/{conversation_id}")).json()
        assert conversation["channel"] == {"kind": "app", "account_id": channel["id"], "name": "Toys"}
