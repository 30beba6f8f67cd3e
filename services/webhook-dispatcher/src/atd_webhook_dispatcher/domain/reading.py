"""From what Kafka brings to an event as endpoints get it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from atd_webhook_dispatcher.domain.events import Event, Facts

SENT = ("id", "type", "occurred_at", "tenant_id", "sequence", "actor", "data")
"""The fields of an event that external systems get, in this order."""

_ACTOR = b',"actor":{'
_AFTER_DATA = b',"visible_to":'
_LAST = (["actor", "data", "visible_to", "taken_from"], ["actor", "data"])
"""The last fields of a record: of conversations and customers, and of attendants."""

NOT_SENT = frozenset({"setting.changed"})
"""What concerns nobody outside."""


def event_from(value: bytes, traceparent: str | None = None) -> Event | None:
    """The event of a record; None for a kind that is not sent. Raises `ValueError` and `KeyError` for what is none."""
    record = orjson.loads(value)
    kind = record["type"]
    if kind in NOT_SENT:
        return None
    return Event(
        id=record["id"],
        type=kind,
        tenant_id=record["tenant_id"],
        occurred_at=datetime.fromisoformat(record["occurred_at"]),
        recorded_at=datetime.fromisoformat(record["recorded_at"]),
        thread=record["subject"],
        sequence=record.get("sequence", 0),
        facts=facts_in(kind, record["data"]),
        body=_cut_out(value, record) or orjson.dumps({name: record.get(name) for name in SENT}),
        traceparent=traceparent,
    )


def _cut_out(value: bytes, record: Mapping[str, Any]) -> bytes | None:
    """The fields that are sent, of a record as `atd_schemas.topics.encode` writes it; None for another order of fields.

    Actor and data are taken as they stand, which is most of it: making them anew costs more than all the rest. Before
    the actor and after the data stand ids and moments alone, so the first and the last place are the right ones.
    """
    order = list(record)
    start, last = value.find(_ACTOR), order[order.index("actor") :] if "actor" in record else []
    if start < 0 or last not in _LAST or "sequence" not in record:
        return None
    end = value.rfind(_AFTER_DATA) if "visible_to" in record else len(value) - 1
    head = {name: record[name] for name in SENT[:5]}
    return orjson.dumps(head)[:-1] + value[start:end] + b"}"


def facts_of(kind: str, body: bytes) -> Facts:
    """The facts of an event, from the body that is sent."""
    return facts_in(kind, orjson.loads(body)["data"])


def facts_in(kind: str, data: Mapping[str, Any]) -> Facts:
    """The facts in an event's `data`."""
    family = kind.partition(".")[0]
    if family == "message":
        return _of_reference(data.get("conversation") or {})
    if family in ("conversation", "rating"):
        return _of_conversation(data["conversation"])
    if family == "contact":
        contact = data["contact"]
        return Facts(contact_id=contact["id"], label_ids=_ids(contact.get("labels")))
    return Facts()


def _of_reference(found: Mapping[str, Any]) -> Facts:
    return Facts(
        channel=found.get("channel"),
        account_id=found.get("account_id"),
        team_id=found.get("team_id"),
        type_id=found.get("type_id"),
        label_ids=frozenset(found.get("label_ids", ())),
        contact_id=found.get("contact_id"),
    )


def _of_conversation(found: Mapping[str, Any]) -> Facts:
    channel = found["channel"]
    return Facts(
        channel=channel["kind"],
        account_id=channel.get("account_id"),
        team_id=_id(found.get("team")),
        type_id=_id(found.get("type")),
        label_ids=_ids(found["contact"].get("labels")),
        contact_id=found["contact"]["id"],
    )


def _id(named: Mapping[str, Any] | None) -> str | None:
    return None if named is None else named["id"]


def _ids(labels: Any) -> frozenset[str]:
    return frozenset(one["id"] for one in labels or ())
