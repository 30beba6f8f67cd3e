"""Who is there and what they have: the attendants of a tenant while its queues are given away.

The floor starts as stored and changes with every decision, so that the next one sees what the last one did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import Charge, RoutedConversation
from atd_routing.domain.distribution.pool import Pool, Turns
from atd_routing.domain.teams import Member, Team
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import ChannelKind

_EXACT = 1e-6


class Floor:
    """`attendants` and `pool` as they are after what was decided so far; `read` as the former were."""

    def __init__(self, tenant: Tenant, attendants: Mapping[str, Attendant], pool: Pool, now: datetime) -> None:
        self.tenant = tenant
        self.now = now
        self.read = attendants
        self.attendants = dict(attendants)
        self.pool = pool
        self._open = dict(pool.open)
        self._idle_since = dict(pool.idle_since)
        self._turns: dict[str, Turns] = dict(pool.turns)
        self._levelled: set[str] = set()
        self._kept_free: list[Charge] = []
        self._touched: set[str] = set()

    # ------------------------------------------------------------------ what is there

    def open_in(self, team_id: str) -> int:
        """How many conversations of a team are with somebody."""
        return self._open.get(team_id, 0)

    def team_has_room(self, team: Team) -> bool:
        """Whether the team may have one more conversation open."""
        return team.team_limit is None or self.open_in(team.id) < team.team_limit

    def is_there(self, attendant_id: str) -> bool:
        """Whether they are given conversations just now."""
        attendant = self.attendants.get(attendant_id)
        return attendant is not None and attendant.online

    def fits(
        self, member: Member, team: Team, weight: float, channel: ChannelKind | None = None, *, counted: bool = False
    ) -> bool:
        """Whether a conversation of the team fits into what a member may have, or is within it (`counted`).

        `channel`: its kind; None: one that is not limited.
        """
        attendant = self.attendants.get(member.attendant_id)
        if attendant is None:
            return False
        weight = 0 if counted else weight
        most = None if channel is None else team.channel_limits.get(channel)
        if channel is not None and most is not None and attendant.by_channel.get(channel, 0) + (not counted) > most:
            return False
        if team.limit is not None and attendant.load + weight > team.limit + _EXACT:
            return False
        return member.limit is None or attendant.load_in(team.id) + weight <= member.limit + _EXACT

    def present(self, team: Team) -> Iterator[Member]:
        """The members who are there, with or without room."""
        return (member for member in team.members.values() if self.is_there(member.attendant_id))

    def free(self, team: Team, channel: ChannelKind) -> list[Member]:
        """The members who could be given a conversation of this kind of channel."""
        weight = team.weight(channel)
        return [member for member in self.present(team) if self.fits(member, team, weight, channel)]

    def full_kinds(self, queue: str) -> tuple[ChannelKind, ...]:
        """The kinds of channel of which nobody can be given another one of a queue; `""`: without a team."""
        team = self.tenant.teams.get(queue or self.tenant.distribution.default_team_id or "")
        return () if team is None else tuple(kind for kind in team.channel_limits if not self.free(team, kind))

    def queues(self) -> list[str]:
        """The queues of the teams that could give something just now; `""`: that of conversations without a team."""
        hours = self.tenant.hours
        giving = [
            team.id
            for team in self.tenant.teams.values()
            if team.strategy != "manual"
            and (hours.accounts or hours.calendar(team_id=team.id).is_open(self.now))
            and self.can_give(team)
        ]
        return giving + ([""] if self.tenant.distribution.default_team_id in giving else [])

    def can_give(self, team: Team) -> bool:
        """Whether the team could give anything at all to anybody just now."""
        if not self.team_has_room(team):
            return False
        lightest = min([1.0, *team.weights.values()])
        return any(self.fits(member, team, lightest) for member in self.present(team))

    def keeps(self, conversation: RoutedConversation) -> bool:
        """Whether who has it, and has been charged for it, is there, in its team, and within what they may have."""
        attendant_id = conversation.assignee_id
        if attendant_id is None or not self.is_there(attendant_id):
            return False
        team = self.tenant.teams.get(conversation.team_id or "")
        if team is None:
            return True
        member = team.members.get(attendant_id)
        return member is not None and self.fits(member, team, 0, conversation.channel, counted=True)

    def load_share(self, member: Member, team: Team) -> float:
        """How full a member is, 0 to 1; without a limit: their load."""
        attendant = self.attendants[member.attendant_id]
        return attendant.load / team.limit if team.limit else attendant.load

    def idle_since(self, attendant_id: str) -> datetime:
        """Since when they have got nothing and ended nothing."""
        found = self._idle_since.get(attendant_id)
        return self.attendants[attendant_id].since if found is None else found

    # ------------------------------------------------------------------ what changes

    def charge(self, before: Charge | None, after: Charge | None) -> None:
        """Count a conversation that weighed `before` as what it weighs now."""
        if before == after:
            return
        for charge, sign in ((before, -1), (after, 1)):
            if charge is not None:
                self._shift(charge, sign)
                self._idle_since[charge.attendant_id] = self.now

    def keep_free(self, charge: Charge) -> None:
        """Let nobody else have this room until `release`: it is for a conversation that is on its way."""
        self._shift(charge, 1)
        self._kept_free.append(charge)

    def release(self) -> None:
        """What was kept free is not taken: it is nowhere counted."""
        for charge in self._kept_free:
            self._shift(charge, -1)
        self._kept_free.clear()

    def _shift(self, charge: Charge, sign: int) -> None:
        attendant = self.attendants.get(charge.attendant_id) or Attendant(
            id=charge.attendant_id, tenant_id=self.tenant.id, since=self.now
        )
        charged = attendant.charged([(charge.team_id, sign * charge.weight)])
        self.attendants[attendant.id] = charged.counted(charge.channel, sign)
        self._touched.add(attendant.id)
        if charge.team_id is not None:
            self._open[charge.team_id] = max(self.open_in(charge.team_id) + sign, 0)

    def given(self, team: Team) -> Mapping[str, int]:
        """What each present member of a team got, levelled for those who came."""
        turns = self._turns.get(team.id, Turns())
        if team.id in self._levelled:
            return turns.given
        present = frozenset(member.attendant_id for member in self.present(team))
        stayed = [turns.given[one] for one in present & turns.present if one in turns.given]
        start = max(stayed, default=0) - 1 if stayed else 0
        known = {one: count for one, count in turns.given.items() if one in team.members}
        for one in present - turns.present:
            known[one] = max(known.get(one, start), start) if stayed else known.get(one, 0)
        if not stayed and present:  # nobody was there: they start together
            known |= dict.fromkeys(present, max((known[one] for one in present), default=0))
        self._turns[team.id] = Turns(known, present)
        self._levelled.add(team.id)
        return known

    def take_turn(self, team: Team, attendant_id: str, channel: ChannelKind | None = None) -> None:
        """Count that a member got one, of this kind of channel. Who had no room for it is one turn behind at most."""
        given = dict(self.given(team))
        count = given.get(attendant_id, 0) + 1
        given[attendant_id] = count
        for member in self.present(team):
            if given.get(member.attendant_id, 0) < count - 1 and not self.fits(member, team, 1, channel):
                given[member.attendant_id] = count - 1
        self._turns[team.id] = replace(self._turns[team.id], given=given)

    def pool_after(self) -> Pool:
        """The pool to save."""
        self.release()
        for gone in self._idle_since.keys() - self.attendants.keys():
            del self._idle_since[gone]
        open_now = {team_id: count for team_id, count in self._open.items() if count}
        return replace(self.pool, open=open_now, turns=self._turns, idle_since=self._idle_since)

    def counted(self, all_of_it: bool) -> None:  # noqa: FBT001 - the one thing that it says
        """Whether all that attendants have is counted: before that nothing is given away, and it is soon gone on."""
        self.pool = replace(self.pool, counted=self.pool.counted or all_of_it, due=self.pool.due or not all_of_it)

    def looked_at(self) -> None:
        """The queues were looked at: what they were marked for is done."""
        self.pool = replace(self.pool, due=False)

    def changed_attendants(self) -> list[tuple[Attendant | None, Attendant]]:
        """Those whose load has changed, as they were read and as they are."""
        self.release()
        pairs = [(self.read.get(one), self.attendants[one]) for one in sorted(self._touched)]
        return [(before, after) for before, after in pairs if before != after]


def weight_of(tenant: Tenant, conversation: RoutedConversation, team_id: str | None) -> float:
    """What a conversation weighs in a team."""
    team = tenant.teams.get(team_id) if team_id is not None else None
    return 1.0 if team is None else team.weight(conversation.channel)


def charge_of(tenant: Tenant, conversation: RoutedConversation) -> Charge | None:
    """What it weighs, and on whom: on whom it is decided to be given to, else on who has it open."""
    pending = conversation.pending
    if pending is not None and pending.attendant_id is not None:
        weight = weight_of(tenant, conversation, pending.team_id)
        return Charge(pending.attendant_id, pending.team_id, weight, conversation.channel)
    if conversation.status == "open" and conversation.assignee_id is not None:
        weight = weight_of(tenant, conversation, conversation.team_id)
        return Charge(conversation.assignee_id, conversation.team_id, weight, conversation.channel)
    return None
