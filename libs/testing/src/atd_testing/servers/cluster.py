"""Several Kafka brokers and a controller of their own: to show partitions without a leader, which one alone cannot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from atd_testing.servers.kafka import KafkaServer, Place, new_cluster_id
from atd_testing.servers.ports import free_port

_CONTROLLER_ID = 100
_CONTROLLER_HEAP_MB = 128


class KafkaCluster:
    """A cluster on loopback. Brokers are killed and started one by one (`brokers`); the controller stays.

    Args:
        directory: one folder and one log file for each node below it.
        brokers: how many.
        heap_mb: largest Java heap of each broker in megabytes.
    """

    def __init__(self, directory: Path, *, brokers: int = 2, heap_mb: int = 256) -> None:
        cluster_id, controller_port = new_cluster_id(), free_port()

        def node(name: str, node_id: int, heap: int) -> KafkaServer:
            place = Place(cluster_id, node_id, _CONTROLLER_ID, controller_port, brokers)
            log_file = directory / f"{name}.log"
            return KafkaServer(directory / name, log_file=log_file, heap_mb=heap, short_lived=True, place=place)

        self.controller = node("kafka-controller", _CONTROLLER_ID, _CONTROLLER_HEAP_MB)
        self.brokers = [node(f"kafka-{number}", number, heap_mb) for number in range(1, brokers + 1)]

    @property
    def bootstrap_servers(self) -> str:
        """All brokers, as `KAFKA_BOOTSTRAP_SERVERS` takes them."""
        return ",".join(broker.bootstrap_servers for broker in self.brokers)

    def start(self) -> None:
        """Start all nodes together and wait until they take requests. Raises `ServerStartError`."""
        self._each(KafkaServer.launch)
        self._each(KafkaServer.wait_ready)

    def stop(self) -> None:
        """Kill all: the data of a test is worth nothing."""
        self._each(KafkaServer.kill)

    def _each(self, action: Callable[[KafkaServer], None]) -> None:
        nodes = [self.controller, *self.brokers]
        with ThreadPoolExecutor(max_workers=len(nodes)) as threads:
            list(threads.map(action, nodes))
