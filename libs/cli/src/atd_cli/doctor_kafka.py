"""`atd doctor`: the Kafka cluster and its topics."""

from collections.abc import Sequence

from atd_cli.findings import Finding, bad, good
from atd_cli.kafka_admin import KafkaAdmin, kafka_admin
from atd_cli.output import CommandFailed
from atd_cli.topic_plan import Verdict, compare, default_replication
from atd_schemas.topics import registry

_NAME = "Kafka"
_TOPICS = "Kafka topics"


async def examine_kafka(bootstrap_servers: str) -> list[Finding]:
    """Whether brokers answer, are new enough, and have the topics of the registry."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - beside the work that raises it

    try:
        async with kafka_admin(bootstrap_servers) as admin:
            brokers = await admin.brokers()
            cluster = await _cluster(admin, bootstrap_servers, brokers)
            topics = registry()
            found = await admin.topics([topic.name for topic in topics])
            return [cluster, _topics(compare(topics, found, default_replication(brokers)))]
    except CommandFailed as error:
        return [bad(_NAME, str(error), "Start the broker, or correct KAFKA_BOOTSTRAP_SERVERS.")]
    except (KafkaError, TimeoutError) as error:
        return [bad(_NAME, f"{type(error).__name__}: {error}", "Look at the broker's log.")]


async def _cluster(admin: KafkaAdmin, bootstrap_servers: str, brokers: int) -> Finding:
    words = f"{brokers} broker{'s' if brokers != 1 else ''} at {bootstrap_servers}"
    if not await admin.is_version_4():
        return bad(_NAME, f"{words}, older than Kafka 4", "Upgrade to Apache Kafka 4 or newer.")
    return good(_NAME, f"{words}, Kafka 4 or newer")


def _topics(verdicts: Sequence[Verdict]) -> Finding:
    wrong = [verdict for verdict in verdicts if not verdict.good]
    if not wrong:
        return good(_TOPICS, f"all {len(verdicts)} are as the registry says")
    words = "; ".join(f"{verdict.wanted.name} {verdict.words()}" for verdict in wrong)
    if any(verdict.found is None for verdict in wrong):
        return bad(_TOPICS, words, "Run `atd topics create`.")
    return bad(_TOPICS, words, "Run `atd topics check`; it says how to repair them.")
