"""Looking at a company's rules: which are applied to a conversation, and what it is afterwards.

Rules are looked at from the top. One that is true is applied, and unless it goes on, that is the end. After one that
goes on, those that look at what it has changed are looked at again from the top: so it does not matter whether a rule
stands before or after the one that makes it true. Each rule is applied once in a chain, so every chain ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from atd_routing.domain.rules.facts import Facts, is_true
from atd_routing.domain.rules.model import About, Rule

ENDED = "*"
"""Among the ids of a chain's rules: one was applied that does not go on, so nothing more is."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The rules that were applied, in order, and what is true after them. `ended`: the last one does not go on."""

    rules: tuple[Rule, ...]
    facts: Facts
    ended: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """What is remembered of the chain."""
        return frozenset(one.id for one in self.rules) | (frozenset({ENDED}) if self.ended else frozenset())

    def last(self, does: Callable[[Rule], object]) -> Rule | None:
        """The last of the rules that does something."""
        return next((one for one in reversed(self.rules) if does(one)), None)


def apply(
    rules: Sequence[Rule],
    facts: Facts,
    *,
    already: frozenset[str] = frozenset(),
    touched: frozenset[About] | None = None,
) -> Applied:
    """Look at the rules, which are `in_order`.

    `already`: what is remembered of the chain. `touched`: what has changed, so that only rules that look at it count;
    None: everything is new.
    """
    if ENDED in already:
        return Applied((), facts)
    applied: list[Rule] = []
    left = {one.id: one for one in rules if one.id not in already}
    waiting = [one for one in left.values() if touched is None or one.reads & touched]
    while (place := next((place for place, one in enumerate(waiting) if is_true(one, facts)), None)) is not None:
        rule, behind = waiting[place], waiting[place + 1 :]
        facts, changed = facts.after(rule)
        applied.append(rule)
        if not rule.goes_on:
            return Applied(tuple(applied), facts, ended=True)
        del left[rule.id]
        waiting = _still_waiting(left, behind, changed)
    return Applied(tuple(applied), facts)


def _still_waiting(left: Mapping[str, Rule], behind: list[Rule], changed: frozenset[About]) -> list[Rule]:
    """Those that were not looked at yet, and those that look at what has changed, in order."""
    if not changed:
        return behind
    ids = {one.id for one in behind}
    return [one for one in left.values() if one.id in ids or one.reads & changed]
