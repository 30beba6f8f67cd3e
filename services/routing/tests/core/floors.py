"""Teams, attendants and waiting conversations in memory, for tests of who gets what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import Charge, RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import Given, give
from atd_routing.domain.distribution.pool import Pool
from atd_routing.domain.teams import Member, Team
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import ChannelKind

from .talks import NOON


def team_of(*members: str, id: str = "t", limits: Mapping[str, float] | None = None, **values: Any) -> Team:  # noqa: A002
    """A team of these attendants."""
    told = {one: Member(one, (limits or {}).get(one)) for one in members}
    return Team(id=id, name=id, members=told, **values)


def online(*names: str, loads: Mapping[str, Mapping[str, float]] | None = None) -> dict[str, Attendant]:
    """Attendants who are there, with what they have by team."""
    return {one: Attendant(one, "x", NOON, name=one, state="online", loads=(loads or {}).get(one, {})) for one in names}


def waiting(number: int, team_id: str | None = "t", **values: Any) -> RoutedConversation:
    """One that waits since so many seconds after noon."""
    since = NOON + timedelta(seconds=number)
    told: dict[str, Any] = {
        "id": f"c{number:04}", "tenant_id": "x", "number": number, "status": "queued", "channel": "whatsapp",
        "account_id": "a", "contact_id": f"p{number}", "opened_at": since, "queued_at": since, "team_id": team_id,
    }  # fmt: skip
    return RoutedConversation(**told | values)


class Hall:
    """A company's floor from one distribution to the next: what was given stays given."""

    def __init__(self, *teams: Team, attendants: Mapping[str, Attendant], **policy: Any) -> None:
        self.tenant = Tenant("x", 1, {team.id: team for team in teams}, **policy)
        self.attendants = dict(attendants)
        self.pool = Pool("x", counted=True)
        self.now = NOON + timedelta(hours=1)

    def floor(self) -> Floor:
        return Floor(self.tenant, self.attendants, self.pool, self.now)

    def give(self, *queue: RoutedConversation) -> list[Given]:
        """Who gets what now."""
        floor = self.floor()
        given = give(floor, queue)
        self.pool = replace(floor.pool_after(), version=self.pool.version + 1)
        self.attendants |= {after.id: after for _, after in floor.changed_attendants()}
        self.now += timedelta(seconds=1)
        return given

    def ends(self, attendant_id: str, team_id: str = "t", weight: float = 1, channel: ChannelKind = "whatsapp") -> None:
        """One of theirs is closed."""
        floor = self.floor()
        floor.charge(Charge(attendant_id, team_id, weight, channel), None)
        self.pool, self.attendants = floor.pool_after(), floor.attendants

    def state(self, attendant_id: str, state: Any) -> None:
        """Somebody comes or goes, and the queues are looked at."""
        known = self.attendants.get(attendant_id) or Attendant(attendant_id, "x", self.now, name=attendant_id)
        self.attendants[attendant_id] = replace(known, state=state, since=self.now)
        self.give()

    def to(self, *queue: RoutedConversation) -> list[str]:
        """Who gets each of them, in order; "" for who waits."""
        given = {one.conversation.id: one.attendant_id for one in self.give(*queue)}
        return [given.get(one.id, "") for one in queue]


def at(**passed: float) -> datetime:
    return NOON + timedelta(**passed)
