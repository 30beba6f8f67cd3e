"""One AsyncAPI 3 document of every topic, from the registry, and of the WebSocket."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from atd_gateway.domain.close_codes import CLOSE_REASONS
from atd_schemas.topics import Topic

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"


def describe_topics(
    topics: Iterable[Topic],
    running: Mapping[str, Document | None],
    *,
    streamed: Sequence[str],
    transient: Sequence[str],
    note: str,
) -> Document:
    """The document. `running` has what each service says of itself (FastStream's document), None when it is away.

    `streamed` and `transient` are the names of the topics that the WebSocket shows.
    """
    document: Document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Atendimento: events", "version": "1", "description": note},
        "defaultContentType": "application/json",
        "channels": {},
        "operations": {},
        "components": {"schemas": {}, "messages": {}},
        "x-services": {name: _running(found) for name, found in running.items()},
    }
    for topic in topics:
        _add_topic(document, topic)
    _add_socket(document, streamed, transient)
    return document


def _running(document: Document | None) -> Document:
    if document is None:
        return {"reachable": False, "reads": []}
    reads = {str(channel.get("address", "")) for channel in document.get("channels", {}).values()}
    return {"reachable": True, "reads": sorted(reads - {""})}


def _add_topic(document: Document, topic: Topic) -> None:
    messages = _add_messages(document, topic)
    document["channels"][topic.name] = {
        "address": topic.name,
        "title": topic.name,
        "description": f"Keyed by {topic.key}. Owner: {topic.owner}. Kept {_kept(topic)} ({topic.cleanup}).",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"partitions": topic.partitions, "bindingVersion": "0.5.0"}},
    }
    for action, services in (("send", topic.producers), ("receive", topic.consumers)):
        for service in services:
            document["operations"][f"{service}.{action}.{topic.name}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": f"{service} {'writes' if action == 'send' else 'reads'} {topic.name}",
            }


def _kept(topic: Topic) -> str:
    days = topic.retention.total_seconds() / 86400
    return f"{days:g} days" if days >= 1 else f"{days * 1440:g} minutes"


def _add_messages(document: Document, topic: Topic) -> list[str]:
    """The messages of a topic: one for each event type."""
    schema = TypeAdapter(topic.schema).json_schema(ref_template=_SCHEMAS + "{model}", mode="serialization")
    document["components"]["schemas"].update(schema.pop("$defs", {}))
    mapping = schema.get("discriminator", {}).get("mapping")
    if not mapping:
        name = str(schema.get("title", topic.name))
        document["components"]["schemas"].setdefault(name, schema)
        mapping = {name: _SCHEMAS + name}
    for name, ref in mapping.items():
        document["components"]["messages"][name] = {"name": name, "title": name, "payload": {"$ref": ref}}
    return list(mapping)


def _add_socket(document: Document, streamed: Sequence[str], transient: Sequence[str]) -> None:
    codes = "; ".join(f"{code}: {meaning}" for code, meaning in sorted(CLOSE_REASONS.items()))
    document["channels"]["/ws"] = {
        "address": "/ws",
        "title": "WebSocket",
        "description": (
            f"The events of {', '.join(streamed)} of the caller's company, as frames `{{cursor, id, type, "
            "occurred_at, subject, sequence, actor, data}`. Token: subprotocols `atd.v1, bearer.<token>` (and "
            '`?since=`), or the first frame `{"type":"auth","token","since"?}`. Frames without `id` are about the '
            "connection (`ready`, `resync`, `heartbeat`, `authenticated`, `pong`, `error`), or transient: `{type, "
            f"occurred_at, subject, actor, data}}` of {', '.join(transient)}, shown to whoever is "
            "connected and never sent again. `ready`, `heartbeat` and `pong` carry the server's time as `now`, "
            "`ready` and `authenticated` the end of the access token as `expires_at` (seconds since 1970). "
            'A client sends `{"type":"ping","id"?}`; `{"type":"seen","conversation_id"}` (the one that it shows, again '
            'every 15 seconds; null for none), `{"type":"typing","conversation_id","note"}` (at most every 3 seconds), '
            '`{"type":"presence","used_at"?}` when the connection is ready and while somebody uses the device (at most '
            "once a minute; `used_at` is the last touch, absent: now), and who never does is away by and by. "
            f"Close codes: {codes}."
        ),
        "messages": {},
    }
