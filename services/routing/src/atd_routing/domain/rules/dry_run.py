"""What rules would have done with conversations of the past, beside what did happen. Nothing is changed.

A conversation is looked at as it was opened: without a team and a type, with normal priority, at the hours of that
moment. What is not kept from then is taken as it is now: the customer's labels and fields.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import Customer
from atd_routing.domain.rules.applying import apply
from atd_routing.domain.rules.facts import Facts, InsideHours
from atd_routing.domain.rules.model import Rule, in_order
from atd_schemas.views import Priority
from atd_servicekit.text_words import Said

MAX_PAST = 1_000
"""Conversations of one dry run."""

HoursAt = Callable[[datetime], InsideHours]
"""The hours as they are at a moment."""


@dataclass(frozen=True, slots=True)
class Past:
    """A conversation of the past and its customer."""

    conversation: RoutedConversation
    customer: Customer


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a conversation is, or would be, and what is set on it; None and nothing: no rule says."""

    team_id: str | None = None
    attendant_id: str | None = None
    priority: Priority | None = None
    type_id: str | None = None
    label_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One conversation: what happened, what would have, and by which rules. `differs`: the rules say otherwise."""

    conversation: RoutedConversation
    happened: Outcome
    would: Outcome
    rule_ids: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class TeamCount:
    """How many of them a team would have got, and has got. None: no team."""

    team_id: str | None
    count: int
    happened_count: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """All of them, and counts. `unmatched`: no rule was true of so many."""

    told: tuple[Told, ...]
    differing: int
    unmatched: int
    by_rule: tuple[tuple[str, int], ...]
    by_team: tuple[TeamCount, ...]


def dry_run(rules: Sequence[Rule], past: Iterable[Past], hours_at: HoursAt) -> DryRun:
    """What the rules would have done with each."""
    counted = in_order(tuple(rules))
    told = tuple(_told(counted, one, hours_at) for one in past)
    by_rule = Counter(rule_id for one in told for rule_id in one.rule_ids)
    would = Counter(one.would.team_id for one in told)
    happened = Counter(one.happened.team_id for one in told)
    teams = sorted({*would, *happened}, key=lambda team: (-would[team], team or ""))
    return DryRun(
        told=told,
        differing=sum(one.differs for one in told),
        unmatched=sum(not one.rule_ids for one in told),
        by_rule=tuple((one.id, by_rule[one.id]) for one in counted),
        by_team=tuple(TeamCount(team, would[team], happened[team]) for team in teams),
    )


def as_opened(past: Past, hours_at: HoursAt) -> Facts:
    """What rules would have seen when it was opened."""
    conversation = past.conversation
    return Facts(
        channel=conversation.channel,
        account_id=conversation.account_id,
        label_ids=frozenset(conversation.label_ids),
        said=Said.of(conversation.first_text),
        customer=past.customer,
        returning=past.customer.is_returning(conversation.opened_at),
        inside_hours=hours_at(conversation.opened_at),
    )


def _told(rules: Sequence[Rule], past: Past, hours_at: HoursAt) -> Told:
    conversation = past.conversation
    applied = apply(rules, as_opened(past, hours_at))
    placing = applied.last(lambda one: one.places)
    labels = {label for one in applied.rules for label in one.label_ids}
    would = Outcome(
        team_id=applied.facts.team_id,
        attendant_id=placing.attendant_id if placing else None,
        priority=applied.facts.priority if applied.last(lambda one: one.priority) else None,
        type_id=applied.facts.type_id,
        label_ids=tuple(sorted(labels)),
    )
    happened = Outcome(
        conversation.team_id,
        conversation.assignee_id,
        conversation.priority,
        conversation.type_id,
        conversation.label_ids,
    )
    return Told(conversation, happened, would, tuple(one.id for one in applied.rules), _differs(would, happened))


def _differs(would: Outcome, happened: Outcome) -> bool:
    """Whether the rules say something of it that is not so."""
    pairs = (
        (would.team_id, happened.team_id),
        (would.attendant_id, happened.attendant_id),
        (would.priority, happened.priority),
        (would.type_id, happened.type_id),
    )
    other = any(wanted is not None and wanted != was for wanted, was in pairs)
    return other or not set(would.label_ids) <= set(happened.label_ids)
