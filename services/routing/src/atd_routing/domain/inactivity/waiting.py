"""Attendants who do not answer, and transfers that nobody accepts: the conversation goes back.

It goes only if nothing at all has happened meanwhile: who has just answered, or accepted it, keeps it. While another
decision of ours is under way (`pending`), none is made.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Assign, Decision, Queue
from atd_routing.domain.hours.calendar import Calendar
from atd_routing.domain.inactivity.policies import Inactivity
from atd_routing.domain.scene import Scene

NO_ANSWER_TIMER = "no_answer"
ACCEPT_TIMER = "accept"

UNHEARD = timedelta(minutes=1)
"""When a decision is looked at again that nothing has been heard of."""


def keep_waiting(scene: Scene, policy: Inactivity, state: dict[str, Any]) -> Sequence[Decision]:
    """What is done now about a transfer that nobody accepts, else about an attendant who does not answer."""
    conversation = scene.conversation
    _note_opening(scene, state)
    free_at = _free_at(conversation, state)
    decided: Sequence[Decision] = ()
    for name, wanted, deed in (
        (ACCEPT_TIMER, _accept_by(scene, policy), _give_back),
        (NO_ANSWER_TIMER, _answer_by(scene, policy, state), _take_away),
    ):
        due = wanted if wanted is None or free_at is None else max(wanted, free_at)
        if due is not None and due <= scene.now:
            decided, due = decided or deed(conversation), scene.now + UNHEARD
            state["decided"] = [conversation.placement, due.isoformat()]
        conversation.set_timer(name, due)
    return decided


def _note_opening(scene: Scene, state: dict[str, Any]) -> None:
    """Keep since when it is open: who comes back to it after a snooze has all of the time to answer."""
    if scene.conversation.status != "open":
        state.pop("open_since", None)
    elif scene.event is not None and scene.before.known and scene.before.status != "open":
        state["open_since"] = scene.event.recorded_at.isoformat()


def _answer_by(scene: Scene, policy: Inactivity, state: dict[str, Any]) -> datetime | None:
    conversation = scene.conversation
    waits = conversation.status == "open" and conversation.assignee_id is not None
    if policy.no_answer_after is None or conversation.waiting_since is None or not waits:
        return None
    opened = state.get("open_since")
    known = (conversation.waiting_since, conversation.assigned_at, datetime.fromisoformat(opened) if opened else None)
    return _calendar(scene).add_working(max(at for at in known if at is not None), policy.no_answer_after)


def _accept_by(scene: Scene, policy: Inactivity) -> datetime | None:
    conversation, transfer = scene.conversation, scene.conversation.transfer
    if transfer is None or not _stands(conversation):
        return None
    if transfer.to_attendant is None and not policy.accept_in_teams:
        return None
    if transfer.accept_until is not None:
        return transfer.accept_until
    if policy.accept_within is None:
        return None
    return _calendar(scene).add_working(transfer.at, policy.accept_within)


def _stands(conversation: RoutedConversation) -> bool:
    """Whether the conversation is still where the transfer put it, and can go back to where it came from."""
    transfer = conversation.transfer
    if transfer is None:
        return False
    if transfer.to_attendant is not None:
        return conversation.status == "open" and conversation.assignee_id == transfer.to_attendant.id
    back = transfer.from_attendant or transfer.from_team
    to_team = transfer.to_team and transfer.to_team.id
    return conversation.waits and back is not None and conversation.team_id == to_team


def _free_at(conversation: RoutedConversation, state: dict[str, Any]) -> datetime | None:
    """Until when nothing is decided, because a decision is under way. What was overtaken has another placement."""
    placement, until = state.get("decided", (None, None))
    if placement != conversation.placement:
        state.pop("decided", None)
        until = None
    ends = [conversation.pending.expires_at] if conversation.pending is not None else []
    return max([*ends, *([datetime.fromisoformat(until)] if until is not None else [])], default=None)


def _give_back(conversation: RoutedConversation) -> Sequence[Decision]:
    transfer = conversation.transfer
    if transfer is None:
        return ()
    if transfer.to_attendant is not None:
        conversation.not_for |= {transfer.to_attendant.id}
    if transfer.from_attendant is not None:
        return [Assign(transfer.from_attendant, "returned", transfer.from_team, strict=True)]
    return [Queue("not_accepted", transfer.from_team or conversation.team_named(None), strict=True)]


def _take_away(conversation: RoutedConversation) -> Sequence[Decision]:
    if conversation.assignee_id is not None:
        conversation.not_for |= {conversation.assignee_id}
    return [Queue("no_answer", conversation.team_named(None), strict=True)]


def _calendar(scene: Scene) -> Calendar:
    conversation = scene.conversation
    return scene.tenant.hours.calendar(account_id=conversation.account_id, team_id=conversation.team_id)
