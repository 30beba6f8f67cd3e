"""`/api/v1/routing/inactivity`: what happens when attendants or customers say nothing."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from atd_routing.api.items import PolicyResource, policy_router
from atd_routing.api.parts import Body, Parts
from atd_routing.api.teams import Id
from atd_routing.domain.inactivity.stored import INACTIVITY
from atd_routing.domain.inactivity.texts import Language
from atd_routing.domain.items import Refused, StoredSettings
from atd_routing.domain.teams import TEAM
from atd_routing.domain.variables import check_text

MOST_MINUTES = 30 * 24 * 60
"""The longest time: thirty days."""

MOST_TEAMS = 200
"""Teams with a policy of their own: as many as there can be teams."""

Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=r"\S")]


class InactivityRules(BaseModel):
    """After how many minutes something is done; null: nothing is.

    `no_answer_minutes` of working time: an attendant does not answer, and the conversation goes back to the queue, for
    others first. `accept_minutes` of working time: nobody accepts a transfer, and it goes back to who gave it if they
    can take it, else to the queue; of those to a team only with `accept_in_teams`. `remind_minutes`: the customer does
    not answer, and is reminded. `close_minutes` after that, or after our last answer where nobody is reminded: the
    conversation is closed with a message (`say_closing`), and gets `closing_type_id`. Texts by language; where one is
    absent, the product's own is said. `language`: of customers whose language is not known.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    no_answer_minutes: Minutes | None = None
    accept_minutes: Minutes | None = None
    accept_in_teams: bool = False
    remind_minutes: Minutes | None = None
    reminder: dict[Language, Text] = Field(default={})
    close_minutes: Minutes | None = None
    say_closing: bool = True
    closing: dict[Language, Text] = Field(default={})
    closing_type_id: Id | None = None
    language: Language = "pt-BR"


class TeamInactivity(InactivityRules):
    """The same for the conversations of one team, in the place of the company's."""

    team_id: Id


class InactivityBody(InactivityRules, Body):
    """The company's policy, and those of single teams."""

    teams: list[TeamInactivity] = Field(default=[], max_length=MOST_TEAMS)

    @model_validator(mode="after")
    def _each_team_once(self) -> Self:
        ids = [one.team_id for one in self.teams]
        if len(set(ids)) != len(ids):
            raise ValueError("teams: a team can have one policy")
        return self


def check_inactivity(policy: InactivityBody, settings: StoredSettings) -> None:
    """Raises `Refused` for a team that is not there, and for a text that cannot be filled in."""
    _check_texts(policy, "")
    for place, one in enumerate(policy.teams):
        if one.team_id not in settings.items.get(TEAM.name, {}):
            raise Refused("invalid", "this team does not exist", f"teams[{place}].team_id", reason="not_there")
        _check_texts(one, f"teams[{place}].")


def _check_texts(rules: InactivityRules, path: str) -> None:
    for name in ("reminder", "closing"):
        for language, text in getattr(rules, name).items():
            check_text(text, f"{path}{name}.{language}")


def inactivity_router(parts: Parts) -> APIRouter:
    """Reading and setting the policy."""
    resource = PolicyResource(INACTIVITY, "/api/v1/routing/inactivity", InactivityBody, check=check_inactivity)
    return policy_router(parts, resource)
