"""How a team stands: who is there, and how much room there is."""

import math
from dataclasses import dataclass

from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.teams import Team


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """`room`: how many more conversations its online members can be given, of weight 1; None: any number."""

    online: int
    away: int
    busy: int
    room: int | None


def standing_of(floor: Floor, team: Team) -> TeamStanding:
    """How the team stands now."""
    states = [floor.attendants[one].state for one in team.members if one in floor.attendants]
    return TeamStanding(
        online=sum(1 for _ in floor.present(team)),
        away=states.count("away"),
        busy=states.count("busy"),
        room=_room(floor, team),
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
    return min(rooms)
