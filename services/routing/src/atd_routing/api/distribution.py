"""`/api/v1/routing/distribution`: what happens to conversations without a team, and to those whose customer is back."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from atd_routing.api.items import PolicyResource, policy_router
from atd_routing.api.parts import Body, Parts
from atd_routing.api.teams import Id
from atd_routing.domain.distribution.policy import DISTRIBUTION
from atd_routing.domain.items import Refused, StoredSettings
from atd_routing.domain.teams import TEAM


class DistributionBody(Body):
    """`default_team_id`: the team that gets conversations without one; null: people take them themselves.

    `return_minutes`: when a customer comes back to an attendant who cannot take them now, the conversation goes to the
    queue after so long; null: it stays with them.
    """

    default_team_id: Id | None = None
    return_minutes: Annotated[int, Field(ge=0, le=1_440)] | None = 5


def check_distribution(policy: DistributionBody, settings: StoredSettings) -> None:
    """Raises `Refused` for a team that is not there."""
    if policy.default_team_id is not None and policy.default_team_id not in settings.items.get(TEAM.name, {}):
        raise Refused("invalid", "this team does not exist", "default_team_id", reason="not_there")


def distribution_router(parts: Parts) -> APIRouter:
    """Reading and setting the policy."""
    resource = PolicyResource(DISTRIBUTION, "/api/v1/routing/distribution", DistributionBody, check=check_distribution)
    return policy_router(parts, resource)
