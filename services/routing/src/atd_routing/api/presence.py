"""`/api/v1/presence`: who is there, and choosing it by hand."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.api.teams import Id
from atd_routing.attendance import Person, Who
from atd_routing.domain.availability.presence import Choice, Rules, chosen
from atd_schemas.envelope import Timestamp
from atd_schemas.views import AvailabilityState, AvailabilityView
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.pagination import Page
from atd_servicekit.problems import forbidden, invalid, not_found, unavailable
from atd_servicekit.requests import DECLARED_ONLY

LONGEST_CHOICE = timedelta(days=31)
"""How far ahead the end of a choice can be."""

PresenceManager = Annotated[Identity, Depends(Requires("presence:manage"))]


class ChoiceBody(Body):
    """How available an attendant is to be: what is chosen stands, whatever their devices do.

    `online` takes an earlier choice back. `reason_id`: one of the company's reasons for being away, only with `away`.
    `until`: the choice ends by itself then. Nobody is online without an open device, and nobody by another's choice
    whose devices are untouched: the answer shows what follows.
    """

    state: AvailabilityState
    reason_id: Id | None = None
    until: Timestamp | None = None


def presence_router(parts: Parts) -> APIRouter:
    """Reading and choosing."""
    router = APIRouter(prefix="/api/v1/presence", tags=["presence"])

    @router.get("", summary="Who is there: all attendants on one page", dependencies=[DECLARED_ONLY])
    async def list_presence(identity: Reader, team: Id | None = None) -> Page[AvailabilityView]:
        found = (await parts.attendance.attendants.of_tenants([identity.tenant_id]))[identity.tenant_id]
        shown = [one.view() for one in found.values() if one.active and (team is None or one.is_in(team))]
        return Page(items=sorted(shown, key=lambda one: ((one.name or "").casefold(), one.id)), next_cursor=None)

    @router.put("", summary="Choose how available you are")
    async def put_own(identity: Reader, choice: ChoiceBody) -> AvailabilityView:
        if identity.actor_type != "attendant":
            raise forbidden("Only attendants are present or absent.")
        return await _choose(parts, identity, identity.actor_id, choice)

    @router.get("/{attendant_id}", summary="How available an attendant is")
    async def get_presence(identity: Reader, attendant_id: Id) -> AvailabilityView:
        return await _shown(parts, identity, attendant_id)

    @router.put("/{attendant_id}", summary="Choose how available another attendant is")
    async def put_other(identity: PresenceManager, attendant_id: Id, choice: ChoiceBody) -> AvailabilityView:
        await _shown(parts, identity, attendant_id)
        return await _choose(parts, identity, attendant_id, choice)

    return router


async def _shown(parts: Parts, identity: Identity, attendant_id: str) -> AvailabilityView:
    """Raises `Problem` 404 for nobody of the tenant who has an account."""
    found = await parts.attendance.attendants.one(identity.tenant_id, attendant_id)
    if found is None or not found.active:
        raise not_found("Attendant not found.")
    return found.view()


async def _choose(parts: Parts, identity: Identity, attendant_id: str, body: ChoiceBody) -> AvailabilityView:
    tenant = await parts.tenants.of(identity.tenant_id)
    _check(body, await parts.attendance.time.now(), tenant.presence.reasons)

    def change(person: Person, _rules: Rules, now: datetime) -> Person:
        choice = Choice(body.state, now, identity.actor_id, body.reason_id, body.until)
        return Person(chosen(person.presence, choice), person.attendant)

    who = Who(identity.tenant_id, attendant_id)
    try:
        found = await parts.attendance.update([(who, change)], actor=identity.actor())
    except InfrastructureFault as error:
        raise unavailable("Others keep changing this attendant at the same time; try again.") from error
    if attendant_id not in found:
        raise not_found("Attendant not found.")
    return found[attendant_id].view()


def _check(body: ChoiceBody, now: datetime, reasons: Collection[str]) -> None:
    """Raises `Problem` 422 for a choice that cannot be made."""
    if body.reason_id is not None and body.state != "away":
        raise invalid("reason_id", "can be given only with the state away")
    if body.reason_id is not None and body.reason_id not in reasons:
        raise invalid("reason_id", "this reason does not exist")
    if body.until is not None and not now < body.until <= now + LONGEST_CHOICE:
        raise invalid("until", f"must be in the future, at most {LONGEST_CHOICE.days} days ahead")
