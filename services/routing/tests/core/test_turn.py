"""One turn of routing: what is looked at again, and what is kept of events that say little. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from atd_routing.domain.conversation import Charge
from atd_routing.domain.customers import Customer
from atd_routing.domain.decisions import Decision, Queue
from atd_routing.domain.distribution.deleted_teams import SETTLES, TIMER, leave_deleted_team
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.pool import Pool
from atd_routing.domain.folding import PENDING, RETURN
from atd_routing.domain.inactivity.silence import silent_since
from atd_routing.domain.scene import Part, Scene
from atd_routing.domain.tenant import Tenant
from atd_routing.domain.turn import UNHEARD, Turn
from atd_schemas.views import Named

from .floors import online, team_of
from .talks import NOON, Talk

TENANT = Tenant("x", 1, {"t": team_of("ana", "bia")})


def turn_at(passed: timedelta, parts: Sequence[Part] = (), before: Turn | None = None, **told: Any) -> Turn:
    """A turn so long after noon, with the conversations as an earlier one left them."""
    numbers = count()
    copies = dict(before.copies) if before is not None else {}
    return Turn(NOON + passed, lambda: f"d{next(numbers)}", parts, {"x": TENANT}, copies=copies, **told)


def settle(turn: Turn, attendants: Mapping[str, Any]) -> None:
    floor = Floor(TENANT, attendants, Pool("x", counted=True), turn.now)
    turn.count(floor)
    turn.settle(floor)


def test_a_customer_who_is_back_is_looked_at_again_when_nothing_comes_of_what_was_under_way() -> None:
    talk, first = Talk("x", team_id="t"), turn_at(timedelta(0))
    for event in (talk.opened(), talk.assigned("ana"), talk.closed(), talk.reopened()):
        first.take(event)
    settle(first, {})
    copy = first.copies[talk.id]
    assert set(copy.timers) == {RETURN}
    second = turn_at(
        timedelta(minutes=5), [lambda scene: [Queue("offline", None)] if scene.timer == "x" else []], first
    )
    second.ring(copy, ["x"])
    settle(second, {})
    third = turn_at(timedelta(minutes=5, seconds=1), before=second)
    third.ring(copy, [RETURN])
    settle(third, {})
    assert third.made() == []
    assert copy.timers == {PENDING: second.now + UNHEARD, RETURN: second.now + UNHEARD}
    fourth = turn_at(timedelta(minutes=6), before=third)
    fourth.ring(copy, [PENDING, RETURN])
    settle(fourth, {})
    assert [made.decision for made in fourth.made()] == [Queue("returned", copy.team_named("t"))]


def test_the_sequence_is_kept_though_nothing_else_has_changed() -> None:
    """What is decided only if nothing happened since would be dropped for ever otherwise, and silence never end."""
    talk, first = Talk("x"), turn_at(timedelta(0))
    for event in (talk.opened(), talk.assigned("ana"), talk.said(by="attendant")):
        first.take(event)
    again = turn_at(timedelta(minutes=1), before=first)
    again.take(talk.said(note=True))
    assert [copy.sequence for copy in again.changed.values()] == [4]


@pytest.mark.parametrize("by", ["event", "timer"])
def test_the_customers_language_is_kept_where_the_queue_is_given_away_from(by: str) -> None:
    talk, first = Talk("x", contact_id="rosa"), turn_at(timedelta(0))
    first.take(talk.opened())
    again = turn_at(timedelta(minutes=1), before=first, customers={"rosa": Customer({"idioma": ("inglês",)})})
    if by == "event":
        again.take(talk.said())
    else:
        again.ring(again.copies[talk.id], ["recompute"])
    assert again.copies[talk.id].language == "en"


@pytest.mark.parametrize(
    ("team_id", "moves"), [("gone", True), ("t", False), (None, False)], ids=["deleted", "there", "none"]
)
def test_what_waits_in_the_queue_of_a_deleted_team_goes_to_that_of_all(team_id: str | None, moves: bool) -> None:
    """An attendant kept it when the team was deleted, and it goes back to the queue after that."""
    talk, first = Talk("x", team_id=team_id), turn_at(timedelta(0), [leave_deleted_team])
    for event in (talk.opened(), talk.assigned("ana"), talk.queued(team_id)):
        first.take(event)
    copy = first.copies[talk.id]
    assert copy.timers == ({TIMER: NOON + SETTLES} if moves else {})
    later = turn_at(SETTLES, [leave_deleted_team], first)
    later.ring(copy, [TIMER])
    settle(later, online())
    assert [made.decision for made in later.made()] == ([Queue("team_closed")] if moves else [])
    assert TIMER not in copy.timers


def test_a_team_that_was_made_a_moment_ago_keeps_what_waits_in_it() -> None:
    """A process may have the settings of a second ago in memory."""
    talk, first = Talk("x", team_id="t"), turn_at(timedelta(0), [leave_deleted_team])
    first.tenants = {"x": Tenant("x", 1)}
    first.take(talk.opened())
    later = turn_at(SETTLES, [leave_deleted_team], first)
    later.ring(first.copies[talk.id], [TIMER])
    assert later.made() == []


def test_a_person_who_acts_in_the_same_batch_wins_over_what_was_decided_on_what_came_before() -> None:
    """It would go out with the placement of the person's own deed, and so be done."""

    def part(scene: Scene) -> Sequence[Decision]:
        return [Queue("rule", Named(id="t", name="t"))] if scene.event and scene.event.sequence == 1 else ()

    talk, turn = Talk("x"), turn_at(timedelta(0), [part])
    turn.take(talk.opened())
    turn.take(talk.assigned("bia"))
    settle(turn, online("bia"))
    assert turn.made() == []


def test_the_customer_is_not_silent_while_we_owe_the_answer_though_we_spoke_last() -> None:
    """Closed too early and reopened: who waited then waits again."""
    talk, turn = Talk("x"), turn_at(timedelta(0))
    for event in (talk.opened(), talk.assigned("ana"), talk.said(by="attendant")):
        turn.take(event)
    copy = turn.copies[talk.id]
    assert silent_since(copy, undelivered=False) == talk.at
    copy.waiting_since = talk.at
    assert silent_since(copy, undelivered=False) is None


def test_what_was_erased_is_nobodys_and_what_is_heard_late_does_not_bring_it_back() -> None:
    talk, first = Talk("x", team_id="t"), turn_at(timedelta(0))
    for event in (talk.opened(), talk.assigned("ana"), talk.said("meu segredo")):
        first.take(event)
    floor = Floor(TENANT, online("ana"), Pool("x", counted=True), first.now)
    first.count(floor)
    copy = first.copies[talk.id]
    assert (copy.charge, floor.open_in("t")) == (Charge("ana", "t", 1, "whatsapp"), 1)
    second = turn_at(timedelta(hours=1), before=first)
    second.end(copy)
    assert second.needs_floor(TENANT)
    second.count(floor)
    second.take(talk.said("e mais um"))
    second.take(talk.reopened())
    assert (floor.open_in("t"), floor.attendants["ana"].load) == (0, 0)
    assert (copy.active, copy.charge, copy.timers, copy.first_text, copy.contact_name) == (False, None, {}, "", None)
    assert second.made() == []


def test_what_an_earlier_version_counted_without_its_channel_is_counted_by_it_when_it_is_looked_at() -> None:
    talk, turn = Talk("x", team_id="t"), turn_at(timedelta(0))
    for event in (talk.opened(), talk.assigned("ana")):
        turn.take(event)
    copy = turn.copies[talk.id]
    copy.charge = Charge("ana", "t", 1)
    floor = Floor(TENANT, online("ana", loads={"ana": {"t": 1}}), Pool("x", {"t": 1}, counted=True), turn.now)
    turn.count(floor)
    ana = floor.attendants["ana"]
    assert (ana.load, dict(ana.by_channel), floor.open_in("t")) == (1, {"whatsapp": 1}, 1)
    again = turn_at(timedelta(hours=1), before=turn)
    again.take(talk.closed())
    again.count(floor)
    assert (floor.attendants["ana"].load, dict(floor.attendants["ana"].by_channel)) == (0, {})
