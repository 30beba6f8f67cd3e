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

from atd_testing.keys import OPERATOR_PRIVATE_KEY, key_variables
from atd_testing.processes import ManagedProcess, answers
from atd_testing.servers import KafkaServer, MongoServer, free_port
from atd_testing.servers.ports import LOOPBACK
from atd_testing.topics import create_topics

T = TypeVar("T")

INGEST, CONVERSATION, GATEWAY, FAKE = "ingest-whatsapp", "conversation", "gateway", "fake-whatsapp"
KAFKA, MONGOD = "kafka", "mongod"
SANDBOX = ("-m", "atd_channel_sandbox")
"""The fake with customers' phones in front of it, as arguments of Python."""

SERVICES = (INGEST, CONVERSATION, GATEWAY)
"""What we deliver, in the order in which it is started."""

_MODULES = {
    INGEST: "atd_ingest_whatsapp",
    CONVERSATION: "atd_conversation",
    GATEWAY: "atd_gateway",
    FAKE: "atd_testing.whatsapp",
}
_READY_WITHIN = timedelta(seconds=60)
_ROOT = Path(__file__).parents[2]


class System:
    """One installation below `directory`, which holds data and `<name>.log` of every process.

    Args:
        directory: must be empty or of an earlier system.
        environment: variables for the services, by service; they win.
        fake: what plays the Graph API, as arguments of Python; it is told `ATD_PORT`.
        cache_gb: MongoDB's cache.
    """

    def __init__(
        self,
        directory: Path,
        *,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        fake: Sequence[str] = ("-m", _MODULES[FAKE]),
        cache_gb: float = 0.5,
    ) -> None:
        self.directory = directory
        self.kafka = KafkaServer(directory / "kafka")
        self.mongo = MongoServer(directory / "mongo", cache_gb=cache_gb)
        self.ports = {name: free_port() for name in (*SERVICES, FAKE, "internal")}
        self._environment = environment or {}
        self.processes = {
            name: self._process(name, fake if name == FAKE else ("-m", _MODULES[name])) for name in (*SERVICES, FAKE)
        }

    @property
    def public_url(self) -> str:
        """The gateway, as the world sees it."""
        return self.url(GATEWAY)

    def url(self, name: str) -> str:
        """Where a process is reached on loopback."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def database(self, name: str) -> str:
        """A service's own database."""
        return f"atd_{name.replace('-', '_')}"

    def start(self) -> None:
        """Start servers, topics and all services, and wait until all are ready."""
        self.start_servers()
        self.start_services(FAKE, *SERVICES)

    def start_servers(self) -> None:
        """Start Kafka and MongoDB, and create the topics."""
        self.mongo.launch()
        self.kafka.start()
        self.mongo.wait_ready()
        in_thread(lambda: asyncio.run(create_topics(self.kafka.bootstrap_servers)))

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
        return f"http://{LOOPBACK}:{self.ports['internal' if name == GATEWAY else name]}/readyz"

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
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "MONGODB_URL": self.mongo.url,
            **(key_variables(name) if name in SERVICES else {}),
            "ATD_HOST": LOOPBACK,
            "ATD_PORT": str(self.ports.get(name, 0)),
            "ATD_INTERNAL_PORT": str(self.ports["internal"]),
            "ATD_PUBLIC_URL": self.public_url,
            "ATD_WHATSAPP_API_URL": self.url(FAKE),
            "ATD_INGEST_WHATSAPP_URL": self.url(INGEST),
            "ATD_CONVERSATION_URL": self.url(CONVERSATION),
            "ATD_GATEWAY_URL": f"http://{LOOPBACK}:{self.ports['internal']}",
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
