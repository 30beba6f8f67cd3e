"""Why a conversation waits: the same questions that giving away asks, in the same order, answered with numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import not_given_to, team_for
from atd_routing.domain.distribution.order import waits_since
from atd_routing.domain.teams import Team

ReasonCode = Literal[
    "rules",
    "no_team",
    "manual",
    "outside_hours",
    "nobody_online",
    "team_full",
    "all_full",
    "excluded",
    "waits_for_known_attendant",
    "behind",
]
"""`rules`: its rules are looked at in a moment. `excluded`: who could take it handed it over, or did not answer it, and
gets it at `until` if nobody else comes.
`behind`: others come first. The others are as they are called."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`count`: how many are full, are open, or come first; `until`: when it ends; `attendant_id`: who is waited for."""

    code: ReasonCode
    count: int | None = None
    until: datetime | None = None
    attendant_id: str | None = None


def reasons(floor: Floor, conversation: RoutedConversation, ahead: int) -> tuple[Reason, ...]:
    """Why it waits now: what keeps it from being given away, and how many come first."""
    found = _hindrance(floor, conversation)
    behind = (Reason("behind", count=ahead),) if ahead else ()
    return behind if found is None else (found, *behind)


def _hindrance(floor: Floor, conversation: RoutedConversation) -> Reason | None:
    if conversation.awaits_rules:
        return Reason("rules", until=conversation.timers.get("rules"))
    team = team_for(floor.tenant, conversation)
    if team is None:
        return Reason("no_team")
    if team.strategy == "manual":
        return Reason("manual")
    hours = floor.tenant.hours.calendar(account_id=conversation.account_id, team_id=team.id)
    if not hours.is_open(floor.now):
        return Reason("outside_hours", until=hours.next_opening(floor.now))
    return next(_room(floor, conversation, team), None)


def _room(floor: Floor, conversation: RoutedConversation, team: Team) -> Iterator[Reason]:
    """What is in the way inside the team."""
    present = list(floor.present(team))
    if not present:
        yield Reason("nobody_online")
    if not floor.team_has_room(team):
        yield Reason("team_full", count=floor.open_in(team.id))
    free = floor.free(team, conversation.channel)
    if not free:
        yield Reason("all_full", count=len(present))
    passed_over, passed_over_until = not_given_to(floor, conversation, team)
    takers = {member.attendant_id for member in free} - passed_over
    if not takers:
        yield Reason("excluded", count=len(free), until=passed_over_until)
    knew, minutes = conversation.knew, team.knows_customer_minutes
    if knew in team.members and minutes and knew not in takers | passed_over:
        until = waits_since(conversation) + timedelta(minutes=minutes)
        if floor.now < until:
            yield Reason("waits_for_known_attendant", until=until, attendant_id=knew)
