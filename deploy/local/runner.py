"""Start real servers and all services as local processes, watch them, and stop them in order.

Process managers from a package (honcho and its kin) start and colour processes, but neither wait for a server
before its clients, nor start again what dies, nor stop in order; that is what this does, and little else.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event

from atd_testing.processes import ManagedProcess
from atd_testing.servers import KafkaServer, MongoServer
from atd_testing.servers.mongo import mongodb_url
from atd_testing.servers.ports import LOOPBACK
from deploy.local.console import Console
from deploy.local.environment import Local, service_environment, shared_environment
from deploy.local.errors import LocalRunError
from deploy.local.preflight import only_runner, require_disk, require_ports, stop_leftovers, wanted_ports
from deploy.local.services import Service
from deploy.local.supervisor import Supervisor, WatchedProcess, stop_together

_GRACE = timedelta(seconds=30)
_CREATE_TOPICS_TIMEOUT_SECONDS = 60


class Runner:
    """One run.

    Args:
        local: where it lives and what is set.
        services: what to start, in this order.
        create_topics: command that is run once before the services, when Kafka is up.
        console: the terminal.
        stop: set from a signal handler or another thread to end `run`.
        left_out: names of services that somebody else starts (in a debugger, say), on the same ports.
        build_client: builds the web client and returns its folder, or None when it cannot be built; absent: that is
            not for this run.
    """

    def __init__(
        self,
        local: Local,
        services: Sequence[Service],
        create_topics: Sequence[str],
        console: Console,
        stop: Event,
        left_out: frozenset[str] = frozenset(),
        build_client: Callable[[], Path | None] | None = None,
    ) -> None:
        self._local = local
        self._everyone = services
        self._services = [service for service in services if service.name not in left_out]
        self._create_topics = create_topics
        self._console = console
        self._supervisor = Supervisor(console.say, stop)
        self._build_client = build_client

    def run(self) -> None:
        """Run until `stop` is set, then stop everything in order: services, Kafka, mongod.

        Raises:
            LocalRunError: it cannot run here; nothing is left running.
            ServerStartError: a server does not start; nothing is left running.
        """
        began = time.monotonic()
        local = self._local
        with only_runner(local.directory), ExitStack() as stopping:
            stop_leftovers(local.directory, self._console)
            require_disk(local.directory)
            require_ports(wanted_ports(local, self._services))
            web_root = self._build_client() if self._build_client else None
            kafka, mongodb = self._start_servers(stopping)
            shared = shared_environment(local, self._everyone, kafka, mongodb)
            if web_root is not None:
                shared["ATD_WEB_ROOT"] = str(web_root)
            self._run_create_topics(shared)
            self._start_services(shared, stopping)
            self._supervisor.watch(lambda: self._welcome(shared, time.monotonic() - began))
        self._console.say("stopped")

    def _welcome(self, shared: dict[str, str], seconds: float) -> None:
        self._console.say(welcome(self._local, self._everyone, shared, seconds))
        if self._build_client and "ATD_WEB_ROOT" not in shared:
            self._console.say("The web client is not served: it could not be built, see above and log/web.log.")

    def _start_servers(self, stopping: ExitStack) -> tuple[str, str]:
        """Start what is not given, side by side, and return the addresses of Kafka and MongoDB."""
        local, given = self._local, self._local.given
        started: list[KafkaServer | MongoServer] = []
        if "MONGODB_URL" not in given:
            started.append(
                MongoServer(
                    local.data / "mongodb",
                    port=local.mongodb_port,
                    log_file=local.log_file("mongod"),
                    pid_file=local.pid_file("mongod"),
                )
            )
        if "KAFKA_BOOTSTRAP_SERVERS" not in given:
            started.append(
                KafkaServer(
                    local.data / "kafka",
                    port=local.kafka_port,
                    log_file=local.log_file("kafka"),
                    pid_file=local.pid_file("kafka"),
                    progress=self._console.say,
                )
            )
        for server in started:
            self._console.say(f"starting {server.name} on port {server.port}")
            stopping.callback(self._stop_server, server)
            server.launch()
        for server in started:
            server.wait_ready()
            self._watch_server(server)
        return (
            given.get("KAFKA_BOOTSTRAP_SERVERS", f"{LOOPBACK}:{local.kafka_port}"),
            given.get("MONGODB_URL", mongodb_url(local.mongodb_port)),
        )

    def _watch_server(self, server: KafkaServer | MongoServer) -> None:
        self._supervisor.add(WatchedProcess(server.name, lambda: server.process, server.launch, ready=True))

    def _stop_server(self, server: KafkaServer | MongoServer) -> None:
        self._console.say(f"stopping {server.name}")
        server.stop()

    def _run_create_topics(self, environment: dict[str, str]) -> None:
        self._console.say("creating topics")
        try:
            answer = subprocess.run(
                self._create_topics,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_CREATE_TOPICS_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LocalRunError(f"The topics were not created within {_CREATE_TOPICS_TIMEOUT_SECONDS} s.") from error
        log = self._local.log_file("topics")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(answer.stdout, encoding="utf-8")
        if answer.returncode != 0:
            raise LocalRunError(f"The topics could not be created:\n{answer.stdout}")

    def _start_services(self, shared: dict[str, str], stopping: ExitStack) -> None:
        self._console.say(f"starting {', '.join(service.name for service in self._services)}")
        processes: list[ManagedProcess] = []
        stopping.callback(self._stop_services, processes)
        for service in self._services:
            process = ManagedProcess(
                service.name,
                service.command,
                log_file=self._local.log_file(service.name),
                env=service_environment(self._local, service, self._everyone, shared),
                pid_file=self._local.pid_file(service.name),
                on_line=self._console.writer(service.name),
            )
            processes.append(process)
            process.start()
            self._watch_service(process, self._local.ready_url(service))

    def _watch_service(self, process: ManagedProcess, ready_url: str) -> None:
        self._supervisor.add(WatchedProcess(process.name, lambda: process, process.start, ready_url))

    def _stop_services(self, processes: list[ManagedProcess]) -> None:
        self._console.say(f"stopping the services (they have {_GRACE.total_seconds():g} s to finish what they do)")
        stop_together(processes, _GRACE, self._console.say)


def welcome(local: Local, services: Sequence[Service], shared: dict[str, str], seconds: float) -> str:
    """Say where everything is, once it works."""
    lines = [f"ready after {seconds:.0f} s", ""]
    for service in services:
        environment = service_environment(local, service, services, shared)
        lines += [line.format_map({"url": local.url(service), **environment}) for line in service.welcome]
    lines += [f"  Logs          {local.directory / 'log'}", "", "Ctrl-C stops everything.", ""]
    return "\n".join(lines)
