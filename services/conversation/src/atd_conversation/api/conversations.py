"""Reading conversations: one, or a list by filters."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from atd_conversation.api.guard import sight_of
from atd_conversation.api.parts import Parts, Reader
from atd_conversation.domain.periods import period_of_days
from atd_conversation.domain.teams import teams_of
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.contacts import TooWide
from atd_conversation.store.queries import COUNTED, ConversationFilter, Order, Place
from atd_conversation.store.reader_counts import Counted
from atd_schemas.views import ChannelKind, ConversationStatus, ConversationView, Priority
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import (
    DEFAULT_LIMIT,
    CursorQuery,
    LimitQuery,
    Page,
    cut,
    decode_cursor,
    encode_cursor,
)
from atd_servicekit.problems import Problem, invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import set_etag

Question = Annotated[
    str | None,
    Query(max_length=200, description="Beginnings of words of a name, of digits of a phone, or of an e-mail address"),
]


EXACT = 10**9
"""More conversations than anybody has."""


class Count(BaseModel):
    """How many conversations, and how many of them are unread; each is counted up to `limit`."""

    total: int
    unread: int
    limit: int = COUNTED


class ViewCount(BaseModel):
    """The same, of one of the attendant's views."""

    total: int
    unread: int

    @classmethod
    def of(cls, counted: Counted) -> "ViewCount":
        return cls(total=counted.total, unread=counted.unread)


class TeamCount(ViewCount):
    """The same, of a team; `queued` of them wait in its queue."""

    queued: int


class ViewCounts(BaseModel):
    """What stands beside the caller's views: exact, however large. What is unread is unread for the caller.

    `mine` are assigned to the caller and not put aside, `all` is what is not closed, `favourites` are the caller's that
    are not closed; `mentions`: how many conversations mention the caller, `unread` where they have not read that yet.
    `team` are those of the caller's teams that are neither closed nor put aside, `teams` the same of each team of the
    company by its id; absent for who sees own conversations only.
    `limit` is above every number; earlier versions counted up to it.
    """

    mine: ViewCount
    queue: ViewCount
    all: ViewCount
    bot: ViewCount
    snoozed: ViewCount
    closed: ViewCount
    favourites: ViewCount
    mentions: ViewCount
    team: ViewCount | None = None
    teams: dict[str, TeamCount] = Field(default_factory=dict)
    limit: int = EXACT


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


def filters_in(zone: ZoneInfo, settings: SettingsCache) -> Callable[..., Awaitable[ConversationFilter]]:
    """What a list is narrowed by; its days are those of the company's `zone`, wherever the reader is."""

    async def filters(
        identity: Reader,
        status: Annotated[list[ConversationStatus] | None, Query(description="One or several")] = None,
        assignee: Annotated[str | None, Query(max_length=64, description="`me`, `none` or an attendant's id")] = None,
        channel: Annotated[ChannelKind | None, Query()] = None,
        account_id: Annotated[str | None, Query(max_length=64)] = None,
        contact_id: Annotated[str | None, Query(max_length=64)] = None,
        favourite: Annotated[Literal["true"] | None, Query(description="Only the caller's favourites")] = None,
        unread: Annotated[bool | None, Query()] = None,
        mentioned: Annotated[Literal["true"] | None, Query(description="Where a note mentions the caller")] = None,
        priority: Annotated[list[Priority] | None, Query(description="One or several")] = None,
        opened_after: Annotated[Moment | None, Query()] = None,
        opened_before: Annotated[Moment | None, Query()] = None,
        opened_from: Annotated[
            date | None, Query(description="First day of opening, in the company's time zone")
        ] = None,
        opened_to: Annotated[date | None, Query(description="Last day of opening, in the company's time zone")] = None,
        type_id: Annotated[str | None, Query(alias="type", max_length=64, description="With those under it")] = None,
        label: Annotated[str | None, Query(max_length=64, description="The id of a label of the customer")] = None,
        tag: Annotated[str | None, Query(max_length=64, description="The id of a tag of one of the messages")] = None,
        public: Annotated[
            bool | None, Query(description="Threads that everybody can read, or those that nobody else can")
        ] = None,
        team: Annotated[
            str | None, Query(max_length=64, description="`mine` (the caller's teams), `none` or a team's id")
        ] = None,
        q: Question = None,
    ) -> ConversationFilter:
        """The filters of a list."""
        if opened_from is not None and opened_to is not None and opened_to < opened_from:
            raise invalid("opened_to", "must not be before `opened_from`")
        days = period_of_days(opened_from, opened_to, zone)
        return ConversationFilter(
            statuses=tuple(dict.fromkeys(status or ())),
            assignee=identity.actor_id if assignee == "me" else assignee,
            channel=channel,
            account_id=account_id,
            contact_id=contact_id,
            favourite_of=identity.actor_id if favourite else None,
            mentioned=identity.actor_id if mentioned else None,
            priorities=tuple(dict.fromkeys(priority or ())),
            unread=unread,
            reader=identity.actor_id,
            opened_after=max((one for one in (opened_after, days.since) if one is not None), default=None),
            opened_before=min((one for one in (opened_before, days.until) if one is not None), default=None),
            type_id=type_id,
            label_id=label,
            tag_id=tag,
            public=public,
            teams=None if team is None else await _teams(settings, identity, team),
            question=q.strip() or None if q else None,
            sight_of=sight_of(identity).only_of,
        )

    return filters


async def _teams(settings: SettingsCache, identity: Identity, wanted: str) -> tuple[str, ...]:
    """The teams that are meant; `none`: conversations of no team."""
    if wanted != "mine":
        return (wanted,)
    return teams_of((await settings.of(identity.tenant_id)).teams, identity.actor_id)


@contextmanager
def not_too_wide() -> Iterator[None]:
    """Answers a search that takes too long. Raises `Problem` 422 `too_wide`."""
    try:
        yield
    except TooWide:
        raise Problem(
            422, "too_wide", "The search takes too long with these filters; add another one, such as a status."
        ) from None


def conversations_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/conversations` and `GET /api/v1/conversations/{id}`."""
    router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])
    filters = filters_in(parts.zone, parts.settings_cache)

    @router.get("", summary="List conversations", dependencies=[DECLARED_ONLY])
    async def list_conversations(
        identity: Reader,
        wanted: Annotated[ConversationFilter, Depends(filters)],
        sort: Annotated[
            Order,
            Query(
                description="`-last_activity`: the latest activity first. "
                "`waiting_since`: who waits longest first; after them, the latest first, those who do not wait"
            ),
        ] = "-last_activity",
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[ConversationView]:
        after = Place(*decode_cursor(cursor, datetime, str, datetime | None)) if cursor else None
        with not_too_wide():
            rows = await parts.queries.conversations(
                identity.tenant_id, wanted, limit=limit + 1, after=after, order=sort
            )
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.last_activity_at, row.id, row.waiting_since))
        return Page(items=[row.view(identity.actor_id) for row in page], next_cursor=next_cursor)

    @router.get("/counts", summary="What stands beside the caller's views", dependencies=[DECLARED_ONLY])
    async def count_views(identity: Reader) -> ViewCounts:
        with not_too_wide():
            teams = (await parts.settings_cache.of(identity.tenant_id)).teams
            counted = await parts.queries.count_views(sight_of(identity), identity.actor_id, teams)
        views = {name: ViewCount.of(each) for name, each in counted.views.items()}
        by_team = {team_id: TeamCount(**each._asdict()) for team_id, each in counted.teams.items()}
        return ViewCounts.model_validate({**views, "teams": by_team})

    @router.get("/count", summary="How many conversations a list has", dependencies=[DECLARED_ONLY])
    async def count(identity: Reader, wanted: Annotated[ConversationFilter, Depends(filters)]) -> Count:
        with not_too_wide():
            counted = await parts.queries.count(identity.tenant_id, wanted)
        return Count(total=counted.total, unread=counted.unread)

    @router.get("/{conversation_id}", summary="One conversation")
    async def get_conversation(identity: Reader, conversation_id: str, response: Response) -> ConversationView:
        conversation = await parts.queries.conversation(identity.tenant_id, conversation_id)
        if conversation is None:
            raise not_found("Conversation not found.")
        set_etag(response, conversation.sequence)
        return conversation.view(identity.actor_id)

    return router
