"""`atd doctor`: MongoDB."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from atd_cli.findings import Finding, bad, disk, good
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo

_NAME = "MongoDB"
_OLDEST_MAJOR = 6
_MOST_SKEW_SECONDS = 2.0
"""Tokens between services allow 5 s between two clocks; half of that is a reason to look."""


async def examine_mongodb(url: str) -> list[Finding]:
    """Whether a primary of a replica set answers, is new enough, has our time, and room on its disk."""
    try:
        mongo = Mongo(url, "admin", Metrics(), app_name="atd", timeout_ms=5_000)
    except (InvalidURI, ConfigurationError, ValueError):
        return [bad(_NAME, "MONGODB_URL is no connection string", "mongodb://host:27017/?replicaSet=rs0 is one.")]
    try:
        return await _examine(mongo)
    except OperationFailure as error:
        return [bad(_NAME, f"refuses: {error.details.get('codeName') if error.details else error.code}", _ACCESS)]
    except PyMongoError as error:
        return [
            bad(_NAME, f"does not answer ({type(error).__name__})", "Start mongod, or correct MONGODB_URL."),
        ]
    finally:
        mongo.close()


_ACCESS = "Check user and password in MONGODB_URL, and the user's roles (readWrite on every atd_* database)."


async def _examine(mongo: Mongo) -> list[Finding]:
    admin = mongo.client.admin
    await admin.command("ping")  # connecting must not count as a difference of the clocks
    began, wall = time.monotonic(), datetime.now(UTC)
    hello = await admin.command("hello")
    half = (time.monotonic() - began) / 2
    version = str((await admin.command("buildInfo"))["version"])
    stats = await mongo.db.command("dbStats")
    skew = (hello["localTime"].replace(tzinfo=UTC) - wall).total_seconds() - half
    room = disk("MongoDB's disk", stats["fsTotalSize"] - stats["fsUsedSize"], stats["fsTotalSize"])
    return [_server(version, hello), _clock(skew), room]


def _server(version: str, hello: Mapping[str, Any]) -> Finding:
    if int(version.split(".", maxsplit=1)[0]) < _OLDEST_MAJOR:
        return bad(_NAME, f"version {version}", f"Upgrade to MongoDB {_OLDEST_MAJOR} or newer.")
    if "setName" not in hello:
        return bad(
            _NAME,
            f"version {version}, no replica set",
            "Transactions need one: start mongod with --replSet rs0 and run rs.initiate() once.",
        )
    members = len(hello.get("hosts", ()))
    return good(_NAME, f"version {version}, replica set {hello['setName']} of {members}, a primary answers")


def _clock(skew_seconds: float) -> Finding:
    words = f"{abs(skew_seconds):.1f} s apart from MongoDB's"
    if abs(skew_seconds) > _MOST_SKEW_SECONDS:
        return bad("Clock", words, "Synchronise the clocks of all machines (chrony, systemd-timesyncd).")
    return good("Clock", words)
