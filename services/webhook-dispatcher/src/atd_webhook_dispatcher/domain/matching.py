"""Whether an endpoint is told of an event. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from atd_webhook_dispatcher.domain.endpoint import Endpoint, Filters
from atd_webhook_dispatcher.domain.events import Event, Facts
from atd_webhook_dispatcher.domain.expressions import BadExpression, compiled

ALL = "*"


def matches(endpoint: Endpoint, event: Event) -> bool:
    """Whether an endpoint asked for an event, whatever its state is."""
    return is_wanted(endpoint.event_types, event.type) and passes(endpoint.filters, event)


@lru_cache(maxsize=10_000)
def is_wanted(patterns: tuple[str, ...], event_type: str) -> bool:
    """Whether one of the patterns (`*`, `conversation.*`, `message.received`) means a type."""
    group = event_type.partition(".")[0]
    return any(pattern in (ALL, event_type, f"{group}.*") for pattern in patterns)


def passes(filters: Filters, event: Event) -> bool:
    """Whether an event passes the filters: one value of each kind that is given, and the expression."""
    facts = event.facts
    if not _one_of_each(filters, facts):
        return False
    if filters.expression is None:
        return True
    try:
        expression = compiled(filters.expression)
    except BadExpression:  # kept by a version that knew more
        return False
    return expression.matches(_decoded(event.body))


def _one_of_each(filters: Filters, facts: Facts) -> bool:
    return (
        _has(filters.channels, (facts.channel,))
        and _has(filters.team_ids, (facts.team_id,))
        and _has(filters.type_ids, (facts.type_id,))
        and _has(filters.label_ids, facts.label_ids)
    )


def _has(wanted: frozenset[str], values: Iterable[str | None]) -> bool:
    return not wanted or any(value in wanted for value in values)


@lru_cache(maxsize=4)
def _decoded(body: bytes) -> Any:
    """An event as values; several endpoints look at the same one in turn. Not to be changed."""
    return orjson.loads(body)
