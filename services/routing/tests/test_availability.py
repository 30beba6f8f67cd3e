"""Who is there: what was chosen stands, devices are one, and nobody is switched on by anything but themselves."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from atd_routing.domain.availability.attendant import Attendant, changed_fields, event_type
from atd_routing.domain.availability.outcome import RELEASED_AT_ONCE, outcome, released
from atd_routing.domain.availability.policy import Break, PresencePolicy
from atd_routing.domain.availability.presence import (
    MOST_DEVICES,
    Choice,
    Presence,
    Rules,
    Shown,
    chosen,
    closed,
    heard,
    look,
    next_look,
    settled,
)
from atd_routing.domain.teams import Member, Team
from atd_routing.domain.tenant import Tenant

ANA = "ana"
MONDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # 09:00 in São Paulo
POLICY = PresencePolicy()
OFFLINE, AWAY, ONLINE = Shown("offline"), Shown("away"), Shown("online")


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


@dataclass
class Attendance:
    """What one attendant does, by minutes since Monday 09:00; open devices tell every 30 seconds."""

    policy: PresencePolicy = POLICY
    teams: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.presence = Presence(ANA, "t1")
        self.now = at(0)
        self.open: dict[str, datetime | None] = {}

    @property
    def rules(self) -> Rules:
        return Rules(self.policy, self.teams)

    def until(self, minutes: float) -> None:
        """Let time pass."""
        end = at(minutes)
        while self.now < end:
            self.now = min(self.now + timedelta(seconds=30), end)
            self.beat()

    def beat(self) -> None:
        for device, used_at in self.open.items():
            self.presence = heard(self.presence, self.policy, device, self.now, used_at=used_at)

    def opens(self, device: str, used_at: datetime | None = None) -> None:
        self.open[device] = used_at
        self.presence = heard(self.presence, self.policy, device, self.now, used_at=used_at)

    def touches(self, device: str) -> None:
        self.open[device] = self.now
        self.presence = heard(self.presence, self.policy, device, self.now, used_at=self.now)

    def closes(self, device: str) -> None:
        del self.open[device]
        self.presence = closed(self.presence, device, self.now)

    def crashes(self, device: str) -> None:
        """Its gateway is killed: nobody says that it is gone."""
        del self.open[device]

    def chooses(self, state: Any, by: str = ANA, **more: Any) -> None:
        self.presence = chosen(self.presence, Choice(state, self.now, by, **more))

    @property
    def shown(self) -> Shown:
        return look(self.presence, self.rules, self.now)


Step = tuple[float, str, Any]
"""At a minute: what happens, and what it happens to; `is` asks for what is shown."""


def played(steps: list[Step], **more: Any) -> None:
    person = Attendance(**more)
    for minute, deed, what in steps:
        person.until(minute)
        if deed == "is":
            assert person.shown == what, f"at minute {minute}"
        elif isinstance(what, dict):
            getattr(person, deed)(**what)
        else:
            getattr(person, deed)(what)


LUNCH = Shown("away", chosen=True, reason_id="lunch")
AWAY_FOR_LUNCH = {"state": "away", "reason_id": "lunch"}


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([(0, "is", OFFLINE)], id="nobody is there before a device is open"),
        pytest.param([(0, "opens", "desk"), (0, "is", ONLINE), (14, "is", ONLINE)], id="who comes is online"),
        pytest.param(
            [(0, "opens", "desk"), (1, "closes", "desk"), (2.4, "is", ONLINE), (2.5, "is", OFFLINE)],
            id="after the last device is closed the grace of 90 seconds runs",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "crashes", "desk"), (2.4, "is", ONLINE), (2.5, "is", OFFLINE)],
            id="a gateway that is killed says nothing, and its device expires",
        ),
        pytest.param(
            [(0, "opens", "desk"), (0, "opens", "phone"), (1, "closes", "desk"), (9, "is", ONLINE)],
            id="several devices are one",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "closes", "desk"), (2, "opens", "desk2"), (9, "is", ONLINE)],
            id="a page that is loaded again is no absence",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "chooses", AWAY_FOR_LUNCH), (2, "opens", "phone"), (2, "is", LUNCH)],
            id="away chosen on the desktop stands when the phone is opened",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (1, "chooses", AWAY_FOR_LUNCH),
                (2, "closes", "desk"),
                (2.1, "opens", "desk2"),
                (2.1, "is", LUNCH),
            ],
            id="away chosen by hand stands when the page is loaded again",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (0, "opens", "phone"),
                (1, "chooses", AWAY_FOR_LUNCH),
                (2, "closes", "desk"),
                (60, "is", LUNCH),
            ],
            id="away chosen by hand stands when the laptop is closed and the phone is alive",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (1, "chooses", AWAY_FOR_LUNCH),
                (2, "closes", "desk"),
                (10, "is", OFFLINE),
                (20, "opens", "desk2"),
                (20, "is", LUNCH),
            ],
            id="away chosen by hand stands over an absence",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "chooses", AWAY_FOR_LUNCH), (2, "touches", "desk"), (2, "is", LUNCH)],
            id="who is away by choice and touches the browser stays away",
        ),
        pytest.param(
            [(0, "opens", "desk"), (14.9, "is", ONLINE), (15, "is", AWAY), (60, "is", AWAY)],
            id="an untouched browser goes to away after 15 minutes",
        ),
        pytest.param(
            [(0, "opens", "desk"), (20, "is", AWAY), (20, "touches", "desk"), (20, "is", ONLINE), (35, "is", AWAY)],
            id="an untouched browser comes back when it is touched",
        ),
        pytest.param(
            [(0, "opens", "desk"), (20, "closes", "desk"), (20, "opens", "desk2"), (20, "is", AWAY)],
            id="an untouched browser that connects again is untouched",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (20, "closes", "desk"),
                (60, "opens", {"device": "d2", "used_at": at(0)}),
                (60, "is", AWAY),
            ],
            id="an untouched browser that connects after an hour, and says so, is untouched",
        ),
        pytest.param(
            [(0, "opens", "desk"), (0, "opens", "phone"), (14, "touches", "phone"), (20, "is", ONLINE)],
            id="touching one device is enough",
        ),
        pytest.param(
            [(0, "opens", "desk"), (20, "chooses", {"state": "online"}), (20, "is", Shown("online", chosen=True))],
            id="who chooses touches a device",
        ),
        pytest.param(
            [(0, "opens", "desk"), (20, "chooses", {"state": "online", "by": "boss"}), (20, "is", AWAY)],
            id="a supervisor cannot touch another's browser",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "chooses", {"state": "busy"}), (60, "is", Shown("busy", chosen=True))],
            id="busy stands in an untouched browser",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "offline"}),
                (9, "opens", "phone"),
                (9, "is", Shown("offline", chosen=True)),
            ],
            id="chosen offline stands while devices are open",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "offline"}),
                (2, "closes", "desk"),
                (9, "opens", "desk2"),
                (9, "is", ONLINE),
            ],
            id="chosen offline ends once all devices are closed",
        ),
        pytest.param(
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "away", "until": at(10)}),
                (9.9, "is", Shown("away", chosen=True, until=at(10))),
                (10, "is", ONLINE),
            ],
            id="a choice with an end ends",
        ),
        pytest.param(
            [(0, "opens", "desk"), (1, "chooses", AWAY_FOR_LUNCH), (24 * 60 + 5, "is", LUNCH)],
            id="neither midnight nor the opening at 09:00 switches anybody on",
        ),
    ],
)
def test_away_chosen_on_the_desktop_then_phone_opened_page_reloaded_laptop_closed_what_was_chosen_stands(
    steps: list[Step],
) -> None:
    played(steps)


MIDDAY = Break(time(9, 30), time(10, 0), days=frozenset({0}), reason_id="lunch")
IN_BREAK = Shown("away", reason_id="lunch", until=at(60))


@pytest.mark.parametrize(
    ("planned", "steps"),
    [
        pytest.param(
            MIDDAY,
            [(0, "opens", "desk"), (29.5, "is", AWAY), (30, "is", IN_BREAK), (59.5, "is", IN_BREAK)],
            id="at its begin away, with its reason",
        ),
        pytest.param(
            MIDDAY,
            [(0, "opens", "desk"), (59, "touches", "desk"), (59, "is", IN_BREAK), (60, "is", ONLINE)],
            id="at its end back to what was before: online",
        ),
        pytest.param(
            MIDDAY,
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "busy"}),
                (30, "is", IN_BREAK),
                (60, "is", Shown("busy", True)),
            ],
            id="at its end back to what was before: busy",
        ),
        pytest.param(
            MIDDAY,
            [(0, "opens", "desk"), (31, "chooses", {"state": "online"}), (31, "is", Shown("online", True))],
            id="a choice within the break stands over it",
        ),
        pytest.param(
            MIDDAY,
            [(0, "opens", "desk"), (0, "chooses", {"state": "offline"}), (31, "is", Shown("offline", True))],
            id="a break does not show anybody who is offline by choice",
        ),
        pytest.param(
            MIDDAY, [(31, "is", OFFLINE), (31, "opens", "desk"), (31, "is", IN_BREAK)], id="who comes within it"
        ),
        pytest.param(
            replace(MIDDAY, days=frozenset({1})), [(29, "opens", "desk"), (31, "is", ONLINE)], id="on another weekday"
        ),
        pytest.param(
            replace(MIDDAY, days=frozenset(), on=MONDAY.date()),
            [(0, "opens", "desk"), (31, "is", IN_BREAK)],
            id="once, on its date",
        ),
        pytest.param(
            replace(MIDDAY, attendant_ids=frozenset({"bia"})),
            [(29, "opens", "desk"), (31, "is", ONLINE)],
            id="another's",
        ),
        pytest.param(
            replace(MIDDAY, team_ids=frozenset({"sales"})),
            [(0, "opens", "desk"), (31, "is", IN_BREAK)],
            id="their team's",
        ),
        pytest.param(
            replace(MIDDAY, team_ids=frozenset({"support"})),
            [(29, "opens", "desk"), (31, "is", ONLINE)],
            id="another team's",
        ),
        pytest.param(
            Break(time(23, 0), time(10, 0), days=frozenset({6}), reason_id="lunch"),
            [(0, "opens", "desk"), (31, "is", IN_BREAK), (59, "touches", "desk"), (60, "is", ONLINE)],
            id="past midnight it belongs to the day on which it began",
        ),
    ],
)
def test_a_planned_break_is_away_and_ends_with_what_was_before(planned: Break, steps: list[Step]) -> None:
    played(steps, policy=replace(POLICY, breaks=(planned,)), teams=frozenset({"sales"}))


def test_a_break_follows_the_clocks_of_the_company_when_they_change() -> None:
    zone = ZoneInfo("America/New_York")  # the clocks change on Sunday, 14 March 2027
    planned = Break(time(12, 0), time(13, 0), days=frozenset(range(7)))
    begins = [
        begin.astimezone(zone).time()
        for day in (12, 13, 14, 15)
        for begin, _ in planned.windows(datetime(2027, 3, day, 16, 0, tzinfo=UTC), zone)
    ]
    assert set(begins) == {time(12, 0)}


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([(0, "opens", "desk"), (1, "is", AWAY)], "comes as away"),
        (
            [(0, "opens", "desk"), (1, "chooses", {"state": "online"}), (2, "is", Shown("online", True))],
            "until they choose",
        ),
        (
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "online"}),
                (2, "closes", "desk"),
                (60, "opens", "desk2"),
                (60, "is", Shown("online", True)),
            ],
            "once a day",
        ),
        (
            [
                (0, "opens", "desk"),
                (1, "chooses", {"state": "online"}),
                (2, "closes", "desk"),
                (1440, "opens", "desk2"),
                (1440, "is", AWAY),
            ],
            "again on the next day",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_company_can_have_its_people_begin_the_day_as_away(steps: list[Step], text: str) -> None:
    played(steps, policy=replace(POLICY, start_as="away"))


def test_without_a_time_for_it_nobody_is_away_by_themselves() -> None:
    played([(0, "opens", "desk"), (600, "is", ONLINE)], policy=replace(POLICY, untouched=None))


def test_a_word_of_a_device_that_comes_again_after_it_was_closed_brings_nobody_back() -> None:
    presence = closed(heard(Presence(ANA, "t1"), POLICY, "desk", at(0)), "desk", at(1))
    again = heard(settled(presence, POLICY, at(3)), POLICY, "desk", at(3))
    assert look(again, Rules(POLICY), at(3)) == OFFLINE
    assert closed(again, "desk", at(9)) == again


def test_devices_of_one_attendant_are_bounded() -> None:
    presence = Presence(ANA, "t1")
    for number in range(3 * MOST_DEVICES):
        presence = heard(presence, POLICY, f"d{number}", at(0) + timedelta(seconds=number))
    assert len(presence.devices) == MOST_DEVICES
    assert f"d{3 * MOST_DEVICES - 1}" in presence.devices


def test_who_is_deactivated_is_offline_whatever_is_open() -> None:
    presence = replace(heard(Presence(ANA, "t1"), POLICY, "desk", at(0)), active=False)
    assert look(presence, Rules(POLICY), at(0)) == OFFLINE


# What follows: who is told, and what becomes of conversations.


def attendant(**more: Any) -> Attendant:
    return Attendant(**{"id": ANA, "tenant_id": "t1", "since": at(0), "name": "Ana", **more})


def test_only_what_is_shown_is_told() -> None:
    here = outcome(heard(Presence(ANA, "t1"), POLICY, "desk", at(1)), attendant(), Rules(POLICY), at(1))
    assert changed_fields(attendant(), here.attendant) == ("state", "since")
    assert event_type(("state",), here.attendant) == "attendant.online"
    later = outcome(heard(here.presence, POLICY, "phone", at(2)), here.attendant, Rules(POLICY), at(2))
    assert changed_fields(here.attendant, later.attendant) == ()
    busy = replace(later.attendant, limit=2.0)
    assert changed_fields(busy, busy.charged([("sales", 1)])) == ()
    assert changed_fields(busy, busy.charged([("sales", 1), (None, 0.5)])) == ("room",)
    assert event_type(("room",), busy) == "attendant.updated"


def test_a_load_is_counted_by_team_and_never_below_nothing() -> None:
    one = attendant().charged([("sales", 0.1), ("sales", 0.2), (None, 1)])
    assert (one.load, one.load_in("sales"), one.load_in(None), one.load_in("support")) == (1.3, 0.3, 1, 0)
    assert one.charged([("sales", -0.3), (None, -5)]).loads == {}


@pytest.mark.parametrize(
    ("limits", "expected"), [([], None), ([3], 3), ([3, 5], 5), ([3, None], None)], ids=["none", "one", "two", "any"]
)
def test_the_limit_of_somebody_is_the_highest_of_their_teams(
    limits: list[float | None], expected: float | None
) -> None:
    teams = {str(n): Team(str(n), f"T{n}", {ANA: Member(ANA)}, limit=limit) for n, limit in enumerate(limits)}
    others = {"x": Team("x", "X", {"bia": Member("bia")}, limit=99)}
    placed = attendant().placed(Tenant("t1", teams={**teams, **others}))
    assert placed.limit == expected
    assert [team.id for team in placed.teams] == list(teams)


RELEASING = replace(
    POLICY,
    release={"offline": timedelta(minutes=10), "away": timedelta(minutes=30), "deactivated": timedelta(0)},
)


def test_conversations_of_who_is_offline_go_back_after_the_set_time_in_bounded_steps() -> None:
    rules = Rules(RELEASING)
    presence = closed(heard(Presence(ANA, "t1"), RELEASING, "desk", at(0)), "desk", at(0))
    gone = outcome(presence, attendant(state="online"), rules, at(2))
    assert (gone.attendant.state, gone.release, gone.presence.next_look) == ("offline", None, at(12))
    due = outcome(gone.presence, gone.attendant, rules, at(12))
    assert due.release == "offline"
    step = released(due, rules, RELEASED_AT_ONCE, at(12))
    assert step.presence.next_look is not None
    assert step.presence.next_look < at(12.1)
    assert outcome(step.presence, step.attendant, rules, step.presence.next_look).release == "offline"
    rest = released(due, rules, 3, at(12))
    assert (rest.presence.next_look, outcome(rest.presence, rest.attendant, rules, at(13)).release) == (at(22), None)
    nothing = released(due, rules, 0, at(22))
    assert nothing.presence.next_look == at(22 + 60)


def test_who_comes_back_in_time_keeps_their_conversations() -> None:
    rules = Rules(RELEASING)
    presence = closed(heard(Presence(ANA, "t1"), RELEASING, "desk", at(0)), "desk", at(0))
    gone = outcome(presence, attendant(state="online"), rules, at(2))
    back = outcome(heard(gone.presence, RELEASING, "desk2", at(11)), gone.attendant, rules, at(11))
    assert (back.attendant.state, back.release) == ("online", None)
    assert outcome(back.presence, back.attendant, rules, at(12)).release is None


def test_a_deactivated_attendant_is_looked_at_until_they_have_nothing_left() -> None:
    rules = Rules(RELEASING)
    gone = outcome(Presence(ANA, "t1", active=False), attendant(), rules, at(0))
    assert gone.release == "deactivated"
    assert released(gone, rules, 2, at(0)).presence.next_look == at(5)
    assert released(gone, rules, 0, at(0)).presence.next_look is None


def test_by_default_everybody_keeps_their_conversations() -> None:
    gone = outcome(Presence(ANA, "t1", active=False), attendant(), Rules(POLICY), at(600))
    assert (gone.release, gone.presence.next_look) == (None, None)


# Whatever happens, in whatever order.

SPAN = timedelta(minutes=20)
DEVICES = st.sampled_from(["desk", "phone", "tablet"])


class Availability(RuleBasedStateMachine):
    """An attendant with three devices; a model that knows nothing but the last choice and when devices spoke."""

    @initialize(
        start_as=st.sampled_from(["online", "away"]),
        untouched=st.sampled_from([None, timedelta(minutes=15)]),
        grace=st.sampled_from([0, 90, 600]),
        breaks=st.sampled_from([(), (MIDDAY,)]),
    )
    def begin(self, start_as: Any, untouched: timedelta | None, grace: int, breaks: tuple[Break, ...]) -> None:
        self.policy = replace(
            POLICY, start_as=start_as, untouched=untouched, grace=timedelta(seconds=grace), breaks=breaks
        )
        self.presence, self.now, self.number = Presence(ANA, "t1"), at(0), 0
        self.open: dict[str, str] = {}
        self.heard_at: dict[str, datetime] = {}
        self.choice: Choice | None = None

    @property
    def by(self) -> Rules:
        return Rules(self.policy)

    def hear(self, device: str, used_at: datetime | None = None) -> None:
        before = look(self.presence, self.by, self.now)
        self.presence = heard(self.presence, self.policy, self.open[device], self.now, used_at=used_at)
        self.heard_at[self.open[device]] = self.now
        after = look(self.presence, self.by, self.now)
        if before.state != "offline" and used_at is None:
            assert after == before, "a device that is opened, or tells again, changes nothing for who is there"

    @rule(device=DEVICES)
    def opens_or_beats(self, device: str) -> None:
        if device not in self.open:
            self.number += 1
            self.open[device] = f"{device}-{self.number}"
        self.hear(device)

    @rule(device=DEVICES)
    def touches(self, device: str) -> None:
        if device in self.open:
            self.hear(device, self.now)

    @rule(device=DEVICES)
    def closes(self, device: str) -> None:
        if device in self.open:
            name = self.open.pop(device)
            self.presence = closed(self.presence, name, self.now)
            self.heard_at[name] = self.now

    @rule(device=DEVICES)
    def crashes(self, device: str) -> None:
        self.open.pop(device, None)

    @rule(state=st.sampled_from(["online", "away", "busy", "offline"]), minutes=st.sampled_from([None, 1, 15]))
    def chooses(self, state: Any, minutes: int | None) -> None:
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.choice = Choice(state, self.now, ANA, until=until)
        self.presence = chosen(self.presence, self.choice)

    @rule(seconds=st.integers(1, int(SPAN.total_seconds())))
    def time_passes(self, seconds: int) -> None:
        shown = look(self.presence, self.by, self.now)
        due = next_look(self.presence, self.by, self.now)
        end = self.now + timedelta(seconds=seconds)
        until = end if due is None else min(end, due - timedelta(milliseconds=1))
        assert look(self.presence, self.by, max(until, self.now)) == shown, "nothing changes before the next look"
        self.now = end
        self.presence = settled(self.presence, self.policy, self.now)

    @invariant()
    def what_was_chosen_stands(self) -> None:
        choice = self.choice
        if choice is None or (choice.until is not None and choice.until <= self.now):
            return
        shown = look(self.presence, self.by, self.now)
        if choice.state in ("away", "busy") and not self.policy.breaks:
            assert shown.state in (choice.state, "offline")
        if choice.state in ("away", "busy"):
            assert shown.state != "online"

    @invariant()
    def nobody_is_there_without_a_device(self) -> None:
        longest = max(timedelta(seconds=90), self.policy.grace)
        spoke = any(self.now - heard_at < longest for heard_at in self.heard_at.values())
        if not spoke:
            assert look(self.presence, self.by, self.now).state == "offline"

    @invariant()
    def settling_changes_nothing_that_is_shown(self) -> None:
        once = settled(self.presence, self.policy, self.now)
        assert look(once, self.by, self.now) == look(self.presence, self.by, self.now)
        assert settled(once, self.policy, self.now) == once


Availability.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestWhatWasChosenStandsWhateverHappens = Availability.TestCase
