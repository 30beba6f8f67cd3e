"""Sending dead letters back where they came from."""

import base64
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from atd_cli.dead_letter_work import Found, by_ids, choose, letters_at, unknown
from atd_cli.kafka_producing import SOURCE, producing
from atd_cli.topic_log import topic_log
from atd_schemas import topics
from atd_schemas.dead_letters import DeadLetter, DeadLetterRedriven, DeadLetterRedrivenData
from atd_schemas.ids import uuid7
from atd_schemas.topics import Topic, dead_letter_topic
from atd_servicekit.kafka import Outgoing, Producer

_BATCH_RECORDS = 100
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Redriven:
    """A dead letter that went back to its origin."""

    id: str
    topic: str


async def redrive_ids(bootstrap_servers: str, ids: Collection[str]) -> list[Redriven]:
    """Publish these dead letters again at their origin, also those that were re-driven before."""
    missing = set(ids)
    done: list[Redriven] = []
    places: list[tuple[str, list[Found]]] = []
    for service in topics.CONSUMING_SERVICES:
        async with topic_log(bootstrap_servers, dead_letter_topic(service).name) as log:
            found = await by_ids(log, service, missing)
        missing -= {entry.id for entry in found}
        places.append((service, found))
    if missing:
        raise unknown(missing)
    for service, found in places:
        done += await _redrive(bootstrap_servers, service, found)
    return done


async def redrive_topic(bootstrap_servers: str, origin_topic: str) -> list[Redriven]:
    """Publish every open dead letter of an origin topic there again, the oldest first."""
    done: list[Redriven] = []
    for service in topics.CONSUMING_SERVICES:
        async with topic_log(bootstrap_servers, dead_letter_topic(service).name) as log:
            found = [entry async for entry in choose(log, service, origin_topic, closed_too=False, limit=None)]
        done += await _redrive(bootstrap_servers, service, found)
    return done


async def _redrive(bootstrap_servers: str, service: str, entries: Sequence[Found]) -> list[Redriven]:
    if not entries:
        return []
    topic = dead_letter_topic(service)
    done: list[Redriven] = []
    async with topic_log(bootstrap_servers, topic.name) as log, producing(bootstrap_servers) as producer:
        batch: list[DeadLetter] = []
        async for read in letters_at(log, topic, entries):
            batch.append(read.kept)
            if len(batch) >= _BATCH_RECORDS or sum(len(one.data.value) for one in batch) >= _BATCH_BYTES:
                done += await _send_back(producer, topic, batch)
                batch = []
        done += await _send_back(producer, topic, batch)
    return done


async def _send_back(producer: Producer, topic: Topic, letters: Sequence[DeadLetter]) -> list[Redriven]:
    """First the records, then the markers: cut between the two, a repeat does no harm and nothing is forgotten."""
    await producer.publish([_original(letter) for letter in letters])
    await producer.publish(list(_markers(topic, letters)))
    return [Redriven(letter.id, letter.data.topic) for letter in letters]


def _original(letter: DeadLetter) -> Outgoing:
    data = letter.data
    key = base64.b64decode(data.key or "")  # one without a key is not of ours; to consumers an empty one is the same
    headers = [(name, value.encode()) for name, value in data.headers.items()]
    return Outgoing(data.topic, key, base64.b64decode(data.value), headers)


def _markers(topic: Topic, letters: Sequence[DeadLetter]) -> Iterator[Outgoing]:
    now = datetime.now(UTC)
    for letter in letters:
        key = base64.b64decode(letter.data.key) if letter.data.key else letter.subject.encode()
        event = DeadLetterRedriven(
            id=uuid7(),
            tenant_id="",
            occurred_at=now,
            recorded_at=now,
            source=SOURCE,
            subject=letter.subject,
            causation_id=letter.id,
            data=DeadLetterRedrivenData(dead_letter_id=letter.id),
        )
        yield Outgoing.of(topic, event, key=key)
