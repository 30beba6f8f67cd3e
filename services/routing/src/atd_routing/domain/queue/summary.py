"""How a team stands: who is there, and how much room there is."""

import math
from dataclasses import dataclass
from typing import get_args

from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.teams import Team
from atd_schemas.views import ChannelKind

_KINDS: frozenset[ChannelKind] = frozenset(get_args(ChannelKind))


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """How a team stands.

    `room`: how many more conversations its online members can be given, of weight 1 and of kinds of channel that have
    room; None: any number. `full_channels`: the kinds of which none of them can be given another one, though they may
    have more of others.
    """

    online: int
    away: int
    busy: int
    room: int | None
    full_channels: tuple[ChannelKind, ...] = ()


def standing_of(floor: Floor, team: Team) -> TeamStanding:
    """How the team stands now."""
    states = [floor.attendants[one].state for one in team.members if one in floor.attendants]
    room = _room(floor, team)
    return TeamStanding(
        online=sum(1 for _ in floor.present(team)),
        away=states.count("away"),
        busy=states.count("busy"),
        room=room,
        full_channels=() if room == 0 else floor.full_kinds(team.id),
    )


def _room(floor: Floor, team: Team) -> int | None:
    total = sum(_room_of(floor, team, member_id) for member_id in team.members if floor.is_there(member_id))
    if team.team_limit is not None:
        total = min(total, max(team.team_limit - floor.open_in(team.id), 0))
    return None if math.isinf(total) else int(total)


def _room_of(floor: Floor, team: Team, attendant_id: str) -> float:
    """How many more of weight 1 a member can have."""
    attendant, member = floor.attendants[attendant_id], team.members[attendant_id]
    rooms = [math.inf]
    if team.limit is not None:
        rooms.append(max(math.floor(team.limit - attendant.load), 0))
    if member.limit is not None:
        rooms.append(max(math.floor(member.limit - attendant.load_in(team.id)), 0))
    if team.channel_limits.keys() >= _KINDS:  # else there is a kind of which they get any number
        rooms.append(sum(max(most - attendant.by_channel.get(one, 0), 0) for one, most in team.channel_limits.items()))
    return min(rooms)
