"""Which browsers of attendants are told of, when, and what happens without Kafka."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_gateway.domain.device_words import SETTLE_SECONDS, DeviceWord, DeviceWords
from atd_gateway.metrics import METRICS, GatewayMetrics
from atd_gateway.realtime import devices
from atd_gateway.realtime.devices import Device, DevicePublisher
from atd_schemas.attendants import DEVICE_SECONDS
from atd_schemas.topics import ATTENDANT_DEVICES, adapter
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def used(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


THERE, GONE = DeviceWord(), DeviceWord(gone=True)
Step = tuple[float, Any, DeviceWord | None]
"""At a second: what happens (a touch at a second, `close` or nothing), and what is told then."""


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [(0, None, None), (0.3, None, THERE), (1, None, None)], id="it is there, and settles for a moment"
        ),
        pytest.param(
            [(0.1, 0.0, DeviceWord(used(0))), (0.4, None, None)], id="one that says when it was used need not"
        ),
        pytest.param([(0.3, None, THERE), (30.2, None, None), (30.3, None, THERE), (60.3, None, THERE)], id="a beat"),
        pytest.param([(0.3, None, THERE), (5, 5.0, DeviceWord(used(5)))], id="the first touch is told at once"),
        pytest.param(
            [(0, 0.0, DeviceWord(used(0))), (20, 20.0, None), (30, None, DeviceWord(used(20)))],
            id="more touches are told with the next beat",
        ),
        pytest.param(
            [
                (0, 0.0, DeviceWord(used(0))),
                (31, 20.0, DeviceWord(used(20))),
                (55, 55.0, None),
                (61, None, DeviceWord(used(55))),
            ],
            id="and move no beat",
        ),
        pytest.param(
            [
                (0, 0.0, DeviceWord(used(0))),
                (30, None, DeviceWord(used(0))),
                (58, None, None),
                (60, 60.0, DeviceWord(used(60))),
            ],
            id="a touch after a minute of silence is told at once",
        ),
        pytest.param(
            [(0, 60.0, DeviceWord(used(60))), (5, 20.0, None), (30, None, DeviceWord(used(60)))],
            id="an earlier touch says nothing",
        ),
        pytest.param(
            [(0.3, None, THERE), (4, "close", GONE), (40, None, None), (41, 41.0, None)], id="closed: told once"
        ),
        pytest.param([(0.1, "close", None), (9, None, None)], id="who was never told of is never gone"),
    ],
)
def test_a_device_tells_that_it_is_there_used_and_gone(steps: list[Step]) -> None:
    words = DeviceWords(opened_at=0)
    for at, deed, told in steps:
        if deed == "close":
            words.close(at)
        elif deed is not None:
            words.used(used(deed), at)
        assert words.take(at) == told, f"at second {at}"


class Kafka:
    """A producer that takes what it is given, unless it is away."""

    def __init__(self) -> None:
        self.away = False
        self.taken: list[Any] = []

    async def publish(self, records: Any, *, timeout_seconds: float | None = None) -> None:
        assert timeout_seconds is not None
        if self.away:
            raise PublishFailed("away")
        self.taken += [adapter(ATTENDANT_DEVICES).validate_json(one.value) for one in records]


class Bench:
    """A publisher with a producer, a clock and metrics of its own."""

    def __init__(self) -> None:
        self.kafka, self.clock, metrics = Kafka(), FakeClock(NOON), Metrics()
        self.registry = metrics.registry
        self.publisher = DevicePublisher(self.kafka, metrics.declare(GatewayMetrics, METRICS), self.clock)

    def open(self, identity: Identity | None = None) -> Device:
        found = self.publisher.open(identity or ANA)
        assert found is not None
        return found

    async def told(self, after: float = SETTLE_SECONDS) -> list[Any]:
        self.clock.advance(timedelta(seconds=after))
        before = len(self.kafka.taken)
        await self.publisher.publish_due()
        return self.kafka.taken[before:]


def identity(**more: Any) -> Identity:
    fields = {"tenant_id": "t1", "actor_type": "attendant", "actor_id": "ana", "actor_name": "Ana", **more}
    return Identity(**{"permissions": frozenset({"conversations:read"}), **fields})


ANA = identity()


async def test_a_word_names_the_attendant_and_the_device_and_keeps_their_order() -> None:
    bench = Bench()
    one, two = bench.open(), bench.open()
    first, second = await bench.told()
    for event, device in ((first, one), (second, two)):
        assert (event.type, event.tenant_id, event.subject, event.key()) == ("attendant.device", "t1", "ana", b"ana")
        assert (event.data.device_id, event.data.used_at, event.data.gone) == (device.id, None, False)
        assert event.occurred_at == bench.clock.now()
    one.close()
    (gone,) = await bench.told(0)
    assert (gone.data.device_id, gone.data.gone) == (one.id, True)
    one.close()
    assert [word.data.device_id for word in await bench.told(DEVICE_SECONDS)] == [two.id]


async def test_a_touch_in_the_future_of_a_wrong_clock_is_now() -> None:
    bench = Bench()
    device = bench.open()
    device.used(NOON + timedelta(hours=1))
    (word,) = await bench.told(0)
    assert word.data.used_at == NOON
    device.used(None)
    assert (await bench.told(DEVICE_SECONDS))[0].data.used_at == NOON


@pytest.mark.parametrize(
    "other",
    [identity(actor_type="bot"), identity(permissions=frozenset({"operator"}))],
    ids=["a bot", "an operator"],
)
async def test_sockets_of_others_are_no_devices(other: Identity) -> None:
    assert Bench().publisher.open(other) is None


async def test_without_kafka_words_are_dropped_and_counted_and_the_next_beat_heals() -> None:
    bench = Bench()
    bench.open()
    bench.kafka.away = True
    assert await bench.told() == []
    assert bench.registry.get_sample_value("atd_devices_dropped_total") == 1
    bench.kafka.away = False
    assert await bench.told(1) == []
    assert len(await bench.told(DEVICE_SECONDS)) == 1


async def test_one_round_is_bounded_and_the_rest_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_AT_ONCE", 2)
    bench = Bench()
    for _ in range(3):
        bench.open()
    assert [len(await bench.told()), len(await bench.told(0))] == [2, 1]
