"""Automatic replies: the company's rules, their order, and what they would say."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from atd_conversation.api.catalogues import Resource, SettingsManager, catalogue_router
from atd_conversation.api.parts import Body, Parts, Reader
from atd_conversation.commands.effects import decided
from atd_conversation.domain.automation.acting import VARIABLES
from atd_conversation.domain.automation.decide import Happening, Hindrance, Situation, Verdict, judge
from atd_conversation.domain.automation.hours import MAX_INTERVALS, Weekday
from atd_conversation.domain.automation.memory import NOTHING_REMEMBERED
from atd_conversation.domain.automation.rules import (
    MAX_PERIOD_HOURS,
    MAX_POSITION,
    MAX_REPLIES,
    MAX_TEXT,
    ClosedBy,
    Trigger,
    When,
)
from atd_conversation.domain.automation.settings import check_reply_values, reply_of_values
from atd_conversation.domain.automation.words import MAX_WORD_LENGTH, MAX_WORDS
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.catalogue_kinds import AUTOMATIC_REPLY
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.variables import first_name
from atd_schemas.views import ChannelKind
from atd_servicekit.text_variables import filled

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORD_LENGTH)]
Words = Annotated[list[Word], Field(max_length=MAX_WORDS, description="Words or phrases, found whole")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"\S")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Period = Annotated[int, Field(ge=1, le=MAX_PERIOD_HOURS)]
Channels = Annotated[list[ChannelKind], Field(max_length=7, description="Empty: all")]


class HoursInterval(Body):
    """From `start` to before `end`, by the wall clock. Where `end` is not later, it is on the next day."""

    day: Weekday
    start: Clock
    end: Clock


class Hours(Body):
    """The same hours every week, in a time zone such as America/Sao_Paulo."""

    zone: str = Field(min_length=1, max_length=64)
    intervals: list[HoursInterval] = Field(max_length=MAX_INTERVALS)


class NewAutomaticReply(Body):
    """A rule to make. `words` belong to `keyword`, `closed_by` to `closed`; `hours` count as `when` says.

    `period_hours`: to the same customer at most once in this time; null: each time. What goes to all channels is not
    said where everybody reads it, below a post: that channel must be among `channels`.
    """

    name: Name
    trigger: Trigger
    text: Text
    enabled: bool = True
    position: int = Field(default=MAX_POSITION, ge=0, le=MAX_POSITION)
    words: Words = Field(default_factory=list)
    closed_by: ClosedBy = "anyone"
    when: When = "always"
    hours: Hours | None = None
    channels: Channels = Field(default_factory=list)
    period_hours: Period | None = None


class AutomaticReplyEdit(Body):
    """The fields to change; absent ones stay."""

    name: Name | None = None
    trigger: Trigger | None = None
    text: Text | None = None
    enabled: bool | None = None
    position: int | None = Field(default=None, ge=0, le=MAX_POSITION)
    words: Words | None = None
    closed_by: ClosedBy | None = None
    when: When | None = None
    hours: Hours | None = None
    channels: Channels | None = None
    period_hours: Period | None = None


class AutomaticReplyView(BaseModel):
    """A rule of the company."""

    id: str
    name: str
    trigger: Trigger
    text: str
    enabled: bool
    position: int
    words: list[str]
    closed_by: ClosedBy
    when: When
    hours: Hours | None
    channels: list[ChannelKind]
    period_hours: int | None
    version: int


class ReplyOrder(Body):
    """Every rule of the company, in the order in which they are to be looked at."""

    ids: list[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = Field(max_length=MAX_REPLIES)


class ReplyCheck(Body):
    """Something that could happen. `triggers` beside the words of `text`; `reply`: a rule that is not saved yet."""

    triggers: list[Trigger] = Field(default_factory=list, max_length=5)
    text: str | None = Field(default=None, max_length=4096)
    closed_by: Literal["person", "automatic"] = "person"
    at: AwareDatetime | None = Field(default=None, description="Absent: now")
    channel: ChannelKind | None = Field(default=None, description="Absent: any")
    reply: NewAutomaticReply | None = None


class CheckedReply(BaseModel):
    """What becomes of a rule: it is sent with this text, or `hindrance` says why not. `kind`: it is the product's."""

    id: str
    name: str
    kind: Literal["reply", "protocol"]
    fires: bool
    hindrance: Hindrance | None
    text: str


class CheckedReplies(BaseModel):
    """In the order in which they are looked at."""

    items: list[CheckedReply]


def _shown(item: CatalogueItem) -> AutomaticReplyView:
    return AutomaticReplyView.model_validate({**item.values, "id": item.id, "version": item.version})


def automatic_replies_router(parts: Parts) -> APIRouter:
    """`/api/v1/automatic-replies`, with their order and the check of what would be sent."""
    resource = Resource(
        AUTOMATIC_REPLY,
        "automatic-replies",
        new=NewAutomaticReply,
        edit=AutomaticReplyEdit,
        view=AutomaticReplyView,
        shown=_shown,
    )
    router = APIRouter()
    extra = APIRouter(prefix="/api/v1/automatic-replies", tags=["automatic-replies"])

    @extra.put("/order", status_code=204, summary="Put the automatic replies in an order")
    async def order(identity: SettingsManager, wanted: ReplyOrder) -> None:
        settings = await parts.settings_cache.of(identity.tenant_id)
        known = settings.of(AUTOMATIC_REPLY)

        async def work(session: "Session") -> None:
            for position, reply_id in enumerate(dict.fromkeys(wanted.ids)):
                if reply_id in known and known[reply_id].values.get("position") == position:
                    continue
                await parts.catalogue_commands.change(
                    session, identity.tenant_id, identity.actor(), AUTOMATIC_REPLY, reply_id, {"position": position}
                )

        await parts.transaction(work)
        parts.settings_cache.forget(identity.tenant_id)

    @extra.post("/check", summary="What would be sent, and why the rest would not")
    async def check(identity: Reader, wanted: ReplyCheck) -> CheckedReplies:
        if wanted.reply is not None:
            values = wanted.reply.model_dump(mode="python")
            decided(lambda: _check_draft(values))
            rules = [reply_of_values("draft", values)]
        else:
            automation = await parts.automations.of(identity.tenant_id)
            rules = [one for one in automation.rules if one.kind != "file_too_large"]
        told: list[Trigger] = [*wanted.triggers, "keyword"] if wanted.text else wanted.triggers
        triggers = frozenset(told)
        happening = Happening(triggers, wanted.text, wanted.closed_by, written="closed" not in triggers)
        situation = Situation(channel=wanted.channel, memory=NOTHING_REMEMBERED)
        verdicts = judge(rules, happening, situation, wanted.at or parts.runtime.clock.now())
        return CheckedReplies(items=[_checked(one, identity.actor_name) for one in verdicts])

    router.include_router(extra)
    router.include_router(catalogue_router(parts, resource))
    return router


def _check_draft(values: dict[str, object]) -> None:
    """Raises `Refusal` which names the field inside `reply`."""
    try:
        check_reply_values(values)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.detail, f"reply.{refusal.field_name}") from None


def _checked(verdict: Verdict, attendant: str | None) -> CheckedReply:
    rule = verdict.rule
    return CheckedReply(
        id=rule.id,
        name=rule.name,
        kind="protocol" if rule.kind == "protocol" else "reply",
        fires=verdict.is_sent,
        hindrance=verdict.hindrance,
        text=filled(rule.text, sample_values(attendant)).text,
    )


def sample_values(attendant: str | None) -> dict[str, str | None]:
    """A customer and a conversation as there could be."""
    samples = ("Ana Souza", "Ana", "1042", attendant, first_name(attendant), "Loja Centro")
    return dict(zip(VARIABLES, samples, strict=True))
