"""What is told of what is one's own, and what is left out while Kafka is away."""

from collections.abc import Sequence
from typing import Any

from atd_conversation.own_frames import OwnFrames
from atd_schemas.presence import DraftedData
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
    frames = OwnFrames(kafka, FakeClock())
    frames.tell_favourite(ANA, "c1", favourite=True)
    frames.tell_favourite(BIA, "c1", favourite=True)
    frames.tell_favourite(ANA, "c1", favourite=False)
    await frames.publish_waiting()
    assert [(one.actor.id, one.subject, one.data.favourite) for one in kafka.taken] == [
        ("ana", "c1", False),
        ("bia", "c1", True),
    ]
    await frames.publish_waiting()
    assert len(kafka.taken) == 2


async def test_what_kafka_does_not_take_is_dropped_and_the_next_goes_out() -> None:
    kafka = Kafka()
    frames = OwnFrames(kafka, FakeClock())
    kafka.away = True
    frames.tell_favourite(ANA, "c1", favourite=True)
    await frames.publish_waiting()
    kafka.away = False
    frames.tell_favourite(ANA, "c2", favourite=True)
    await frames.publish_waiting()
    assert [one.subject for one in kafka.taken] == ["c2"]


async def test_a_favourite_and_both_drafts_of_a_conversation_are_told_apart() -> None:
    kafka = Kafka()
    frames = OwnFrames(kafka, FakeClock())
    frames.tell_favourite(ANA, "c1", favourite=True)
    for version in (1, 2):
        frames.tell_draft(ANA, "c1", DraftedData(direction="outbound", version=version))
    frames.tell_draft(ANA, "c1", DraftedData(direction="note", version=3, empty=True))
    await frames.publish_waiting()
    assert [(one.type, getattr(one.data, "version", None)) for one in kafka.taken] == [
        ("conversation.favourited", None),
        ("conversation.drafted", 2),
        ("conversation.drafted", 3),
    ]
