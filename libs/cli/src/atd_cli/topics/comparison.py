"""The cluster's topics compared with the registry, and made equal to it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from atd_cli.kafka.admin import FoundTopic, KafkaAdmin, WantedTopic, kafka_admin
from atd_schemas.topics import Topic, registry
from atd_servicekit.kafka_connection import KafkaConnection

_SAFE_REPLICATION = 3


@dataclass(frozen=True, slots=True)
class TopicComparison:
    """One topic of the registry and the cluster's topic. `config` maps a name to (found, wanted)."""

    wanted: WantedTopic
    found: FoundTopic | None
    config: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.found is not None and not self.config and not self.problems

    def summary(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        if self.found is None:
            return "does not exist"
        changed = [f"{name} is {found}, not {wanted}" for name, (found, wanted) in self.config.items()]
        return "; ".join((*self.problems, *changed))


def default_replication(brokers: int) -> int:
    """The replication that the cluster allows: three copies, or one per broker if there are fewer."""
    return max(1, min(_SAFE_REPLICATION, brokers))


def wanted_topic(topic: Topic, replication: int) -> WantedTopic:
    """The topic as it must be.

    With three copies, two must have a record before acks=all answers: then the loss of one broker neither loses
    an acknowledged record nor stops the producers.
    """
    config = topic.config()
    if replication >= _SAFE_REPLICATION:
        config["min.insync.replicas"] = "2"
    return WantedTopic(topic.name, topic.partitions, replication, config)


def compare(topics: Iterable[Topic], found: Mapping[str, FoundTopic], replication: int) -> list[TopicComparison]:
    """Compare every topic of the registry with the cluster's. More partitions than wanted are allowed."""
    return [_compare(topic, wanted_topic(topic, replication), found.get(topic.name)) for topic in topics]


def _compare(topic: Topic, wanted: WantedTopic, found: FoundTopic | None) -> TopicComparison:
    if found is None:
        return TopicComparison(wanted, None)
    # What fits the copies that are there: two in-sync replicas of one copy would stop every producer.
    fitting = wanted_topic(topic, min(found.replication, wanted.replication)).config
    config = {
        name: (found.config.get(name, ""), value) for name, value in fitting.items() if found.config.get(name) != value
    }
    problems: list[str] = []
    if found.partitions < wanted.partitions:
        problems.append(f"{found.partitions} partitions, not {wanted.partitions}")
    if found.replication < wanted.replication:
        problems.append(f"{found.replication} copies, not {wanted.replication}")
    return TopicComparison(wanted, found, config, tuple(problems))


_VISIBLE_WITHIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TopicChanges:
    """What `create_topics` did, and the comparison afterwards."""

    created: list[str]
    changed: list[str]
    comparisons: list[TopicComparison]


async def compare_with_cluster(
    kafka: KafkaConnection, replication: int | None, wait_seconds: float = 0.0
) -> list[TopicComparison]:
    """Compare every topic of the registry with the cluster's."""
    async with kafka_admin(kafka, wait_seconds=wait_seconds) as admin:
        return await _compare_all(admin, replication)


async def create_topics(
    kafka: KafkaConnection, replication: int | None, wait_seconds: float, *, fix: bool
) -> TopicChanges:
    """Create what is missing; with `fix`, set the settings that differ. Repeats are harmless."""
    async with kafka_admin(kafka, wait_seconds=wait_seconds) as admin:
        before = await _compare_all(admin, replication)
        created = await admin.create([comparison.wanted for comparison in before if comparison.found is None])
        changed: list[str] = []
        for comparison in before:
            if fix and comparison.found is not None and comparison.config:
                await admin.set_config(comparison.found, {name: to for name, (_, to) in comparison.config.items()})
                changed.append(comparison.wanted.name)
        after = await _compare_until_visible(admin, replication) if created or changed else before
        return TopicChanges(created, changed, after)


async def _compare_until_visible(admin: KafkaAdmin, replication: int | None) -> list[TopicComparison]:
    """Compare until all topics are visible: after a change, brokers learn of it one after the other."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _VISIBLE_WITHIN_SECONDS
    while True:
        comparisons = await _compare_all(admin, replication)
        if all(comparison.found is not None for comparison in comparisons) or loop.time() > deadline:
            return comparisons
        await asyncio.sleep(0.1)


async def _compare_all(admin: KafkaAdmin, replication: int | None) -> list[TopicComparison]:
    copies = replication or default_replication(await admin.brokers())
    topics = registry()
    return compare(topics, await admin.topics([topic.name for topic in topics]), copies)
