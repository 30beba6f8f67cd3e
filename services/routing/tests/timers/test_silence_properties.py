"""Silence, whatever happens: nobody is closed who waits for us, and no timer rings for ever."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from atd_routing.domain.decisions import Assign, Close, Decision, Queue, SayOnly
from atd_routing.domain.inactivity.part import keep_inactivity
from atd_routing.domain.inactivity.policies import Inactivity, InactivityPolicies
from atd_routing.domain.scene import Scene
from atd_routing.domain.service_levels.part import keep_service_levels
from atd_routing.domain.service_levels.policies import ServiceLevel
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import Named, TransferView

from .desk import Desk, moment, office

MINUTE = timedelta(minutes=1)
ANA, BIA = Named(id="ana"), Named(id="bia")


def hands_over(one: Desk) -> Desk:
    return one.transfer(TransferView(from_attendant=ANA, to_attendant=BIA, at=one.now))


def reminded(one: Desk) -> Desk:
    return one.automatic("silence_reminder")


DEEDS: dict[str, Any] = {
    "answer": Desk.answer,
    "customer": Desk.customer,
    "snooze": Desk.snooze,
    "close": Desk.close,
    "note": Desk.note,
    "reminded": reminded,
    "assign": Desk.assign,
    "queue": lambda one: one.assign(None),
    "hands over": hands_over,
    "failed": lambda one: one.receipt("failed"),
    "read": lambda one: one.receipt("read"),
    "look": Desk.look,
}
STORY = st.lists(st.tuples(st.integers(0, 90), st.sampled_from(sorted(DEEDS))), min_size=4, max_size=20)
LIMITS = st.one_of(st.none(), st.integers(1, 60).map(lambda minutes: minutes * MINUTE))
POLICY = st.builds(
    Inactivity,
    no_answer_after=LIMITS,
    accept_within=LIMITS,
    remind_after=LIMITS,
    reminder=st.just({"pt-BR": "?"}),
    close_after=LIMITS,
)


def watched(scene: Scene) -> Sequence[Decision]:
    """Both parts, as they look at a scene one after the other, and what must hold of what they decide."""
    decided = [*keep_service_levels(scene), *keep_inactivity(scene)]
    conversation = scene.conversation
    for one in decided:
        if isinstance(one, (Close, SayOnly)):
            assert conversation.status == "open"
            assert conversation.waiting_since is None
            assert conversation.transfer is None
            assert conversation.last_spoke == "attendant"
            assert conversation.last_answer_at is not None
            assert scene.now > conversation.last_answer_at
        if isinstance(one, Queue) and one.reason == "no_answer":
            assert conversation.assignee_id is not None
            assert conversation.waiting_since is not None
        if isinstance(one, (Assign, Queue)):
            assert one.strict
    assert sum(isinstance(one, (Assign, Queue, Close)) for one in decided) <= 1
    assert all(due > scene.now for due in conversation.timers.values()), "what is due is not due again at once"
    return decided


@settings(max_examples=30, deadline=None)
@given(STORY, POLICY)
def test_nobody_is_closed_who_waits_for_us_and_no_timer_rings_for_ever(
    story: list[tuple[int, str]], policy: Inactivity
) -> None:
    level = ServiceLevel(
        "p", "p", {"first_response": 5 * MINUTE, "next_response": 5 * MINUTE, "resolution": 60 * MINUTE}
    )
    tenant = Tenant("t", 1, hours=office(), service_levels=(level,), inactivity=InactivityPolicies(policy))
    one = Desk(tenant, watched, moment("mon 16:00")).open()
    for gap, deed in story:
        one.later(minutes=gap)
        if one.conversation.status != "closed" or deed in ("customer", "look"):
            DEEDS[deed](one)
