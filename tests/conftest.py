"""The one running system that all whole-system tests of a run share; each of them uses companies of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest

from atd_schemas.services import SERVICES
from tests.harness.collector import Collector
from tests.harness.people import Account, Company, add_companies, api, connect, sign_in
from tests.harness.system import FAKE, GATEWAY, INGEST, SANDBOX, System
from tests.services import MESSAGE_COUNTS, MESSAGE_COUNTS_SOURCE

UNCERTAIN_SECONDS = 10
ADMINISTRATOR = {
    "ATD_SEED_ADMIN_EMAIL": "admin@clinica-exemplo.test",
    "ATD_SEED_ADMIN_PASSWORD": "uma senha bem comprida",
}
"""Of the sample tenant, whose numbers the sandbox connects."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A company with one connected number, and its administrator signed in."""

    company: Company
    account: Account
    token: str
    client: httpx.AsyncClient


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where every service of the running system sends its traces."""
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[System]:
    """Every service as its own process, on its own Kafka and MongoDB. Whoever kills a part starts it again."""
    tracing = {"ATD_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    product = (*SERVICES, MESSAGE_COUNTS)
    environment = {service.name: dict(tracing) for service in product}
    environment[MESSAGE_COUNTS.name]["PYTHONPATH"] = str(MESSAGE_COUNTS_SOURCE)
    # A send of which nobody knows waits a minute for proof as delivered; tests have less time.
    environment[INGEST]["ATD_WHATSAPP_UNCERTAIN_AFTER"] = str(UNCERTAIN_SECONDS)
    directory = tmp_path_factory.mktemp("system")
    environment[GATEWAY] |= ADMINISTRATOR
    environment[FAKE] = {**ADMINISTRATOR, "ATD_SANDBOX_DATA": str(directory / "sandbox")}
    system = System(directory, product=product, environment=environment, fake=SANDBOX)
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture
async def shop(system: System) -> AsyncIterator[Shop]:
    """A company that nobody else uses."""
    (company,) = await add_companies(system, 1)
    token = await sign_in(system, company)
    async with api(system, token) as client:
        yield Shop(company, await connect(client), token, client)
