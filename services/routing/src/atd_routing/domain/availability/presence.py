"""The state machine of availability: devices, choices and breaks, and what follows from them at a moment.

Nothing is switched: the state is worked out from what is known whenever something happens, and at `next_look`, the
earliest moment at which it may be another one by itself. So it does not matter how often, late, or by which process it
is worked out, and two things that are true at once cannot undo each other: **what was chosen by hand stands** over
every page that is loaded, device that is opened or closed, and shift that begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from atd_routing.domain.availability.policy import Absence, Break, PresencePolicy
from atd_schemas.attendants import DEVICE_GRACE_SECONDS
from atd_schemas.views import AvailabilityState

MOST_DEVICES = 50
"""Of one attendant, those that are gone and still remembered included; the ones heard of longest ago are forgotten."""

_SILENCE = timedelta(seconds=DEVICE_GRACE_SECONDS)
_REMEMBERED = timedelta(minutes=10)  # a device that is gone: an earlier word of it may come again, after it
_RELEASE_AGAIN = timedelta(minutes=5)
_RELEASE_CHECK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Device:
    """One open browser. `seen_at`: its last word. `gone_at`: it was closed then; its id never comes back."""

    seen_at: datetime
    gone_at: datetime | None = None

    def keeps_until(self, policy: PresencePolicy) -> datetime:
        """Until when its attendant counts as there because of it."""
        if self.gone_at is not None:
            return self.gone_at + policy.grace
        return self.seen_at + max(_SILENCE, policy.grace)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose by hand, at a time; `until`: it ends by itself. `by`: who did, the attendant or another."""

    state: AvailabilityState
    at: datetime
    by: str
    reason_id: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one attendant's being there.

    Attributes:
        active: they have an account.
        revision: of their account, as it was told last.
        devices: by id.
        used_at: when they last touched any device, as far as devices have told.
        begun_on: the day on which they last came, by the company's clock.
        held: they came as `away`, by the policy, and have chosen nothing since.
        released_at: when their conversations were last taken from them in the present absence.
        released_some: whether there were any then.
        next_look: when the state may change by itself; None: it does not.
        version: counts the saves; 0: not stored yet.
    """

    attendant_id: str
    tenant_id: str
    active: bool = True
    revision: int = 0
    devices: Mapping[str, Device] = field(default_factory=dict)
    used_at: datetime | None = None
    choice: Choice | None = None
    begun_on: date | None = None
    held: bool = False
    released_at: datetime | None = None
    released_some: bool = False
    next_look: datetime | None = None
    version: int = 0

    def there_until(self, policy: PresencePolicy) -> datetime | None:
        """Until when a device keeps them present, if nothing more is heard."""
        return max((one.keeps_until(policy) for one in self.devices.values()), default=None)

    def is_there(self, policy: PresencePolicy, now: datetime) -> bool:
        """Whether any device keeps them present."""
        until = self.there_until(policy)
        return until is not None and now < until


@dataclass(frozen=True, slots=True)
class Shown:
    """What follows from a presence at a moment."""

    state: AvailabilityState
    chosen: bool = False
    reason_id: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a presence is judged by: the company's policy, and the attendant's teams."""

    policy: PresencePolicy
    team_ids: frozenset[str] = frozenset()


# What happens.


def heard(
    presence: Presence, policy: PresencePolicy, device_id: str, now: datetime, *, used_at: datetime | None = None
) -> Presence:
    """A device is there. Who comes from being absent begins: a first time in a day with nothing chosen, by the policy.

    Opening the first device is touching it, if the device does not say otherwise.
    """
    known = presence.devices.get(device_id)
    if known is not None and known.gone_at is not None:
        return presence  # an earlier word that comes again
    before = settled(presence, policy, now)
    begins = not before.is_there(policy, now)
    if used_at is None and (begins or before.used_at is None):
        used_at = now
    used = max((at for at in (before.used_at, used_at) if at is not None), default=None)
    devices = _bounded({**before.devices, device_id: Device(now)})
    after = replace(before, devices=devices, used_at=used)
    return _begun(after, policy, now) if begins else after


def _begun(presence: Presence, policy: PresencePolicy, now: datetime) -> Presence:
    today = now.astimezone(policy.zone).date()
    if presence.begun_on == today:
        return presence
    choice = presence.choice
    if choice is not None and choice.state == "online":
        choice = None  # of an earlier day: it says that somebody was there then
    return replace(presence, begun_on=today, choice=choice, held=choice is None and policy.start_as == "away")


def closed(presence: Presence, device_id: str, now: datetime) -> Presence:
    """A device was closed. Others that are open keep its attendant present, and so does the grace."""
    known = presence.devices.get(device_id)
    if known is None or known.gone_at is not None:
        return presence
    return replace(presence, devices={**presence.devices, device_id: Device(known.seen_at, now)})


def chosen(presence: Presence, choice: Choice) -> Presence:
    """Somebody chose by hand. The attendant who does so is there and touches a device."""
    used_at = choice.at if choice.by == presence.attendant_id else presence.used_at
    return replace(presence, choice=choice, held=False, used_at=used_at)


def settled(presence: Presence, policy: PresencePolicy, now: datetime) -> Presence:
    """Without what is over: silent devices, a choice whose time has come, `offline` of who has left since."""
    devices = {
        id_: one
        for id_, one in presence.devices.items()
        if now < (one.keeps_until(policy) if one.gone_at is None else max(one.keeps_until(policy), _forgotten_at(one)))
    }
    choice = presence.choice
    if choice is not None and choice.until is not None and choice.until <= now:
        choice = None
    if choice is not None and choice.state == "offline" and not presence.is_there(policy, now):
        choice = None
    if choice is presence.choice and len(devices) == len(presence.devices):
        return presence
    return replace(presence, devices=devices, choice=choice)


def _forgotten_at(device: Device) -> datetime:
    return (device.gone_at or device.seen_at) + _REMEMBERED


def _bounded(devices: Mapping[str, Device]) -> Mapping[str, Device]:
    newest = sorted(devices.items(), key=lambda item: item[1].gone_at or item[1].seen_at)[-MOST_DEVICES:]
    return dict(newest)


# What follows.


def look(presence: Presence, rules: Rules, now: datetime) -> Shown:
    """How available somebody is now. The first rule that applies decides.

    No account, or no device: offline. Chosen offline. A break that began after the last choice: away. Chosen away, or
    busy. Came as away. Untouched for too long: away. Else online.
    """
    policy = rules.policy
    if not presence.active or not presence.is_there(policy, now):
        return Shown("offline")
    choice = _standing(presence.choice, now)
    if choice is not None and choice.state == "offline":
        return Shown("offline", chosen=True, until=choice.until)
    pause = _break_now(presence, rules, choice, now)
    if pause is not None:
        _, end, planned = pause
        return Shown("away", reason_id=planned.reason_id, until=end)
    if choice is not None and choice.state != "online":
        return Shown(choice.state, chosen=True, reason_id=choice.reason_id, until=choice.until)
    if presence.held or _is_untouched(presence, policy, now):
        return Shown("away")
    return Shown("online", chosen=choice is not None)


def _standing(choice: Choice | None, now: datetime) -> Choice | None:
    return None if choice is None or (choice.until is not None and choice.until <= now) else choice


def _break_now(
    presence: Presence, rules: Rules, choice: Choice | None, now: datetime
) -> tuple[datetime, datetime, Break] | None:
    """The break that it is now, unless they have chosen something since it began."""
    for begin, end, planned in rules.policy.breaks_of(presence.attendant_id, rules.team_ids, now):
        if begin <= now < end and (choice is None or choice.at < begin):
            return begin, end, planned
    return None


def _is_untouched(presence: Presence, policy: PresencePolicy, now: datetime) -> bool:
    if policy.untouched is None or presence.used_at is None:
        return False
    return now - presence.used_at >= policy.untouched


def next_look(presence: Presence, rules: Rules, now: datetime) -> datetime | None:
    """The earliest moment after `now` at which `look` may give another answer though nothing happens."""
    policy, moments = rules.policy, list[datetime | None]()
    moments.append(presence.there_until(policy))
    if presence.active and presence.is_there(policy, now):
        if presence.choice is not None:
            moments.append(presence.choice.until)
        if policy.untouched is not None and presence.used_at is not None:
            moments.append(presence.used_at + policy.untouched)
        for begin, end, _ in policy.breaks_of(presence.attendant_id, rules.team_ids, now):
            moments += [begin, end]
    return min((at for at in moments if at is not None and at > now), default=None)


def absence_of(presence: Presence, shown: Shown) -> Absence | None:
    """In which way somebody does not take care of their conversations; None: they do."""
    if not presence.active:
        return "deactivated"
    return shown.state if shown.state in ("away", "offline") else None


def release_due(presence: Presence, rules: Rules, shown: Shown, since: datetime) -> datetime | None:
    """When the open conversations of who is absent `since` then go back to the queue, the first time or once more.

    Once more, because somebody may have given them another one meanwhile.
    """
    absence = absence_of(presence, shown)
    after = None if absence is None else rules.policy.release.get(absence)
    if after is None:
        return None
    if presence.released_at is None or presence.released_at < since:
        return since + after
    if presence.released_some:
        return presence.released_at + max(after, _RELEASE_AGAIN)
    return None if absence == "deactivated" else presence.released_at + max(after, _RELEASE_CHECK)
