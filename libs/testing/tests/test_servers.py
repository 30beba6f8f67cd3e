"""The embedded servers keep their promises: same port and data after a crash, one server per directory."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from atd_testing.servers import KafkaServer, MongoServer, ServerStartError, mongo
from atd_testing.servers.aot import AotCache
from atd_testing.servers.ports import LOOPBACK, free_port, holder_of

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    server = KafkaServer(tmp_path_factory.mktemp("kafka") / "data", short_lived=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    server = MongoServer(tmp_path_factory.mktemp("mongo") / "data", cache_gb=0.25)
    server.start()
    yield server
    server.stop()


async def test_kafka_keeps_acknowledged_records_through_kill_and_restart(kafka: KafkaServer) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, acks="all", enable_idempotence=True
    ) as producer:
        for number in range(50):
            await producer.send_and_wait("kept", str(number).encode())
        kafka.kill()
        kafka.start()
        await producer.send_and_wait("kept", b"after")

    partition = TopicPartition("kept", 0)
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest") as consumer:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        values = [(await consumer.getone()).value for _ in range(51)]
    assert values == [*(str(number).encode() for number in range(50)), b"after"]


def test_a_cache_is_kept_only_when_it_was_recorded_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    java = tmp_path / "bin" / "java"
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "modules").touch()
    (jar := tmp_path / "kafka.jar").touch()
    cache = AotCache(java, [jar])
    assert cache.java_options() == []
    with cache.recording() as (option,):
        Path(option.partition("=")[2] + ".config").touch()
    assert list((tmp_path / "atendimento").iterdir()) == []
    with cache.recording() as (option,):
        Path(option.partition("=")[2]).write_text("recorded", encoding="utf-8")
    assert cache.java_options() == [f"-XX:AOTCache={cache.file}"]
    assert cache.file.read_text(encoding="utf-8") == "recorded"
    os.utime(jar, (1, 1))
    assert AotCache(java, [jar]).java_options() == []


def test_two_brokers_never_share_a_data_directory(kafka: KafkaServer) -> None:
    with pytest.raises(ServerStartError, match="Another Kafka broker already uses"):
        KafkaServer(kafka.data_dir).start()


def test_mongod_keeps_acknowledged_writes_through_kill_and_restart(mongod: MongoServer) -> None:
    with MongoClient[dict[str, Any]](mongod.url) as client:
        client.kept.things.insert_one({"_id": 1})
    mongod.kill()
    assert not mongod.running
    mongod.start()
    with MongoClient[dict[str, Any]](mongod.url) as client:
        assert client.kept.things.find_one() == {"_id": 1}


def test_mongod_has_transactions(mongod: MongoServer) -> None:
    with MongoClient[dict[str, Any]](mongod.url) as client:
        client.kept.create_collection("ledger")
        with client.start_session() as session:
            session.start_transaction()
            client.kept.ledger.insert_one({"_id": 1}, session=session)
            session.abort_transaction()
        assert client.kept.ledger.count_documents({}) == 0


def test_mongod_moves_its_replica_set_when_the_port_changes(tmp_path: Path) -> None:
    first = MongoServer(tmp_path / "data", cache_gb=0.25)
    first.start()
    with MongoClient[dict[str, Any]](first.url) as client:
        client.kept.things.insert_one({"_id": 1})
    first.stop()
    second = MongoServer(tmp_path / "data", cache_gb=0.25, port=free_port())
    second.start()
    try:
        with MongoClient[dict[str, Any]](second.url) as client:
            assert client.kept.things.find_one() == {"_id": 1}
    finally:
        second.stop()


def test_two_mongods_never_share_a_data_directory(mongod: MongoServer) -> None:
    with pytest.raises(ServerStartError, match="Another mongod already uses"):
        MongoServer(mongod.data_dir).start()


def test_a_taken_port_is_explained_with_its_holder(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ServerStartError, match=f"mongod needs port {port}") as caught:
            MongoServer(tmp_path / "data", port=port).start()
        assert holder_of(port) in str(caught.value)


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "WiredTiger.turtle").write_text("not a database", encoding="utf-8")
    with pytest.raises(ServerStartError, match="ended with status"):
        MongoServer(data).start()


def test_a_missing_library_is_explained_with_the_package_to_install() -> None:
    log = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file"
    assert "apt-get install libcurl4" in mongo.explain_failure(log)


def test_a_disk_without_room_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atd_testing.servers.datadir.MINIMUM_FREE_BYTES", 10**18)
    with pytest.raises(ServerStartError, match="Make room"):
        MongoServer(tmp_path / "data").start()


def test_session_fixtures_are_replica_set_and_broker(
    mongodb_url: str, kafka_bootstrap: str, database_name: str
) -> None:
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        assert client.admin.command("hello")["isWritablePrimary"]
        with pytest.raises(OperationFailure):
            client[database_name].command("no such command")
    host, port = kafka_bootstrap.rsplit(":", 1)
    socket.create_connection((host, int(port)), timeout=5).close()
