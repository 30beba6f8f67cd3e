"""Receivers of webhooks: what they got, and how they behave."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict, StringConstraints

from atd_channel_sandbox.receivers.model import Behaviour, Name, Receiver, Receivers, ReceiverView, TooManyReceivers
from atd_channel_sandbox.receivers.own_endpoint import NAME

NameInPath = Annotated[Name, Path()]


class NewSecret(BaseModel):
    """The secret that requests are checked by."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(whsec_)?[A-Za-z0-9+/=_-]{16,200}$")]


def add_receivers(router: APIRouter, receivers: Receivers) -> None:
    """`/api/receivers`."""

    def found(name: str) -> Receiver:
        try:
            return receivers.of(name)
        except TooManyReceivers:
            raise HTTPException(409, "there are too many receivers") from None

    @router.get("/api/receivers")
    async def all_receivers() -> list[ReceiverView]:
        found(NAME)  # the sample company's is always there to be looked at
        return [one.view() for one in receivers.all()]

    @router.get("/api/receivers/{name}")
    async def one_receiver(name: NameInPath) -> ReceiverView:
        return found(name).view()

    @router.put("/api/receivers/{name}/behaviour")
    async def behave(name: NameInPath, behaviour: Behaviour) -> ReceiverView:
        receiver = found(name)
        receiver.behaviour = behaviour
        return receiver.view()

    @router.put("/api/receivers/{name}/secret")
    async def save_secret(name: NameInPath, secret: NewSecret) -> ReceiverView:
        receiver = found(name)
        receiver.secret = secret.secret
        return receiver.view()

    @router.delete("/api/receivers/{name}/requests")
    async def forget_requests(name: NameInPath) -> ReceiverView:
        receiver = found(name)
        receiver.requests.clear()
        return receiver.view()
