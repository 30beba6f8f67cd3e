"""Every service as its own process, on a Kafka and a MongoDB of its own: to be used, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from atd_schemas import services
from atd_schemas.services import Service
from atd_schemas.topics import dead_letter_topic, registry
from atd_testing.every_provider import provider_path
from atd_testing.keys import OPERATOR_PRIVATE_KEY, key_variables
from atd_testing.processes import ManagedProcess, answers
from atd_testing.servers import KafkaCluster, KafkaServer, MongoServer, free_port
from atd_testing.servers.ports import LOOPBACK
from atd_testing.topics import create_topics

T = TypeVar("T")

INGEST, CONVERSATION, GATEWAY = services.INGEST_WHATSAPP.name, services.CONVERSATION.name, services.GATEWAY.name
"""For tests that need this very service; whatever holds for all of them goes by `System.services`."""

KAFKA, MONGOD = "kafka", "mongod"
FAKE = "fake-providers"
EVERY_PROVIDER = ("-m", "atd_testing.every_provider")
SANDBOX = ("-m", "atd_channel_sandbox")
"""The fakes with customers' phones in front of them, as arguments of Python."""

_INTERNAL = "gateway-internal"
_READY_WITHIN = timedelta(minutes=3)
_ROOT = Path(__file__).parents[2]


class System:
    """One installation below `directory`, which holds data and `<name>.log` of every process.

    Args:
        directory: must be empty or of an earlier system.
        product: the services to run, in the order in which they are started; the gateway is one of them.
        environment: variables for the services, by service; they win.
        fake: what stands for the providers of all channels, as arguments of Python; it is told `ATD_PORT`.
        cache_gb: MongoDB's cache.
        brokers: more than one are a cluster (`cluster`), in which each topic has a copy at every broker.
    """

    def __init__(
        self,
        directory: Path,
        *,
        product: Sequence[Service] = services.SERVICES,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        fake: Sequence[str] = EVERY_PROVIDER,
        cache_gb: float = 0.5,
        brokers: int = 1,
    ) -> None:
        self.directory = directory
        self.brokers = brokers
        self.kafka = KafkaServer(directory / "kafka")
        self.cluster = KafkaCluster(directory, brokers=brokers)
        self.mongo = MongoServer(directory / "mongo", cache_gb=cache_gb)
        self.product = {service.name: service for service in product}
        self.ports = {name: free_port() for name in (*self.product, FAKE, _INTERNAL)}
        self._environment = environment or {}
        self._phones = tuple(fake) == SANDBOX
        commands = {name: ("-m", service.module) for name, service in self.product.items()} | {FAKE: tuple(fake)}
        self.processes = {name: self._process(name, command) for name, command in commands.items()}

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the services, in the order in which they are started."""
        return tuple(self.product)

    @property
    def kafka_servers(self) -> str:
        """Kafka, as `KAFKA_BOOTSTRAP_SERVERS` takes it."""
        return self.kafka.bootstrap_servers if self.brokers == 1 else self.cluster.bootstrap_servers

    @property
    def public_url(self) -> str:
        """The gateway, as the world sees it."""
        return self.url(GATEWAY)

    def url(self, name: str) -> str:
        """Where a process is reached on loopback."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def database(self, name: str) -> str:
        """A service's own database."""
        return self.product[name].module

    def start(self) -> None:
        """Start servers, topics and all services, and wait until all are ready."""
        self.start_servers()
        self.start_services(FAKE, *self.services)

    def start_servers(self) -> None:
        """Start Kafka and MongoDB, and create the topics."""
        self.mongo.launch()
        (self.kafka if self.brokers == 1 else self.cluster).start()
        self.mongo.wait_ready()
        # A service that is not in the list of services has a dead-letter topic all the same.
        topics = {topic.name: topic for topic in (*registry(), *map(dead_letter_topic, self._consumers()))}
        in_thread(lambda: asyncio.run(create_topics(self.kafka_servers, tuple(topics.values()), replicas=self.brokers)))

    def _consumers(self) -> tuple[str, ...]:
        return tuple(name for name, service in self.product.items() if service.consumer_group)

    def start_services(self, *names: str) -> None:
        """Start these processes together and wait until all are ready."""
        for name in names:
            self.processes[name].start()
        for name in names:
            self.wait_ready(name)

    def stop_services(self, *names: str) -> None:
        """Stop these processes in order, the last named first."""
        for name in reversed(names):
            self.processes[name].stop()

    def stop(self) -> None:
        """Stop everything. What does not stop by itself is killed: data of a test is worth nothing."""
        running = [process for process in self.processes.values() if process.running]
        for process in running:
            process.terminate()
        for process in running:
            process.wait_stopped(timedelta(seconds=15))
        self.kafka.kill()
        self.cluster.stop()
        self.mongo.kill()

    def kill(self, name: str) -> None:
        """`kill -9`."""
        self._process_of(name).kill()

    def freeze(self, name: str) -> None:
        """Stop the process where it stands, until `thaw`; its connections stay open and silent."""
        os.kill(self._process_of(name).pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        os.kill(self._process_of(name).pid, signal.SIGCONT)

    def restart(self, name: str) -> None:
        """Start what was killed and wait until it is ready."""
        if name in (KAFKA, MONGOD):
            (self.kafka if name == KAFKA else self.mongo).start()
        else:
            self.start_services(name)

    def wait_ready(self, name: str) -> None:
        """Wait until the process says that it works. Raises `ProcessError` with the end of its log."""
        self.processes[name].wait_ready(self.ready_url(name), _READY_WITHIN)

    def ready(self, name: str) -> bool:
        """Whether the process says that it works."""
        return answers(self.ready_url(name))

    def ready_url(self, name: str) -> str:
        """Where the process says whether it works."""
        if name == FAKE:
            return f"{self.url(FAKE)}/_fake/status"
        return f"{self.internal_url(name)}/readyz"

    def internal_url(self, name: str) -> str:
        """Where the other services reach a service, and where it says whether it works."""
        return f"http://{LOOPBACK}:{self.ports[_INTERNAL if name == GATEWAY else name]}"

    def log(self, name: str) -> str:
        """Everything that the process has logged."""
        return self.processes[name].log_file.read_text(encoding="utf-8", errors="replace")

    def atd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the operators' command `atd` against this system."""
        command = [sys.executable, "-m", "atd_cli", *arguments]
        environment = {**self.environment("atd"), "ATD_OPERATOR_PRIVATE_KEY": OPERATOR_PRIVATE_KEY}
        return subprocess.run(
            command, env=environment, cwd=_ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def _process_of(self, name: str) -> ManagedProcess:
        if name in (KAFKA, MONGOD):
            return (self.kafka if name == KAFKA else self.mongo).process
        return self.processes[name]

    def environment(self, name: str) -> dict[str, str]:
        """The environment variables of a process."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("ATD_")},
            "PYTHONUNBUFFERED": "1",
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_servers,
            "MONGODB_URL": self.mongo.url,
            **(key_variables(self.product[name]) if name in self.product else {}),
            "ATD_HOST": LOOPBACK,
            "ATD_PORT": str(self.ports.get(name, 0)),
            "ATD_INTERNAL_PORT": str(self.ports[_INTERNAL]),
            "ATD_PUBLIC_URL": self.public_url,
            **({"ATD_SANDBOX_URL": self.url(FAKE)} if self._phones else {}),
            **{
                f"ATD_{one.outbound.upper()}_API_URL": f"{self.url(FAKE)}{provider_path(one.outbound)}"
                for one in self.product.values()
                if one.outbound
            },
            **{one.url_variable: self.internal_url(one.name) for one in self.product.values()},
            **self._environment.get(name, {}),
        }

    def _process(self, name: str, arguments: Sequence[str]) -> ManagedProcess:
        environment = self.environment(name)
        log_file = self.directory / f"{name}.log"
        return ManagedProcess(name, [sys.executable, *arguments], log_file=log_file, env=environment, cwd=_ROOT)


def in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread of its own: an event loop may be running in this one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
