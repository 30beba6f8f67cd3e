"""Conversations that wait in the queue of a team that is no more: they wait in that of all."""

from collections.abc import Sequence
from datetime import timedelta

from atd_routing.domain.decisions import Decision, Queue
from atd_routing.domain.scene import Scene

TIMER = "team_gone"

SETTLES = timedelta(seconds=5)
"""A team that is not known may have been made a moment ago; after this it would be known."""


def leave_deleted_team(scene: Scene) -> Sequence[Decision]:
    """Let what came into the queue of a deleted team wait with what has no team: nobody gives anything of the former.

    A team in whose queue something waits cannot be deleted; what its members had open comes back later.
    """
    conversation = scene.conversation
    team_id = conversation.team_id
    lost = conversation.waits and conversation.pending is None and team_id is not None
    if not lost or team_id in scene.tenant.teams:
        if TIMER in conversation.timers:
            conversation.set_timer(TIMER, None)
        return ()
    if scene.timer == TIMER:
        return [Queue("team_closed")]
    if TIMER not in conversation.timers:
        conversation.set_timer(TIMER, scene.now + SETTLES)
    return ()
