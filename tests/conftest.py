"""The one running system that all whole-system tests of a run share; each of them uses companies of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from atd_schemas.services import SERVICES, WEBHOOK_DISPATCHER
from atd_testing.clamd import FakeClamd
from deploy.web.client import CLIENT, Client
from tests.harness.collector import Collector
from tests.harness.condition import conditions
from tests.harness.people import Account, Company, add_companies, api, connect, sign_in
from tests.harness.system import FAKE, GATEWAY, INGEST, SANDBOX, System
from tests.services import MESSAGE_COUNTS, MESSAGE_COUNTS_SOURCE

UNCERTAIN_SECONDS = 600
"""Longer than any test: what has no receipt yet is not repeated because a machine is slow; a test ends the wait."""

_ROOT = Path(__file__).parents[1]
ADMINISTRATOR = {
    "ATD_SEED_ADMIN_EMAIL": "admin@clinica-exemplo.test",
    "ATD_SEED_ADMIN_PASSWORD": "uma senha bem comprida",
}
"""Of the sample tenant, whose numbers the sandbox connects."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed on the running system tells how each service was."""
    report = yield
    system = getattr(item, "funcargs", {}).get("system")
    if report.failed and call.when == "call" and isinstance(system, System):
        report.sections.append(("the services", conditions(system)))
    return report


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
def clamd() -> Iterator[FakeClamd]:
    """The virus scanner of the running system."""
    clamd = FakeClamd()
    clamd.start()
    yield clamd
    clamd.stop()


@pytest.fixture(scope="session")
def web_root(request: pytest.FixtureRequest) -> Path | None:
    """The built web client, where a test of this run looks at it: to build it takes a minute."""
    if not any(item.nodeid.startswith("tests/browser/") for item in request.session.items):
        return None
    client = Client(_ROOT / CLIENT, os.environ)
    client.build()
    return client.dist


@pytest.fixture(scope="session")
def system(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector, clamd: FakeClamd, web_root: Path | None
) -> Iterator[System]:
    """Every service as its own process, on its own Kafka and MongoDB. Whoever kills a part starts it again."""
    tracing = {"ATD_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    scanning = {"ATD_CLAMAV_URL": clamd.url}
    product = (*SERVICES, MESSAGE_COUNTS)
    environment = {service.name: {**tracing, **scanning} for service in product}
    environment[MESSAGE_COUNTS.name]["PYTHONPATH"] = str(MESSAGE_COUNTS_SOURCE)
    environment[INGEST]["ATD_WHATSAPP_UNCERTAIN_AFTER"] = str(UNCERTAIN_SECONDS)
    environment[WEBHOOK_DISPATCHER.name]["ATD_CUSTOMER_URLS_ALLOW_PRIVATE"] = "true"  # receivers of the tests
    directory = tmp_path_factory.mktemp("system")
    environment[GATEWAY] |= ADMINISTRATOR
    if web_root is not None:
        environment[GATEWAY]["ATD_WEB_ROOT"] = str(web_root)
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
