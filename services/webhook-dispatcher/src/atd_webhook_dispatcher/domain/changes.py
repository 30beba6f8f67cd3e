"""What differs between two versions of an endpoint, in the words of the API. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from atd_webhook_dispatcher.domain.endpoint import Endpoint

_VALUES: Mapping[str, Callable[[Endpoint], Any]] = {
    "url": lambda one: one.url,
    "description": lambda one: one.description,
    "enabled": lambda one: one.state,
    "event_types": lambda one: one.event_types,
    "filters": lambda one: (
        one.filters.channels,
        one.filters.team_ids,
        one.filters.label_ids,
        one.filters.type_ids,
    ),
    "expression": lambda one: one.filters.expression,
    "fields": lambda one: one.shape.fields,
    "template": lambda one: one.shape.template,
    "headers": lambda one: one.headers,
    "auth": lambda one: one.auth,
    "secrets": lambda one: one.secrets,
    "rate_limit_per_second": lambda one: one.rate_limit_per_second,
    "ordered": lambda one: one.ordered,
    "concurrency": lambda one: one.concurrency,
    "retry_seconds": lambda one: one.retry_seconds,
    "disable_after_hours": lambda one: one.disable_after,
    "while_paused": lambda one: one.while_paused,
}
"""Everything that can be changed of an endpoint, by its name in the API."""


def fields_between(before: Endpoint, after: Endpoint) -> tuple[str, ...]:
    """The fields that differ, as the API calls them."""
    return tuple(name for name, value in _VALUES.items() if value(before) != value(after))
