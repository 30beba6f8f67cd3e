"""What rules see of a conversation, and whether a condition is true of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from atd_routing.domain.customers import UNKNOWN, Customer, language_of
from atd_routing.domain.rules.model import About, Condition, Rule
from atd_schemas.views import ChannelKind, Priority
from atd_servicekit.text_folding import folded
from atd_servicekit.text_words import NOTHING_SAID, Said

InsideHours = Callable[[str, str | None], bool]
"""Whether now is inside the hours of a channel account and a team."""


def always_inside(_account_id: str, _team_id: str | None) -> bool:
    """The hours of a company that has set none."""
    return True


@dataclass(frozen=True, slots=True)
class Facts:
    """A conversation in the moment in which rules look at it.

    `said`: what the customer wrote first. `returning`: not the customer's first one. `keeps_type`: it has been
    classified already, and no rule knows better.
    """

    channel: ChannelKind
    account_id: str
    label_ids: frozenset[str] = frozenset()
    type_id: str | None = None
    priority: Priority = "normal"
    team_id: str | None = None
    said: Said = NOTHING_SAID
    keeps_type: bool = False
    customer: Customer = UNKNOWN
    returning: bool = False
    inside_hours: InsideHours = always_inside

    def after(self, rule: Rule) -> tuple["Facts", frozenset[About]]:
        """What is true once the rule was applied, and what differs from before."""
        later = replace(
            self,
            team_id=rule.team_id or self.team_id,
            priority=rule.priority or self.priority,
            type_id=(not self.keeps_type and rule.type_id) or self.type_id,
            label_ids=self.label_ids | frozenset(rule.label_ids),
        )
        changed: set[About] = set()
        if later.team_id != self.team_id:
            changed |= {"team", "hours"}
        if later.priority != self.priority:
            changed.add("priority")
        if later.type_id != self.type_id:
            changed.add("type")
        if later.label_ids != self.label_ids:
            changed.add("label")
        return later, frozenset(changed)


def is_true(rule: Rule, facts: Facts) -> bool:
    """Whether the rule's conditions hold."""
    if not rule.conditions:
        return True
    found = (holds(one, facts) for one in rule.conditions)
    return all(found) if rule.match == "all" else any(found)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether one condition holds."""
    return _LOOK[condition.about](condition, facts) != condition.negated


def _language(condition: Condition, facts: Facts) -> bool:
    spoken = facts.customer.language
    return spoken is not None and any(language_of(one) == spoken for one in condition.values)


def _field(condition: Condition, facts: Facts) -> bool:
    have = {folded(one).strip() for one in facts.customer.fields.get(condition.field or "", ())}
    return any(folded(one).strip() in have for one in condition.values)


def _hours(condition: Condition, facts: Facts) -> bool:
    return ("inside" if facts.inside_hours(facts.account_id, facts.team_id) else "outside") in condition.values


_LOOK: Mapping[About, Callable[[Condition, Facts], bool]] = {
    "channel": lambda condition, facts: facts.channel in condition.values,
    "account": lambda condition, facts: facts.account_id in condition.values,
    "label": lambda condition, facts: not facts.label_ids.isdisjoint(condition.values),
    "type": lambda condition, facts: facts.type_id in condition.values,
    "word": lambda condition, facts: facts.said.mentions(condition.values),
    "hours": _hours,
    "field": _field,
    "language": _language,
    "priority": lambda condition, facts: facts.priority in condition.values,
    "customer": lambda condition, facts: ("returning" if facts.returning else "new") in condition.values,
    "team": lambda condition, facts: facts.team_id in condition.values,
}
