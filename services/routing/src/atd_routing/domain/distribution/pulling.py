"""Somebody asks for the next conversation: the first of their teams' queues, if they have room for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import Given, team_for
from atd_routing.domain.distribution.order import place
from atd_routing.domain.teams import Team
from atd_schemas.views import ChannelKind

PullRefusal = Literal["queue_empty", "no_room", "not_available"]


class PullRefused(Exception):
    """There is nothing for them: no conversation, no room for it, or they are not there.

    `soon`: one that fits is on its way into one of their queues; who asks again in a moment gets it.
    """

    def __init__(self, code: PullRefusal, *, soon: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.soon = soon


@dataclass(slots=True)
class Pull:
    """What somebody is offered. `queues`: those of their teams; `""` where conversations without a team are theirs."""

    floor: Floor
    attendant_id: str
    teams: Sequence[Team]
    queues: Sequence[str]
    _offered: list[RoutedConversation] = field(default_factory=list)

    def offer(self, waiting: Iterable[RoutedConversation]) -> None:
        """More of what waits in their queues."""
        self._offered += waiting

    def chosen(self) -> Given:
        """The first one that fits; what they gave away, or did not answer, after all others. Raises `PullRefused`."""
        refusal: PullRefusal = "queue_empty"
        soon = False
        for conversation in sorted(self._offered, key=self._wanted_first):
            team = team_for(self.floor.tenant, conversation)
            if team is None or self.attendant_id not in team.members:
                continue
            fits = self.floor.team_has_room(team) and self._fits(team, conversation.channel)
            if fits and conversation.pending is None:
                return Given(conversation, self.attendant_id, team.id, "pulled")
            soon = soon or fits
            refusal = refusal if fits else "no_room"
        raise PullRefused("queue_empty" if soon else refusal, soon=soon)

    def full_kinds(self) -> tuple[ChannelKind, ...]:
        """The kinds of channel of which no other conversation of any of their teams fits."""
        limited: set[ChannelKind] = {kind for team in self.teams for kind in team.channel_limits}
        return tuple(kind for kind in sorted(limited) if not any(self._fits(team, kind) for team in self.teams))

    def _fits(self, team: Team, channel: ChannelKind) -> bool:
        member = team.members[self.attendant_id]
        return self.floor.fits(member, team, team.weight(channel), channel)

    def _wanted_first(self, conversation: RoutedConversation) -> tuple[bool, tuple[datetime, str]]:
        return self.attendant_id in conversation.not_for, place(conversation)


def next_for(floor: Floor, attendant_id: str, team_id: str | None = None) -> Pull:
    """What an attendant can be offered. Raises `PullRefused` when they are not there."""
    if not floor.is_there(attendant_id):
        raise PullRefused("not_available")
    mine = [team for team in floor.tenant.teams.values() if attendant_id in team.members]
    teams = [team for team in mine if team_id is None or team.id == team_id]
    default = floor.tenant.distribution.default_team_id
    queues = [team.id for team in teams] + ([""] if any(team.id == default for team in teams) else [])
    return Pull(floor, attendant_id, teams, queues)
