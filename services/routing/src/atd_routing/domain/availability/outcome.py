"""What follows from a changed presence: how its attendant is shown, and whether their conversations go to the queue."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.availability.policy import Absence, PresencePolicy
from atd_routing.domain.availability.presence import (
    Presence,
    Rules,
    Shown,
    absence_of,
    look,
    next_look,
    release_due,
    settled,
)
from atd_schemas.views import Named

RELEASED_AT_ONCE = 100
"""Conversations of one attendant that go back to the queue in one step; the rest follow in further steps."""

_NEXT_STEP = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`release`: their open conversations are to go back to the queue now, because of this absence."""

    presence: Presence
    attendant: Attendant
    release: Absence | None = None


def outcome(presence: Presence, attendant: Attendant, rules: Rules, now: datetime) -> Outcome:
    """What follows now."""
    presence = settled(presence, rules.policy, now)
    shown = look(presence, rules, now)
    attendant = _shown(replace(attendant, active=presence.active), shown, rules.policy, now)
    absence = absence_of(presence, shown)
    if absence is None and presence.released_at is not None:
        presence = replace(presence, released_at=None, released_some=False)
    due = release_due(presence, rules, shown, attendant.since)
    release = absence if due is not None and due <= now else None
    return Outcome(_looked_at_next(presence, attendant, rules, shown, now), attendant, release)


def released(found: Outcome, rules: Rules, number: int, now: datetime) -> Outcome:
    """After a step that took `number` conversations from the attendant: when to look again."""
    presence = replace(found.presence, released_at=now, released_some=number > 0)
    shown = look(presence, rules, now)
    presence = _looked_at_next(presence, found.attendant, rules, shown, now)
    if number >= RELEASED_AT_ONCE:
        presence = replace(presence, released_at=None, next_look=now + _NEXT_STEP)
    return Outcome(presence, found.attendant)


def _looked_at_next(presence: Presence, attendant: Attendant, rules: Rules, shown: Shown, now: datetime) -> Presence:
    moments = [next_look(presence, rules, now), release_due(presence, rules, shown, attendant.since)]
    return replace(presence, next_look=min((at for at in moments if at is not None), default=None))


def _shown(attendant: Attendant, shown: Shown, policy: PresencePolicy, now: datetime) -> Attendant:
    reason = None
    if shown.reason_id is not None:
        known = policy.reasons.get(shown.reason_id)
        reason = Named(id=shown.reason_id, name=known.name if known else None)
    same = (attendant.state, attendant.reason and attendant.reason.id) == (shown.state, shown.reason_id)
    return replace(
        attendant,
        state=shown.state,
        chosen=shown.chosen,
        reason=reason,
        until=shown.until,
        since=attendant.since if same else now,
    )
