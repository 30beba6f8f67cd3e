"""Conversations of who is not there any more: they go back to the queue of their team."""

from collections.abc import Sequence
from typing import Literal

from atd_routing.domain.availability.policy import Absence
from atd_routing.domain.decisions import Decision, Queue
from atd_routing.domain.scene import Scene

_PREFIX = "release"
_REASONS: dict[str, Literal["offline", "deactivated"]] = {"offline": "offline", "deactivated": "deactivated"}


def release_timer(absence: Absence, attendant_id: str) -> str:
    """The timer that lets a conversation go back, unless it is another attendant's by then."""
    return f"{_PREFIX}:{'deactivated' if absence == 'deactivated' else 'offline'}:{attendant_id}"


def release_from_absent(scene: Scene) -> Sequence[Decision]:
    """Let a conversation wait for somebody else when its attendant has been away for too long."""
    prefix, _, rest = (scene.timer or "").partition(":")
    if prefix != _PREFIX:
        return ()
    reason, _, attendant_id = rest.partition(":")
    one = scene.conversation
    if one.status != "open" or one.assignee_id != attendant_id or one.pending is not None or reason not in _REASONS:
        return ()
    team = scene.tenant.teams.get(one.team_id or "")
    return (Queue(_REASONS[reason], team=one.team_named(team.name if team else None)),)
