"""What is known here of the teams that routing owns."""

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
