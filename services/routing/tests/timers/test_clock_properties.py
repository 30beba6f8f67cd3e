"""Clocks of service levels, whatever happens: against counting minutes, and whenever they are looked at."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from atd_routing.domain.hours.book import HoursBook
from atd_routing.domain.service_levels.clocks import TARGETS, TRANSITIONS, Clock, ClockState, clocks
from atd_routing.domain.service_levels.history import MAX_SPANS, from_stored, to_stored
from atd_routing.domain.service_levels.part import HEARING, keep_service_levels, working_time
from atd_routing.domain.service_levels.policies import ServiceLevel
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import ServiceTarget

from .desk import Desk, moment, office

MINUTE = timedelta(minutes=1)
DEEDS = {
    "answer": Desk.answer,
    "customer": Desk.customer,
    "snooze": Desk.snooze,
    "wake": Desk.wake,
    "close": Desk.close,
    "reopen": Desk.reopen,
    "note": Desk.note,
    "automatic": Desk.automatic,
}
BOOKS = [HoursBook(), office(), office((9, 12), (13, 18)), office((20, 26), days=7), office((0, 24), days=6)]
STORY = st.lists(st.tuples(st.integers(0, 700), st.sampled_from(sorted(DEEDS))), max_size=14)
MINUTES = st.sampled_from([1, 30, 60, 240, 600])


def can(one: Desk, deed: str) -> bool:
    """Whether conversation would let that happen now."""
    status = one.conversation.status
    if deed in ("answer", "close", "snooze", "automatic", "note"):
        return status != "closed"
    return status == {"reopen": "closed", "wake": "snoozed"}.get(deed, status)


def level(minutes: int, name: str = "p") -> ServiceLevel:
    return ServiceLevel(name, name, dict.fromkeys(TARGETS, minutes * MINUTE))


def desk(book: HoursBook, minutes: int) -> Desk:
    tenant = Tenant("t", 1, hours=book, service_levels=(level(minutes),))
    return Desk(tenant, keep_service_levels, moment("fri 10:00")).open()


def standing(one: Desk, until: datetime) -> tuple[Clock, ...]:
    """The clocks at a moment, from what the copy has kept."""
    history = from_stored(one.conversation.service_level)
    policy = one.tenant.service_levels[0]
    return clocks(history, policy, working_time(one.tenant, one.conversation, policy), until)


@dataclass
class Counted:
    """A target whose minutes are counted one by one."""

    used: int = 0
    breached_at: datetime | None = None


class CountingDesk:
    """The same story, with each minute of it asked whether it counts. Deeds are at whole minutes."""

    def __init__(self, book: HoursBook, minutes: int, start: datetime) -> None:
        self.calendar, self.minutes, self.now = book.calendar(), minutes, start
        self.counted = {target: Counted() for target in TARGETS}
        self.answered = self.closed = self.aside = self.turned = False
        self.owed = True

    def until(self, then: datetime) -> None:
        while self.now < then:
            is_open = self.calendar.is_open(self.now)
            self.now += MINUTE
            for target, one in self.counted.items():
                if is_open and self._runs(target):
                    one.used += 1
                    if one.used == self.minutes:
                        one.breached_at = one.breached_at or self.now

    def _runs(self, target: ServiceTarget) -> bool:
        if not self.owed or self.closed or self.aside:
            return False
        return {"first_response": not self.answered, "next_response": self.turned}.get(target, True)

    def do(self, deed: str) -> None:
        if deed == "answer":
            self.answered, self.owed, self.turned = True, False, False
        elif deed == "customer":
            if self.answered and (not self.turned or self.closed):
                self.turned, self.counted["next_response"] = True, Counted()
            self.owed, self.closed, self.aside = True, False, False
        elif deed == "snooze":
            self.aside = True
        elif deed == "wake":
            self.aside = False
        elif deed == "close":
            self.closed, self.aside = True, False
        elif deed == "reopen":  # nobody waits for an answer to what was closed: what comes then is another turn
            self.closed, self.owed, self.turned = False, not self.answered, False


@settings(max_examples=40, deadline=None)
@given(STORY, MINUTES, st.sampled_from(range(len(BOOKS))))
def test_clock_counts_as_if_each_minute_were_asked(story: list[tuple[int, str]], minutes: int, book: int) -> None:
    one = desk(BOOKS[book], minutes)
    counting = CountingDesk(BOOKS[book], minutes, one.now)
    for gap, deed in [*story, (400, "note")]:
        one.later(minutes=gap)
        counting.until(one.now)
        if can(one, deed):
            DEEDS[deed](one)
            counting.do(deed)
    for clock in standing(one, one.now):
        expected = counting.counted[clock.target]
        assert clock.breached_at == expected.breached_at, clock
        if clock.state == "paused":
            assert clock.remaining == (minutes - expected.used) * MINUTE, clock


@settings(max_examples=30, deadline=None)
@given(STORY, MINUTES, st.sampled_from(range(len(BOOKS))), st.lists(st.tuples(st.integers(0, 13), MINUTES), max_size=5))
def test_clock_is_the_same_whenever_and_under_whatever_policy_it_was_looked_at(
    story: list[tuple[int, str]], minutes: int, book: int, changes: list[tuple[int, int]]
) -> None:
    quiet, changed = desk(BOOKS[book], minutes), desk(BOOKS[book], minutes)
    for place, (gap, deed) in enumerate(story):
        for one in (quiet, changed):
            one.later(minutes=gap)
            if can(one, deed):
                DEEDS[deed](one)
        for at, other in changes:
            if at == place:
                changed.settings(service_levels=(level(other, "other"),), hours=BOOKS[other % len(BOOKS)])
    changed.settings(service_levels=(level(minutes),), hours=BOOKS[book])
    assert standing(changed, changed.now) == standing(quiet, quiet.now)
    assert changed.look().look().shown == {view.target: view for view in (c.view for c in _judged(changed))}


def _judged(one: Desk) -> tuple[Clock, ...]:
    return standing(one, one.now - HEARING)


@settings(max_examples=30, deadline=None)
@given(STORY, MINUTES, st.sampled_from(range(len(BOOKS))))
def test_each_clock_is_warned_of_and_missed_once(story: list[tuple[int, str]], minutes: int, book: int) -> None:
    one, turns = desk(BOOKS[book], minutes), Counter[int]()
    for gap, deed in story:
        one.later(minutes=gap).look()
        if can(one, deed):
            DEEDS[deed](one)
        turns[from_stored(one.conversation.service_level).turn] += 1
    told = Counter(what for _, what in one.happened)
    clocks_there_were = 2 + max(turns, default=0)
    assert told["breach"] <= clocks_there_were
    assert told["warning"] <= clocks_there_were
    breached = sum(clock.breached_at is not None for clock in _judged(one) if clock.target != "next_response")
    assert told["breach"] >= breached


@settings(max_examples=40, deadline=None)
@given(STORY, MINUTES, st.sampled_from(range(len(BOOKS))))
def test_clock_goes_no_way_but_those_that_are_written_down(
    story: list[tuple[int, str]], minutes: int, book: int
) -> None:
    one = desk(BOOKS[book], minutes)
    known = {(way.before, way.after, target) for way in TRANSITIONS for target in way.targets}
    states: dict[ServiceTarget, tuple[ClockState, int]] = {}
    for gap, deed in [(0, "note"), *story]:
        for step in ("wait", deed):
            if step == "wait":
                one.later(minutes=gap)
            elif can(one, deed):
                DEEDS[deed](one)
            now = {clock.target: (clock.state, clock.turn) for clock in standing(one, one.now)}
            for target, after in now.items():
                before = states.get(target, (None, 0))
                if before[0] is None and step == "wait":
                    assert after[0] in ("running", "breached")
                elif before != after:
                    assert (before[0], after[0], target) in known, (before, after, step)
            states = now


def test_history_of_a_long_conversation_stays_short_and_its_clock_right_to_the_shortest_pause() -> None:
    one = desk(HoursBook(), 60_000)
    for _ in range(200):
        one.later(minutes=10).answer().later(minutes=5).customer()
    one.later(minutes=3).snooze().later(minutes=900).customer()
    history = from_stored(one.conversation.service_level)
    assert len(history.changes) == MAX_SPANS
    assert history.changes[0][0] == one.conversation.opened_at
    used = sum((span.end - span.start for span in history.owed() if span.end), timedelta())
    assert used <= timedelta(minutes=200 * 15 + 3), "never more than the time that it was open"
    assert [(at, mode) for at, mode in history.changes][-2:][0][1] == "aside", "the long pause is kept"


@given(STORY)
@settings(max_examples=30, deadline=None)
def test_stored_history_is_read_as_it_was(story: list[tuple[int, str]]) -> None:
    one = desk(HoursBook(), 60)
    for gap, deed in story:
        one.later(minutes=gap)
        if can(one, deed):
            DEEDS[deed](one)
    history = from_stored(one.conversation.service_level)
    assert from_stored(to_stored(history)) == history
