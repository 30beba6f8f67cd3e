"""Whether a consumer can work, and how far it is behind."""

from collections.abc import Collection, Mapping

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from atd_servicekit.consumer_state import FETCH_SECONDS, JOIN_SECONDS, POLL_SECONDS, ConsumerState

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)
NOW_MS = 1_800_000_000_000


class FakeConsumer:
    """A consumer of two partitions; every broker has just answered."""

    def __init__(self) -> None:
        self.created_at = 0.0
        self.poll_error: KafkaError | None = None
        self.polls_fail_since: float | None = None
        self.fetched: dict[TopicPartition, int | None] = {ONE: NOW_MS, TWO: NOW_MS}
        self.commits: dict[TopicPartition, int] = {}
        self.ends = {ONE: 10, TWO: 20}

    def assignment(self) -> Collection[TopicPartition]:
        return set(self.fetched)

    def last_poll_timestamp(self, partition: TopicPartition) -> int | None:
        return self.fetched[partition]

    async def committed(self, partition: TopicPartition) -> int | None:
        return self.commits.get(partition)

    async def beginning_offsets(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 2)

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return {partition: self.ends[partition] for partition in partitions}


class Bench:
    def __init__(self) -> None:
        self.now = 100.0
        self.consumer = FakeConsumer()
        self.state = ConsumerState(lambda: self.now)

    def problem(self, *, after: float = 0.0) -> str | None:
        """What is said `after` seconds, in which the brokers went on answering."""
        return self.state.problem(self.consumer, self.now + after, NOW_MS)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_consumer_that_was_never_started_cannot_work(bench: Bench) -> None:
    assert bench.state.problem(None, 0.0, NOW_MS) == "the consumer is not started"


def test_joining_the_group_may_take_a_while(bench: Bench) -> None:
    assert bench.problem(after=JOIN_SECONDS) is None
    assert bench.problem(after=JOIN_SECONDS + 5) == "not a member of its group for 65 s"
    bench.consumer.created_at = bench.now + 30  # the start waited for MongoDB
    assert bench.problem(after=JOIN_SECONDS + 5) is None


async def test_a_rebalance_that_does_not_end_shows(bench: Bench) -> None:
    await bench.state.on_partitions_assigned({ONE, TWO})
    assert bench.problem(after=500) is None
    bench.now += 500
    await bench.state.on_partitions_revoked({ONE, TWO})
    assert bench.problem(after=JOIN_SECONDS) is None
    assert "not a member" in (bench.problem(after=JOIN_SECONDS + 1) or "")


async def test_a_member_without_partitions_is_well(bench: Bench) -> None:
    bench.consumer.fetched = {}
    await bench.state.on_partitions_assigned(set())
    assert bench.problem(after=5_000) is None


@pytest.mark.parametrize("silent", [None, NOW_MS - FETCH_SECONDS * 1000 - 1])
async def test_a_broker_that_stopped_answering_shows_unless_a_batch_is_in_hand(
    bench: Bench, silent: int | None
) -> None:
    await bench.state.on_partitions_assigned({ONE, TWO})
    bench.consumer.fetched[TWO] = silent
    assert bench.problem(after=FETCH_SECONDS) is None
    assert bench.problem(after=FETCH_SECONDS + 1) == "no answer for 30 s from the brokers of 1 partitions"
    bench.state.begin_batch()
    assert bench.problem(after=170) is None
    bench.now += 170
    bench.state.end_batch()
    assert bench.problem(after=FETCH_SECONDS) is None
    assert bench.problem(after=FETCH_SECONDS + 1) is not None


async def test_polls_that_keep_failing_show_with_their_error(bench: Bench) -> None:
    await bench.state.on_partitions_assigned({ONE, TWO})
    bench.consumer.polls_fail_since, bench.consumer.poll_error = bench.now, TopicAuthorizationFailedError("t")
    assert bench.problem(after=POLL_SECONDS) is None
    assert bench.problem(after=POLL_SECONDS + 1) == "polling fails: TopicAuthorizationFailedError"


async def test_the_lag_of_partitions_that_were_not_read_yet_counts_from_what_is_committed(bench: Bench) -> None:
    await bench.state.on_partitions_assigned({ONE, TWO})
    bench.consumer.commits = {ONE: 7}
    assert await bench.state.lag(bench.consumer) == (10 - 7) + (20 - 2)
    bench.state.handled(TWO, 15)
    assert await bench.state.lag(bench.consumer) == (10 - 7) + (20 - 15)
    bench.state.handled(TWO, 14)  # a batch that came again
    bench.state.handled(ONE, 10)
    bench.consumer.ends[ONE] = 12
    assert await bench.state.lag(bench.consumer) == (12 - 10) + (20 - 15)


async def test_partitions_that_were_away_are_looked_up_again(bench: Bench) -> None:
    await bench.state.on_partitions_assigned({ONE, TWO})
    bench.state.handled(ONE, 5)
    bench.state.handled(TWO, 5)
    bench.consumer.commits = {ONE: 9, TWO: 18}  # another process had them
    await bench.state.on_partitions_revoked({ONE, TWO})
    await bench.state.on_partitions_assigned({ONE, TWO})
    assert await bench.state.lag(bench.consumer) == 1 + 2
    bench.consumer.fetched = {}
    assert await bench.state.lag(bench.consumer) == 0
