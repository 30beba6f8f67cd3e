"""`/api/v1/service-levels`: how soon customers are answered, and their conversations closed, in working time."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from atd_routing.api.items import ItemResource, items_router
from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.api.teams import Id, Name
from atd_routing.domain.items import Item, Refused, StoredSettings
from atd_routing.domain.service_levels.policies import TimeKind
from atd_routing.domain.service_levels.preview import Due, expected
from atd_routing.domain.service_levels.stored import SERVICE_LEVEL, service_level_of
from atd_routing.domain.teams import TEAM
from atd_schemas.envelope import Timestamp
from atd_schemas.views import ChannelKind, Priority, ServiceTarget

MOST_MINUTES = 365 * 24 * 60
"""The longest target: a year around the clock."""

MOST_IDS = 200
"""Teams, accounts or labels of one condition."""

Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
Ids = Annotated[list[Id], Field(max_length=MOST_IDS)]


class ServiceLevelBody(Body):
    """Targets for the conversations that fit; of several policies that fit the first one counts.

    A conversation fits where all conditions hold that are given; of ids and kinds one is enough. `first_response`: from
    the opening to the first answer of a person; `next_response`: from each later message of the customer to the next
    answer; `resolution`: from the opening to the closing, without the time in which the customer has to answer. No
    target counts the time for which a conversation is put aside. `time`: the hours of the channel account, the team or
    the company, or all of it. `warn_percent`: at which part of a target a warning is given.
    """

    name: Name
    enabled: bool = True
    team_ids: Ids = Field(default=[])
    channels: list[ChannelKind] = Field(default=[], max_length=20)
    account_ids: Ids = Field(default=[])
    label_ids: Ids = Field(default=[])
    priorities: list[Priority] = Field(default=[], max_length=4)
    first_response_minutes: Minutes | None = None
    next_response_minutes: Minutes | None = None
    resolution_minutes: Minutes | None = None
    warn_percent: int = Field(default=75, ge=1, le=99)
    time: TimeKind = "hours"

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        if self.first_response_minutes is self.next_response_minutes is self.resolution_minutes is None:
            raise ValueError("at least one of the three targets must be given")
        return self


class PreviewBody(Body):
    """A policy as it would be saved, and a conversation that it fits: when it was opened, in which team and account."""

    policy: ServiceLevelBody
    opened_at: Timestamp | None = None
    team_id: Id | None = None
    account_id: Id | None = None


class DuePreview(BaseModel):
    """When a target would be warned of, and missed; null: never, since the hours never open."""

    target: ServiceTarget
    warn_at: Timestamp | None
    due_at: Timestamp | None


class ServiceLevelPreview(BaseModel):
    """What would come of a policy for a conversation that nobody answers; of `next_response`, for a message then."""

    opened_at: Timestamp
    targets: list[DuePreview]


def check_service_level(item: Item, settings: StoredSettings) -> None:
    """Raises `Refused` for a team that is not there."""
    for place, team_id in enumerate(item.values.get("team_ids", ())):
        if team_id not in settings.items.get(TEAM.name, {}):
            raise Refused("invalid", "this team does not exist", f"team_ids[{place}]", reason="not_there")


def service_levels_router(parts: Parts) -> APIRouter:
    """Reading and changing the policies, and trying one before it is saved."""
    router = APIRouter(prefix="/api/v1/service-levels", tags=["service-levels"])

    @router.post("/preview", summary="When the targets of a policy would be due")
    async def preview(identity: Reader, wanted: PreviewBody) -> ServiceLevelPreview:
        opened_at: datetime = wanted.opened_at or parts.runtime.clock.now()
        tenant = await parts.tenants.of(identity.tenant_id)
        calendar = tenant.hours.calendar(account_id=wanted.account_id, team_id=wanted.team_id)
        level = service_level_of("", wanted.policy.model_dump(mode="json"))
        return ServiceLevelPreview(
            opened_at=opened_at, targets=[_shown(one) for one in expected(level, calendar, opened_at)]
        )

    resource = ItemResource(SERVICE_LEVEL, "service-levels", ServiceLevelBody, check=check_service_level)
    both = APIRouter()
    both.include_router(router)
    both.include_router(items_router(parts, resource))
    return both


def _shown(due: Due) -> DuePreview:
    return DuePreview(target=due.target, warn_at=due.warn_at, due_at=due.due_at)
