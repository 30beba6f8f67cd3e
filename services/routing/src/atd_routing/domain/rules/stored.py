"""Rules as they are stored, and as they are kept in memory."""

from typing import Any

from atd_routing.domain.items import Item, ItemKind, Refused, StoredSettings, Values
from atd_routing.domain.rules.circles import circles
from atd_routing.domain.rules.model import MAX_RULES, Condition, Rule
from atd_routing.domain.teams import TEAM

RULE = ItemKind("assignment_rule", limit=MAX_RULES, ordered=True)


def rules_of(stored: StoredSettings) -> tuple[Rule, ...]:
    """All rules of a company in their order, also those that are switched off."""
    return tuple(rule_of(item.id, item.values, item.position) for item in stored.of(RULE))


def rule_of(rule_id: str, values: Values, position: int) -> Rule:
    """The rule of what was saved, or is about to be; absent fields say nothing."""
    get = values.get
    return Rule(
        id=rule_id,
        name=values["name"],
        position=position,
        enabled=get("enabled", True),
        match=get("match", "all"),
        conditions=tuple(_condition(one) for one in get("conditions") or ()),
        team_id=get("team_id"),
        attendant_id=get("attendant_id"),
        priority=get("priority"),
        type_id=get("type_id"),
        label_ids=tuple(get("label_ids") or ()),
        goes_on=get("goes_on", False),
    )


def check_rule(values: Values, stored: StoredSettings, where: str = "") -> None:
    """Raises `Refused` for a team that is not there, or an attendant who is not in it. `where`: before field names."""
    team_id, attendant_id = values.get("team_id"), values.get("attendant_id")
    if team_id is None:
        return
    team = stored.items.get(TEAM.name, {}).get(team_id)
    if team is None:
        raise Refused("unknown_team", "this team does not exist", f"{where}team_id", reason="not_there")
    members = {one["attendant_id"] for one in team.values.get("members") or ()}
    if attendant_id is not None and attendant_id not in members:
        raise Refused(
            "invalid", "this attendant is not a member of the team", f"{where}attendant_id", reason="not_there"
        )


def circles_with(item: Item, stored: StoredSettings) -> tuple[tuple[Rule, ...], ...]:
    """The circles in which a rule would be among the others, each with its rules in the order of the circle."""
    new = rule_of(item.id, item.values, item.position)
    rules = {one.id: one for one in rules_of(stored)} | {item.id: new}
    found = circles([new, *(one for one in rules.values() if one.id != item.id)])
    return tuple(tuple(rules[rule_id] for rule_id in one) for one in found if item.id in one)


def _condition(value: Any) -> Condition:
    return Condition(value["about"], tuple(value["values"]), value.get("field"), value.get("negated", False))
