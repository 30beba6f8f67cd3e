"""Sends of one number keep under its rate, and do not wait for other numbers."""

from datetime import timedelta

import pytest

from atd_ingest_whatsapp.pace import Pace
from atd_testing.clock import FakeClock


@pytest.mark.proves("whatsapp", "other-throttles-hold-up-number")
def test_a_burst_passes_and_then_the_rate_holds() -> None:
    clock = FakeClock()
    pace = Pace(80, clock)
    delays = [pace.delay("number") for _ in range(240)]
    assert delays[:8] == [0.0] * 8
    assert abs(delays[-1] - (239 / 80 - 0.1)) < 1e-6
    assert pace.delay("other") == 0.0
    clock.advance(timedelta(seconds=10))
    assert pace.delay("number") == 0.0


async def test_a_turn_that_has_come_does_not_wait() -> None:
    await Pace(1, FakeClock()).turn("number")
