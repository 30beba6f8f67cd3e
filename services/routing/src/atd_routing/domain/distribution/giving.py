"""Gives a queue away: the first in the queue first, to whom the team's strategy says.

A conversation that nobody can take just now stays where it is in the order, and holds nobody up behind it whom
somebody else can take.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from atd_routing.domain.conversation import Charge, RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.order import place, waits_since
from atd_routing.domain.teams import Member, Team, language_skill
from atd_routing.domain.tenant import Tenant
from atd_schemas.routing import AssignReason

KNOWN = "known"
"""The timer of a conversation that waits for the attendant who knows the customer."""

LAST_RESORT = "last_resort"
"""The timer of a conversation whose team has only those there who gave it away, or did not answer it."""

LAST_RESORT_AFTER = timedelta(minutes=10)
"""Such a conversation waits so long for somebody else of the team to come; then it is given to who is there."""


@dataclass(frozen=True, slots=True)
class Given:
    """A conversation that gets an attendant, in a team."""

    conversation: RoutedConversation
    attendant_id: str
    team_id: str | None
    reason: AssignReason


def team_for(tenant: Tenant, conversation: RoutedConversation) -> Team | None:
    """The team whose queue it waits in: where it is decided to go, or is; without one, the company's default team."""
    pending = conversation.pending
    team_id = conversation.team_id if pending is None else pending.team_id
    team = None if team_id is None else tenant.teams.get(team_id)
    if team is None and tenant.distribution.default_team_id is not None:
        return tenant.teams.get(tenant.distribution.default_team_id)
    return team


def give(floor: Floor, waiting: Iterable[RoutedConversation], fresh: Collection[str] = frozenset()) -> list[Given]:
    """Who gets what of the conversations that wait; the floor is left as it is after that.

    `fresh` are ids of those whose move into this queue is being decided just now: they can be given away instead.
    Another one whose move into this queue was decided and not heard back of keeps its place: whom it would get is kept
    free, and it gets them when it is there. One that waits for the attendant who knows the customer gets a timer.
    """
    given: list[Given] = []
    for conversation in sorted(waiting, key=place):
        if conversation.awaits_rules:
            continue
        team = team_for(floor.tenant, conversation)
        if team is None or team.strategy == "manual" or not is_open(floor, conversation, team):
            continue
        found = choose(floor, conversation, team)
        if found is None:
            continue
        attendant_id, reason = found
        channel = conversation.channel
        charge = Charge(attendant_id, team.id, team.weight(channel), channel)
        if conversation.pending is not None and conversation.id not in fresh:
            floor.keep_free(charge)
            continue
        floor.take_turn(team, attendant_id, channel)
        floor.charge(None, charge)
        given.append(Given(conversation, attendant_id, team.id, reason))
    return given


def is_open(floor: Floor, conversation: RoutedConversation, team: Team) -> bool:
    """Whether the hours that count for it are open. People take conversations by hand at any time."""
    calendar = floor.tenant.hours.calendar(account_id=conversation.account_id, team_id=team.id)
    return calendar.is_open(floor.now)


def choose(floor: Floor, conversation: RoutedConversation, team: Team) -> tuple[str, AssignReason] | None:
    """Who of a team gets a conversation now, and why; None: nobody yet."""
    if not floor.team_has_room(team):
        return None
    passed_over, until = not_given_to(floor, conversation, team)
    if until is not None and conversation.timers.get(LAST_RESORT) != until:
        conversation.set_timer(LAST_RESORT, until)
    free = [member for member in floor.free(team, conversation.channel) if member.attendant_id not in passed_over]
    by_id = {member.attendant_id: member for member in free}
    if conversation.wanted in by_id:
        return by_id[conversation.wanted].attendant_id, "rule"
    knew = conversation.knew
    prefers = team.knows_customer_minutes != 0 and knew in team.members and knew not in passed_over
    if prefers and knew in by_id:
        return by_id[knew].attendant_id, "last_attendant"
    if prefers and team.knows_customer_minutes is not None:
        until = waits_since(conversation) + timedelta(minutes=team.knows_customer_minutes)
        if floor.now < until:
            if conversation.timers.get(KNOWN) != until:
                conversation.set_timer(KNOWN, until)
            return None
    if not free:
        return None
    skilled = _skilled(conversation, team, free)
    chosen = _by_strategy(floor, team, skilled or free)
    strategy: AssignReason = "round_robin" if team.strategy == "manual" else team.strategy
    return chosen.attendant_id, "skill" if skilled else strategy


def not_given_to(floor: Floor, conversation: RoutedConversation, team: Team) -> tuple[frozenset[str], datetime | None]:
    """Who is passed over, since they gave it away or did not answer it, and until when if nobody else comes.

    With nobody else of the team there, it would wait for ever though they have room by now. None: it is for as long as
    it waits, or for nobody any more.
    """
    others = any(member.attendant_id not in conversation.not_for for member in floor.present(team))
    if others or not conversation.not_for or not conversation.waits or conversation.queued_at is None:
        return conversation.not_for, None
    until = conversation.queued_at + LAST_RESORT_AFTER
    return (frozenset(), None) if until <= floor.now else (conversation.not_for, until)


def _skilled(conversation: RoutedConversation, team: Team, free: Sequence[Member]) -> list[Member]:
    """Those of the free members who have the most of a conversation's skills; nobody, where nobody has one."""
    wanted = {f"label:{label}" for label in conversation.label_ids}
    if conversation.language is not None:
        wanted.add(language_skill(conversation.language))
    if not team.use_skills or not wanted:
        return []
    most = max(len(member.skills & wanted) for member in free)
    return [member for member in free if len(member.skills & wanted) == most] if most else []


def _by_strategy(floor: Floor, team: Team, members: Sequence[Member]) -> Member:
    def idle(member: Member) -> tuple[object, str]:
        return floor.idle_since(member.attendant_id), member.attendant_id

    if team.strategy == "least_busy":
        return min(members, key=lambda member: (floor.load_share(member, team), *idle(member)))
    if team.strategy == "longest_idle":
        return min(members, key=idle)
    given = floor.given(team)
    return min(members, key=lambda member: (given.get(member.attendant_id, 0), *idle(member)))
