"""What runs: one entry for each process, in the order in which they are started and coloured.

The product's own processes follow from the list of services; here stands only what this machine adds to it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atd_schemas.services import GATEWAY, WEBHOOK_DISPATCHER
from atd_schemas.services import SERVICES as PRODUCT
from atd_schemas.services import Service as ProductService
from atd_testing.every_provider import provider_path


@dataclass(frozen=True, kw_only=True)
class Service:
    """One local process.

    Attributes:
        name: prefix of its log lines, stem of its log and pid file.
        command: program and arguments.
        port: port it listens on, given to it as ``ATD_PORT``.
        port_variable: environment variable of the runner that replaces `port`.
        product: its entry in the list of services; None for what is no part of the product.
        more_ports: other ports it listens on, by the variable that names them to it (and replaces them).
        environment: more variables for it; ``{name}`` is replaced by the URL of the process of that name,
            ``{name@browser}`` by the one that a browser opens, ``{data}`` by the folder of the servers' data.
        welcome: what to tell a person once everything works; ``{url}`` and its environment can be named.
        ready: URL that answers 2xx once it works; ``{url}`` is its own, and every port stands under its variable.
    """

    name: str
    command: tuple[str, ...]
    port: int
    port_variable: str
    product: ProductService | None = None
    more_ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = "{url}/readyz"
    welcome: tuple[str, ...] = ()


_ADMINISTRATOR = {
    "ATD_SEED_ADMIN_EMAIL": "admin@clinica-exemplo.test",
    "ATD_SEED_ADMIN_PASSWORD": "atendimento",
}

# Of a trial alone: the login is filled in, and the phone can be opened beside the client.
_TRIAL = {"ATD_SAMPLE_LOGIN": "true", "ATD_SANDBOX_URL": "{channel-sandbox@browser}"}

# Of a trial alone: companies' webhooks may lead to servers of this machine.
_LOCAL_RECEIVERS = {"ATD_CUSTOMER_URLS_ALLOW_HTTP": "true", "ATD_CUSTOMER_URLS_NETWORKS": "127.0.0.0/8,::1/128"}

TRIAL_ONLY = frozenset({"ATD_SAMPLE_LOGIN", *_LOCAL_RECEIVERS})
"""Variables that are left out where the world comes (a public URL of https, such as a tunnel's)."""

SANDBOX = Service(
    name="channel-sandbox",  # fake providers, with customers' phones in front of it
    command=(sys.executable, "-m", "atd_channel_sandbox"),
    port=8199,
    port_variable="ATD_CHANNEL_SANDBOX_PORT",
    environment={
        **_ADMINISTRATOR,
        "ATD_SANDBOX_DATA": "{data}/sandbox",
        "ATD_SANDBOX_FRAMES": "http://localhost:5173",  # `make web`
    },
    ready="{url}/_fake/status",
    welcome=(
        "  Customer's phone http://localhost:{ATD_PORT} (fill it with `make demo`)",
        "  Webhooks         http://localhost:{ATD_PORT}/receiver (what the company's own system gets)",
    ),
)


def internal(service: ProductService) -> Service:
    """The process of a service to which only other services talk; its provider's API is the sandbox."""
    more = dict(_LOCAL_RECEIVERS) if service == WEBHOOK_DISPATCHER else {}
    if service.outbound:
        more[f"ATD_{service.outbound.upper()}_API_URL"] = "{channel-sandbox}" + provider_path(service.outbound)
    return Service(
        name=service.name,
        command=(sys.executable, "-m", service.module),
        port=service.port,
        port_variable=service.port_variable,
        product=service,
        environment=more,
    )


def public(service: ProductService, others: Sequence[ProductService]) -> Service:
    """The process of the gateway, which gets the addresses of the others."""
    return Service(
        name=service.name,
        command=(sys.executable, "-m", service.module),
        port=8080,
        port_variable="ATD_PORT",  # the public one, the only one that a person has to know
        product=service,
        more_ports={"ATD_INTERNAL_PORT": service.port},
        environment={**{other.url_variable: f"{{{other.name}}}" for other in others}, **_ADMINISTRATOR, **_TRIAL},
        ready="http://127.0.0.1:{ATD_INTERNAL_PORT}/readyz",
        welcome=(
            "  Open          {ATD_PUBLIC_URL}",
            "  Sign in as    {ATD_SEED_ADMIN_EMAIL}",
            "  Password      {ATD_SEED_ADMIN_PASSWORD}",
            "  API           {ATD_PUBLIC_URL}/api/docs",
        ),
    )


def processes(services: Sequence[ProductService] = PRODUCT) -> tuple[Service, ...]:
    """The sandbox, the services in their order, and the gateway."""
    others = [service for service in services if service != GATEWAY]
    return (SANDBOX, *(internal(service) for service in others), public(GATEWAY, others))


SERVICES = processes()

# Run once, when Kafka is up and before the services start.
CREATE_TOPICS = (sys.executable, "-m", "atd_cli", "topics", "create")
