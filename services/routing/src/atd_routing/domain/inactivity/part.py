"""The part of routing that acts on silence."""

from collections.abc import Sequence
from typing import Any

from atd_routing.domain.decisions import Decision
from atd_routing.domain.inactivity.silence import TIMER, keep_silence
from atd_routing.domain.inactivity.waiting import ACCEPT_TIMER, NO_ANSWER_TIMER, keep_waiting
from atd_routing.domain.scene import Scene
from atd_routing.domain.service_levels.history import is_answer
from atd_schemas.conversation import MessageChanged

TIMERS = (TIMER, ACCEPT_TIMER, NO_ANSWER_TIMER)


def keep_inactivity(scene: Scene) -> Sequence[Decision]:
    """What is done now about silence, and when it is looked at again."""
    conversation, policies = scene.conversation, scene.tenant.inactivity
    if policies.empty:
        return _forgotten(scene)
    state = dict(conversation.inactivity)
    _note_delivery(scene, state)
    policy = policies.of(conversation.team_id)
    decided = [*keep_waiting(scene, policy, state), *keep_silence(scene, policy, state)]
    if state != conversation.inactivity:
        conversation.inactivity = state
    return decided


def _note_delivery(scene: Scene, state: dict[str, Any]) -> None:
    """Keep whether our last answer failed: who never got it does not owe one."""
    event = scene.event
    if not isinstance(event, MessageChanged):
        return
    message = event.data.message
    if is_answer(event):
        state["answer_id"] = message.id
        state.pop("undelivered", None)
    if message.id == state.get("answer_id"):
        if message.status == "failed":
            state["undelivered"] = True
        else:
            state.pop("undelivered", None)


def _forgotten(scene: Scene) -> Sequence[Decision]:
    conversation = scene.conversation
    if conversation.inactivity:
        conversation.inactivity = {}
    for name in TIMERS:
        if name in conversation.timers:
            conversation.set_timer(name, None)
    return ()
