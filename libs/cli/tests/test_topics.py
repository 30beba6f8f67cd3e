"""`atd topics` on a real broker, with a registry of topics that no other test uses."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from atd_cli.kafka.admin import FoundTopic, kafka_admin
from atd_cli.topics import comparison as topic_comparison
from atd_cli.topics.comparison import compare, default_replication, wanted_topic
from atd_schemas.topics import INBOUND_EVENTS, SETTINGS_CHANGES, Topic, registry


def found_on(kafka_bootstrap: str, topic: Topic) -> FoundTopic:
    async def compare_with_cluster() -> FoundTopic:
        async with kafka_admin(kafka_bootstrap) as admin:
            return (await admin.topics([topic.name]))[topic.name]

    return asyncio.run(compare_with_cluster())


def create_on(kafka_bootstrap: str, topic: Topic) -> None:
    async def create() -> None:
        async with kafka_admin(kafka_bootstrap) as admin:
            await admin.create([wanted_topic(topic, 1)])

    asyncio.run(create())


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> tuple[Topic, Topic]:
    prefix = f"cli-{uuid.uuid4().hex[:8]}"
    own = tuple(replace(t, name=f"{prefix}.{t.name}", partitions=2) for t in (INBOUND_EVENTS, SETTINGS_CHANGES))
    monkeypatch.setattr(topic_comparison, "registry", lambda: own)
    return own[0], own[1]


def test_missing_topics_are_named_and_status_is_1(atd, topics) -> None:
    checked = atd("topics", "check")
    assert checked.status == 1
    assert all(f"{topic.name}" in checked.out for topic in topics)
    assert "does not exist" in checked.out
    assert "atd topics create" in checked.out


def test_created_topics_are_what_the_registry_says(atd, topics, kafka_bootstrap) -> None:
    assert atd("topics", "create").status == 0
    assert atd("topics", "check").status == 0
    for topic in topics:
        found = found_on(kafka_bootstrap, topic)
        assert found.partitions == 2
        assert found.config.items() >= topic.config().items()


def test_creating_twice_changes_nothing(atd, topics) -> None:
    assert len(atd("topics", "create", "--json").json["created"]) == 2
    again = atd("topics", "create", "--json").json
    assert (again["created"], again["changed"]) == ([], [])


def test_a_setting_that_differs_is_changed_with_fix_only(atd, topics, kafka_bootstrap) -> None:
    inbound, _ = topics
    longer = {"retention.ms": "1209600000", "segment.bytes": "104857600"}
    create_on(kafka_bootstrap, replace(inbound, retention=timedelta(days=14), extra={"segment.bytes": "104857600"}))

    created = atd("topics", "create")
    assert created.status == 0
    assert "retention.ms is 1209600000, not 604800000" in created.out
    assert found_on(kafka_bootstrap, inbound).config.items() >= longer.items()
    checked = atd("topics", "check", "--json")
    assert checked.status == 1
    assert checked.json["topics"][0]["config"] == {"retention.ms": {"found": "1209600000", "wanted": "604800000"}}

    assert atd("topics", "create", "--fix", "--json").json["changed"] == [inbound.name]
    assert atd("topics", "check").status == 0
    # What the operator set and the registry does not know stays.
    assert found_on(kafka_bootstrap, inbound).config["segment.bytes"] == "104857600"


def test_too_few_partitions_are_a_fault_and_more_are_none(atd, topics, kafka_bootstrap) -> None:
    inbound, settings = topics
    create_on(kafka_bootstrap, replace(inbound, partitions=1))
    create_on(kafka_bootstrap, replace(settings, partitions=5))
    checked = atd("topics", "check", "--json")
    assert checked.status == 1
    faults = {row["name"]: row["problems"] for row in checked.json["topics"]}
    assert faults == {inbound.name: ["1 partitions, not 2"], settings.name: []}


def test_more_copies_than_brokers_are_refused_in_words(atd, topics) -> None:
    refused = atd("topics", "create", "--replication", "3")
    assert refused.status == 1
    assert "could not be created" in refused.err
    assert "Traceback" not in refused.err


FOUND = FoundTopic("inbound.events.v1", 12, 3, {}, {})


@pytest.mark.parametrize(("brokers", "copies"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_copies_are_three_or_one_per_broker(brokers: int, copies: int) -> None:
    assert default_replication(brokers) == copies


@pytest.mark.parametrize(("copies", "in_sync"), [(1, None), (2, None), (3, "2")])
def test_three_copies_need_two_in_sync(copies: int, in_sync: str | None) -> None:
    assert wanted_topic(INBOUND_EVENTS, copies).config.get("min.insync.replicas") == in_sync


def test_two_in_sync_copies_are_never_asked_of_a_topic_that_has_one() -> None:
    """It would stop every producer."""
    config = {**INBOUND_EVENTS.config(), "min.insync.replicas": "1"}
    (comparison,) = compare([INBOUND_EVENTS], {FOUND.name: replace(FOUND, replication=1, config=config)}, 3)
    assert comparison.config == {}
    assert comparison.problems == ("1 copies, not 3",)


def test_a_topic_as_wanted_is_good() -> None:
    config: Callable[[Topic], dict[str, str]] = lambda topic: dict(wanted_topic(topic, 3).config)  # noqa: E731 - a table
    found = {t.name: FoundTopic(t.name, t.partitions, 3, config(t), {}) for t in registry()}
    assert all(comparison.good and not comparison.summary() for comparison in compare(registry(), found, 3))
