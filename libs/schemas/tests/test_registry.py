"""The registry of topics is complete, and says the truth about keys."""

from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

import atd_schemas
from atd_schemas.envelope import Envelope
from atd_schemas.services import SERVICES, WEBHOOK_BODY_LIMIT_BYTES, Service
from atd_schemas.topics import (
    BROADCAST_SERVICES,
    CONSUMING_SERVICES,
    INBOUND_EVENTS,
    MAX_DEAD_LETTER_BYTES,
    MAX_MESSAGE_BYTES,
    OPERATOR,
    OUTBOUND_BY_CHANNEL,
    Topic,
    adapter,
    dead_letter_topic,
    encode,
    event_classes,
    event_types,
    headers,
    inbound_topic,
    outbound_by_channel,
    registry,
)
from atd_schemas.views import ChannelKind

TOPICS = registry()
NAMES = {service.name for service in SERVICES}
SHORTEST, LONGEST = timedelta(days=7), timedelta(days=30)
EXAMPLES = Path(atd_schemas.__file__).parent / "examples"


def named(topic: Topic) -> str:
    return topic.name


def test_names_are_unique_and_carry_a_version() -> None:
    names = [topic.name for topic in TOPICS]
    assert len(set(names)) == len(names)
    assert all(name.endswith(".v1") for name in names)


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_a_topic_says_who_owns_writes_and_reads_it(topic: Topic) -> None:
    assert topic.owner
    assert topic.key
    assert topic.producers
    assert topic.consumers or topic.unread_because, f"nobody reads {topic.name}, and no reason is given"
    assert {*topic.producers, *topic.consumers} <= {*NAMES, OPERATOR}


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_retention_outlives_a_weekend_and_forgets_within_a_month(topic: Topic) -> None:
    """A consumer may be down over a weekend; personal data leaves the topics by itself."""
    if topic.cleanup == "delete" and not topic.transient:
        assert SHORTEST <= topic.retention <= LONGEST


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.transient], ids=named)
def test_a_transient_topic_really_forgets_and_has_no_group_that_could_miss_something(topic: Topic) -> None:
    """Kafka deletes whole segments only, and by default begins a new one after a week."""
    assert topic.retention < SHORTEST
    assert int(topic.config()["segment.ms"]) == topic.retention / timedelta(milliseconds=1)
    if topic.repeated is None or topic.repeated > timedelta(minutes=1):
        assert not {*topic.consumers} & {*CONSUMING_SERVICES}


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_the_configuration_is_in_kafkas_words(topic: Topic) -> None:
    config = topic.config()
    assert config["cleanup.policy"] in {"delete", "compact"}
    assert int(config["retention.ms"]) == topic.retention / timedelta(milliseconds=1)
    assert topic.partitions > 0


def test_what_a_service_cannot_handle_has_a_topic() -> None:
    readers = {name for topic in TOPICS for name in topic.consumers} - {OPERATOR}
    assert readers == {*CONSUMING_SERVICES, *BROADCAST_SERVICES}
    assert {dead_letter_topic(service).name for service in CONSUMING_SERVICES} <= {topic.name for topic in TOPICS}


def test_the_largest_body_fits_and_so_does_its_dead_letter() -> None:
    assert WEBHOOK_BODY_LIMIT_BYTES * 4 / 3 < MAX_MESSAGE_BYTES
    assert MAX_MESSAGE_BYTES * 4 / 3 < MAX_DEAD_LETTER_BYTES
    assert dead_letter_topic("conversation").config()["max.message.bytes"] == str(MAX_DEAD_LETTER_BYTES)


def test_a_channel_service_that_sends_nothing_leaves_its_channels_without_a_topic() -> None:
    receiver = Service(name="ingest-toy", port=8198, does="a toy", channels=("app",))
    assert outbound_by_channel((*SERVICES, receiver)) == OUTBOUND_BY_CHANNEL


def test_an_outbound_topic_belongs_to_a_channel_that_exists() -> None:
    assert set(OUTBOUND_BY_CHANNEL) <= set(get_args(ChannelKind))
    assert {topic.name for topic in OUTBOUND_BY_CHANNEL.values()} <= {topic.name for topic in TOPICS}


def test_a_topic_has_one_validator() -> None:
    assert adapter(TOPICS[0]) is adapter(registry()[0])


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_types_are_told_apart_without_trying(topic: Topic) -> None:
    """Every class fixes its own types: reading a record costs one validation, whatever the number of types."""
    kinds = [kind for event_class in event_classes(topic) for kind in event_types(topic, event_class)]
    assert kinds
    assert len(set(kinds)) == len(kinds)


def of_customer(event: Any) -> str:
    return f"{event.data.account_id}:{event.data.contact.external_id}"


def template_of(event: Any) -> str:
    return f"{event.data.template.name}:{event.data.template.language}"


EXPECTED_KEYS = {
    "routing.": lambda event: event.subject,
    "attendant.": lambda event: event.subject,
    "inbound.message": of_customer,
    "inbound.echo": of_customer,
    "inbound.reaction": of_customer,
    "inbound.edit": of_customer,
    "inbound.delete": of_customer,
    "inbound.preference": of_customer,
    "inbound.visibility": of_customer,
    "inbound.activity": of_customer,
    "inbound.reachability": of_customer,
    "inbound.receipt_until": lambda event: f"{event.data.account_id}:{event.data.recipient}",
    "inbound.contact_change": lambda event: f"{event.data.account_id}:{event.data.previous[0]}",
    "inbound.file": lambda event: f"{event.data.account_id}:{event.data.contact_external_id}",
    "inbound.receipt": lambda event: f"{event.data.account_id}:{event.data.recipient}",
    "inbound.unparsed": lambda event: event.data.account_id,
    "inbound.unparsed.redriven": lambda event: event.subject,
    "erasure.confirmed": lambda event: event.data.erasure_id,
    "conversation.viewing": lambda event: event.subject,
    "conversation.favourited": lambda event: event.subject,
    "conversation.read": lambda event: event.subject,
    "conversation.drafted": lambda event: event.subject,
    "setting.own_changed": lambda event: event.subject,
    "conversation.typing": lambda event: event.subject,
    "conversation.": lambda event: event.data.conversation.id,
    "rating.": lambda event: event.data.conversation.id,
    "message.": lambda event: event.data.conversation_id,
    "contact.": lambda event: event.data.contact.id,
    "setting.": lambda event: event.data.id,
    "webhook.": lambda event: event.data.endpoint_id,
    "outbound.": lambda event: event.data.conversation_id,
    "settings.channel_account": lambda event: f"{event.tenant_id}:channel_account:{event.data.account_id}",
    "settings.template": lambda event: f"{event.tenant_id}:template:{event.data.account_id}:{template_of(event)}",
    "settings.team": lambda event: f"{event.tenant_id}:team:{event.data.team_id}",
    "settings.attendant": lambda event: f"{event.tenant_id}:attendant:{event.data.attendant_id}",
    "dead_letter": lambda event: f"{event.data.topic}/{event.data.partition}/{event.data.offset}",
    "dead_letter.redriven": lambda event: event.subject,
}


def full_examples() -> list[tuple[str, Any]]:
    topics = {topic.name: topic for topic in TOPICS} | {"dead-letter.v1": dead_letter_topic("conversation")}
    files = sorted(EXAMPLES.glob("*/*.v1.json"))
    return [(file.name, adapter(topics[file.parent.name]).validate_json(file.read_bytes())) for file in files]


@pytest.mark.parametrize(("name", "event"), full_examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_key_is_derived_from_the_event_as_the_registry_says(name: str, event: Envelope) -> None:
    kind = event.type if event.type in EXPECTED_KEYS else event.type.partition(".")[0] + "."
    assert event.key() == EXPECTED_KEYS[kind](event).encode()


@pytest.mark.parametrize(("name", "event"), full_examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_headers_route_without_parsing(name: str, event: Envelope) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    found = dict(headers(event, trace))
    assert found == {"ce_id": event.id.encode(), "ce_type": event.type.encode(), "traceparent": trace.encode()}
    assert "traceparent" not in dict(headers(event))


def test_encoding_is_compact_json_with_times_in_milliseconds() -> None:
    event = dict(full_examples())["inbound.message.v1.json"]
    encoded = encode(event)
    assert b'"occurred_at":"2026-03-01T12:00:00.000Z"' in encoded
    assert "Olá!".encode() in encoded


INBOUND = [event for name, event in full_examples() if name.startswith("inbound.") and "unparsed" not in name]


@pytest.mark.parametrize("channel", get_args(ChannelKind))
def test_what_a_viral_post_brings_stands_before_no_other_channels_events(channel: str) -> None:
    """Of every type of event: those of a comment stay in one topic, and so in their order."""
    told = [one.model_copy(update={"data": one.data.model_copy(update={"channel": channel})}) for one in INBOUND]
    topics = {inbound_topic(event).name for event in told}
    assert topics == {"inbound.comments.v1" if channel == "facebook" else "inbound.events.v1"}
    assert {event.type for event in told} == set(event_types(INBOUND_EVENTS))
