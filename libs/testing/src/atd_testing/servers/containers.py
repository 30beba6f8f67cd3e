"""The same servers from their official images, for those who would rather have Docker start them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import docker
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from atd_testing.servers.errors import ServerStartError
from atd_testing.servers.kafka import takes_requests
from atd_testing.servers.mongo import REPLICA_SET, is_primary, mongodb_url
from atd_testing.servers.ports import LOOPBACK, free_port

# The same release as in jgo.toml.
KAFKA_IMAGE = "apache/kafka:4.3.1"
MONGODB_IMAGE = "mongo:8"
_START_TIMEOUT = timedelta(minutes=2)
_POLL_SECONDS = 0.1


class KafkaContainer:
    """One broker in a container, on a free port of loopback."""

    def __init__(self) -> None:
        self.port = free_port()
        self._container: DockerContainer | None = None

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for clients."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start the container and wait until the broker takes requests.

        Raises:
            ServerStartError: saying what to do.
        """
        _require_docker()
        container = DockerContainer(KAFKA_IMAGE).with_bind_ports(self.port, self.port)
        for name, value in self._settings().items():
            container = container.with_env(name, value)
        self._container = _start(container, KAFKA_IMAGE)
        _wait(lambda: takes_requests(self.port), KAFKA_IMAGE, self._container)

    def stop(self) -> None:
        """Remove the container and its data."""
        if self._container is not None:
            self._container.stop()

    def _settings(self) -> dict[str, str]:
        return {
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_NODE_ID": "1",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENERS": f"PLAINTEXT://:{self.port},CONTROLLER://localhost:9094",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{self.port}",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        }


class MongoContainer:
    """One mongod in a container, a replica set of one, on a free port of loopback."""

    def __init__(self) -> None:
        self.port = free_port()
        self._container: DockerContainer | None = None

    @property
    def url(self) -> str:
        """Connection string."""
        return mongodb_url(self.port)

    def start(self) -> None:
        """Start the container and wait until mongod is the primary.

        Raises:
            ServerStartError: saying what to do.
        """
        _require_docker()
        # The same port inside and outside: the set's only member must find itself under the address clients use.
        command = f"mongod --replSet {REPLICA_SET} --bind_ip_all --port {self.port}"
        container = DockerContainer(MONGODB_IMAGE).with_bind_ports(self.port, self.port).with_command(command)
        self._container = _start(container, MONGODB_IMAGE)
        _wait(lambda: is_primary(self.port), MONGODB_IMAGE, self._container)

    def stop(self) -> None:
        """Remove the container and its data."""
        if self._container is not None:
            self._container.stop()


def _require_docker() -> None:
    try:
        docker.from_env().ping()
    except DockerException as error:
        raise ServerStartError(
            f"ATD_TEST_BACKEND=containers needs a Docker engine, and none answered ({error}). Start Docker, or "
            "unset ATD_TEST_BACKEND to use the embedded servers."
        ) from error


def _start(container: DockerContainer, image: str) -> DockerContainer:
    try:
        return container.start()
    except DockerException as error:  # no such image, no network to fetch it, no room
        raise ServerStartError(f"{image} could not be started: {error}") from error


def _wait(ready: Callable[[], bool], image: str, container: DockerContainer) -> None:
    deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
    while not ready():
        if time.monotonic() > deadline:
            output, errors = container.get_logs()
            container.stop()
            log = (output + errors).decode("utf-8", errors="replace")
            message = f"{image} was not ready within {_START_TIMEOUT}. Its log:\n{log[-2000:]}"
            raise ServerStartError(message)
        time.sleep(_POLL_SECONDS)
