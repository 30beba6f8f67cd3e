"""What would happen to a conversation with given properties if it came now. Nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import Customer
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import choose, is_open, team_for
from atd_routing.domain.queue.reasons import Reason, reasons
from atd_routing.domain.rules.applying import Applied, apply
from atd_routing.domain.rules.facts import Facts
from atd_routing.domain.rules.model import in_order
from atd_routing.domain.rules.part import inside_hours_at
from atd_routing.domain.teams import Team
from atd_schemas.routing import AssignReason
from atd_servicekit.text_words import Said


@dataclass(frozen=True, slots=True)
class Tried:
    """`attendant_id`: who would get it at once, and `why`; None: it would wait, because of `waits`."""

    applied: Applied
    team: Team | None
    attendant_id: str | None = None
    why: AssignReason | None = None
    waits: tuple[Reason, ...] = ()


def try_out(
    floor: Floor,
    conversation: RoutedConversation,
    customer: Customer,
    *,
    returning: bool,
    ahead_in: Mapping[str | None, int],
) -> Tried:
    """What would happen. `ahead_in`: how many wait in the queue of each team already. The conversation is changed."""
    tenant = floor.tenant
    facts = Facts(
        channel=conversation.channel,
        account_id=conversation.account_id,
        label_ids=frozenset(conversation.label_ids),
        type_id=conversation.type_id,
        priority=conversation.priority,
        said=Said.of(conversation.first_text),
        customer=customer,
        returning=returning,
        inside_hours=inside_hours_at(tenant, floor.now),
    )
    applied = apply(in_order(tenant.rules), facts)
    placing = applied.last(lambda one: one.places)
    moved = applied.last(lambda one: one.team_id in tenant.teams)
    conversation.team_id = moved.team_id if moved else None
    conversation.wanted = placing.attendant_id if placing else None
    conversation.language = customer.language
    conversation.priority, conversation.label_ids = applied.facts.priority, tuple(sorted(applied.facts.label_ids))
    team = team_for(tenant, conversation)
    if team is not None and team.strategy != "manual" and is_open(floor, conversation, team):
        found = choose(floor, conversation, team)
        if found is not None:
            return Tried(applied, team, *found)
    return Tried(applied, team, waits=reasons(floor, conversation, ahead_in.get(team.id if team else None, 0)))
