"""The breaker of an endpoint."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from atd_webhook_dispatcher.domain.breaker import (
    FAILURES,
    FIRST_PAUSE,
    JITTER,
    LONGEST_PAUSE,
    SLOW_DOWN_PAUSE,
    TRANSITIONS,
    Breaker,
)

MOST = 20

Happening = tuple[str, float]
HAPPENINGS: some.SearchStrategy[list[Happening]] = some.lists(
    some.tuples(
        some.sampled_from(["succeeded", "failed", "timeout", "paused", "later"]),
        some.floats(0, 400, allow_nan=False),
    ),
    max_size=60,
)


def step(breaker: Breaker, what: str, now: float, amount: float = 0.0, most: int = MOST) -> Breaker:
    match what:
        case "succeeded":
            return breaker.succeeded(most)
        case "failed" | "timeout":
            return breaker.failed(now, 0.0, timeout=what == "timeout")
        case "paused":
            return breaker.paused(now, amount, 0.0)
        case _:
            return breaker.at(now)


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = breaker.failed(now, 0.0, timeout=False)
    return breaker


def test_five_failures_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker = breaker.failed(0.0, 0.0, timeout=False)
    assert breaker.allowed(0.0, MOST) == MOST
    assert breaker.succeeded(MOST) == Breaker()
    assert breaker.failed(0.0, 0.0, timeout=False).allowed(0.0, MOST) == 0


def test_two_timeouts_open_it() -> None:
    breaker = Breaker().failed(0.0, 0.0, timeout=True).failed(0.0, 0.0, timeout=True)
    assert (breaker.state, breaker.until) == ("open", FIRST_PAUSE)


def test_after_its_pause_one_probe_goes_and_each_success_doubles_the_room() -> None:
    breaker = opened()
    assert breaker.allowed(FIRST_PAUSE - 0.1, MOST) == 0
    rooms = [breaker.allowed(FIRST_PAUSE, MOST)]
    breaker = breaker.at(FIRST_PAUSE)
    while breaker.state != "closed":
        breaker = breaker.succeeded(MOST)
        rooms.append(breaker.allowed(FIRST_PAUSE, MOST))
    assert rooms == [1, 2, 4, 8, 16, 20]


def test_each_probe_that_fails_doubles_the_pause_up_to_five_minutes_and_a_recovery_begins_anew() -> None:
    breaker, now, pauses = opened(), 0.0, []
    for _ in range(9):
        pauses.append(breaker.until - now)
        now = breaker.until
        breaker = breaker.at(now).failed(now, 0.0, timeout=False)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, LONGEST_PAUSE]
    breaker = breaker.at(breaker.until)
    while breaker.state != "closed":
        breaker = breaker.succeeded(MOST)
    assert breaker == Breaker()


@pytest.mark.parametrize(("asked", "pause"), [(0.0, SLOW_DOWN_PAUSE), (90.0, 90.0), (86_400.0, 86_400.0)])
def test_a_receiver_that_asks_for_a_pause_gets_it(asked: float, pause: float) -> None:
    assert Breaker().paused(100.0, asked, 0.0).until == 100.0 + pause


def test_answers_to_what_was_under_way_do_not_shorten_or_lengthen_a_pause() -> None:
    breaker = Breaker().paused(0.0, 60.0, 0.0)
    assert breaker.paused(1.0, 0.0, 0.0) == breaker
    assert breaker.failed(1.0, 0.0, timeout=True) is breaker
    assert breaker.succeeded(MOST) is breaker


def test_twenty_refusals_at_once_that_ask_for_a_second_are_one_opening() -> None:
    breaker = Breaker()
    for number in range(20):
        breaker = breaker.paused(number / 100, 1.0, 0.0)
    assert breaker.opened == 1
    assert breaker.until == pytest.approx(1.19)


@given(happenings=HAPPENINGS, most=some.integers(1, 50))
def test_it_goes_where_the_documented_transitions_lead_and_nowhere_else(happenings: list[Happening], most: int) -> None:
    allowed = {(before, after) for before, after, _ in TRANSITIONS}
    if most == 1:
        allowed.add(("half_open", "closed"))  # one at a time is full room already
    breaker, now, longest = Breaker(), 0.0, max((amount for _, amount in happenings), default=0.0)
    for what, amount in happenings:
        now += amount if what == "later" else 0.0
        before, breaker = breaker, step(breaker.at(now) if what == "later" else breaker, what, now, amount, most)
        assert before.state == breaker.state or (before.state, breaker.state) in allowed
        assert 0 <= breaker.allowed(now, most) <= most
        assert breaker.state != "open" or breaker.until <= now + max(LONGEST_PAUSE, longest) * (1 + JITTER)


def test_every_documented_transition_happens() -> None:
    half_open = opened().at(FIRST_PAUSE)
    recovering = half_open.succeeded(MOST)
    closed = recovering
    while closed.state == "recovering":
        closed = closed.succeeded(MOST)
    seen = {
        ("closed", opened().state),
        ("open", half_open.state),
        ("half_open", recovering.state),
        ("half_open", half_open.failed(FIRST_PAUSE, 0.0, timeout=False).state),
        ("recovering", closed.state),
        ("recovering", recovering.failed(FIRST_PAUSE, 0.0, timeout=False).state),
    }
    assert seen == {(before, after) for before, after, _ in TRANSITIONS}


@given(happenings=HAPPENINGS, away=some.floats(0, 90_000))
def test_whoever_takes_a_breaker_over_keeps_its_pause_and_then_sends_one_attempt(
    happenings: list[Happening], away: float
) -> None:
    breaker, now, wall = Breaker(), 0.0, datetime(2026, 5, 4, tzinfo=UTC)
    for what, amount in happenings:
        now += amount if what == "later" else 0.0
        breaker = step(breaker, what, now, amount)
    kept = breaker.kept(now, wall)
    other = kept.taken_over(7.0, wall + timedelta(seconds=away))
    left = max(0.0, breaker.until - now - away) if breaker.state == "open" else 0.0
    assert other.allowed(7.0 + left + 1e-3, MOST) == 1
    assert left < 1e-3 or other.allowed(7.0 + left - 1e-3, MOST) == 0
    assert other.opened == breaker.opened, "a further failure lengthens the pause as before"


@given(happenings=HAPPENINGS)
def test_it_always_comes_back_once_the_receiver_does(happenings: list[Happening]) -> None:
    breaker, now = Breaker(), 0.0
    for what, amount in happenings:
        now += amount if what == "later" else 0.0
        breaker = step(breaker, what, now, amount)
    now = max(now, breaker.until)
    for _ in range(MOST):
        assert breaker.allowed(now, MOST) >= 1
        breaker = breaker.at(now).succeeded(MOST)
    assert breaker == Breaker()
