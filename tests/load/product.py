"""The product under load: real services, several tenants with several accounts each, attendants who listen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from atd_schemas.services import service_of_channel
from atd_testing.servers.ports import LOOPBACK
from tests.harness.channels import Connected, connect_channel
from tests.harness.people import Account as ChannelAccount
from tests.harness.people import Company, add_companies, api, connect, sign_in
from tests.harness.system import CONVERSATION, GATEWAY, INGEST, System, in_thread
from tests.load.measuring import Lab, Sink
from tests.load.raw.shapes import Shapes, capture
from tests.load.traffic import Account

COMPANIES = 10
ACCOUNTS_EACH = 2
MIX = (
    *[("whatsapp", "telegram")] * 4,
    *[("whatsapp", "messenger")] * 4,
    *[("instagram", "facebook")] * 2,
)
"""What each company has in the mix: of 20 accounts 8, 4, 4, 2 and 2."""

ENVIRONMENT = {
    # Meta allows a number 80 messages/s unless it raised that; here the ledger's own limit is looked for.
    INGEST: {"ATD_WHATSAPP_MESSAGES_PER_SECOND": "1000"},
}


class Product:
    """The system, its companies and their accounts, and the lab that watches the processes."""

    def __init__(self, system: System, lab: Lab) -> None:
        self.system = system
        self._lab = lab
        self.companies: list[Company] = []
        self.channels: list[tuple[Company, ChannelAccount]] = []
        self.mixed: list[Connected] = []

    @contextmanager
    def running(self, *names: str) -> Iterator[None]:
        """These services (all by default), watched."""
        names = names or self.system.services
        self.system.start_services(*names)
        self._lab.watched |= {name: self.system.processes[name].pid for name in names}
        try:
            yield
        finally:
            for name in names:
                self._lab.watched.pop(name, None)
            self.system.stop_services(*names)

    def settle(self) -> None:
        """Found the companies and connect their numbers. Needs all services and the fake to run."""
        in_thread(lambda: asyncio.run(self._settle()))

    async def _settle(self) -> None:
        self.companies = await add_companies(self.system, COMPANIES)
        for company in self.companies:
            async with api(self.system, await sign_in(self.system, company)) as client:
                self.channels += [(company, await connect(client, f"Loja {n}")) for n in range(ACCOUNTS_EACH)]

    def accounts(self) -> tuple[Account, ...]:
        """Where the driver sends, and with which secret."""
        return tuple(
            Account(account.phone_number_id, account.app_secret, urlsplit(account.webhook_url).path)
            for _, account in self.channels
        )

    def mix(self) -> tuple[Account, ...]:
        """As many accounts as `accounts`, of every kind of channel, each at the port of its service."""
        if not self.mixed:
            in_thread(lambda: asyncio.run(self._settle_mix()))
        return tuple(self._account(one) for one in self.mixed)

    def page(self) -> Account:
        """A page of the first company, all of whose comments are below one post."""
        return replace(self._account(in_thread(lambda: asyncio.run(self._connect_page()))), post=1)

    async def _connect_page(self) -> Connected:
        async with api(self.system, await sign_in(self.system, self.companies[0])) as client:
            return await connect_channel(self.system, client, "facebook")

    def _account(self, one: Connected) -> Account:
        return Account(one.name, one.secret, urlsplit(one.webhook_url).path, one.kind, self._port(one.kind))

    def _port(self, kind: str) -> int:
        service = service_of_channel(kind)
        assert service is not None
        return self.system.ports[service.name]

    async def _settle_mix(self) -> None:
        for company, kinds in zip(self.companies, MIX, strict=True):
            async with api(self.system, await sign_in(self.system, company)) as client:
                self.mixed += [await connect_channel(self.system, client, kind) for kind in kinds]

    def sink(self) -> Sink:
        """One attendant of each company at the gateway's WebSocket."""
        tokens = in_thread(lambda: asyncio.run(self._sign_in()))
        return Sink("websocket", {"host": LOOPBACK, "port": self.system.ports[GATEWAY], "tokens": tokens})

    async def _sign_in(self) -> list[str]:
        return [await sign_in(self.system, company) for company in self.companies]

    def shapes(self) -> Shapes:
        """What it writes, for the raw path to write the same."""
        return capture(self.system.mongo.url, self.system.database(CONVERSATION), self.system.kafka.bootstrap_servers)
