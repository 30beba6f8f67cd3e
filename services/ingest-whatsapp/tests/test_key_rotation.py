"""Every key of the service is replaced while webhooks come in and messages go out: nothing is refused, nothing fails.

The steps are those of `docs/operations.md`, "Keys"; at each of them two processes are restarted one after the other.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest

from atd_ingest_whatsapp.app import create_app
from atd_ingest_whatsapp.settings import Settings
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import INBOUND_EVENTS, OUTBOUND_WHATSAPP
from atd_servicekit.crypto import new_master_key
from atd_servicekit.identity import IDENTITY_HEADER, Identity, IdentitySigner
from atd_servicekit.identity_keys import PrivateKey, new_private_key, read_private_key
from atd_testing.identity import operator_headers
from atd_testing.service import RunningService, Servers
from atd_testing.topics import TopicReader
from atd_testing.waiting import eventually
from atd_testing.whatsapp import ServedFake, builders, serving_fake_graph

pytestmark = [pytest.mark.asyncio(loop_scope="function"), pytest.mark.timeout(600)]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TENANT = "tenant-1"
SECRET = "example-app-secret"
ACCOUNTS = 20
PERMISSIONS = frozenset({"channels:read", "channels:manage"})


class Processes:
    """Two processes of the service; requests go to one that runs, as through a load balancer."""

    def __init__(self, servers: Servers, fake: ServedFake) -> None:
        self._servers = servers
        self._fixed = {
            "mongodb_database_prefix": f"test_{uuid4().hex}_",
            "files_database": f"test_{uuid4().hex}",
            "api_url": fake.url,
            "account_refresh": timedelta(hours=1),
            "webhook_timeout": timedelta(minutes=1),
        }
        self._running: list[tuple[RunningService, AsyncExitStack]] = []
        self._requests: Counter[int] = Counter()
        self._next = count()

    async def start(self, **keys: str) -> None:
        settings = self._servers.settings("ingest-whatsapp", Settings, **self._fixed, **keys)
        stack = AsyncExitStack()
        service = await stack.enter_async_context(self._servers.running(create_app(settings), settings))
        self._running.append((service, stack))

    async def restart_one_by_one(self, **keys: str) -> None:
        """For each process: one with the new keys starts, then the old one is taken out and ends."""
        for _ in range(len(self._running)):
            await self.start(**keys)
            await self._stop_oldest()

    async def stop(self) -> None:
        while self._running:
            await self._stop_oldest()

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        service, _ = self._running[next(self._next) % len(self._running)]
        self._requests[id(service)] += 1
        try:
            return await service.http.request(method, path, **request)
        finally:
            self._requests[id(service)] -= 1

    async def ask_each(self, method: str, path: str, **request: Any) -> list[httpx.Response]:
        return [await service.http.request(method, path, **request) for service, _ in self._running]

    async def publish(self, command: OutboundMessage) -> None:
        await self._running[-1][0].publish(OUTBOUND_WHATSAPP, command)

    async def _stop_oldest(self) -> None:
        service, stack = self._running.pop(0)
        await eventually(lambda: self._requests[id(service)] == 0, message="no request is under way")
        await stack.aclose()


class Traffic:
    """Webhooks, API requests and messages without a pause; `refused` collects every answer that is no success."""

    def __init__(self, processes: Processes, accounts: list[dict[str, Any]], signing: list[PrivateKey]) -> None:
        self._processes = processes
        self.accounts = accounts
        self.signing = signing
        """Keys that gateway processes sign with at this moment."""
        self.refused: list[str] = []
        self.accepted = 0
        self.connected: list[dict[str, Any]] = []
        """New accounts, which carry traffic from `adopt` on."""
        self.asked: list[str] = []
        self._number = count()
        self._ending = False

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        loops = [
            asyncio.create_task(self._repeat(work)) for work in (self._webhook, self._read, self._send, self._connect)
        ]
        try:
            yield
        finally:
            self._ending = True
            await asyncio.gather(*loops)

    async def goes_on(self, rounds: int = 20) -> None:
        """Returns when so many more webhooks have been accepted."""
        goal = self.accepted + rounds
        await eventually(lambda: self.accepted >= goal, message="webhooks are accepted")

    def headers(self, number: int = 0) -> dict[str, str]:
        identity = Identity(TENANT, "attendant", f"a-{number}", "Ana", PERMISSIONS)
        signer = IdentitySigner(self.signing[number % len(self.signing)])
        return {IDENTITY_HEADER: signer.sign(identity, datetime.now(UTC))}

    async def _repeat(self, work: Callable[[int], Awaitable[None]]) -> None:
        while not self._ending:
            await work(next(self._number))
            await asyncio.sleep(0.1)  # the rate of the traffic

    async def adopt(self) -> None:
        """Send traffic to the accounts that were connected meanwhile, once every process has heard of them."""
        new, self.connected = self.connected, []
        for account in new:

            async def known(account: dict[str, Any] = account) -> bool:
                answers = await self._processes.ask_each("POST", **webhook(account, "Oi"))
                return all(answer.is_success for answer in answers)

            await eventually(known, message="every process takes webhooks of a new account")
        self.accounts = [*self.accounts, *new]

    async def _connect(self, _: int) -> None:
        self.connected.append(await connect(self, self._processes))
        await asyncio.sleep(1)  # the rate of new accounts

    async def _webhook(self, number: int) -> None:
        account = self.accounts[number % len(self.accounts)]
        answer = await self._processes.ask("POST", **webhook(account, f"Oi {number}"))
        self._note(answer)
        self.accepted += answer.is_success

    async def _read(self, number: int) -> None:
        self._note(await self._processes.ask("GET", "/api/v1/channels", headers=self.headers(number)))

    async def _send(self, number: int) -> None:
        account = self.accounts[number % len(self.accounts)]
        message_id = uuid7()
        data = OutboundMessageData(
            account_id=account["id"],
            channel="whatsapp",
            conversation_id=uuid7(),
            message_id=message_id,
            recipient="5511999990000",
            kind="text",
            text=f"Bom dia {number}",
        )
        subject = data.conversation_id
        event = OutboundMessage(
            id=uuid7(),
            tenant_id=TENANT,
            occurred_at=datetime.now(UTC),
            recorded_at=NOW,
            source="test",
            subject=subject,
            data=data,
        )
        await self._processes.publish(event)
        self.asked.append(message_id)

    def _note(self, answer: httpx.Response) -> None:
        if not answer.is_success:
            self.refused.append(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")


def webhook(account: dict[str, Any], text: str) -> dict[str, Any]:
    """A request with a customer's message: path, body and signature."""
    message_id = f"wamid.{uuid7()}"
    raw = builders.text_webhook(account["phone_number_id"], text, NOW, sender="5511999990000", message_id=message_id)
    headers = builders.signed_headers(raw, SECRET)
    return {"path": f"/webhooks/whatsapp/{account['id']}", "content": raw, "headers": headers}


async def connect(traffic: Traffic, processes: Processes) -> dict[str, Any]:
    credentials = {
        "phone_number_id": str(uuid4().int)[:15],
        "business_account_id": "200300400500600",
        "access_token": "EAAG-token",
        "app_secret": SECRET,
    }
    body = {"kind": "whatsapp", "name": "Loja", "credentials": credentials}
    answer = await processes.ask("POST", "/api/v1/channels", json=body, headers=traffic.headers())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def reseal(processes: Processes, limit: int) -> dict[str, int]:
    answer = await processes.ask(
        "POST", "/internal/credentials/reseal", json={"limit": limit}, headers=operator_headers()
    )
    assert answer.status_code == 200, answer.text
    done: dict[str, int] = answer.json()
    return done


async def reseal_everything(processes: Processes) -> int:
    """In small batches, as `atd keys reseal` does; how many accounts were sealed again."""
    sealed = 0
    while True:
        done = await reseal(processes, 7)
        sealed += done["resealed"]
        if not done["remaining"]:
            assert done["unreadable"] == 0
            return sealed


@asynccontextmanager
async def started(servers: Servers, keys: dict[str, str]) -> AsyncIterator[tuple[Processes, ServedFake]]:
    async with serving_fake_graph() as fake:
        processes = Processes(servers, fake)
        try:
            for _ in range(2):
                await processes.start(**keys)
            yield processes, fake
        finally:
            await processes.stop()


async def all_sent(reader: TopicReader, traffic: Traffic) -> list[InboundReceipt]:
    wanted = set(traffic.asked)
    return await reader.matching(
        len(wanted), lambda event: isinstance(event, InboundReceipt) and event.data.message_id in wanted, timeout=180
    )


async def test_keys_are_replaced_under_load_and_nothing_is_refused_or_fails(servers: Servers) -> None:
    old_key, new_key = read_private_key(new_private_key()), read_private_key(new_private_key())
    old, new = new_master_key("k1"), new_master_key("k2")
    before = {"master_key": old, "identity_public_keys": old_key.public.text}
    both = f"{old_key.public.text},{new_key.public.text}"
    async with (
        started(servers, before) as (processes, fake),
        TopicReader.reading(servers.kafka_bootstrap, INBOUND_EVENTS) as reader,
    ):
        traffic = Traffic(processes, [], [old_key])
        traffic.accounts = [await connect(traffic, processes) for _ in range(ACCOUNTS)]
        async with traffic.flowing():
            await traffic.goes_on()
            # 1. Every process knows the new keys; the old ones are still in use.
            await processes.restart_one_by_one(master_key=f"{old},{new}", identity_public_keys=both)
            await traffic.adopt()
            await traffic.goes_on()
            # 2. The new ones are in use; processes and gateways with the old ones in front run beside them.
            traffic.signing = [old_key, new_key]
            await processes.restart_one_by_one(master_key=f"{new},{old}", identity_public_keys=both)
            traffic.signing = [new_key]
            await traffic.adopt()
            await traffic.goes_on()
            # 3. What was sealed before is sealed again, and what is sealed now needs it no more.
            left = (await reseal(processes, 0))["remaining"]
            assert left >= ACCOUNTS
            assert await reseal_everything(processes) == left
            await connect(traffic, processes)
            assert await reseal(processes, 0) == {"resealed": 0, "remaining": 0, "unreadable": 0}
            # 4. The old keys are gone.
            await processes.restart_one_by_one(master_key=new, identity_public_keys=new_key.public.text)
            await traffic.adopt()
            await traffic.goes_on(2 * len(traffic.accounts))
        receipts = await all_sent(reader, traffic)
        assert {receipt.data.status for receipt in receipts} == {"sent"}
        assert {one.callback_data for one in fake.graph.state.sent} == set(traffic.asked)
        assert traffic.refused == []
        refused = await processes.ask("GET", "/api/v1/channels", headers=Traffic(processes, [], [old_key]).headers())
        assert refused.status_code == 401  # a token of the old key: the new one alone is trusted
