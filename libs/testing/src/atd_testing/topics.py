"""The topics of the registry on the test run's Kafka: creating them, and reading what is written to them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from atd_schemas.dead_letters import DeadLetter
from atd_schemas.topics import Topic, adapter, registry
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.outbox.rows import OUTBOX
from atd_testing.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

_ALREADY_EXISTS = TopicAlreadyExistsError.errno


async def create_topics(
    kafka: KafkaConnection | str, topics: tuple[Topic, ...] | None = None, *, replicas: int = 1
) -> None:
    """Create what is missing of the registry (or of `topics`), with so many replicas."""
    admin = AIOKafkaAdminClient(**KafkaConnection.of(kafka).client_options())
    await admin.start()
    try:
        wanted = topics if topics is not None else registry()
        answer = await admin.create_topics(
            [NewTopic(t.name, t.partitions, replicas, topic_configs=t.config()) for t in wanted]
        )
        for name, code, *_ in answer.topic_errors:
            if code not in (0, _ALREADY_EXISTS):
                raise for_code(code)(name)
    finally:
        await admin.close()


async def leaders(kafka: KafkaConnection | str, topic: str) -> set[tuple[int, tuple[int, ...]]]:
    """Leader (-1: none) and in-sync replicas of the partitions of a topic; empty while no broker answers."""
    admin = AIOKafkaAdminClient(**KafkaConnection.of(kafka).client_options(), request_timeout_ms=2000)
    try:
        await admin.start()
        (found,) = await admin.describe_topics([topic])
        return {(one["leader"], tuple(sorted(one["isr"]))) for one in found["partitions"]}
    except KafkaError:
        return set()
    finally:
        await admin.close()


async def _is_published(database: "Database") -> bool:
    """Whether Kafka has acknowledged everything that was done so far."""
    return await database[OUTBOX].find_one({}, {"_id": 1}) is None


class TopicReader:
    """Reads topics from the moment of `reading` on, parsed, in the order of each partition.

    Partitions come in any order: only the events of one subject are in the order in which they happened.

    `events` holds everything so far, `headers` the record headers of each event by its id.
    """

    def __init__(self, consumer: AIOKafkaConsumer, topics: Sequence[Topic]) -> None:
        self._consumer = consumer
        self._topics = {topic.name: topic for topic in topics}
        self.events: list[Any] = []
        self.headers: dict[str, dict[str, bytes]] = {}

    @classmethod
    @asynccontextmanager
    async def reading(
        cls, kafka: KafkaConnection | str, *topics: Topic, after: "Database | None" = None
    ) -> AsyncIterator[Self]:
        """Read these topics, which must exist, until the block ends.

        Args:
            kafka: where.
            topics: which.
            after: a service's database. What was done in it before has left its outbox then, and is not read:
                otherwise a relay that is late writes it while the block runs.
        """
        if after is not None:
            await eventually(lambda: _is_published(after), message="the outbox is empty")
        consumer = AIOKafkaConsumer(**KafkaConnection.of(kafka).client_options(), enable_auto_commit=False)
        await consumer.start()
        try:
            places = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
            consumer.assign(places)
            for place, end in (await consumer.end_offsets(places)).items():
                consumer.seek(place, end)
            yield cls(consumer, topics)
        finally:
            await consumer.stop()

    async def read(self) -> list[Any]:
        """Every event so far. A record whose key or id is not that of its event raises `AssertionError`."""
        found = await self._consumer.getmany(timeout_ms=50)
        self.events += [self._event(record) for records in found.values() for record in records]
        return self.events

    async def until(
        self, enough: Callable[[list[Any]], object], tenant_id: str | None = None, *, timeout: float = PATIENCE_SECONDS
    ) -> list[Any]:
        """The events of a tenant (None: of all) once they are enough.

        Raises:
            AssertionError: after `timeout` seconds, with what was read.
        """
        found: list[Any] = []
        try:
            async with asyncio.timeout(timeout):
                while not enough(found):
                    found = [one for one in await self.read() if tenant_id in (None, one.tenant_id)]
        except TimeoutError:
            seen = [(one.type, one.subject, one.sequence) for one in found]
            raise AssertionError(f"not enough on {', '.join(self._topics)}: {seen}") from None
        return found

    async def matching(
        self, number: int, wanted: Callable[[Any], bool], *, timeout: float = PATIENCE_SECONDS
    ) -> list[Any]:
        """The wanted events once there are at least `number`. Raises `AssertionError` after `timeout` seconds."""
        found = await self.until(lambda seen: len([one for one in seen if wanted(one)]) >= number, timeout=timeout)
        return [one for one in found if wanted(one)]

    def _event(self, record: ConsumerRecord[bytes, bytes]) -> Any:
        event = adapter(self._topics[record.topic]).validate_json(record.value or b"")
        self.headers[event.id] = headers = dict(record.headers)
        if not isinstance(event, DeadLetter):  # which has key and headers of the record in it
            assert record.key == event.key()
            assert headers["ce_id"].decode() == event.id
        return event
