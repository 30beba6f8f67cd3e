"""`/api/v1/assignment-rules`: where conversations go, in order, and what rules would have done in the past."""

from collections.abc import Mapping
from typing import Annotated, Self, get_args

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from atd_routing.api.items import ItemResource, SettingWarning, items_router
from atd_routing.api.parts import Body, Parts
from atd_routing.api.teams import Id, Name
from atd_routing.domain.customers import MAX_VALUE, language_of
from atd_routing.domain.items import Item, StoredSettings
from atd_routing.domain.rules.model import (
    MAX_CONDITIONS,
    MAX_LABELS,
    MAX_VALUES,
    About,
    CustomerKind,
    Hours,
    Match,
    Rule,
)
from atd_routing.domain.rules.stored import RULE, check_rule, circles_with
from atd_schemas.views import ChannelKind, Priority
from atd_servicekit.text_words import words_in

Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_VALUE)]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w-]{0,63}$")]

_CHOICES: Mapping[About, tuple[str, ...]] = {
    "channel": get_args(ChannelKind),
    "priority": get_args(Priority),
    "hours": get_args(Hours),
    "customer": get_args(CustomerKind),
}
"""What can be asked for where it is not an id or a text."""

_LONGEST: Mapping[About, int] = {"word": 60, "language": 20, "field": MAX_VALUE}
"""Characters of a text; an id has at most 64."""


class RuleCondition(BaseModel):
    """True where one of `values` is true of what it is `about`; `negated`: where none is.

    `channel`: kinds of channel. `account`, `label`, `type`, `team`: ids. `word`: words or phrases, found whole in what
    the customer wrote first, whatever the case and the accents. `hours`: `inside`, `outside`. `field`: what the
    customer's own field with the key `field` can be (`true` and `false` for yes and no). `language`: of the customer,
    as their field `language` or `idioma` says. `priority`. `customer`: `new`, or `returning` where they have had
    another conversation in the last 90 days.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    about: About
    field: FieldKey | None = Field(default=None, validate_default=True)
    values: list[Value] = Field(min_length=1, max_length=MAX_VALUES)
    negated: bool = False

    @field_validator("field")
    @classmethod
    def _field_where_it_is_about_one(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "about" in info.data and (value is None) == (info.data["about"] == "field"):
            raise ValueError("names the customer's field where the condition is about one, and nowhere else")
        return value

    @field_validator("values")
    @classmethod
    def _values_that_can_be(cls, values: list[str], info: ValidationInfo) -> list[str]:
        about = info.data.get("about")
        if about is None:
            return values
        for value in values:
            _check_value(about, value)
        return list(dict.fromkeys(values))


def _check_value(about: About, value: str) -> None:
    """Raises `ValueError` for a value that can never be true."""
    choices = _CHOICES.get(about)
    if choices is not None and value not in choices:
        raise ValueError(f"{value} is not one of {', '.join(choices)}")
    if len(value) > _LONGEST.get(about, 64):
        raise ValueError(f"at most {_LONGEST.get(about, 64)} characters are allowed")
    if about == "word" and not words_in(value):
        raise ValueError("a word needs a letter or a digit")
    if about == "language" and language_of(value) is None:
        raise ValueError("a language is pt-BR, en or es")


class AssignmentRuleBody(Body):
    """A rule: what has to be true of a conversation, and what is done with it then.

    `conditions` are true together (`match`: `all`) or one of them is (`any`); none: it is always true. `attendant_id`:
    goes to them where they can take it, else as the team gives conversations away. `label_ids` are put on the customer.
    `goes_on`: the rules after it are looked at too. `bot_id`: chatbots cannot be chosen yet.
    """

    name: Name
    enabled: bool = True
    match: Match = "all"
    conditions: list[RuleCondition] = Field(default=[], max_length=MAX_CONDITIONS)
    team_id: Id | None = None
    attendant_id: Id | None = None
    bot_id: Id | None = None
    priority: Priority | None = None
    type_id: Id | None = None
    label_ids: list[Id] = Field(default=[], max_length=MAX_LABELS)
    goes_on: bool = False

    @field_validator("bot_id")
    @classmethod
    def _no_bots_yet(cls, value: str | None) -> None:
        if value is not None:
            raise ValueError("there are no chatbots yet; choose a team or an attendant")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        does = (self.team_id, self.attendant_id, self.priority, self.type_id)
        if self.goes_on and not self.label_ids and all(one is None for one in does):
            raise ValueError("the rule does nothing and goes on; give it a team, an attendant or something to set")
        return self


def circle_warning(rules: tuple[Rule, ...]) -> SettingWarning:
    """What whoever saves rules that make each other true in a circle is told."""
    names = [one.name for one in rules]
    words = f"These rules make each other true: {' → '.join([*names, names[0]])}. Each is applied once."
    return SettingWarning(code="rules_circle", message=words, ids=[one.id for one in rules])


def _warned(item: Item, stored: StoredSettings) -> list[SettingWarning]:
    return [circle_warning(one) for one in circles_with(item, stored)]


def assignment_rules_router(parts: Parts) -> APIRouter:
    """The rules, their order, and the dry run."""
    resource = ItemResource(
        RULE,
        "assignment-rules",
        AssignmentRuleBody,
        check=lambda item, stored: check_rule(item.values, stored),
        warn=_warned,
    )
    return items_router(parts, resource)
