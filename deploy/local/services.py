"""What runs: one entry for each process, in the order in which they are started and coloured."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Service:
    """One local process.

    Attributes:
        name: prefix of its log lines, stem of its log and pid file.
        command: program and arguments.
        port: port it listens on, given to it as ``ATD_PORT``.
        port_variable: environment variable of the runner that replaces `port`.
        more_ports: other ports it listens on, by the variable that names them to it (and replaces them).
        environment: more variables for it; ``{name}`` stands for the URL of the process of that name, ``{data}`` for
            the folder of the servers' data.
        welcome: what to tell a person once everything works; ``{url}`` and its environment can be named.
        ready: URL that answers 2xx once it works; ``{url}`` is its own, and every port stands under its variable.
    """

    name: str
    command: tuple[str, ...]
    port: int
    port_variable: str
    more_ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = "{url}/readyz"
    welcome: tuple[str, ...] = ()


def _internal(name: str, port: int, **environment: str) -> Service:
    """Return the service in ``services/<name>``, to which only other services talk."""
    return Service(
        name=name,
        command=(sys.executable, "-m", f"atd_{name.replace('-', '_')}"),
        port=port,
        port_variable=f"ATD_{name.upper().replace('-', '_')}_PORT",
        environment=environment,
    )


_ADMINISTRATOR = {
    "ATD_SEED_ADMIN_EMAIL": "admin@clinica-exemplo.test",
    "ATD_SEED_ADMIN_PASSWORD": "atendimento",
}

SERVICES = (
    Service(
        name="channel-sandbox",  # stands for WhatsApp, with phones of customers in front of it
        command=(sys.executable, "-m", "atd_channel_sandbox"),
        port=8199,
        port_variable="ATD_CHANNEL_SANDBOX_PORT",
        environment={**_ADMINISTRATOR, "ATD_SANDBOX_DATA": "{data}/sandbox"},
        ready="{url}/_fake/status",
        welcome=("  Customer's phone http://localhost:{ATD_PORT} (fill it with `make demo`)",),
    ),
    _internal("ingest-whatsapp", 8101, ATD_WHATSAPP_API_URL="{channel-sandbox}"),
    _internal("conversation", 8110),
    Service(
        name="gateway",
        command=(sys.executable, "-m", "atd_gateway"),
        port=8080,
        port_variable="ATD_PORT",  # the public one, the only one that a person has to know
        more_ports={"ATD_INTERNAL_PORT": 8090},
        environment={
            "ATD_INGEST_WHATSAPP_URL": "{ingest-whatsapp}",
            "ATD_CONVERSATION_URL": "{conversation}",
            **_ADMINISTRATOR,
        },
        ready="http://127.0.0.1:{ATD_INTERNAL_PORT}/readyz",
        welcome=(
            "  Open          {ATD_PUBLIC_URL}",
            "  Sign in as    {ATD_SEED_ADMIN_EMAIL}",
            "  Password      {ATD_SEED_ADMIN_PASSWORD}",
            "  API           {ATD_PUBLIC_URL}/api/docs",
        ),
    ),
)

# Run once, when Kafka is up and before the services start.
CREATE_TOPICS = (sys.executable, "-m", "atd_cli", "topics", "create")
