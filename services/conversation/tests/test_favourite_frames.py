"""What is told of favourites, and what is left out while Kafka is away."""

from collections.abc import Sequence
from typing import Any

from atd_conversation.favourite_frames import FavouriteFrames
from atd_schemas.topics import PRESENCE_EVENTS, adapter
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_testing.clock import FakeClock

ANA, BIA = (
    Identity("t1", "attendant", name, name.title(), frozenset({"conversations:read"})) for name in ("ana", "bia")
)


class Kafka:
    """A producer that takes what it is given, unless it is away."""

    def __init__(self) -> None:
        self.away = False
        self.taken: list[Any] = []

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        assert timeout_seconds is not None
        if self.away:
            raise PublishFailed("away")
        self.taken += [adapter(PRESENCE_EVENTS).validate_json(one.value) for one in records if one.value]


async def test_the_latest_word_of_each_attendant_is_told() -> None:
    kafka = Kafka()
    frames = FavouriteFrames(kafka, FakeClock())
    frames.tell(ANA, "c1", favourite=True)
    frames.tell(BIA, "c1", favourite=True)
    frames.tell(ANA, "c1", favourite=False)
    await frames.publish_waiting()
    assert [(one.actor.id, one.subject, one.data.favourite) for one in kafka.taken] == [
        ("ana", "c1", False),
        ("bia", "c1", True),
    ]
    await frames.publish_waiting()
    assert len(kafka.taken) == 2


async def test_what_kafka_does_not_take_is_dropped_and_the_next_goes_out() -> None:
    kafka = Kafka()
    frames = FavouriteFrames(kafka, FakeClock())
    kafka.away = True
    frames.tell(ANA, "c1", favourite=True)
    await frames.publish_waiting()
    kafka.away = False
    frames.tell(ANA, "c2", favourite=True)
    await frames.publish_waiting()
    assert [one.subject for one in kafka.taken] == ["c2"]
