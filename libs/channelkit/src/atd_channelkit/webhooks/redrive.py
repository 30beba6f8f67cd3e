"""Reads a kept webhook body again, by the same translation as when it arrived."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from atd_channelkit.accounts.model import Account
from atd_channelkit.webhooks.body import MalformedBodyError, UnreadableBodyError, decode
from atd_channelkit.webhooks.endpoint import Webhooks
from atd_channelkit.webhooks.proof import AccountProof
from atd_channelkit.webhooks.translation import Translation
from atd_schemas.inbound import InboundUnparsed
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.problems import conflict, invalid, not_found
from atd_servicekit.tracing import current_traceparent

A = TypeVar("A", bound=Account)
Operator = Annotated[Identity, Depends(Requires("operator"))]


class Redriven(BaseModel):
    """What a kept body gave now: how many events were published, and what is still not understood."""

    published: int
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Redrive(Generic[A]):
    """Publishes what a kept body says today.

    The signature is not kept, so the proof is the account whose secret proved the body when it arrived: a part about
    another account is taken when that account shares a secret with this one.
    """

    webhooks: Webhooks[A]

    async def redrive(self, account_id: str | None, raw: bytes, received_at: datetime) -> Translation:
        """Publish the events of the body, which arrived at `received_at`.

        Raises `Problem` 404 when its account is gone, 409 when it is not JSON.
        """
        webhooks = self.webhooks
        account = await webhooks.directory.find(account_id) if account_id else None
        if account is None:
            raise not_found("The channel account of this body is not connected any more.")
        try:
            payload = decode(raw)
        except UnreadableBodyError as error:
            return Translation((), (f"body: {error}",))
        except MalformedBodyError as error:
            raise conflict(f"The body is not JSON: {error}.") from None
        now = webhooks.clock.now()
        proving = frozenset(webhooks.reader.secrets(account, now))
        accounts = await AccountProof(webhooks.reader, webhooks.directory).covered(payload, account, proving, now)
        translation = webhooks.reader.translate(payload, accounts, now, received_at)
        await webhooks.intake.take(translation, traceparent=current_traceparent())
        return translation


def redrive_router(redrive: Redrive[Any]) -> APIRouter:
    """The internal route that the gateway does not hand on."""
    router = APIRouter(prefix="/internal", tags=["internal"])

    @router.post("/unparsed/redrive")
    async def redrive_unparsed(event: InboundUnparsed, identity: Operator) -> Redriven:  # noqa: ARG001 - who may
        """Read a kept webhook body again and publish the events that it now gives.

        The body is the record of `inbound.unparsed.v1` as it is. What had been understood before gives the same
        events with the same ids, so nothing is doubled. The body is not kept a second time.
        """
        try:
            raw = base64.b64decode(event.data.body, validate=True)
        except binascii.Error:
            raise invalid("data.body", "is not base64") from None
        translation = await redrive.redrive(event.data.account_id, raw, event.data.received_at)
        return Redriven(published=len(translation.events), problems=list(translation.problems))

    return router
