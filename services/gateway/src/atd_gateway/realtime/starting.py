"""Where the feed begins: a little before the present, so that clients who reconnect find what they missed."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from atd_gateway.realtime.feed import Feed
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.errors import InfrastructureFault


class FeedStart:
    """Finds the offsets to begin at. A component that starts before `reader`.

    `recent` is how many records (over all partitions) are read again at the start; they also tell what is a
    repetition in what follows. A feed that has begun goes on where it is.
    """

    def __init__(self, bootstrap_servers: str, topic: str, feed: Feed, reader: Broadcast, *, recent: int) -> None:
        self._servers = bootstrap_servers
        self._topic = topic
        self._feed = feed
        self._reader = reader
        self._recent = recent

    async def start(self) -> None:
        if self._feed.begun:
            return
        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=self._servers,
            enable_auto_commit=False,
            group_id=None,
        )
        try:
            await consumer.start()
            offsets = await self._offsets(consumer)
        finally:
            await consumer.stop()
        self._feed.begin(offsets)
        self._reader.positions.update(enumerate(offsets))

    async def stop(self) -> None:
        return

    async def _offsets(self, consumer: AIOKafkaConsumer) -> list[int]:
        numbers = sorted(consumer.partitions_for_topic(self._topic) or ())
        if not numbers:
            raise InfrastructureFault(f"topic {self._topic} does not exist yet: run `atd topics create`")
        places = [TopicPartition(self._topic, number) for number in numbers]
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        back = self._recent // len(places)
        return [max(begins[place], ends[place] - back) for place in places]
