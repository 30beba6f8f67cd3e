"""Rules that lead to each other: what one changes makes the next one true, and so on, back to the first.

Nothing goes round for ever (each rule is applied once in a chain), but whoever writes such rules means something else.
"""

from collections.abc import Iterator, Mapping, Sequence

from atd_routing.domain.rules.model import Condition, Rule

MAX_CIRCLES = 10
"""Circles that are told of at once."""


def circles(rules: Sequence[Rule]) -> tuple[tuple[str, ...], ...]:
    """The ids of the rules of each circle, in the order in which they lead to each other, its first rule first."""
    counted = [one for one in rules if one.enabled]
    leads = {one.id: [other.id for other in counted if _leads_to(one, other)] for one in counted}
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for rule in counted:
        circle = _way_back(rule.id, leads)
        if circle is not None and frozenset(circle) not in found:
            found[frozenset(circle)] = circle
            if len(found) == MAX_CIRCLES:
                break
    return tuple(found.values())


def _way_back(start: str, leads: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """The shortest way from a rule back to itself."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        longer: list[tuple[str, ...]] = []
        for way in ways:
            for following in leads[way[-1]]:
                if following == start:
                    return way
                if following not in seen:
                    seen.add(following)
                    longer.append((*way, following))
        ways = longer
    return None


def _leads_to(first: Rule, second: Rule) -> bool:
    """Whether applying the first can make the second true that was not: it sets what a condition of that asks for.

    Only a rule that goes on leads anywhere. It never leads to itself: applied twice it changes nothing more.
    """
    return first.goes_on and first.id != second.id and any(_makes_true(first, one) for one in second.conditions)


def _makes_true(rule: Rule, condition: Condition) -> bool:
    return any(
        (value in condition.values) != condition.negated and not _asked_for(rule, condition.about, value)
        for value in _set_by(rule, condition)
    )


def _set_by(rule: Rule, condition: Condition) -> Iterator[str]:
    """The values that the rule gives to what the condition looks at."""
    if condition.about == "priority" and rule.priority is not None:
        yield rule.priority
    elif condition.about == "type" and rule.type_id is not None:
        yield rule.type_id
    elif condition.about == "team" and rule.team_id is not None:
        yield rule.team_id
    elif condition.about == "label" and not condition.negated:  # labels are only put on
        yield from rule.label_ids


def _asked_for(rule: Rule, about: str, value: str) -> bool:
    """Whether the rule is true only where the value stands already: then it changes nothing."""
    asked = [one for one in rule.conditions if one.about == about and not one.negated]
    sure = rule.match == "all" or len(rule.conditions) == 1
    return sure and any(one.values == (value,) for one in asked)
