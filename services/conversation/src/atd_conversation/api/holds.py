"""Legal holds: while one is set on a customer or a conversation, nothing of it is erased."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel

from atd_conversation.api.parts import Body, Parts
from atd_conversation.api.privacy import PrivacyManager, Reason, contact_of, note
from atd_conversation.store.privacy import Hold
from atd_schemas.envelope import Timestamp
from atd_schemas.views import Named
from atd_servicekit.identity import Identity
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


class NewHold(Body):
    """Why nothing may be erased."""

    reason: Reason


class HoldView(BaseModel):
    """A legal hold."""

    reason: str
    by: Named
    at: Timestamp

    @classmethod
    def of(cls, hold: Hold) -> "HoldView":
        return cls(reason=hold.reason, by=Named(id=hold.by.id or "", name=hold.by.name), at=hold.at)


class HoldState(BaseModel):
    """The hold on something; null: there is none."""

    hold: HoldView | None


class Holding:
    """Sets, releases and shows holds, and writes them into the log."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._privacy = parts.papers.privacy

    async def contact(self, identity: Identity, contact_id: str) -> Sequence[str]:
        """What holds on a customer are called, also those of records that were merged into this one.

        Raises `Problem` 404.
        """
        contact = await contact_of(self._parts, identity, contact_id)
        return [f"contact:{one}" for one in (contact.id, *contact.absorbed)]

    async def conversation(self, identity: Identity, conversation_id: str) -> Sequence[str]:
        """What a hold on a conversation is called. Raises `Problem` 404."""
        if await self._parts.queries.conversation(identity.tenant_id, conversation_id) is None:
            raise not_found("Conversation not found.")
        return [f"conversation:{conversation_id}"]

    async def shown(self, identity: Identity, subjects: Sequence[str]) -> HoldState:
        found = await self._privacy.held(identity.tenant_id, subjects)
        return HoldState(hold=HoldView.of(found[0]) if found else None)

    async def put(self, identity: Identity, subjects: Sequence[str], new: NewHold) -> HoldState:
        subject = subjects[0]

        async def work(session: "Session") -> None:
            now = self._parts.runtime.clock.now()
            hold = Hold(identity.tenant_id, subject, new.reason, identity.actor(), now)
            await self._privacy.hold(session, hold)
            await note(self._parts, session, identity, "hold", subject, {"reason": new.reason})

        await self._parts.transaction(work)
        return await self.shown(identity, subjects)

    async def release(self, identity: Identity, subjects: Sequence[str]) -> HoldState:
        async def work(session: "Session") -> None:
            for subject in subjects:
                if await self._privacy.release(session, identity.tenant_id, subject):
                    await self._parts.papers.retention.rows.look_again(session, identity.tenant_id)
                    await note(self._parts, session, identity, "release", subject, {})

        await self._parts.transaction(work)
        return await self.shown(identity, subjects)


def contact_holds_router(parts: Parts) -> APIRouter:
    """`/api/v1/contacts/{id}/hold`."""
    router = APIRouter(prefix="/api/v1/contacts/{contact_id}/hold", tags=["privacy"])
    holding = Holding(parts)

    @router.get("", summary="The legal hold on a customer")
    async def get_hold(identity: PrivacyManager, contact_id: str) -> HoldState:
        return await holding.shown(identity, await holding.contact(identity, contact_id))

    @router.put("", summary="Set a legal hold: nothing of the customer is erased")
    async def put_hold(identity: PrivacyManager, contact_id: str, new: NewHold) -> HoldState:
        return await holding.put(identity, await holding.contact(identity, contact_id), new)

    @router.delete("", summary="Release a customer's legal hold")
    async def release(identity: PrivacyManager, contact_id: str) -> HoldState:
        return await holding.release(identity, await holding.contact(identity, contact_id))

    return router


def conversation_holds_router(parts: Parts) -> APIRouter:
    """`/api/v1/conversations/{id}/hold`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}/hold", tags=["privacy"])
    holding = Holding(parts)

    @router.get("", summary="The legal hold on a conversation")
    async def get_hold(identity: PrivacyManager, conversation_id: str) -> HoldState:
        return await holding.shown(identity, await holding.conversation(identity, conversation_id))

    @router.put("", summary="Set a legal hold: nothing of the conversation is erased")
    async def put_hold(identity: PrivacyManager, conversation_id: str, new: NewHold) -> HoldState:
        return await holding.put(identity, await holding.conversation(identity, conversation_id), new)

    @router.delete("", summary="Release a conversation's legal hold")
    async def release(identity: PrivacyManager, conversation_id: str) -> HoldState:
        return await holding.release(identity, await holding.conversation(identity, conversation_id))

    return router
