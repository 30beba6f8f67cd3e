"""An attendant as everybody sees them: how available they are, and how much they have to do.

Two concerns write it: availability (the state) and distribution (the load). So it is one value with one version, and
whoever decides on a state that has changed meanwhile decides again. Devices and choices, which change much more often
and matter to nobody else, are kept apart (`presence.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from atd_routing.domain.teams import Team
from atd_routing.domain.tenant import Tenant
from atd_schemas.attendants import AttendantEventType
from atd_schemas.views import AvailabilityState, AvailabilityView, ChannelKind, Named

NO_TEAM = "none"
"""Under this the load of conversations without a team is counted."""

_EXACT = 6  # decimals of a load: weights are people's numbers, and sums of floats must come back to 0


@dataclass(frozen=True, slots=True)
class Attendant:
    """One attendant.

    Attributes:
        active: they have an account; one that was deactivated is `offline`.
        since: when the state, or its reason, began.
        chosen: they or a supervisor said so, see `AvailabilityView`.
        loads: what their conversations weigh, by team (`NO_TEAM` without one).
        by_channel: how many conversations they have, by kind of channel.
        limit: the most that they may have, of all teams together; None: any.
        channel_limits: the most of a kind of channel; any number where it is absent.
        sequence: counts the events about them.
        order: their place in the outbox.
        version: counts the saves; 0: not stored yet.
    """

    id: str
    tenant_id: str
    since: datetime
    name: str | None = None
    active: bool = True
    role: str | None = None
    state: AvailabilityState = "offline"
    chosen: bool = False
    reason: Named | None = None
    until: datetime | None = None
    teams: tuple[Named, ...] = ()
    limit: float | None = None
    loads: Mapping[str, float] = field(default_factory=dict)
    channel_limits: Mapping[ChannelKind, int] = field(default_factory=dict)
    by_channel: Mapping[ChannelKind, int] = field(default_factory=dict)
    sequence: int = 0
    order: int = 0
    version: int = 0

    @property
    def online(self) -> bool:
        """Whether they are given conversations."""
        return self.active and self.state == "online"

    @property
    def load(self) -> float:
        """What all their conversations weigh."""
        return round(sum(self.loads.values()), _EXACT)

    @property
    def room(self) -> bool:
        """Whether another conversation fits."""
        return self.limit is None or self.load + 1 <= self.limit

    @property
    def full_channels(self) -> tuple[ChannelKind, ...]:
        """The kinds of channel of which no other conversation fits."""
        return tuple(sorted(one for one, most in self.channel_limits.items() if self.by_channel.get(one, 0) >= most))

    def is_in(self, team_id: str) -> bool:
        """Whether they are a member of the team."""
        return any(team.id == team_id for team in self.teams)

    def load_in(self, team_id: str | None) -> float:
        """What their conversations of one team weigh."""
        return self.loads.get(team_id or NO_TEAM, 0)

    def charged(self, deltas: Iterable[tuple[str | None, float]]) -> "Attendant":
        """With more load, or less, by team. A load never goes below nothing."""
        loads = dict(self.loads)
        for team_id, delta in deltas:
            key = team_id or NO_TEAM
            loads[key] = round(max(loads.get(key, 0) + delta, 0), _EXACT)
        return replace(self, loads={key: load for key, load in loads.items() if load})

    def counted(self, channel: ChannelKind | None, delta: int) -> "Attendant":
        """With more conversations of a kind of channel, or less, but never below none. None: of no known kind."""
        if channel is None:
            return self
        counts = {**self.by_channel, channel: max(self.by_channel.get(channel, 0) + delta, 0)}
        return replace(self, by_channel={kind: count for kind, count in counts.items() if count})

    def placed(self, tenant: Tenant) -> "Attendant":
        """In the teams, and with the limits, that the tenant has set now."""
        teams = [team for team in tenant.teams.values() if self.id in team.members]
        named = tuple(team.named for team in sorted(teams, key=_name))
        return replace(self, teams=named, limit=limit_of(self, tenant), channel_limits=channel_limits_of(teams))

    def view(self) -> AvailabilityView:
        """As others are shown them."""
        return AvailabilityView(
            id=self.id,
            name=self.name,
            state=self.state,
            since=self.since,
            chosen=self.chosen,
            reason=self.reason,
            until=self.until,
            teams=self.teams,
            room=self.room,
            load=self.load,
            limit=self.limit,
            full_channels=self.full_channels,
        )


def _name(team: object) -> str:
    return str(getattr(team, "name", "")).casefold()


def limit_of(attendant: Attendant, tenant: Tenant) -> float | None:
    """The most load at which a team of theirs would still give them something: the highest limit of their teams."""
    limits = [team.limit for team in tenant.teams.values() if attendant.id in team.members]
    found = [limit for limit in limits if limit is not None]
    return max(found) if limits and len(found) == len(limits) else None


def channel_limits_of(teams: Sequence[Team]) -> Mapping[ChannelKind, int]:
    """The most of each kind of channel at which one of these teams would still give another one."""
    limited = set.intersection(*(set(team.channel_limits) for team in teams)) if teams else set()
    return {kind: max(team.channel_limits[kind] for team in teams) for kind in sorted(limited)}


_SHOWN = ("state", "since", "chosen", "reason", "until", "name", "teams", "limit", "room", "full_channels")


def changed_fields(before: Attendant, after: Attendant) -> tuple[str, ...]:
    """What others must be told of. The load alone is not: only whether there is `room`."""
    return tuple(name for name in _SHOWN if getattr(before, name) != getattr(after, name))


def event_type(changed: Iterable[str], after: Attendant) -> AttendantEventType:
    """`attendant.<state>` when that has changed, else `attendant.updated`."""
    if "state" not in changed:
        return "attendant.updated"
    types: dict[AvailabilityState, AttendantEventType] = {
        "online": "attendant.online",
        "away": "attendant.away",
        "busy": "attendant.busy",
        "offline": "attendant.offline",
    }
    return types[after.state]
