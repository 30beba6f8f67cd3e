"""What a connection tells its colleagues, who is known to look at what, and what happens without Kafka."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from atd_gateway.domain.frames import Transient
from atd_gateway.domain.presence import SHOWN, Announcements, Typing, Viewers, Viewing
from atd_gateway.metrics import METRICS, GatewayMetrics
from atd_gateway.realtime import presence
from atd_gateway.realtime.presence import ConnectionPresence, PresencePublisher
from atd_gateway.realtime.transient import TransientFrames
from atd_schemas.envelope import rfc3339
from atd_schemas.ids import uuid7
from atd_schemas.presence import VIEWING_SECONDS
from atd_schemas.topics import PRESENCE_EVENTS, adapter
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock
from atd_testing.waiting import eventually


def looks(conversation_id: str) -> Viewing:
    return Viewing(conversation_id, viewing=True)


def left(conversation_id: str) -> Viewing:
    return Viewing(conversation_id, viewing=False)


NOTE, ANSWER = Typing("a", note=True), Typing("a", note=False)

Step = tuple[float, list[Any], list[Any]]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([(0, ["a"], [looks("a")])], id="the first word is told at once"),
        pytest.param([(0, [None], [])], id="who looks at nothing has nothing to tell"),
        pytest.param([(0, ["a"], [looks("a")]), (15, ["a"], [looks("a")])], id="a repeat is told"),
        pytest.param([(0, ["a"], [looks("a")]), (15, [], [])], id="silence is not told"),
        pytest.param([(0, ["a"], [looks("a")]), (5, [None], [left("a")]), (6, [None], [])], id="leaving is told once"),
        pytest.param([(0, ["a"], [looks("a")]), (5, ["b"], [left("a"), looks("b")])], id="one at a time"),
        pytest.param(
            [(0, ["a"], [looks("a")]), (0.5, ["b", "c"], []), (1, ["d"], [left("a"), looks("d")])],
            id="what was true between two rounds is left out",
        ),
        pytest.param(
            [(0, ["a"], [looks("a")]), (0.5, ["b", "a"], []), (1, [], [looks("a")])],
            id="back within a second is a repeat",
        ),
        pytest.param(
            [(0, ["a", NOTE], [looks("a"), NOTE]), (0.9, [NOTE], []), (1.0, [ANSWER], [ANSWER])],
            id="typing: the latest",
        ),
        pytest.param([(0, ["a", None], [])], id="a glance is not told"),
    ],
)
def test_a_connection_tells_what_is_true_at_most_once_a_second(steps: list[Step]) -> None:
    one = Announcements()
    for at, said, told in steps:
        for thing in said:
            if isinstance(thing, Typing):
                one.type(thing)
            else:
                one.see(thing)
        assert one.take(at) == told


def frame(connection_id: str | None, conversation_id: str = "a", viewing: bool | None = True, **more: Any) -> Transient:
    fields = {"tenant_id": "t1", "actor_id": f"of {connection_id}", **more}
    return Transient(
        permission="conversations:read",
        subject=conversation_id,
        occurred_at="2026-03-01T12:00:00.000Z",
        connection_id=connection_id,
        viewing=viewing,
        frame=b"{}",
        **fields,
    )


def test_who_looks_is_known_until_they_leave_or_fall_silent() -> None:
    viewers = Viewers()
    one, other = frame("w1"), frame("w2", "b")
    assert viewers.take(one, 0)
    assert viewers.take(other, 10)
    assert viewers.present("t1", 10) == [other, one]
    assert viewers.present("t2", 10) == []
    assert viewers.take(one, 15)
    assert viewers.present("t1", 10 + VIEWING_SECONDS) == [one]
    assert viewers.take(frame("w1", viewing=False), 41)
    assert viewers.present("t1", 41) == []
    assert len(viewers) == 0


def test_typing_and_what_no_connection_said_is_passed_on_and_not_kept() -> None:
    viewers = Viewers()
    assert viewers.take(frame("w1", viewing=None), 0)
    assert viewers.take(frame(None, viewing=True), 0)
    assert len(viewers) == 0


def test_the_end_of_one_tab_is_not_shown_while_another_of_the_same_person_looks() -> None:
    viewers = Viewers()
    for connection in ("w1", "w2"):
        viewers.take(frame(connection, actor_id="ana"), 0)
    viewers.take(frame("w3", actor_id="bia"), 0)
    assert len(viewers.present("t1", 1)) == 2
    assert not viewers.take(frame("w1", viewing=False, actor_id="ana"), 1)
    assert viewers.take(frame("w2", viewing=False, actor_id="ana"), 1)


def test_memory_of_who_looks_is_bounded_and_forgets_the_longest_silent() -> None:
    viewers = Viewers(limit=2)
    for number, connection in enumerate(("w1", "w2", "w1", "w3")):
        viewers.take(frame(connection), number)
    assert [one.connection_id for one in viewers.present("t1", 4)] == ["w3", "w1"]
    many = Viewers()
    for number in range(SHOWN + 1):
        many.take(frame(f"w{number}"), 0)
    shown = [one.connection_id for one in many.present("t1", 0)]
    assert (len(shown), shown[0]) == (SHOWN, f"w{SHOWN}")


class Kafka:
    """A producer that takes what it is given, unless it is away."""

    def __init__(self) -> None:
        self.away = False
        self.taken: list[Any] = []

    async def publish(self, records: Any, *, timeout_seconds: float | None = None) -> None:
        assert timeout_seconds is not None
        if self.away and records:
            raise PublishFailed("away")
        self.taken += [adapter(PRESENCE_EVENTS).validate_json(one.value) for one in records]


class Bench:
    """A publisher with a producer, a clock and metrics of its own."""

    def __init__(self) -> None:
        self.kafka, self.clock, metrics = Kafka(), FakeClock(), Metrics()
        self._registry = metrics.registry
        self.metrics = metrics.declare(GatewayMetrics, METRICS)
        self.publisher = PresencePublisher(self.kafka, self.metrics, self.clock)

    def dropped(self, reason: str) -> float:
        return self._registry.get_sample_value("atd_presence_dropped_total", {"reason": reason}) or 0.0

    async def told(self, after: float = 1.0) -> list[tuple[str, bool]]:
        self.clock.advance(timedelta(seconds=after))
        before = len(self.kafka.taken)
        await self.publisher.publish_due()
        return [(one.subject, one.data.viewing) for one in self.kafka.taken[before:]]


ANA = Identity("t1", "attendant", "ana", "Ana", frozenset({"conversations:read"}), "s1")


async def test_a_record_says_who_where_and_by_which_connection() -> None:
    bench = Bench()
    one = ConnectionPresence(bench.publisher)
    one.see(ANA, "c1")
    one.type(ANA, Typing("c1", note=True))
    await bench.publisher.publish_due()
    viewing, typing = bench.kafka.taken
    assert (viewing.type, viewing.data.viewing, typing.type, typing.data.note) == (
        "conversation.viewing",
        True,
        "conversation.typing",
        True,
    )
    for event in (viewing, typing):
        assert (event.tenant_id, event.subject, event.key()) == ("t1", "c1", b"c1")
        assert (event.actor.type, event.actor.id, event.actor.name) == ("attendant", "ana", "Ana")
        assert (event.source, event.connection_id, event.occurred_at) == (
            "gateway",
            one.connection_id,
            bench.clock.now(),
        )


async def test_what_comes_too_early_waits_for_its_second_and_the_end_of_a_connection_ends_its_viewing() -> None:
    bench = Bench()
    one = ConnectionPresence(bench.publisher)
    one.see(ANA, "c1")
    assert await bench.told() == [("c1", True)]
    one.see(ANA, "c2")
    assert await bench.told(after=0.5) == []
    assert await bench.told(after=0.5) == [("c1", False), ("c2", True)]
    one.leave()
    assert await bench.told() == [("c2", False)]
    one.leave()
    assert await bench.told() == []


async def test_without_kafka_news_are_dropped_and_counted_and_a_repeat_heals() -> None:
    bench = Bench()
    one = ConnectionPresence(bench.publisher)
    bench.kafka.away = True
    for number in range(50):
        one.see(ANA, f"c{number}")
        assert await bench.told() == []
    assert bench.dropped("kafka") == 1 + 49 * 2
    bench.kafka.away = False
    assert await bench.told() == []
    one.see(ANA, "c49")
    assert await bench.told() == [("c49", True)]


async def test_never_more_connections_wait_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_WAITING", 2)
    bench = Bench()
    many = [ConnectionPresence(bench.publisher) for _ in range(3)]
    for one in many:
        one.see(ANA, "c1")
    many[0].see(ANA, "c2")  # who waits already may change its mind
    assert bench.dropped("full") == 1
    assert await bench.told() == [("c2", True), ("c1", True)]
    many[2].see(ANA, "c1")
    assert await bench.told() == [("c1", True)]


async def test_one_round_is_bounded_and_the_rest_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_AT_ONCE", 2)
    monkeypatch.setattr(presence, "_TICK_SECONDS", 0.0)
    bench = Bench()
    for number in range(5):
        ConnectionPresence(bench.publisher).see(ANA, f"c{number}")
    assert len(await bench.told()) == 2
    running = asyncio.create_task(bench.publisher.run())
    await eventually(lambda: len(bench.kafka.taken) == 5, message="the rest follows")
    running.cancel()
    assert [one.subject for one in bench.kafka.taken] == [f"c{number}" for number in range(5)]


class Record:
    topic, partition, offset = PRESENCE_EVENTS.name, 0, 0

    def __init__(self, **fields: Any) -> None:
        self.value = orjson.dumps(fields)


async def test_what_a_client_said_long_ago_is_not_shown_when_kafka_comes_back() -> None:
    bench = Bench()
    shown: list[Transient] = []

    class Client:
        def offer(self, frame: Transient) -> None:
            shown.append(frame)

    frames = TransientFrames(pytest.fail, bench.metrics, bench.clock)
    record = Record(
        type="conversation.viewing",
        tenant_id="t1",
        occurred_at=rfc3339(bench.clock.now()),
        subject="c1",
        actor={"type": "attendant", "id": "ana", "name": "Ana"},
        connection_id=uuid7(),
        data={"viewing": True},
    )
    with frames.listening("t1", Client()):
        await frames.take([record])
        bench.clock.advance(timedelta(seconds=VIEWING_SECONDS + 1))
        await frames.take([record])
    assert (len(shown), bench.dropped("old")) == (1, 1)
    assert frames.present("t1") == []
