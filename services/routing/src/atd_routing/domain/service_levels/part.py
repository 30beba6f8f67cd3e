"""The part of routing that keeps the clocks of service levels: shows them, warns, and tells of targets missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Decision, ShowServiceLevel
from atd_routing.domain.hours.calendar import ALWAYS_OPEN, Calendar
from atd_routing.domain.scene import Scene
from atd_routing.domain.service_levels.clocks import Clock, clocks
from atd_routing.domain.service_levels.history import History, begun, from_stored, heard, to_stored
from atd_routing.domain.service_levels.policies import ServiceLevel, policy_for
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import ServiceLevelView

TIMER = "service_level"

HEARING = timedelta(seconds=2)
"""A target counts as missed this much after it was due: an answer that was given in time may still be on its way."""

Happened = Literal["warning", "breach"]


def keep_service_levels(scene: Scene) -> Sequence[Decision]:
    """What is shown from now on of the conversation's targets, and what has happened to them.

    Its own state in the copy: the history, the last view (`shown`), and what was told of which clock (`told`): of each
    clock one warning and one breach, whatever becomes of the policy later. A warning that is late is left out where
    the target is missed already.
    """
    conversation, levels = scene.conversation, scene.tenant.service_levels
    stored = conversation.service_level
    if not levels:
        return _forgotten(conversation) if stored else ()
    before = from_stored(stored) if stored else begun(conversation)
    history = heard(before, conversation, scene.event, scene.now)
    level = policy_for(levels, conversation)
    basis = _basis(scene, level)
    if stored and history == before and stored["basis"] == basis and scene.timer is None:
        return ()
    judged_at = scene.now - HEARING
    now = () if level is None else clocks(history, level, working_time(scene.tenant, conversation, level), judged_at)
    view = None if level is None else ServiceLevelView(policy=level.named, targets=tuple(one.view for one in now))
    told, happened = _told(stored.get("told", ()), now, judged_at, history)
    shown = None if view is None else view.model_dump(mode="json")
    is_new = shown != stored.get("shown")
    conversation.service_level = {**to_stored(history), "basis": basis, "shown": shown, "told": told}
    conversation.set_timer(TIMER, _next_look(now, told))
    if happened:
        return [ShowServiceLevel(view, one) for one in happened]
    return [ShowServiceLevel(view)] if is_new else ()


def working_time(tenant: Tenant, conversation: RoutedConversation, level: ServiceLevel) -> Calendar:
    """Which time counts for a conversation under a policy."""
    if level.time == "around_the_clock":
        return ALWAYS_OPEN
    return tenant.hours.calendar(account_id=conversation.account_id, team_id=conversation.team_id)


def _forgotten(conversation: RoutedConversation) -> Sequence[Decision]:
    """The company has no policies any more."""
    shown = conversation.service_level.get("shown")
    conversation.service_level = {}
    conversation.set_timer(TIMER, None)
    return () if shown is None else [ShowServiceLevel(None)]


def _basis(scene: Scene, level: ServiceLevel | None) -> list[Any]:
    """What clocks depend on beside the history: nothing else can have changed them before their timer rings."""
    return [scene.tenant.revision, level and level.id, scene.conversation.team_id]


def _told(
    before: Sequence[str], now: Sequence[Clock], judged_at: datetime, history: History
) -> tuple[list[str], list[Happened]]:
    """What has been told of the clocks from now on, and what is to be told now."""
    told, happened = [one for one in before if _counts(one, history)], list[Happened]()
    for clock in now:
        if clock.breached_at is not None:
            news: Happened | None = None if _name(clock, "breach") in told else "breach"
        else:
            news = "warning" if _awaits_warning(clock, told) and _passed(clock.warn_at, judged_at) else None
        if news is not None:
            told, happened = [*told, _name(clock, news)], [*happened, news]
    return told, happened


def _name(clock: Clock, what: Happened) -> str:
    return f"{clock.target}:{clock.turn}:{what}"


def _awaits_warning(clock: Clock, told: Sequence[str]) -> bool:
    """Whether a warning is still to come: not after it was given, and not after the target was once told as missed."""
    return clock.warn_at is not None and not {_name(clock, "warning"), _name(clock, "breach")} & set(told)


def _passed(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _counts(told: str, history: History) -> bool:
    """Whether it was told of a clock that is still looked at: earlier turns are over."""
    target, turn, _ = told.split(":")
    return target != "next_response" or turn == str(history.turn)


def _next_look(now: Sequence[Clock], told: Sequence[str]) -> datetime | None:
    """When the next warning or breach is to be told."""
    running = [clock for clock in now if clock.state == "running"]
    looks = (clock.warn_at if _awaits_warning(clock, told) else clock.due_at for clock in running)
    first = min((at for at in looks if at is not None), default=None)
    return None if first is None else first + HEARING
