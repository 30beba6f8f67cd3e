"""What is decided only if nothing at all has happened since: the sequence that it was decided on goes with it."""

from itertools import count
from typing import Any

import pytest

from atd_routing.domain.decisions import Assign, Close, Queue, SayOnly
from atd_routing.domain.scene import Scene
from atd_routing.domain.tenant import Tenant
from atd_routing.domain.turn import Turn
from atd_routing.store.publishing import event_of
from atd_schemas.views import Named

from .talks import NOON, Talk

ANA = Named(id="ana", name="Ana")


def turn_of(decision: Any) -> Turn:
    """A turn in which this is decided on the event of an answer."""

    def part(scene: Scene) -> list[Any]:
        return [decision] if scene.event is not None and scene.event.type == "message.sent" else []

    numbers = count()
    return Turn(NOON, lambda: f"d{next(numbers)}", [part], {"t": Tenant("t", 1)})


@pytest.mark.parametrize(
    ("decision", "placement", "sequence"),
    [
        (Close("customer_silent"), None, 3),
        (SayOnly((), strict=True), None, 3),
        (SayOnly(()), None, None),
        (SayOnly((), placed=True), 2, None),
        (Queue("no_answer", strict=True), 2, 3),
        (Queue("rule"), 2, None),
        (Assign(ANA, "returned", strict=True), 2, 3),
    ],
    ids=lambda value: type(value).__name__ if value and not isinstance(value, int) else "",
)
def test_message_of_the_same_batch_overtakes_what_was_decided_on_the_one_before(
    decision: Any, placement: int | None, sequence: int | None
) -> None:
    talk, turn = Talk("t"), turn_of(decision)
    for event in (talk.opened(), talk.assigned("ana"), talk.said(by="attendant"), talk.said()):
        turn.take(event)
    (made,) = turn.made()
    assert made.conversation.sequence == 4
    condition = event_of(made, NOON).data.condition
    assert (condition.placement, condition.sequence) == (placement, sequence)
    assert talk.hear(event_of(made, NOON)) is None or sequence is None


def test_what_is_said_of_a_queue_is_not_said_where_somebody_got_it_in_the_same_batch() -> None:
    talk, turn = Talk("t"), turn_of(SayOnly((), placed=True))
    for event in (talk.opened(), talk.said(by="attendant"), talk.assigned("ana")):
        turn.take(event)
    (made,) = turn.made()
    assert event_of(made, NOON).data.condition.placement == 1
    assert talk.placement == 3
