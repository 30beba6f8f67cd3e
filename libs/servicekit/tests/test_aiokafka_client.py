"""Who is interrupted while it starts, or fails to stop, leaves no connection open and no task behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.metadata import MetadataRequest

from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit import aiokafka_client
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.faststream_broker import create_broker
from atd_servicekit.kafka import Producer
from atd_testing.waiting import eventually

Running = tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]


async def handle(_: Any) -> None: ...


def producer(kafka: str) -> Running:
    made = Producer(kafka, "test")
    return made.start, made.stop


def reader(kafka: str) -> Running:
    made = Broadcast(kafka, INBOUND_EVENTS, handle, from_beginning=False)
    return made.start, made.stop


def member(kafka: str) -> Running:
    broker = create_broker(kafka, "test", lambda *_: None)
    broker.subscriber(INBOUND_EVENTS.name, batch=True, group_id="g")(handle)
    return broker.start, broker.stop


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[AIOKafkaConnection]:
    """Every connection that is opened from now on."""
    opened: list[AIOKafkaConnection] = []
    init = AIOKafkaConnection.__init__

    def remember(connection: AIOKafkaConnection, *args: Any, **options: Any) -> None:
        init(connection, *args, **options)
        opened.append(connection)

    monkeypatch.setattr(AIOKafkaConnection, "__init__", remember)
    return opened


@pytest.fixture
def first_asked(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a broker has been asked for its description of the cluster for the first time."""
    asked = asyncio.Event()
    send = AIOKafkaConnection.send

    def noted(connection: AIOKafkaConnection, request: Any, **options: Any) -> Any:
        answer = send(connection, request, **options)
        if isinstance(request, MetadataRequest):
            asked.set()
        return answer

    monkeypatch.setattr(AIOKafkaConnection, "send", noted)
    return asked


@pytest.mark.parametrize("made", [producer, reader, member])
async def test_an_interrupted_start_leaves_no_connection(
    made: Callable[[str], Running],
    kafka_bootstrap: str,
    connections: list[AIOKafkaConnection],
    first_asked: asyncio.Event,
) -> None:
    start, stop = made(kafka_bootstrap)
    starting = asyncio.ensure_future(start())
    await first_asked.wait()
    assert [one.connected() for one in connections] == [True]
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()
    await stop()
    assert not any(one.connected() for one in connections)


async def times_out(*_: Any) -> None:
    raise TimeoutError


async def ends_with_a_task_inside(*_: Any) -> None:
    raise asyncio.CancelledError


def tasks_of_aiokafka() -> list[str]:
    running: list[Any] = [one.get_coro() for one in asyncio.all_tasks()]
    return [one.__qualname__ for one in running if "/aiokafka/" in one.cr_code.co_filename]


@pytest.mark.parametrize("group", [None, "g"])
@pytest.mark.parametrize("part", ["_coordinator", "_fetcher", "_client"])
@pytest.mark.parametrize("fails", [times_out, ends_with_a_task_inside])
async def test_a_consumer_that_fails_to_stop_is_abandoned(
    group: str | None,
    part: str,
    fails: Callable[..., Awaitable[None]],
    kafka_bootstrap: str,
    servers: Any,
    connections: list[AIOKafkaConnection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(INBOUND_EVENTS.name, 0)])
    await consumer.end_offsets(consumer.assignment())
    assert any(one.connected() for one in connections)
    assert tasks_of_aiokafka()
    monkeypatch.setattr(getattr(consumer, part), "close", fails)
    await aiokafka_client.stop_consumer(consumer)
    assert not any(one.connected() for one in connections)
    await eventually(lambda: tasks_of_aiokafka() == [], message="those that read from connections have ended too")


async def test_who_is_interrupted_while_a_consumer_stops_is_told(
    kafka_bootstrap: str, connections: list[AIOKafkaConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap)
    await consumer.start()
    began = asyncio.Event()

    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(consumer._coordinator, "close", hang)
    stopping = asyncio.create_task(aiokafka_client.stop_consumer(consumer))
    await began.wait()
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    assert stopping.cancelled()
    assert not any(one.connected() for one in connections)
    await eventually(lambda: tasks_of_aiokafka() == [], message="those that read from connections have ended too")


class Client:
    """Stands for `AIOKafkaClient`: its first broker answers with `ends`, or never."""

    def __init__(self, ends: BaseException | None = None, *, never: bool = False) -> None:
        self.cluster = object()
        self.asked = asyncio.Event()
        self.interrupted = False
        self._ends, self._never = ends, never

    async def _metadata_update(self, *_: object) -> bool:
        return True

    async def bootstrap(self) -> None:
        self.asked.set()
        try:
            await asyncio.sleep(3600 if self._never else 0)
        except asyncio.CancelledError:
            self.interrupted = True
            raise
        if self._ends is not None:
            raise self._ends


async def test_who_is_interrupted_does_not_wait_long_for_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka_client, "_ANSWER_SECONDS", 0.0)
    client: Any = Client(never=True)
    aiokafka_client.prepare_client(client)
    starting = asyncio.create_task(client.bootstrap())
    await client.asked.wait()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert (starting.cancelled(), client.interrupted) == (True, True)


async def test_what_keeps_a_client_from_starting_is_raised_and_is_not_told_to_who_is_interrupted() -> None:
    client: Any = Client(OSError("no broker"))
    aiokafka_client.prepare_client(client)
    with pytest.raises(OSError, match="no broker"):
        await client.bootstrap()
    starting = asyncio.create_task(client.bootstrap())
    await client.asked.wait()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()
