"""Decides where the feed begins: a little before the present, so that reconnecting clients find what they missed."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from atd_gateway.domain.streams import StreamLayout
from atd_gateway.realtime.feed import Feed
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.kafka_connection import KafkaConnection


class FeedStart:
    """Finds the offsets to begin at. A component that starts before the readers.

    `readers` are those of each streamed topic, by its name. `recent` is how many records of each topic (over all its
    partitions) are read again at the start; they also tell what is a repetition in what follows. A feed that has
    begun goes on where it is.
    """

    def __init__(self, kafka: KafkaConnection, feed: Feed, readers: Mapping[str, Broadcast], *, recent: int) -> None:
        self._kafka = kafka
        self._feed = feed
        self._readers = readers
        self._recent = recent

    async def start(self) -> None:
        if self._feed.begun:
            return
        consumer = AIOKafkaConsumer(
            *self._readers,
            **self._kafka.client_options(),
            enable_auto_commit=False,
            group_id=None,
        )
        try:
            await consumer.start()
            offsets = {topic: await self._offsets(consumer, topic) for topic in self._readers}
        finally:
            await consumer.stop()
        layout = StreamLayout({topic: len(found) for topic, found in offsets.items()})
        self._feed.begin(layout, [offset for found in offsets.values() for offset in found])
        for topic, reader in self._readers.items():
            reader.positions.update(enumerate(offsets[topic]))

    async def stop(self) -> None:
        return

    async def _offsets(self, consumer: AIOKafkaConsumer, topic: str) -> list[int]:
        numbers = sorted(consumer.partitions_for_topic(topic) or ())
        if not numbers:
            raise InfrastructureFault(f"topic {topic} does not exist yet: run `atd topics create`")
        places = [TopicPartition(topic, number) for number in numbers]
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        back = self._recent // len(places)
        return [max(begins[place], ends[place] - back) for place in places]
