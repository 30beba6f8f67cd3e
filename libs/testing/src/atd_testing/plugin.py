"""Pytest plugin: a real Kafka and a real MongoDB, each started at most once per run, when a test first asks.

``ATD_TEST_BACKEND`` chooses where they come from: ``embedded`` (the default: local processes, no Docker) or
``containers`` (testcontainers). ``KAFKA_BOOTSTRAP_SERVERS`` and ``MONGODB_URL``, when set, win over both.

Loaded by ``pytest_plugins = ["atd_testing.plugin"]`` in the root ``conftest.py``.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from atd_testing.s3 import S3Server
from atd_testing.servers import KafkaServer, MongoServer, ServerStartError, free_port
from atd_testing.service import Servers
from atd_testing.topics import create_topics

if TYPE_CHECKING:
    from atd_testing.servers.containers import KafkaContainer, MongoContainer

_BACKENDS = ("embedded", "containers")


class _Server(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture(scope="session")
def server_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the embedded servers' data and logs (``kafka.log``, ``mongod.log``) in this run."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def kafka_bootstrap(server_directory: Path) -> Iterator[str]:
    """``host:port`` of the run's Kafka. Topics are shared by all tests: make names unique, or use new keys."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    kafka: KafkaServer | KafkaContainer
    if _backend() == "containers":  # imported here: it needs Docker's client
        from atd_testing.servers.containers import KafkaContainer  # noqa: PLC0415

        kafka = KafkaContainer()
    else:
        kafka = KafkaServer(server_directory / "kafka", short_lived=True)
    with _started(kafka):
        yield kafka.bootstrap_servers


@pytest.fixture(scope="session")
def mongodb_url(server_directory: Path) -> Iterator[str]:
    """Connection string of the run's MongoDB (a replica set). Use `database_name` for a database of one test."""
    if given := os.environ.get("MONGODB_URL"):
        yield given
        return
    mongo: MongoServer | MongoContainer
    if _backend() == "containers":  # imported here: it needs Docker's client
        from atd_testing.servers.containers import MongoContainer  # noqa: PLC0415

        mongo = MongoContainer()
    else:
        mongo = MongoServer(server_directory / "mongo", cache_gb=0.5)
    with _started(mongo):
        yield mongo.url


@pytest.fixture(scope="session")
def s3_server(server_directory: Path) -> Iterator[S3Server]:
    """The run's S3. Use `create_bucket` for a bucket of one test."""
    server = S3Server(server_directory / "s3.log")
    with _started(server):
        yield server


@pytest.fixture(scope="session")
def servers(kafka_bootstrap: str, mongodb_url: str) -> Servers:
    """Both servers of the run, with the topics of the registry: what a service needs to run."""
    asyncio.run(create_topics(kafka_bootstrap))
    return Servers(kafka_bootstrap, mongodb_url)


@pytest.fixture
def database_name() -> str:
    """Name of a MongoDB database that no other test uses."""
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture
def unused_port() -> Callable[[], int]:
    """Call it for a loopback port that nobody listens on and that no other worker will choose."""
    return free_port


@contextmanager
def _started(server: _Server) -> Iterator[None]:
    try:
        server.start()
    except ServerStartError as error:
        pytest.exit(str(error), returncode=3)  # no test that needs it can pass: say it once
    try:
        yield
    finally:
        server.stop()


def _backend() -> str:
    chosen = os.environ.get("ATD_TEST_BACKEND", _BACKENDS[0])
    if chosen not in _BACKENDS:
        pytest.exit(f"ATD_TEST_BACKEND={chosen} is unknown; choose {' or '.join(_BACKENDS)}", returncode=3)
    return chosen
