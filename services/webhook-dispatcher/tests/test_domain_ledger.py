"""What a delivery waits for, what is shown of a request, and the times in ids."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_webhook_dispatcher.domain.breaker import BreakerState
from atd_webhook_dispatcher.domain.delivery import Delivery, delivery_id
from atd_webhook_dispatcher.domain.delivery_times import first_id_at, id_range, ids_of_millisecond, recorded_at
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint
from atd_webhook_dispatcher.domain.ledger import shown_headers, waiting_for

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds

ENDPOINT = Endpoint(
    id="e", tenant_id="t", url="https://x.example/", state_since=NOW, created_at=NOW, changed_at=NOW, reset_at=NOW
)
ROW = Delivery(
    id="d", tenant_id="t", endpoint_id="e", event_id="v", event_type="message.sent", thread="c", sequence=1,
    accepted_at=NOW, due_at=NOW,
)  # fmt: skip
ORDERED = replace(ENDPOINT, ordered=True)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("row", "endpoint", "breaker", "head", "expected"),
    [
        (ROW, ENDPOINT, "closed", None, "turn"),
        (replace(ROW, state="delivered"), ENDPOINT, "open", None, None),
        (ROW, None, "closed", None, None),
        (ROW, replace(ENDPOINT, state="paused"), "open", None, "pause"),
        (ROW, replace(ENDPOINT, state="disabled"), "open", None, "disabled"),
        (replace(ROW, due_at=LATER, tries=1), ENDPOINT, "open", None, "retry"),
        (ROW, ORDERED, "closed", "another", "order"),
        (ROW, ORDERED, "closed", "d", "turn"),
        (ROW, replace(ORDERED, unmarked=True), "closed", None, "order"),
        (replace(ROW, due_at=LATER), ORDERED, "closed", "d", "order"),
        (replace(ROW, due_at=LATER, tries=2), ORDERED, "closed", "d", "retry"),
        (ROW, ENDPOINT, "open", None, "breaker"),
        (ROW, ENDPOINT, "half_open", None, "breaker"),
        (ROW, ENDPOINT, "recovering", None, "turn"),
        (ROW, replace(ENDPOINT, rate_limit_per_second=2.0), "closed", None, "rate"),
    ],
)
def test_it_is_said_what_a_delivery_waits_for(
    row: Delivery, endpoint: Endpoint | None, breaker: BreakerState, head: str | None, expected: str | None
) -> None:
    assert waiting_for(row, endpoint, breaker, head, NOW) == expected


def test_of_a_request_nothing_is_shown_that_may_be_secret() -> None:
    endpoint = replace(ENDPOINT, headers={"X-Api-Key": "k-1"}, auth=Auth(kind="bearer"))
    headers = [
        ("Content-Type", "application/json"),
        ("webhook-timestamp", "1"),
        ("webhook-signature", "v1,abc"),
        ("Authorization", "Bearer t-1"),
        ("x-api-key", "k-1"),
    ]
    kept = [("Content-Type", "application/json"), ("webhook-timestamp", None), ("webhook-signature", None)]
    hidden = [("Authorization", None), ("x-api-key", None)]
    assert shown_headers(endpoint, headers) == [*kept, *hidden]
    assert shown_headers(endpoint, headers, signed=True) == [*headers[:3], *hidden]


@given(MOMENTS, MOMENTS, st.sampled_from("ab"))
def test_a_period_is_a_range_of_ids(moment: datetime, other: datetime, name: str) -> None:
    made = delivery_id(name, moment, "e1", None)
    whole = moment - timedelta(microseconds=moment.microsecond % 1000)
    assert recorded_at(made) == whole
    low, high = ids_of_millisecond(moment)
    assert low <= made < high
    assert (made < first_id_at(other)) == (whole < other)
    low, high = id_range(min(moment, other), max(moment, other))
    assert (low <= made < high) == (min(moment, other) <= whole < max(moment, other))


@pytest.mark.parametrize("text", ["", "abc", "zzzzzzzz-zzzz-8000", "ffffffff-ffff-8000-8000-000000000000"])
def test_what_is_no_id_has_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        recorded_at(text)
