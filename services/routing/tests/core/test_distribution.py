"""Who gets what: limits, order, fairness. Pure."""

from collections import Counter
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from atd_routing.domain.conversation import Pending
from atd_routing.domain.distribution.giving import KNOWN, LAST_RESORT, choose
from atd_routing.domain.distribution.order import HEAD_START, place
from atd_routing.domain.distribution.policy import Distribution
from atd_routing.domain.distribution.pulling import next_for
from atd_routing.domain.hours.book import Hours, HoursBook
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.schedule import Schedule
from atd_routing.domain.items import Item
from atd_routing.domain.queue.summary import standing_of
from atd_routing.domain.teams import Member
from atd_routing.domain.teams import team_of as made_of
from atd_schemas.views import ChannelKind, Priority

from .floors import Hall, at, online, team_of, waiting
from .talks import NOON

KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)


@pytest.mark.parametrize(
    ("told", "loads", "given"),
    [
        ({}, {}, True),
        ({"limit": 1}, {}, True),
        ({"limit": 1}, {"t": 1}, False),
        ({"limit": 3}, {"other": 3}, False),
        ({"limit": None}, {"t": 500}, True),
        ({"limits": {"ana": 1}}, {"other": 3}, True),
        ({"limits": {"ana": 1}}, {"t": 1}, False),
        ({"weights": {"whatsapp": 2}, "limit": 3}, {"t": 1}, True),
        ({"weights": {"whatsapp": 2}, "limit": 3}, {"t": 2}, False),
        ({"weights": {"whatsapp": 0.1}, "limit": 0.3}, {"t": 0.2}, True),
        ({"weights": {"whatsapp": 0}, "limit": 1}, {"t": 1}, True),
        ({"channel_limits": {"telegram": 1}}, {}, True),
        ({"team_limit": 1}, {}, True),
    ],
)
def test_nobody_gets_more_than_they_may_have(told: Any, loads: Any, given: bool) -> None:
    hall = Hall(team_of("ana", **told), attendants=online("ana", loads={"ana": loads}))
    assert bool(hall.give(waiting(1))) is given


def test_of_a_kind_of_channel_nobody_gets_more_than_its_limit_and_no_other_kind_waits_behind() -> None:
    sales = team_of("ana", "bia", limit=7, weights={"facebook": 0.5}, channel_limits={"whatsapp": 2, "facebook": 5})
    hall = Hall(sales, attendants=online("ana", "bia"))
    chats = [waiting(n, channel="whatsapp") for n in range(20)]
    comments = [waiting(n, channel="facebook") for n in range(20, 40)]
    given = Counter((one.attendant_id, one.conversation.channel) for one in hall.give(*chats, *comments))
    assert given == {(who, kind): most for who in ("ana", "bia") for kind, most in sales.channel_limits.items()}
    assert hall.floor().full_kinds("t") == ("whatsapp", "facebook")
    assert hall.attendants["ana"].load == 4.5
    assert len(hall.give(waiting(40, channel="telegram"))) == 1
    hall.ends("bia", channel="whatsapp")
    assert hall.to(chats[10], comments[10]) == ["bia", ""]


def test_the_limit_of_a_kind_counts_what_they_have_in_other_teams_and_stands_beside_the_load() -> None:
    other, sales = team_of("ana", id="o"), team_of("ana", limit=3, channel_limits={"whatsapp": 1, "facebook": 9})
    hall = Hall(sales, other, attendants=online("ana"))
    assert hall.to(waiting(1, "o"), waiting(2), waiting(3, channel="facebook")) == ["ana", "", "ana"]
    assert hall.to(*(waiting(n, channel="facebook") for n in range(4, 7))) == ["ana", "", ""]


def test_who_is_full_of_a_kind_is_behind_in_turns_by_one_at_most() -> None:
    hall = Hall(team_of("ana", "bia", limit=None, channel_limits={"whatsapp": 2}), attendants=online("ana", "bia"))
    assert Counter(hall.to(*(waiting(n) for n in range(6)))) == {"ana": 2, "bia": 2, "": 2}
    assert set(hall.to(*(waiting(n, channel="telegram") for n in range(10, 12)))) == {"ana", "bia"}


@pytest.mark.parametrize(
    ("told", "kinds", "room", "full"),
    [
        ({"limit": 5}, {"whatsapp": 2}, 3, ()),
        ({"limit": None}, {"whatsapp": 2}, None, ()),
        ({"limit": 5, "channel_limits": {"whatsapp": 3}}, {"whatsapp": 2}, 3, ()),
        ({"limit": 5, "channel_limits": {"whatsapp": 2, "facebook": 1}}, {"whatsapp": 2}, 3, ("whatsapp",)),
        ({"limit": 2, "channel_limits": {"whatsapp": 2}}, {"whatsapp": 2}, 0, ()),
        ({"limit": None, "channel_limits": dict.fromkeys(KINDS, 1)}, {"whatsapp": 1}, len(KINDS) - 1, ("whatsapp",)),
        ({"limit": 9, "channel_limits": dict.fromkeys(KINDS, 0) | {"telegram": 4}}, {"telegram": 3}, 1, None),
        ({"limit": 5, "team_limit": 3}, {"whatsapp": 2}, 1, ()),
    ],
)
def test_a_teams_room_is_what_could_be_given_and_says_of_which_kinds_of_channel_nothing_can(
    told: Any, kinds: Any, room: int | None, full: Any
) -> None:
    team = team_of("ana", **told)
    hall = Hall(team, attendants=online("ana"))
    given = [waiting(n, channel=kind) for kind, count in kinds.items() for n in range(count)]
    assert len(hall.give(*given)) == len(given)
    standing = standing_of(hall.floor(), team)
    everything_else = tuple(one for one in team.channel_limits if one not in kinds)
    assert (standing.room, standing.full_channels) == (room, everything_else if full is None else full)
    hall.state("ana", "away")
    assert (standing_of(hall.floor(), team).room, standing_of(hall.floor(), team).full_channels) == (0, ())


def test_a_team_gives_no_more_than_its_own_limit() -> None:
    hall = Hall(team_of("ana", "bia", team_limit=3), attendants=online("ana", "bia"))
    assert len(hall.give(*(waiting(n) for n in range(10)))) == 3
    hall.ends("ana")
    assert len(hall.give(*(waiting(n) for n in range(3, 10)))) == 1


@pytest.mark.parametrize("state", ["away", "busy", "offline"])
def test_nobody_gets_anything_who_is_not_there(state: Any) -> None:
    hall = Hall(team_of("ana", "bia"), attendants=online("ana", "bia"))
    hall.state("ana", state)
    assert hall.to(waiting(1), waiting(2)) == ["bia", "bia"]


def test_nobody_gets_anything_of_a_team_that_they_are_not_in() -> None:
    hall = Hall(team_of("ana"), team_of("bia", id="u"), attendants=online("bia"))
    assert hall.to(waiting(1), waiting(2, "u"), waiting(3, None), waiting(4, "gone")) == ["", "bia", "", ""]


def test_the_default_team_gets_what_has_no_team() -> None:
    hall = Hall(team_of("ana"), attendants=online("ana"), distribution=Distribution(default_team_id="t"))
    (given,) = hall.give(waiting(1, None))
    assert (given.attendant_id, given.team_id) == ("ana", "t")


def test_people_take_what_a_manual_team_has_themselves() -> None:
    hall = Hall(team_of("ana", strategy="manual"), attendants=online("ana"))
    assert hall.to(waiting(1)) == [""]


def test_outside_its_hours_a_team_gives_nothing() -> None:
    never = Schedule(zone="America/Sao_Paulo", week=((),) * 7)
    hours = HoursBook(default=Hours("h", "Nunca", never, ScheduleCalendar(never)))
    assert Hall(team_of("ana"), attendants=online("ana"), hours=hours).to(waiting(1)) == [""]


def test_who_handed_it_over_does_not_get_it_again() -> None:
    hall = Hall(team_of("ana", "bia"), attendants=online("ana", "bia"))
    assert hall.to(*(waiting(n, not_for=frozenset({"ana"})) for n in range(3))) == ["bia"] * 3


def test_who_gave_it_away_or_did_not_answer_gets_it_where_nobody_else_comes_for_ten_minutes() -> None:
    """The only one of a team who is there: without this the customer would wait for ever."""
    hall = Hall(team_of("ana", "bia"), attendants=online("ana"))
    hall.now = at(minutes=9)
    one = waiting(0, not_for=frozenset({"ana"}))
    assert hall.to(one) == [""]
    assert one.timers == {LAST_RESORT: at(minutes=10)}
    hall.now = at(minutes=10)
    assert hall.to(replace(one, timers={})) == ["ana"]
    hall.state("bia", "online")
    hall.now = at(minutes=20)
    assert hall.to(one) == ["bia"], "somebody else is there"
    full = Hall(team_of("ana", "bia", limits={"bia": 1}), attendants=online("ana", "bia", loads={"bia": {"t": 1}}))
    assert full.to(one) == [""], "who is there and full is waited for"


@pytest.mark.parametrize(("given_away", "got"), [([], 0), ([0], 1), ([0, 1], 0)])
def test_who_asks_for_the_next_one_gets_what_they_gave_away_after_all_others(given_away: list[int], got: int) -> None:
    floor = Hall(team_of("ana", strategy="manual"), attendants=online("ana")).floor()
    pull = next_for(floor, "ana")
    queue = [waiting(n, not_for=frozenset({"ana"} if n in given_away else ())) for n in range(2)]
    pull.offer(queue)
    assert pull.chosen().conversation is queue[got]


def test_nobody_gets_it_before_its_rules_are_looked_at() -> None:
    hall = Hall(team_of("ana"), attendants=online("ana"))
    assert hall.to(waiting(1, timers={"rules": at(seconds=9)}), waiting(2)) == ["", "ana"]


def test_one_on_its_way_into_the_queue_keeps_its_place() -> None:
    hall = Hall(team_of("ana", limit=1), attendants=online("ana"))
    moving = waiting(1, None, pending=Pending("d", 1, None, "t", at(hours=1)))
    assert hall.give(moving, waiting(2)) == []
    assert hall.attendants["ana"].load == 0
    assert hall.to(replace(moving, pending=None, team_id="t"), waiting(2)) == ["ana", ""]


# ---------------------------------------------------------------- order


def test_the_oldest_is_first() -> None:
    hall = Hall(team_of("ana", limit=2), attendants=online("ana"))
    assert hall.to(waiting(3), waiting(1), waiting(2)) == ["", "ana", "ana"]


def test_what_is_urgent_is_first_for_as_long_as_its_start_lasts() -> None:
    hall = Hall(team_of("ana", limit=1), attendants=online("ana"))
    late = int(HEAD_START["urgent"].total_seconds())
    assert hall.to(waiting(0), waiting(late - 1, priority="urgent")) == ["", "ana"]
    hall.ends("ana")
    assert hall.to(waiting(0), waiting(late + 1, priority="urgent")) == ["ana", ""]


def test_who_comes_back_to_the_queue_has_waited_all_the_time() -> None:
    back = waiting(50, assigned_at=at(seconds=2), waiting_since=at(seconds=1))
    assert place(back) < place(waiting(2))


@with_any(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(list(HEAD_START))), unique=True), st.integers(0, 9))
def test_order_is_kept_within_a_queue(queue: list[tuple[int, Priority]], room: int) -> None:
    hall = Hall(team_of("ana", limit=room or 1), attendants=online("ana"))
    talks = [waiting(n * 400, id=f"{n}{p}", priority=p) for n, p in queue]
    given = {one.conversation.id for one in hall.give(*talks)}
    in_order = [talk.id for talk in sorted(talks, key=place)]
    assert given == set(in_order[: room or 1])


# ---------------------------------------------------------------- who of them


def test_least_busy_looks_at_all_that_somebody_has() -> None:
    loads = {"ana": {"other": 3.0}, "bia": {"t": 2.0}}
    hall = Hall(team_of("ana", "bia", strategy="least_busy"), attendants=online("ana", "bia", loads=loads))
    assert hall.to(waiting(1), waiting(2), waiting(3)) == ["bia", "ana", "bia"]


def test_longest_idle_looks_at_who_got_or_ended_something_last() -> None:
    hall = Hall(team_of("ana", "bia", "caio", strategy="longest_idle"), attendants=online("ana", "bia", "caio"))
    assert hall.to(waiting(1)) + hall.to(waiting(2)) == ["ana", "bia"]
    hall.ends("caio")
    assert hall.to(waiting(3)) == ["ana"]


def test_skills_come_first_where_somebody_has_them() -> None:
    team = team_of("ana", "bia", use_skills=True)
    skilled = {**team.members, "bia": Member("bia", None, frozenset({"label:vip"}))}
    hall = Hall(replace(team, members=skilled), attendants=online("ana", "bia"))
    assert hall.to(*(waiting(n, label_ids=("vip",)) for n in range(3))) == ["bia"] * 3
    assert hall.to(waiting(9)) == ["ana"]
    hall.state("bia", "away")
    assert hall.to(waiting(10, label_ids=("vip",))) == ["ana"]


@pytest.mark.parametrize(
    ("language", "skill", "who"),
    [("en", "language:en", "bia"), ("pt-BR", "language:pt", "bia"), ("es", "language:en", "ana"), (None, "x", "ana")],
)
def test_who_speaks_the_customers_language_comes_first(language: Any, skill: str, who: str) -> None:
    members = [{"attendant_id": "ana"}, {"attendant_id": "bia", "skills": [skill]}]
    values = {"name": "T", "members": members, "strategy": "least_busy", "limit": 5, "use_skills": True}
    team = made_of(Item("t", "x", "team", values, NOON, NOON))
    hall = Hall(team, attendants=online("ana", "bia"))
    assert hall.tenant.asks_for_customers
    (given,) = hall.give(waiting(1, language=language))
    assert (given.attendant_id, given.reason) == (who, "skill" if who == "bia" else "least_busy")


def test_whom_a_rule_wants_comes_first_while_they_can_take_it() -> None:
    hall = Hall(team_of("ana", "bia", limit=1), attendants=online("ana", "bia"))
    first, second = hall.give(waiting(1, wanted="bia"), waiting(2, wanted="bia"))
    assert [(first.attendant_id, first.reason), second.attendant_id] == [("bia", "rule"), "ana"]


@pytest.mark.parametrize(
    ("minutes", "present", "waited", "found"),
    [
        (0, True, 0, "ana"),
        (None, True, 0, "bia"),
        (None, False, 0, "ana"),
        (5, True, 0, "bia"),
        (5, False, 4, None),
        (5, False, 6, "ana"),
    ],
)
def test_who_knew_the_customer_is_preferred_and_waited_for(
    minutes: int | None,
    present: bool,
    waited: float,
    found: str | None,
) -> None:
    hall = Hall(team_of("ana", "bia", knows_customer_minutes=minutes), attendants=online("ana", "bia"))
    if not present:
        hall.state("bia", "away")
    hall.now = at(minutes=waited)
    talk = waiting(0, knew="bia")
    chosen = choose(hall.floor(), talk, hall.tenant.teams["t"])
    assert (chosen and chosen[0]) == found
    assert talk.timers == ({KNOWN: at(minutes=5)} if found is None else {})


# ---------------------------------------------------------------- fairness

SIZES = {"a": 6, "b": 5, "c": 4}


def test_round_robin_with_6_5_and_4_members_while_one_flaps_one_leaves_and_one_joins() -> None:
    """Nobody is skipped; counts differ by one at the most among those always there; who joins is not flooded."""
    teams = [team_of(*(f"{t}{n}" for n in range(size)), id=t, limit=None) for t, size in SIZES.items()]
    hall = Hall(*teams, attendants=online(*(f"{t}{n}" for t, size in SIZES.items() for n in range(size))))
    got: dict[str, Counter[str]] = {t: Counter() for t in SIZES}
    after_joining: Counter[str] = Counter()
    for number in range(600):
        if number % 7 == 0:
            hall.state("a0", "offline" if number % 14 else "online")
        if number == 200:
            hall.state("b0", "offline")
        if number == 300:
            joined = replace(teams[2], members={**teams[2].members, "new": Member("new")})
            hall.tenant = replace(hall.tenant, teams={**hall.tenant.teams, "c": joined})
            hall.state("new", "online")
        team = "abc"[number % 3]
        (given,) = hall.give(waiting(number, team))
        got[team][given.attendant_id] += 1
        if team == "c" and 300 <= number < 330:
            after_joining[given.attendant_id] += 1
    for team, always in (("a", range(1, 6)), ("b", range(1, 5)), ("c", range(4))):
        counts = [got[team][f"{team}{number}"] for number in always]
        assert max(counts) - min(counts) <= 1
    assert 1 <= after_joining["new"] <= 3


@with_any(
    st.lists(
        st.one_of(
            st.tuples(st.just("state"), st.integers(3, 6), st.sampled_from(["online", "away", "offline"])),
            st.tuples(st.just("give"), st.integers(1, 4), st.none()),
        ),
        max_size=40,
    )
)
def test_round_robin_is_fair_to_those_always_there_whoever_else_comes_and_goes(steps: Any) -> None:
    hall = Hall(team_of(*(f"m{n}" for n in range(7)), limit=None), attendants=online("m0", "m1", "m2"))
    got: Counter[str] = Counter({"m0": 0, "m1": 0, "m2": 0})
    number = 0
    for kind, value, state in steps:
        if kind == "state":
            hall.state(f"m{value}", state)
            continue
        queue = [waiting(number := number + 1) for _ in range(value)]
        got.update(one.attendant_id for one in hall.give(*queue))
    counts = [got[f"m{n}"] for n in range(3)]
    assert max(counts) - min(counts) <= 1


def test_who_was_full_is_not_flooded_when_they_are_free_again() -> None:
    limits = {"ana": 1.0}
    hall = Hall(team_of("ana", "bia", limit=None, limits=limits), attendants=online("ana", "bia"))
    hall.give(*(waiting(n) for n in range(20)))
    hall.tenant = replace(hall.tenant, teams={"t": team_of("ana", "bia", limit=None)})
    assert Counter(hall.to(*(waiting(n) for n in range(100, 110))))["ana"] <= 6


# ---------------------------------------------------------------- whatever happens

_LIMITS = st.one_of(st.none(), st.integers(1, 4))


@with_any(
    st.data(),
    st.lists(
        st.tuples(_LIMITS, _LIMITS, st.sampled_from(["round_robin", "least_busy", "longest_idle"])),
        min_size=1,
        max_size=3,
    ),
)
def test_no_limit_is_passed_and_nobody_absent_or_outside_gets_anything(data: Any, shapes: Any) -> None:
    people = [f"m{n}" for n in range(5)]
    states = {one: data.draw(st.sampled_from(["online", "away", "offline"])) for one in people}
    teams = [
        team_of(
            *data.draw(st.lists(st.sampled_from(people), unique=True)),
            id=f"t{n}", limit=limit, team_limit=most, strategy=strategy, weights={"telegram": 2},
            channel_limits={} if limit is None else {"whatsapp": (limit + 1) // 2},
        )
        for n, (limit, most, strategy) in enumerate(shapes)
    ]  # fmt: skip
    known = {one: replace(value, state=states[one]) for one, value in online(*people).items()}
    hall = Hall(*teams, attendants=known)
    channels = st.sampled_from(["whatsapp", "telegram"])
    queue = [
        waiting(n, data.draw(st.sampled_from([*hall.tenant.teams, None])), channel=data.draw(channels))
        for n in range(data.draw(st.integers(0, 25)))
    ]
    given = hall.give(*queue)
    assert len({one.conversation.id for one in given}) == len(given)
    for one in given:
        team = hall.tenant.teams[one.team_id or ""]
        assert one.conversation.team_id == team.id
        assert one.attendant_id in team.members
        assert states[one.attendant_id] == "online"
    for team in teams:
        assert team.team_limit is None or hall.pool.open.get(team.id, 0) <= team.team_limit
    for name, attendant in hall.attendants.items():
        limits = [team.limit for team in teams if name in team.members]
        assert attendant.load <= max([0, *(99 if limit is None else limit for limit in limits)])
        kinds = [team.channel_limits.get("whatsapp", 99) for team in teams if name in team.members]
        assert attendant.by_channel.get("whatsapp", 0) <= max([0, *kinds])
        assert sum(attendant.by_channel.values()) == sum(one.attendant_id == name for one in given)
