"""`/api/v1/teams`: groups of attendants with a queue. Whoever keeps a copy is told of a team's name and members."""

from typing import TYPE_CHECKING, Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from atd_routing.api.items import ItemResource, items_router
from atd_routing.api.parts import Body, Parts
from atd_routing.domain.customers import Language
from atd_routing.domain.items import Item, Refused, StoredSettings
from atd_routing.domain.teams import MOST_MEMBERS, TEAM, Strategy
from atd_routing.domain.variables import check_text
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import TeamChanged, TeamData
from atd_schemas.topics import SETTINGS_CHANGES
from atd_schemas.views import ChannelKind
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import next_order
from atd_servicekit.tracing import current_traceparent

if TYPE_CHECKING:
    from datetime import datetime

    from atd_servicekit.mongo import Session

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Skill = Annotated[
    str,
    StringConstraints(
        pattern=r"^(label:[0-9A-Za-z-]{1,64}|language:[a-z]{2}(-[A-Z]{2})?)$",
    ),
]
Greeting = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Limit = Annotated[float, Field(gt=0, le=1_000)]


class TeamMember(BaseModel):
    """An attendant in a team. `limit`: the most of this team's conversations at once; null: as the team says.

    `skills`: labels and languages that they are good at, as `label:<id>` and `language:en`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    attendant_id: Id
    limit: Limit | None = None
    skills: list[Skill] = Field(default=[], max_length=50)


class TeamBody(Body):
    """A team: who is in it, who of them gets the next conversation, and how many they can have.

    `limit`: the most that an attendant may have, of all teams together, to get another one; `team_limit`: the most of
    the team's conversations that are open at once; null: any. `weights`: what a conversation of a kind of channel
    weighs, 1 where it is absent. `channel_limits`: the most of a kind of channel that an attendant may have, of all
    teams together, to get another one of that kind. `knows_customer_minutes`: how long the last attendant who knew the
    customer is waited for; 0: not preferred; null: preferred where they can take it at once. `use_skills`: members with
    a conversation's skills come first. `greetings`: said when somebody gets a conversation of the team, by the
    customer's language; `greeting`: where there is none in theirs, nor in that of `/routing/telling`. `hours_id`: the
    team's hours, null: the company's.
    """

    name: Name
    members: list[TeamMember] = Field(default=[], max_length=MOST_MEMBERS)
    strategy: Strategy = "round_robin"
    limit: Limit | None = 5
    team_limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    weights: dict[ChannelKind, Annotated[float, Field(ge=0, le=100)]] = Field(default={})
    channel_limits: dict[ChannelKind, Annotated[int, Field(ge=1, le=1_000)]] = Field(default={})
    knows_customer_minutes: Annotated[int, Field(ge=0, le=1_440)] | None = 0
    use_skills: bool = False
    greeting: Greeting | None = None
    greetings: dict[Language, Greeting] = Field(default={})
    hours_id: Id | None = None

    @model_validator(mode="after")
    def _each_member_once(self) -> Self:
        ids = [member.attendant_id for member in self.members]
        if len(set(ids)) != len(ids):
            raise ValueError("members: an attendant can be in a team once")
        return self


def check_team(item: Item, settings: StoredSettings) -> None:
    """Raises `Refused` for hours that are not there, and a greeting that cannot be filled in."""
    if item.values.get("greeting") is not None:
        check_text(item.values["greeting"], "greeting")
    for language, text in item.values.get("greetings", {}).items():
        check_text(text, f"greetings.{language}")
    hours_id = item.values.get("hours_id")
    if hours_id is not None and hours_id not in settings.items.get("hours", {}):
        raise Refused("invalid", "these hours do not exist", "hours_id", reason="not_there")


def teams_router(parts: Parts) -> APIRouter:
    """Reading and changing teams."""

    async def tell(
        session: "Session", identity: Identity, before: Item | None, after: Item | None, now: "datetime"
    ) -> None:
        """Tell of it in the transaction of the change; a deleted one is told of once more, as deleted."""
        item = after or before
        if item is None:
            return
        if after is None and await parts.copies.in_team(item.tenant_id, item.id, session):
            raise Refused("in_use", "Conversations wait in the queue of this team; move them first.", status=409)
        event = team_event(item, identity, now, deleted=after is None)
        read_at = 0 if before is None else before.order
        order = item.order if after is not None else next_order(now, read_at)
        outgoing = [Outgoing.of(SETTINGS_CHANGES, event, current_traceparent())]
        await parts.runtime.outbox.add(session, outgoing, order=order, before={event.key(): read_at})

    return items_router(parts, ItemResource(TEAM, "teams", TeamBody, check=check_team, effect=tell))


def team_event(item: Item, identity: Identity, now: "datetime", *, deleted: bool) -> TeamChanged:
    """What others are told of a team."""
    return TeamChanged(
        id=uuid7(),
        tenant_id=item.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="routing",
        subject=item.id,
        sequence=item.version + deleted,
        actor=identity.actor(),
        data=TeamData(
            team_id=item.id,
            name=item.values["name"],
            member_ids=tuple(member["attendant_id"] for member in item.values.get("members", ())),
            deleted=deleted,
        ),
    )
