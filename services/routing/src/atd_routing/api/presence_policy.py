"""`/api/v1/routing/presence`: how devices and absences are treated, planned breaks, and releasing conversations."""

import datetime as dt
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from atd_routing.api.items import PolicyResource, policy_router
from atd_routing.api.parts import Body, Parts
from atd_routing.api.teams import Id
from atd_routing.domain.availability.policy import DEFAULT_ZONE
from atd_routing.domain.availability.stored import PRESENCE, reasons_of
from atd_routing.domain.items import Refused, StoredSettings
from atd_routing.domain.teams import TEAM

MOST_BREAKS = 200
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Minutes = Annotated[int, Field(ge=0, le=7 * 24 * 60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class BreakBody(_Part):
    """A planned absence, every week on `days` or once on `date`; from `start` until `end`, the next day if earlier.

    It is for the attendants and the members of the teams that are named; for everybody where none is.
    """

    start: ClockTime
    end: ClockTime
    days: list[Day] = Field(default=[], max_length=7)
    date: dt.date | None = None
    reason_id: Id | None = None
    attendant_ids: list[Id] = Field(default=[], max_length=500)
    team_ids: list[Id] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _is_planned_one_way(self) -> Self:
        if bool(self.days) == (self.date is not None):
            raise ValueError("give either the days of the week or a date")
        if self.start == self.end:
            raise ValueError("must end at another time than it starts")
        return self


class ReleaseMinutes(_Part):
    """After so many minutes in an absence, open conversations go back to the queue of their team; null: they stay."""

    away: Minutes | None = None
    offline: Minutes | None = None
    deactivated: Minutes | None = None


class PresenceBody(Body):
    """`grace_seconds`: so long after the last device was closed its attendant still counts as there.

    `untouched_minutes`: who has touched no device for so long is away; null: never by itself. `start_as`: what somebody
    is who comes for the first time of a day and has chosen nothing. `zone`: of the clocks that breaks and days follow.
    """

    grace_seconds: Annotated[int, Field(ge=0, le=3_600)] = 90
    untouched_minutes: Annotated[int, Field(ge=1, le=1_440)] | None = 15
    start_as: Literal["online", "away"] = "online"
    zone: Annotated[str, StringConstraints(max_length=64)] = DEFAULT_ZONE
    release_minutes: ReleaseMinutes = Field(default=ReleaseMinutes())
    breaks: list[BreakBody] = Field(default=[], max_length=MOST_BREAKS)

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be the name of a time zone, such as America/Sao_Paulo")
        return value


def check_presence(policy: PresenceBody, settings: StoredSettings) -> None:
    """Raises `Refused` for reasons and teams that are not there."""
    reasons, teams = reasons_of(settings), settings.items.get(TEAM.name, {})
    for place, planned in enumerate(policy.breaks):
        if planned.reason_id is not None and planned.reason_id not in reasons:
            raise Refused("invalid", "this reason does not exist", f"breaks[{place}].reason_id", reason="not_there")
        for number, team_id in enumerate(planned.team_ids):
            if team_id not in teams:
                raise Refused(
                    "invalid", "this team does not exist", f"breaks[{place}].team_ids[{number}]", reason="not_there"
                )


def presence_policy_router(parts: Parts) -> APIRouter:
    """Reading and setting the policy."""
    return policy_router(parts, PolicyResource(PRESENCE, "/api/v1/routing/presence", PresenceBody, check_presence))
