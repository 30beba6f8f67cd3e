"""The dates that providers write, as they were seen, and what cannot be one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.webhooks.moments import CLOCK_AHEAD, EARLIEST, moment, provider_moment

CAME = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOLD = datetime(2026, 1, 1, tzinfo=UTC)
SOON = CAME + timedelta(minutes=9)
YEAR_2494 = "16549920000"


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("1767225600", TOLD),
        (1767225600, TOLD),
        ("1767225600000", TOLD),
        (1767225600123, TOLD + timedelta(milliseconds=123)),
        (1767225600123456, TOLD + timedelta(milliseconds=123)),
        ("1767225600000000000", TOLD),
        (1767225600.0, TOLD),
        (1767225600.5, TOLD + timedelta(milliseconds=500)),
        ("1767225600.0", TOLD),
        ("2026-01-01T00:00:00+0000", TOLD),
        ("2025-12-31T21:00:00-03:00", TOLD),
        (int(SOON.timestamp()), SOON),
    ],
)
def test_every_way_of_writing_a_moment_is_read(value: Any, at: datetime) -> None:
    assert moment(value, CAME) == (at, True)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "0",
        0,
        -1,
        "-1767225600",
        True,
        86_400,
        YEAR_2494,
        int(YEAR_2494),
        "17672256000",
        "4102444800",
        int((CAME + CLOCK_AHEAD).timestamp()) + 1,
        "9" * 30,
        10**400,
        1e300,
        float("nan"),
        float("inf"),
        "yesterday",
        "١٧٦٧٢٢٥٦٠٠",
        "2026-01-01T00:00:00",
        "2494-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        [1767225600],
        {},
    ],
)
def test_what_cannot_be_is_as_old_as_the_body(value: Any) -> None:
    assert moment(value, CAME) == (CAME, False)


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=45), st.integers(0, 10**20).map(str)))
def test_no_date_lies_before_the_channels_or_ahead_of_the_clock(value: Any) -> None:
    told = provider_moment(value, CAME)
    assert told is None or EARLIEST <= told <= CAME + CLOCK_AHEAD
