"""Looking at the cluster's topics and making them what the registry says."""

import asyncio
from dataclasses import dataclass

from atd_cli.kafka_admin import KafkaAdmin, kafka_admin
from atd_cli.topic_plan import Verdict, compare, default_replication
from atd_schemas.topics import registry

_SEEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Done:
    """What `establish` did, and what the topics are like afterwards."""

    created: list[str]
    changed: list[str]
    verdicts: list[Verdict]


async def look(bootstrap_servers: str, replication: int | None, wait_seconds: float = 0.0) -> list[Verdict]:
    """Every topic of the registry beside what the cluster has."""
    async with kafka_admin(bootstrap_servers, wait_seconds=wait_seconds) as admin:
        return await _look(admin, replication)


async def establish(bootstrap_servers: str, replication: int | None, wait_seconds: float, *, fix: bool) -> Done:
    """Create what is missing; with `fix`, set the settings that differ. Repeats are harmless."""
    async with kafka_admin(bootstrap_servers, wait_seconds=wait_seconds) as admin:
        before = await _look(admin, replication)
        created = await admin.create([verdict.wanted for verdict in before if verdict.found is None])
        changed: list[str] = []
        for verdict in before:
            if fix and verdict.found is not None and verdict.config:
                await admin.set_config(verdict.found, {name: to for name, (_, to) in verdict.config.items()})
                changed.append(verdict.wanted.name)
        after = await _look_until_seen(admin, replication) if created or changed else before
        return Done(created, changed, after)


async def _look_until_seen(admin: KafkaAdmin, replication: int | None) -> list[Verdict]:
    """After a change: the brokers learn of it one after the other."""
    deadline = asyncio.get_running_loop().time() + _SEEN_SECONDS
    while True:
        verdicts = await _look(admin, replication)
        if all(verdict.found is not None for verdict in verdicts) or asyncio.get_running_loop().time() > deadline:
            return verdicts
        await asyncio.sleep(0.1)


async def _look(admin: KafkaAdmin, replication: int | None) -> list[Verdict]:
    copies = replication or default_replication(await admin.brokers())
    topics = registry()
    return compare(topics, await admin.topics([topic.name for topic in topics]), copies)
