"""Everything of routing that is reached says who may, and everything that it hears has somebody who takes it."""

from functools import cache

from fastapi import FastAPI

from atd_routing.app import SERVICE, create_app
from atd_routing.settings import RoutingSettings
from atd_schemas.topics import registry
from atd_servicekit.identity import route_permissions
from atd_testing.keys import service_keys

BY_OTHERS = {
    "PUT /api/v1/presence": "conversations:read",  # one's own
    "PUT /api/v1/presence/{attendant_id}": "presence:manage",
}
WORK = frozenset({"POST /api/v1/queue/next", "POST /api/v1/routing/simulation"})
"""What attendants do, and what changes nothing: it needs what they have."""


@cache
def app() -> FastAPI:
    nowhere = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "MONGODB_URL": "mongodb://127.0.0.1:9"}
    settings = RoutingSettings(**nowhere, **service_keys(SERVICE))  # type: ignore[arg-type]  # by their names outside
    return create_app(settings)


def test_reading_needs_conversations_read_and_changing_settings_manage() -> None:
    needed = {name: one for name, one in route_permissions(app()).items() if "/api/v1/" in name}
    assert BY_OTHERS.items() <= needed.items()
    for name, permission in needed.items():
        if name in BY_OTHERS or name in WORK:
            continue
        preview = name.endswith(("/preview", "/dry-run"))
        allowed = {"conversations:read"} if name.startswith("GET") else {"settings:manage"}
        assert permission in (allowed | {"conversations:read", "settings:manage"} if preview else allowed), name
    assert {one for one in needed.values() if one.startswith("public")} == set()


def test_every_topic_that_is_for_routing_is_read() -> None:
    runtime = app().state.runtime
    read = {one.topic.name for one in runtime._subscriptions}
    assert read == {topic.name for topic in registry() if SERVICE in topic.consumers}
