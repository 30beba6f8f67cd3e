"""What `atd doctor` checks. No check raises: a fault is what it found."""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from atd_cli.kafka.admin import KafkaAdmin, kafka_admin
from atd_cli.output import CommandFailed
from atd_cli.service_calls import KEY_VARIABLE, operator_key
from atd_cli.settings import CliSettings
from atd_cli.topics.comparison import TopicComparison, compare, default_replication
from atd_schemas.services import SERVICES, Service
from atd_schemas.topics import registry
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo

_GIB = 1024**3
_LEAST_FREE_BYTES = 2 * _GIB
_LEAST_FREE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: its subject, what was found, and what to do when that is not good."""

    name: str
    good: bool
    found: str
    advice: str = ""


def good(name: str, found: str) -> Finding:
    """A finding that needs no action."""
    return Finding(name, good=True, found=found)


def bad(name: str, found: str, advice: str) -> Finding:
    """A finding that needs an action."""
    return Finding(name, good=False, found=found, advice=advice)


def disk(name: str, free_bytes: float, total_bytes: float) -> Finding:
    """Check that at least 2 GiB and 5 % of a disk are free. Kafka and MongoDB stop when their disk is full."""
    words = f"{free_bytes / _GIB:.1f} GiB of {total_bytes / _GIB:.1f} GiB free"
    if free_bytes < _LEAST_FREE_BYTES or free_bytes < total_bytes * _LEAST_FREE_SHARE:
        return bad(name, words, "Make room or a larger disk; Kafka and MongoDB stop when theirs is full.")
    return good(name, words)


_TIMEOUT_SECONDS = 5.0


async def run_checks(settings: CliSettings) -> list[Finding]:
    """All checks, in the order in which to repair what they find."""
    kafka, mongodb, services = await asyncio.gather(
        check_kafka(settings.kafka_connection()),
        check_mongodb(settings.mongodb_url.get_secret_value()),
        _services(settings),
    )
    usage = shutil.disk_usage(Path.cwd())
    return [_operator_key(settings), *kafka, *mongodb, disk("This disk", usage.free, usage.total), *services]


def _operator_key(settings: CliSettings) -> Finding:
    try:
        key = operator_key(settings)
    except CommandFailed as error:
        return bad(KEY_VARIABLE, str(error), "Make a new pair: `atd keys new operator`.")
    return good(KEY_VARIABLE, f"is well formed; its public key is {key.public.text}")


async def _services(settings: CliSettings) -> list[Finding]:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        urls = settings.service_urls()
        asked = [_service(http, service, urls[service.name]) for service in SERVICES]
        return list(await asyncio.gather(*asked))


async def _service(http: httpx.AsyncClient, service: Service, url: str) -> Finding:
    name = service.name
    try:
        answer = await http.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return bad(
            name, f"does not answer at {url} ({type(error).__name__})", f"Start it, or correct {service.url_variable}."
        )
    if answer.status_code == httpx.codes.OK:
        return good(name, f"ready at {url}")
    return bad(name, f"not ready: {_problems(answer)}", "See the lines above, and the service's log.")


def _problems(answer: httpx.Response) -> str:
    try:
        problems = answer.json()["problems"]
        return "; ".join(f"{part}: {why}" for part, why in problems.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status {answer.status_code}"


_KAFKA = "Kafka"
_KAFKA_TOPICS = "Kafka topics"


async def check_kafka(kafka: KafkaConnection) -> list[Finding]:
    """Check that brokers answer, are new enough, and have the topics of the registry."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - beside the work that raises it

    try:
        async with kafka_admin(kafka) as admin:
            brokers = await admin.brokers()
            cluster = await _kafka_cluster(admin, kafka, brokers)
            topics = registry()
            found = await admin.topics([topic.name for topic in topics])
            return [cluster, _kafka_topics(compare(topics, found, default_replication(brokers)))]
    except CommandFailed as error:
        return [bad(_KAFKA, str(error), "Start the broker, or correct KAFKA_BOOTSTRAP_SERVERS.")]
    except (KafkaError, TimeoutError) as error:
        return [bad(_KAFKA, f"{type(error).__name__}: {error}", "Look at the broker's log.")]


async def _kafka_cluster(admin: KafkaAdmin, kafka: KafkaConnection, brokers: int) -> Finding:
    words = f"{brokers} broker{'s' if brokers != 1 else ''} at {kafka}"
    if not await admin.is_version_4():
        return bad(_KAFKA, f"{words}, older than Kafka 4", "Upgrade to Apache Kafka 4 or newer.")
    return good(_KAFKA, f"{words}, Kafka 4 or newer")


def _kafka_topics(comparisons: Sequence[TopicComparison]) -> Finding:
    wrong = [comparison for comparison in comparisons if not comparison.good]
    if not wrong:
        return good(_KAFKA_TOPICS, f"all {len(comparisons)} are as the registry says")
    words = "; ".join(f"{comparison.wanted.name} {comparison.summary()}" for comparison in wrong)
    if any(comparison.found is None for comparison in wrong):
        return bad(_KAFKA_TOPICS, words, "Run `atd topics create`.")
    return bad(_KAFKA_TOPICS, words, "Run `atd topics check`; it says how to repair them.")


_MONGODB = "MongoDB"
_OLDEST_MAJOR = 6
_MOST_SKEW_SECONDS = 2.0
"""Tokens between services allow 5 s between two clocks; half of that is a reason to look."""


async def check_mongodb(url: str) -> list[Finding]:
    """Check that a primary of a replica set answers, its version, its clock and its disk."""
    try:
        mongo = Mongo(url, "admin", Metrics(), app_name="atd", timeout_ms=5_000)
    except (InvalidURI, ConfigurationError, ValueError):
        return [
            bad(_MONGODB, "MONGODB_URL is not a connection string", "An example: mongodb://host:27017/?replicaSet=rs0")
        ]
    try:
        return await _mongodb_findings(mongo)
    except OperationFailure as error:
        code = error.details.get("codeName") if error.details else error.code
        return [bad(_MONGODB, f"refuses: {code}", _MONGODB_ACCESS)]
    except PyMongoError as error:
        return [
            bad(_MONGODB, f"does not answer ({type(error).__name__})", "Start mongod, or correct MONGODB_URL."),
        ]
    finally:
        await mongo.close()


_MONGODB_ACCESS = "Check user and password in MONGODB_URL, and the user's roles (readWrite on every atd_* database)."


async def _mongodb_findings(mongo: Mongo) -> list[Finding]:
    admin = mongo.client.admin
    await admin.command("ping")  # connecting must not count as a difference of the clocks
    began, wall = time.monotonic(), datetime.now(UTC)
    hello = await admin.command("hello")
    half = (time.monotonic() - began) / 2
    version = str((await admin.command("buildInfo"))["version"])
    stats = await mongo.db.command("dbStats")
    skew = (hello["localTime"].replace(tzinfo=UTC) - wall).total_seconds() - half
    room = disk("MongoDB's disk", stats["fsTotalSize"] - stats["fsUsedSize"], stats["fsTotalSize"])
    return [_mongodb_server(version, hello), _clock(skew), room]


def _mongodb_server(version: str, hello: Mapping[str, Any]) -> Finding:
    if int(version.split(".", maxsplit=1)[0]) < _OLDEST_MAJOR:
        return bad(_MONGODB, f"version {version}", f"Upgrade to MongoDB {_OLDEST_MAJOR} or newer.")
    if "setName" not in hello:
        return bad(
            _MONGODB,
            f"version {version}, no replica set",
            "Transactions need one: start mongod with --replSet rs0 and run rs.initiate() once.",
        )
    members = len(hello.get("hosts", ()))
    return good(_MONGODB, f"version {version}, replica set {hello['setName']} of {members}, a primary answers")


def _clock(skew_seconds: float) -> Finding:
    words = f"{abs(skew_seconds):.1f} s apart from MongoDB's"
    if abs(skew_seconds) > _MOST_SKEW_SECONDS:
        return bad("Clock", words, "Synchronise the clocks of all machines (chrony, systemd-timesyncd).")
    return good("Clock", words)
