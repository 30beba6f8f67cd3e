"""Endpoints as they are kept in MongoDB.

{_id, tenant_id, url, description, state, event_types, filters, shape: {fields, template: <JSON text>},
 headers: [[name, value]], auth: {kind, sealed, client_certificate}, secrets: [{sealed, created_at, until}],
 rate, ordered, concurrency, retries, disable_after: <seconds>, while_paused, state_since, disabled_reason,
 failing: {since, last, deliveries, parts}, version, created_at, changed_at, reset_at,
 touched_at,                     the last change by anybody
 unmarked: true,                 since it became ordered, until what waited then is kept in order
 changes: [{version, at, fields, actor: {type, id, name}}],   as `atd_servicekit.changes` keeps them
 alive: true | deleted_at}
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint, Filters, Shape, SigningSecret

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def endpoint_document(endpoint: Endpoint) -> "Document":
    """All of an endpoint but its id and what has its own writers: that it is deleted, fails, or has become ordered."""
    filters, shape, auth = endpoint.filters, endpoint.shape, endpoint.auth
    return {
        "tenant_id": endpoint.tenant_id,
        "url": endpoint.url,
        "description": endpoint.description,
        "state": endpoint.state,
        "event_types": list(endpoint.event_types),
        "filters": {
            "channels": sorted(filters.channels),
            "team_ids": sorted(filters.team_ids),
            "label_ids": sorted(filters.label_ids),
            "type_ids": sorted(filters.type_ids),
            "expression": filters.expression,
        },
        "shape": {
            "fields": list(shape.fields),
            # As text: MongoDB's names may not be what JSON's may be.
            "template": None if shape.template is None else orjson.dumps(shape.template).decode(),
        },
        "headers": [[name, value] for name, value in endpoint.headers.items()],
        "auth": {"kind": auth.kind, "sealed": auth.sealed, "client_certificate": auth.client_certificate},
        "secrets": [
            {"sealed": one.sealed, "created_at": one.created_at, "until": one.until} for one in endpoint.secrets
        ],
        "rate": endpoint.rate_limit_per_second,
        "ordered": endpoint.ordered,
        "concurrency": endpoint.concurrency,
        "retries": list(endpoint.retry_seconds),
        "disable_after": endpoint.disable_after.total_seconds(),
        "while_paused": endpoint.while_paused,
        "state_since": endpoint.state_since,
        "disabled_reason": endpoint.disabled_reason,
        "version": endpoint.version,
        "created_at": endpoint.created_at,
        "changed_at": endpoint.changed_at,
        "reset_at": endpoint.reset_at,
    }


def failing_document(failing: Failing) -> "Document":
    """Since when nothing has arrived, as it is kept."""
    return {
        "since": failing.since,
        "last": failing.last,
        "deliveries": failing.deliveries,
        "parts": failing.parts,
    }


def endpoint_of(document: Mapping[str, Any]) -> Endpoint:
    """An endpoint as it was kept."""
    return Endpoint(
        id=document["_id"],
        tenant_id=document["tenant_id"],
        url=document["url"],
        description=document["description"],
        state=document["state"],
        event_types=tuple(document["event_types"]),
        filters=_filters_of(document["filters"]),
        shape=_shape_of(document["shape"]),
        headers=dict(document["headers"]),
        auth=Auth(**document["auth"]),
        secrets=tuple(SigningSecret(**one) for one in document["secrets"]),
        rate_limit_per_second=document["rate"],
        ordered=document["ordered"],
        concurrency=document["concurrency"],
        retry_seconds=tuple(document["retries"]),
        disable_after=timedelta(seconds=document["disable_after"]),
        while_paused=document["while_paused"],
        state_since=document["state_since"],
        disabled_reason=document["disabled_reason"],
        failing=Failing(**document["failing"]) if document.get("failing") else None,
        version=document["version"],
        created_at=document["created_at"],
        changed_at=document["changed_at"],
        reset_at=document["reset_at"],
        deleted_at=document.get("deleted_at"),
        unmarked=document.get("unmarked", False),
    )


def _filters_of(kept: Mapping[str, Any]) -> Filters:
    return Filters(
        channels=frozenset(kept["channels"]),
        team_ids=frozenset(kept["team_ids"]),
        label_ids=frozenset(kept["label_ids"]),
        type_ids=frozenset(kept["type_ids"]),
        expression=kept["expression"],
    )


def _shape_of(kept: Mapping[str, Any]) -> Shape:
    template = kept["template"]
    return Shape(tuple(kept["fields"]), None if template is None else orjson.loads(template))
