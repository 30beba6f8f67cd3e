"""`atd dead-letters` on a real broker, for a service that no other test has."""

import asyncio
import base64
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from atd_cli.kafka.admin import WantedTopic, kafka_admin
from atd_cli.kafka.producer import running_producer
from atd_cli.kafka.topic_log import topic_log
from atd_schemas import topics
from atd_schemas.dead_letters import DeadLetter, DeadLetterData
from atd_schemas.ids import uuid5
from atd_schemas.topics import Topic, dead_letter_topic
from atd_servicekit.kafka import Outgoing

KEY, VALUE = b"account:5511999990000", '{"text": "Olá, sou a Ana"}'.encode()
HEADERS = {"ce_id": "event-1", "ce_type": "inbound.message", "traceparent": "00-aa-bb-01"}


@pytest.fixture
def pile(monkeypatch: pytest.MonkeyPatch, kafka_bootstrap: str) -> Topic:
    """The dead-letter topic of a service of our own."""
    service = f"cli-{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(topics, "CONSUMING_SERVICES", (service,))
    topic = dead_letter_topic(service)
    create(kafka_bootstrap, topic.name, topic.config())
    return topic


@pytest.fixture
def origin(kafka_bootstrap: str) -> str:
    """A topic that records come from."""
    name = f"cli-origin-{uuid.uuid4().hex[:8]}"
    create(kafka_bootstrap, name, {})
    return name


def create(kafka_bootstrap: str, name: str, config: dict[str, str]) -> None:
    async def work() -> None:
        async with kafka_admin(kafka_bootstrap) as admin:
            await admin.create([WantedTopic(name, 1, 1, config)])

    asyncio.run(work())


def letter(origin: str, offset: int, **data: Any) -> DeadLetter:
    now = datetime.now(UTC)
    place = f"{origin}/0/{offset}"
    told = {"key": base64.b64encode(KEY).decode(), "value": base64.b64encode(VALUE).decode(), "headers": HEADERS} | data
    return DeadLetter(
        id=uuid5("dead-letter", "conversation", place),
        tenant_id="",
        occurred_at=now,
        recorded_at=now,
        source="conversation",
        subject=place,
        data=DeadLetterData(
            topic=origin,
            partition=0,
            offset=offset,
            group="conversation",
            error="KeyError",
            detail="KeyError",
            **told,
        ),
    )


def put(kafka_bootstrap: str, pile: Topic, letters: Sequence[DeadLetter | bytes]) -> None:
    async def work() -> None:
        async with running_producer(kafka_bootstrap) as producer:
            await producer.publish(
                [
                    Outgoing(pile.name, KEY, one) if isinstance(one, bytes) else Outgoing.of(pile, one, key=KEY)
                    for one in letters
                ]
            )

    asyncio.run(work())


def records(kafka_bootstrap: str, topic: str) -> list["ConsumerRecord[bytes, bytes]"]:
    async def work() -> list["ConsumerRecord[bytes, bytes]"]:
        async with topic_log(kafka_bootstrap, topic) as log:
            found = [read.kept async for read in log.newest_first(lambda record: record)]
            return found[::-1]

    return asyncio.run(work())


def test_nothing_put_aside_is_said_so(atd, pile) -> None:
    listed = atd("dead-letters", "list")
    assert listed.status == 0
    assert "no open dead letter" in listed.out


def test_the_newest_come_first_and_no_more_than_asked_for(atd, pile, origin, kafka_bootstrap) -> None:
    put(kafka_bootstrap, pile, [letter(origin, number) for number in range(450)])  # more than one window
    listed = atd("dead-letters", "list", "--limit", "3")
    assert [line.index(f"{origin}/0/{n}") > 0 for n, line in zip((449, 448, 447), rows(listed.out), strict=True)]
    assert "newest 3" in listed.out
    every = atd("dead-letters", "list", "--limit", "1000", "--json").json
    assert [row["origin"] for row in every] == [f"{origin}/0/{number}" for number in range(449, -1, -1)]


def rows(table: str) -> list[str]:
    return [line for line in table.splitlines() if line.startswith("│")]


def test_a_list_can_be_of_one_origin(atd, pile, origin, kafka_bootstrap) -> None:
    put(kafka_bootstrap, pile, [letter(origin, 1), letter("another", 2)])
    assert [row["origin"] for row in atd("dead-letters", "list", "--topic", origin, "--json").json] == [f"{origin}/0/1"]


def test_the_same_record_put_aside_twice_is_listed_once(atd, pile, origin, kafka_bootstrap) -> None:
    put(kafka_bootstrap, pile, [letter(origin, 1), letter(origin, 1)])
    assert len(atd("dead-letters", "list", "--json").json) == 1


def test_the_record_and_its_key_are_shown_only_when_asked_for(atd, pile, origin, kafka_bootstrap) -> None:
    one = letter(origin, 7)
    put(kafka_bootstrap, pile, [one])
    for shown in (atd("dead-letters", "show", one.id), atd("dead-letters", "show", one.id, "--json")):
        assert shown.status == 0
        assert f"{origin}/0/7" in shown.out
        assert "KeyError" in shown.out
        assert "event-1" in shown.out
        assert "Ana" not in shown.out
        assert "5511999990000" not in shown.out
    whole = atd("dead-letters", "show", one.id, "--value", "--json").json
    assert (whole["key"], json.loads(whole["value"])["text"]) == (KEY.decode(), "Olá, sou a Ana")
    assert "Olá, sou a Ana" in atd("dead-letters", "show", one.id, "--value").out


def test_a_record_cannot_steer_the_terminal(atd, pile, origin, kafka_bootstrap) -> None:
    one = letter(origin, 7, value=base64.b64encode(b"\x1b]0;owned\x07 \xff").decode())
    put(kafka_bootstrap, pile, [one])
    shown = atd("dead-letters", "show", one.id, "--value").out
    assert "\x1b" not in shown
    assert "\\x1b]0;owned\\x07" in shown


def test_a_record_goes_back_byte_for_byte_with_key_and_headers(atd, pile, origin, kafka_bootstrap) -> None:
    raw = b"\x00\xff not json"
    one = letter(origin, 1, value=base64.b64encode(raw).decode())
    put(kafka_bootstrap, pile, [one])
    assert atd("dead-letters", "redrive", one.id).status == 0
    (record,) = records(kafka_bootstrap, origin)
    assert (record.key, record.value) == (KEY, raw)
    assert {name: value.decode() for name, value in record.headers} == HEADERS


def test_a_record_that_came_without_a_key_goes_back_with_an_empty_one(atd, pile, origin, kafka_bootstrap) -> None:
    one = letter(origin, 1, key=None)
    put(kafka_bootstrap, pile, [one])
    assert atd("dead-letters", "redrive", one.id).status == 0
    assert [record.key for record in records(kafka_bootstrap, origin)] == [b""]


def test_what_was_redriven_is_open_no_longer(atd, pile, origin, kafka_bootstrap) -> None:
    one, other = letter(origin, 1), letter(origin, 2)
    put(kafka_bootstrap, pile, [one, other])
    assert atd("dead-letters", "redrive", one.id, "--json").json == [{"id": one.id, "topic": origin}]
    assert [row["id"] for row in atd("dead-letters", "list", "--json").json] == [other.id]
    states = {row["id"]: row["state"] for row in atd("dead-letters", "list", "--redriven", "--json").json}
    assert states == {one.id: "redriven", other.id: "open"}
    assert atd("dead-letters", "show", one.id, "--json").json["state"] == "redriven"


def test_all_of_a_topic_go_back_oldest_first_and_once(atd, pile, origin, kafka_bootstrap) -> None:
    of_ours = [letter(origin, n, value=base64.b64encode(b"%d" % n).decode()) for n in range(250)]
    put(kafka_bootstrap, pile, [of_ours[0], letter("another", 1), *of_ours[1:]])
    assert len(atd("dead-letters", "redrive", "--all", "--topic", origin, "--json").json) == 250
    assert [int(record.value or b"") for record in records(kafka_bootstrap, origin)] == list(range(250))
    assert atd("dead-letters", "redrive", "--all", "--topic", origin, "--json").json == []
    assert len(records(kafka_bootstrap, origin)) == 250
    assert [row["origin"] for row in atd("dead-letters", "list", "--json").json] == ["another/0/1"]


def test_an_unknown_id_redrives_nothing(atd, pile, origin, kafka_bootstrap) -> None:
    one = letter(origin, 1)
    put(kafka_bootstrap, pile, [one])
    refused = atd("dead-letters", "redrive", one.id, "no-such-id")
    assert (refused.status, refused.err.strip()) == (1, "atd: There is no dead letter with the id no-such-id.")
    assert records(kafka_bootstrap, origin) == []


@pytest.mark.parametrize("arguments", [(), ("--all",), ("--topic", "t"), ("an-id", "--all", "--topic", "t")])
def test_redriving_everything_by_mistake_is_not_possible(atd, pile, arguments) -> None:
    refused = atd("dead-letters", "redrive", *arguments)
    assert refused.status == 1
    assert "--all together with --topic" in refused.err


def test_a_record_of_an_unknown_form_hides_no_other(atd, pile, origin, kafka_bootstrap) -> None:
    put(kafka_bootstrap, pile, [letter(origin, 1), b'{"type": "dead_letter.of_the_future"}', letter(origin, 2)])
    listed = atd("dead-letters", "list", "--json")
    assert len(listed.json) == 2
    assert f"{pile.name}/0/1" in listed.err


def test_an_unknown_service_is_named(atd, pile) -> None:
    refused = atd("dead-letters", "list", "--service", "nobody")
    assert refused.status == 1
    assert "nobody" in refused.err
