"""The environment variables of every local process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from atd_testing.servers.ports import LOOPBACK
from deploy.local.errors import LocalRunError
from deploy.local.keys import LocalKeys
from deploy.local.services import TRIAL_ONLY, Service

_KAFKA_SECURITY = ("KAFKA_SECURITY_", "KAFKA_SASL_", "KAFKA_SSL_")
"""How the variables begin that say how to sign in to Kafka."""


@dataclass(frozen=True)
class Local:
    """Where this run lives, and what was set when it was started.

    Attributes:
        directory: the folder ``.local`` of data, logs and pid files.
        given: the runner's own environment; every ``ATD_*`` in it wins.
    """

    directory: Path
    given: Mapping[str, str]

    @property
    def keys(self) -> LocalKeys:
        """Keys of the processes."""
        return LocalKeys(self.directory, self.given)

    @property
    def data(self) -> Path:
        """Folder of the servers' data."""
        return self.directory / "data"

    def log_file(self, name: str) -> Path:
        """Log of the process `name`."""
        return self.directory / "log" / f"{name}.log"

    def pid_file(self, name: str) -> Path:
        """File with the id of the process `name` while it runs."""
        return self.directory / "run" / f"{name}.pid"

    @property
    def kafka_port(self) -> int:
        """Port of the broker that the runner starts."""
        return self._port("ATD_LOCAL_KAFKA_PORT", 9092)

    @property
    def mongodb_port(self) -> int:
        """Port of the mongod that the runner starts."""
        return self._port("ATD_LOCAL_MONGODB_PORT", 27017)

    def ports(self, service: Service) -> dict[str, int]:
        """Ports of `service` by the variable that names them to it.

        Raises:
            LocalRunError: if a variable that replaces one is not a port.
        """
        own = {"ATD_PORT": self._port(service.port_variable, service.port)}
        return own | {name: self._port(name, default) for name, default in service.more_ports.items()}

    def url(self, service: Service) -> str:
        """Where other processes reach `service`."""
        return f"http://{LOOPBACK}:{self.ports(service)['ATD_PORT']}"

    def browser_url(self, service: Service) -> str:
        """Where a person opens `service`: by the name that the public URL has too, so that both are one site."""
        return f"http://localhost:{self.ports(service)['ATD_PORT']}"

    def internal_url(self, service: Service) -> str:
        """Where `service` answers operators: its own port, or the one beside its public port."""
        ports = self.ports(service)
        return f"http://{LOOPBACK}:{ports.get('ATD_INTERNAL_PORT', ports['ATD_PORT'])}"

    def ready_url(self, service: Service) -> str:
        """What answers 2xx once `service` works."""
        return service.ready.format(url=self.url(service), **self.ports(service))

    def _port(self, variable: str, default: int) -> int:
        text = self.given.get(variable, str(default))
        try:
            return int(text)
        except ValueError as error:
            raise LocalRunError(f"{variable}={text} is not a port number.") from error


def shared_environment(local: Local, services: Sequence[Service], kafka: str, mongodb: str) -> dict[str, str]:
    """Return the variables of all processes: the servers, the public keys, the public URL, the log format.

    Raises:
        LocalRunError: if a key that is given cannot be used.
    """
    public = next((local.ports(each)["ATD_PORT"] for each in services if each.port_variable == "ATD_PORT"), 8080)
    ours = {
        "ATD_HOST": LOOPBACK,
        "ATD_PUBLIC_URL": f"http://localhost:{public}",
        "ATD_LOG_FORMAT": "console",
        "ATD_LOG_LEVEL": "info",
        "PYTHONUNBUFFERED": "1",
    }
    servers = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "MONGODB_URL": mongodb}
    given = local.keys.without_secrets()
    if "KAFKA_BOOTSTRAP_SERVERS" not in given:  # then these are of another Kafka; ours asks for nothing
        given = {name: value for name, value in given.items() if not name.startswith(_KAFKA_SECURITY)}
    return {**ours, **given, **local.keys.public(), **servers}


def service_environment(
    local: Local, service: Service, services: Iterable[Service], shared: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment of `service`: `shared`, its own, its keys and ports.

    What is given wins, except ATD_PORT and ATD_MASTER_KEY, which differ in each service.
    """
    services = list(services)
    places = {each.name: local.url(each) for each in services} | {"data": str(local.data)}
    places |= {f"{each.name}@browser": local.browser_url(each) for each in services}
    own = {name: template.format_map(places) for name, template in service.environment.items()}
    # Such as a tunnel's: the world must not be told the password, and have nothing sent to servers of this machine.
    if shared["ATD_PUBLIC_URL"].startswith("https://"):
        own = {name: value for name, value in own.items() if name not in TRIAL_ONLY}
    given = {name: local.given[name] for name in service.environment if name in local.given}
    ports = {name: str(port) for name, port in local.ports(service).items()}
    return {**shared, **own, **given, **local.keys.private(service), **ports}


def operator_environment(local: Local, services: Iterable[Service], shared: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command `atd`: `shared`, the internal address of each service, and its key."""
    product = [each for each in services if each.product is not None]
    urls = {each.product.url_variable: local.internal_url(each) for each in product if each.product is not None}
    return {**urls, **shared, **local.keys.operator()}
