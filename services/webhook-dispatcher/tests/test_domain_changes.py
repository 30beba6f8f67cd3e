"""What differs between two versions of an endpoint: every field that can be changed is seen."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_webhook_dispatcher.api.endpoint_bodies import EndpointBody
from atd_webhook_dispatcher.domain.changes import fields_between
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint, Filters, Shape, SigningSecret

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEFORE = Endpoint(id="e", tenant_id="t", url="u", state_since=NOW, created_at=NOW, changed_at=NOW, reset_at=NOW)
CHANGES: dict[str, dict[str, Any]] = {
    "url": {"url": "v"},
    "description": {"description": "CRM"},
    "enabled": {"state": "paused"},
    "event_types": {"event_types": ("message.*",)},
    "filters": {"filters": Filters(team_ids=frozenset({"t"}))},
    "expression": {"filters": Filters(expression="true")},
    "fields": {"shape": Shape(fields=("id",))},
    "template": {"shape": Shape(template={"a": 1})},
    "headers": {"headers": {"X-A": "1"}},
    "auth": {"auth": Auth("bearer", "sealed")},
    "secrets": {"secrets": (SigningSecret("sealed", NOW),)},
    "rate_limit_per_second": {"rate_limit_per_second": 1.0},
    "ordered": {"ordered": True},
    "concurrency": {"concurrency": 3},
    "retry_seconds": {"retry_seconds": (1,)},
    "disable_after_hours": {"disable_after": timedelta(hours=1)},
    "while_paused": {"while_paused": "skip"},
}
OF_ITSELF = {"id", "tenant_id", "version", "state_since", "disabled_reason", "failing", "deleted_at", "unmarked"}
MOMENTS = {"created_at", "changed_at", "reset_at"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_one_field_is_that_field(name: str) -> None:
    after = replace(BEFORE, version=2, **CHANGES[name])
    assert fields_between(BEFORE, after) == (name,)


def test_every_field_that_can_be_given_or_changes_is_told() -> None:
    assert set(EndpointBody.model_fields) | {"secrets"} == set(CHANGES)
    told = {name for change in CHANGES.values() for name in change}
    assert {one.name for one in fields(Endpoint)} == told | OF_ITSELF | MOMENTS


def test_nothing_is_told_of_what_changes_by_itself() -> None:
    assert fields_between(BEFORE, replace(BEFORE, version=2, unmarked=True, disabled_reason="gone")) == ()
