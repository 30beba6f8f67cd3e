"""Administration of Kafka topics: reading, creating and changing them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.protocol.admin import ApiVersionRequest

from atd_cli.output import CommandFailed
from atd_servicekit.kafka_connection import KafkaConnection

_RETRY_SECONDS = 0.3
_ALREADY_EXISTS: int = TopicAlreadyExistsError.errno
_CONSUMER_GROUP_HEARTBEAT = 68  # Kafka's number of that request
_SET_ON_TOPIC = 1
"""`config_source` of a value that was set on the topic itself (Kafka's `DYNAMIC_TOPIC_CONFIG`)."""


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the cluster has it. `config` holds every value, `own` those set on the topic itself."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    own: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """A topic to be created."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


class KafkaAdmin:
    """Reads and changes topics. Every method raises `KafkaError`."""

    def __init__(self, client: AIOKafkaAdminClient) -> None:
        self._client = client

    async def brokers(self) -> int:
        """How many brokers there are."""
        cluster = await self._client.describe_cluster()
        return len(cluster["brokers"])

    async def is_version_4(self) -> bool:
        """Whether a broker is Kafka 4 or newer: those speak the new consumer protocol in its second version."""
        answer = await self._client._send_request(ApiVersionRequest())  # noqa: SLF001 - no public way to ask
        newest: dict[int, int] = {key: highest for key, _, highest in answer.api_versions}
        return newest.get(_CONSUMER_GROUP_HEARTBEAT, -1) >= 1

    async def topics(self, names: Sequence[str]) -> dict[str, FoundTopic]:
        """Those of `names` that exist."""
        existing = set(await self._client.list_topics()) & set(names)
        if not existing:
            return {}
        shapes = {found["topic"]: found for found in await self._client.describe_topics(sorted(existing))}
        configs = await self._configs(sorted(existing))
        return {
            name: FoundTopic(
                name=name,
                partitions=len(shape["partitions"]),
                replication=min((len(part["replicas"]) for part in shape["partitions"]), default=0),
                config={key: value for key, (value, _) in configs[name].items()},
                own={key: value for key, (value, source) in configs[name].items() if source == _SET_ON_TOPIC},
            )
            for name, shape in shapes.items()
        }

    async def _configs(self, names: Sequence[str]) -> dict[str, dict[str, tuple[str, int]]]:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, tuple[str, int]]] = {}
        for answer in await self._client.describe_configs(resources):
            for code, _message, _kind, name, entries in answer.resources:
                if code:
                    raise for_code(code)(name)
                found[name] = {entry[0]: (entry[1] or "", entry[3]) for entry in entries}
        return found

    async def create(self, topics: Sequence[WantedTopic]) -> list[str]:
        """Create topics that do not exist; returns the names of those created."""
        new = [NewTopic(t.name, t.partitions, t.replication, topic_configs=dict(t.config)) for t in topics]
        if not new:
            return []
        answer = await self._client.create_topics(new)
        made: list[str] = []
        for name, code, *rest in answer.topic_errors:
            if code == 0:
                made.append(name)
            elif code != _ALREADY_EXISTS:
                why = (rest[0] if rest else None) or for_code(code).__name__
                raise CommandFailed(f"{name} could not be created: {why}")
        return made

    async def set_config(self, topic: FoundTopic, config: Mapping[str, str]) -> None:
        """Set these values and keep the others that were set on the topic."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, {**topic.own, **config})
        for answer in await self._client.alter_configs([resource]):
            for code, message, _kind, name in answer.resources:
                if code:
                    raise CommandFailed(f"{name} could not be changed: {message or for_code(code).__name__}")


@asynccontextmanager
async def kafka_admin(kafka: KafkaConnection | str, *, wait_seconds: float = 0.0) -> AsyncIterator[KafkaAdmin]:
    """A connection to the cluster. Raises `CommandFailed` when no broker answers within `wait_seconds`."""
    client = await _connect(KafkaConnection.of(kafka), wait_seconds)
    try:
        yield KafkaAdmin(client)
    finally:
        await client.close()


async def _connect(kafka: KafkaConnection, wait_seconds: float) -> AIOKafkaAdminClient:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    while True:
        client = AIOKafkaAdminClient(**kafka.client_options(), request_timeout_ms=15_000)
        try:
            await client.start()
            return client
        except KafkaConnectionError as error:
            await client.close()
            if loop.time() >= deadline:
                raise no_broker_error(kafka) from error
        except (KafkaError, OSError, ValueError) as error:
            await client.close()
            raise CommandFailed(f"Kafka at {kafka}: {type(error).__name__}: {error}") from error
        await asyncio.sleep(_RETRY_SECONDS)


def no_broker_error(kafka: KafkaConnection) -> CommandFailed:
    """The error when no broker answers."""
    return CommandFailed(f"No Kafka broker answers at {kafka}. Is it running, and is KAFKA_BOOTSTRAP_SERVERS right?")
