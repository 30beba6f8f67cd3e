"""The raw path put together: its processes, topics and database."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from atd_schemas.topics import CONVERSATION_EVENTS, INBOUND_EVENTS, Topic
from atd_testing.processes import ManagedProcess
from atd_testing.servers import free_port
from atd_testing.servers.ports import LOOPBACK
from atd_testing.topics import create_topics
from tests.harness.system import in_thread
from tests.load.measuring import Lab, Sink
from tests.load.raw import app, consumer
from tests.load.raw.shapes import Shapes, save
from tests.load.traffic import Account

_ROOT = Path(__file__).parents[3]
_READY = timedelta(seconds=20)


class RawPath:
    """The bare application and the bare consumer, each a process."""

    def __init__(self, lab: Lab, bootstrap_servers: str, mongodb_url: str) -> None:
        self._lab = lab
        self._servers = bootstrap_servers
        self._mongodb_url = mongodb_url
        self.port = free_port()

    def accounts(self, count: int) -> tuple[Account, ...]:
        """As many invented accounts: the application looks into nothing."""
        return tuple(Account(f"70080090010{n:04d}", "raw", f"/raw/{n}") for n in range(count))

    def sink(self) -> Sink:
        """The consumer that stands for the WebSocket."""
        topic = {"topic": consumer.TOPIC, "partitions": CONVERSATION_EVENTS.partitions}
        return Sink("kafka", {"bootstrap_servers": self._servers, **topic})

    @contextmanager
    def running(self, database: str, shapes: Shapes | None) -> Iterator[None]:
        """The processes, watched; without shapes only the application."""
        in_thread(lambda: asyncio.run(create_topics(self._servers, _TOPICS)))
        web = self._process("raw-app", ["-m", "tests.load.raw.app"])
        processes = [web]
        if shapes is not None:
            path = self._lab.directory / "shapes.bson"
            save(shapes, path)
            processes.append(self._process("raw-consumer", ["-m", "tests.load.raw.consumer", path], database))
        for process in processes:
            process.start()
        try:
            web.wait_ready(f"http://{LOOPBACK}:{self.port}/", _READY)
            for process in processes:
                self._lab.watched[process.name] = process.pid
            yield
        finally:
            for process in processes:
                self._lab.watched.pop(process.name, None)
                process.stop()

    def _process(self, name: str, arguments: list[str | Path], database: str = "") -> ManagedProcess:
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self._servers,
            "MONGODB_URL": self._mongodb_url,
            "BENCH_DATABASE": database,
            "ATD_PORT": str(self.port),
        }
        log_file = self._lab.directory / f"{name}.log"
        return ManagedProcess(name, [sys.executable, *arguments], log_file=log_file, env=environment, cwd=_ROOT)


def _like(topic: Topic, name: str) -> Topic:
    return Topic(
        name=name,
        owner="bench",
        key=topic.key,
        schema=topic.schema,
        producers=(),
        consumers=(),
        retention=topic.retention,
        partitions=topic.partitions,
    )


_TOPICS = (_like(INBOUND_EVENTS, app.TOPIC), _like(CONVERSATION_EVENTS, consumer.TOPIC))
