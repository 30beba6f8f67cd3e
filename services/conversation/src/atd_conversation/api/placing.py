"""Whose a conversation is to be: assigning to people and teams, handing over with a note, accepting."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from pydantic import Field

from atd_conversation.api.deeds import Deeds
from atd_conversation.api.parts import Assigner, Body, Parts, RequestId, Writer
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.drafts import MAX_NOTE
from atd_schemas.refusals import RefusalCode
from atd_schemas.views import AvailabilityView, ChannelKind, ConversationView, Named
from atd_servicekit.identity import Identity
from atd_servicekit.problems import FieldError, Problem, invalid, not_found
from atd_servicekit.versions import ExpectedVersion, set_etag

MANAGES = "presence:manage"
"""Permission of who knows better than a state whether somebody can take a conversation."""

MAX_NAMED = 5
"""Attendants whom a refusal names because they could take the conversation."""


class Assignment(Body):
    """Whom to give the conversation to: an attendant, in a team if one is named; a team alone: into its queue.

    An `attendant_id` of null gives it back to the queue of the team that it has.
    """

    attendant_id: str | None = Field(default=None, max_length=64)
    team_id: str | None = Field(default=None, max_length=64)


class Transfer(Body):
    """Whom to hand the conversation over to: an attendant, in a team if one is named; a team alone: into its queue.

    `note` is for colleagues, and says why. `anyway` hands it over to who is away or has no room, too; that needs
    `presence:manage`.
    """

    attendant_id: str | None = Field(default=None, max_length=64)
    team_id: str | None = Field(default=None, max_length=64)
    note: str | None = Field(default=None, min_length=1, max_length=MAX_NOTE, pattern=r"\S")
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a conversation is to be. With an attendant a `team` of None leaves the team; alone it is not None."""

    attendant: Named | None
    team: Named | None


def placing_router(parts: Parts) -> APIRouter:
    """The routes under `/api/v1/conversations/{id}`. Each answers the conversation as it is afterwards."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["conversations"])

    @router.post("/assign", summary="Give to an attendant, to a team's queue, or back to the queue")
    async def assign(
        identity: Assigner,
        conversation_id: str,
        wanted: Assignment,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ConversationView:
        target = await target_of(parts, identity, wanted)
        deeds = Deeds(parts, identity, request_id)
        deed = deeds.assign(target.attendant, target.team)
        return _shown(deeds, response, await deeds.done(deed, conversation_id, version))

    @router.post("/transfer", summary="Hand over to an attendant or a team's queue, with a note")
    async def transfer(
        identity: Assigner,
        conversation_id: str,
        wanted: Transfer,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ConversationView:
        if wanted.attendant_id is None and wanted.team_id is None:
            raise invalid("attendant_id", "is required, or team_id: name whom to hand it over to")
        conversation = await parts.queries.conversation(identity.tenant_id, conversation_id)
        if conversation is None:
            raise not_found("Conversation not found.")
        target = await target_of(parts, identity, wanted)
        channel = conversation.channel.kind
        problem = await _why_not(parts, identity, target.attendant, channel, anyway=wanted.anyway)
        deeds = Deeds(parts, identity, request_id)
        deed = deeds.transfer(target.attendant, target.team, wanted.note, problem)
        return _shown(deeds, response, await deeds.done(deed, conversation_id, version))

    @router.delete("/transfer", summary="Take a transfer back that nobody has accepted yet")
    async def take_back(
        identity: Assigner, conversation_id: str, response: Response, version: ExpectedVersion, request_id: RequestId
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return _shown(deeds, response, await deeds.done(deeds.take_back(), conversation_id, version))

    @router.post("/accept", summary="Accept what was handed over to the caller")
    async def accept(
        identity: Writer, conversation_id: str, response: Response, version: ExpectedVersion, request_id: RequestId
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return _shown(deeds, response, await deeds.done(deeds.accept(), conversation_id, version))

    return router


async def target_of(parts: Parts, identity: Identity, wanted: Assignment | Transfer) -> Target:
    """Who and which team is meant. Raises `Problem` 422 for what the tenant does not have."""
    team = None if wanted.team_id is None else await team_of(parts, identity, wanted.team_id)
    if wanted.attendant_id is None:
        if team is None and "attendant_id" not in wanted.model_fields_set:
            raise invalid("attendant_id", "is required, or team_id; null gives the conversation back to the queue")
        return Target(None, team)
    if wanted.attendant_id == identity.actor_id and identity.actor_type == "attendant":
        return Target(Named(id=identity.actor_id, name=identity.actor_name), team)
    found = await parts.directory.attendant(identity.tenant_id, wanted.attendant_id)
    if found is None:
        raise unknown("attendant_id", "unknown_attendant")
    return Target(found, team)


async def team_of(parts: Parts, identity: Identity, team_id: str) -> Named:
    """A team of the tenant. Raises `Problem` 422 `unknown_team`."""
    team = await parts.teams.one(identity.tenant_id, team_id)
    if team is None:
        raise unknown("team_id", "unknown_team")
    return team.named


async def _why_not(
    parts: Parts, identity: Identity, attendant: Named | None, channel: ChannelKind, *, anyway: bool
) -> Problem | None:
    """Why somebody can be handed nothing on a kind of channel: `attendant_unavailable`, `attendant_full`.

    It names who could take it. Of whom nothing was told, nothing is known that speaks against it. Who takes it over
    knows what they do.
    """
    if attendant is None or attendant.id == identity.actor_id or (anyway and MANAGES in identity.permissions):
        return None
    found = await parts.availability.of(identity.tenant_id, attendant.id)
    code = None if found is None else refusal_for(found, channel)
    if found is None or code is None:
        return None
    free = await parts.availability.free(identity.tenant_id, MAX_NAMED + 1)
    able = [one for one in free if refusal_for(one, channel) is None]
    others = [one for one in able if one.id not in (attendant.id, identity.actor_id)][:MAX_NAMED]
    return Problem(
        422,
        code,
        said_of(found, code, others),
        errors=[FieldError("attendant_id", "has no room" if code == "attendant_full" else f"is {found.state}")],
        members={"could": [{"id": one.id, "name": one.name} for one in others]},
    )


def refusal_for(found: AvailabilityView, channel: ChannelKind) -> RefusalCode | None:
    """Why somebody cannot be handed a conversation on a kind of channel.

    Who is busy gets none by itself, and takes what people give.
    """
    if found.state in ("away", "offline"):
        return "attendant_unavailable"
    return None if found.room and channel not in found.full_channels else "attendant_full"


def said_of(found: AvailabilityView, code: RefusalCode, others: Iterable[AvailabilityView]) -> str:
    """The refusal in words."""
    who, names = found.name or "The attendant", ", ".join(one.name or one.id for one in others)
    why = "has no room for another conversation" if code == "attendant_full" else f"is {found.state}"
    if code == "attendant_full" and found.room:
        why += " of this kind of channel"
    return f"{who} {why}. " + (f"These could take it: {names}." if names else "Nobody else is free; choose a team.")


def unknown(field: str, code: RefusalCode) -> Problem:
    """The 422 for an id that names nothing."""
    return Problem(422, code, f"The {field} is unknown.", errors=[FieldError(field, "is unknown")])


def _shown(deeds: Deeds, response: Response, conversation: Conversation) -> ConversationView:
    set_etag(response, conversation.sequence)
    return conversation.view(deeds.identity.actor_id)
