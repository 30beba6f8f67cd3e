"""`/api/v1/routing/telling`: what customers who wait are told."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from atd_routing.api.items import PolicyResource, policy_router
from atd_routing.api.parts import Body, Parts
from atd_routing.domain.customers import DEFAULT_LANGUAGE, Language
from atd_routing.domain.items import StoredSettings
from atd_routing.domain.telling.policy import TELLING
from atd_routing.domain.telling.words import POSITION_VARIABLES
from atd_routing.domain.variables import check_text

Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=r"\S")]
Minutes = Annotated[int, Field(ge=1, le=1_440)]


class TellingBody(Body):
    """What customers in a queue are told, by themselves; null: nothing.

    `position_minutes`: their place and the estimated wait, soon after they came and then at most every so many minutes;
    a place that was told never gets worse: where the next one is not better, nothing is said. `position`: the texts by
    language, with `{{position}}` and `{{wait}}`. `overdue_minutes`: once, after so long without an answer, that it
    takes longer (`overdue`). Where a text is absent, the product's own is said. `language`: of customers whose language
    is not known. The greeting is the team's.
    """

    position_minutes: Minutes | None = None
    position: dict[Language, Text] = Field(default={})
    overdue_minutes: Minutes | None = None
    overdue: dict[Language, Text] = Field(default={})
    language: Language = DEFAULT_LANGUAGE


def check_telling(policy: TellingBody, _: StoredSettings) -> None:
    """Raises `Refused` for a text that cannot be filled in."""
    for language, text in policy.position.items():
        check_text(text, f"position.{language}", POSITION_VARIABLES)
    for language, text in policy.overdue.items():
        check_text(text, f"overdue.{language}")


def telling_router(parts: Parts) -> APIRouter:
    """Reading and setting the policy."""
    resource = PolicyResource(TELLING, "/api/v1/routing/telling", TellingBody, check=check_telling)
    return policy_router(parts, resource)
