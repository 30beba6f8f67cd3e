"""Times and the fields of every event."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atd_schemas.envelope import Actor, Timestamp, rfc3339
from atd_schemas.settings_changes import AttendantChanged, AttendantData

FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MOMENTS = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001 - zones below
ZONES = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMESTAMPS: TypeAdapter[datetime] = TypeAdapter(Timestamp)


@given(MOMENTS)
def test_rfc3339_is_utc_with_milliseconds_and_reads_back(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    text = rfc3339(aware)
    assert FORM.fullmatch(text)
    whole_milliseconds = aware.replace(microsecond=aware.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(text) == whole_milliseconds


@given(MOMENTS, MOMENTS)
def test_rfc3339_sorts_by_time_as_text(one: datetime, other: datetime) -> None:
    if one <= other:
        assert rfc3339(one.replace(tzinfo=UTC)) <= rfc3339(other.replace(tzinfo=UTC))


@given(MOMENTS, ZONES)
def test_a_timestamp_of_any_zone_becomes_utc(moment: datetime, zone: timezone) -> None:
    local = moment.replace(tzinfo=zone)
    read = TIMESTAMPS.validate_python(local)
    assert read == local
    assert read.tzinfo is UTC


def test_a_timestamp_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        TIMESTAMPS.validate_python(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


def test_a_later_versions_field_is_passed_over() -> None:
    assert Actor.model_validate({"type": "system", "mood": "good"}) == Actor(type="system")


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Actor(type="system").type = "bot"  # type: ignore[misc]  # that is the point


def test_a_refusal_does_not_repeat_what_it_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        Actor.model_validate({"type": "5511999990000"})
    assert "5511999990000" not in str(caught.value)


def test_the_key_of_an_event_is_its_subject_unless_its_class_says_otherwise() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    event = AttendantChanged(
        id="e",
        tenant_id="t",
        occurred_at=now,
        recorded_at=now,
        source="gateway",
        subject="a",
        data=AttendantData(attendant_id="a", name="Ana"),
    )
    assert super(AttendantChanged, event).key() == b"a"
    assert event.key() == b"t:attendant:a"
