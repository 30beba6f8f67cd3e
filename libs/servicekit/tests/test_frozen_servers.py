"""A server that is frozen in a quiet hour, when nobody reads or writes, is seen by readiness and by nothing else."""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from atd_schemas.inbound import InboundMessage
from atd_schemas.topics import INBOUND_EVENTS, dead_letter_topic
from atd_servicekit import health, lifecycle
from atd_servicekit.consuming import Record
from atd_servicekit.runtime import Runtime
from atd_servicekit.settings import ServiceSettings
from atd_testing.app import running
from atd_testing.keys import IDENTITY_PUBLIC_KEY
from atd_testing.servers import KafkaServer, MongoServer
from atd_testing.topics import create_topics
from atd_testing.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[tuple[KafkaServer, MongoServer]]:
    """Servers that no other test uses: they are frozen."""
    kafka = KafkaServer(tmp_path / "kafka", short_lived=True)
    mongo = MongoServer(tmp_path / "mongo", cache_gb=0.25)
    try:
        mongo.launch()
        kafka.start()
        mongo.wait_ready()
        yield kafka, mongo
    finally:
        kafka.kill()
        mongo.kill()


async def test_readiness_tells_of_a_frozen_server_and_liveness_does_not(
    own_servers: tuple[KafkaServer, MongoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka, mongo = own_servers
    monkeypatch.setattr(health, "CHECK_EVERY_SECONDS", 0.2)
    monkeypatch.setattr(lifecycle, "KAFKA_GRACE", timedelta(seconds=1))
    monkeypatch.setattr(lifecycle, "MONGODB_GRACE", timedelta(seconds=1))
    await create_topics(kafka.bootstrap_servers, (INBOUND_EVENTS, dead_letter_topic("conversation")))
    settings = ServiceSettings(
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        mongodb_url=mongo.url,  # type: ignore[arg-type]  # pydantic makes the secret
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    runtime = Runtime.build("conversation", settings)

    async def handle(_: Sequence[Record[InboundMessage]]) -> None:
        return

    runtime.consume(INBOUND_EVENTS, handle)
    runtime.use_outbox()
    async with running(runtime.create_app("test", [])) as client:
        await eventually(lambda: _problems_are(client, set()), message="ready")
        for name, pid in (("kafka", kafka.process.pid), ("mongodb", mongo.process.pid)):
            os.kill(pid, signal.SIGSTOP)
            try:
                await eventually(partial(_has_problem, client, name), message=f"{name} is named")
                assert (await client.get("/livez")).status_code == 200
                up = runtime.metrics.registry.get_sample_value("atd_dependency_up", {"dependency": name})
                assert up == 0.0
            finally:
                os.kill(pid, signal.SIGCONT)
            await eventually(lambda: _problems_are(client, set()), message=f"ready again after {name}")
        assert (await client.get("/livez")).status_code == 200


async def _has_problem(client: httpx.AsyncClient, name: str) -> bool:
    async with asyncio.timeout(PATIENCE_SECONDS):  # it answers from what is known
        answer = await client.get("/readyz")
    return answer.status_code == 503 and name in answer.json()["problems"]


async def _problems_are(client: httpx.AsyncClient, names: set[str]) -> bool:
    return set((await client.get("/readyz")).json()["problems"]) == names
