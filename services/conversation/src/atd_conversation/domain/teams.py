"""What is known here of the teams that routing owns."""

from collections.abc import Mapping
from dataclasses import dataclass

from atd_schemas.views import Named

MOST_TEAMS = 1000
"""Teams of a tenant whose names are kept in memory; routing allows fewer."""


@dataclass(frozen=True, slots=True)
class TeamCopy:
    """A team. One that was deleted keeps its name, for conversations that were its own, and gets no more of them."""

    id: str
    name: str
    member_ids: frozenset[str] = frozenset()
    deleted: bool = False

    @property
    def named(self) -> Named:
        """The team as conversations show it."""
        return Named(id=self.id, name=self.name)


def teams_of(teams: Mapping[str, TeamCopy], attendant_id: str) -> tuple[str, ...]:
    """The teams that an attendant is in, by their ids."""
    return tuple(one.id for one in teams.values() if attendant_id in one.member_ids and not one.deleted)
