"""Scripted faults: how a fake provider answers calls otherwise than well."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from atd_testing.providers.connections import CutError

BehaviourKind = Literal["error", "cut_before", "cut_after", "garbage", "server_error", "delay"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a provider's API, as far as behaviours tell calls apart; `kind` is the fake's own word."""

    kind: str = "send"
    account: str = ""
    recipient: str = ""
    text: str = ""


class Behaviour(BaseModel):
    """One scripted fault. A call takes the first one that matches it, in the order in which they were set.

    - `error`: the provider's error `code` in its own status and shape; the call has no effect. For a fake that does not
      say otherwise, `code` is the HTTP status.
    - `server_error`: HTTP 502 with an HTML page, as a proxy answers; the call takes effect only if `accept`.
    - `garbage`: HTTP 200 with a body of the wrong type; the call takes effect.
    - `cut_before`: the connection ends before the call takes effect; `cut_after`: after it.
    - `delay`: answers `delay_ms` later, and as usual.

    `on` is the kind of the call. `delay_ms` delays any behaviour. `times` limits how often it applies (`None`: until
    reset). It applies to calls that match every filter that is set: `account`, `recipient` (a leading `+` does not
    matter), `text_contains`.
    """

    kind: BehaviourKind
    on: str = "send"
    code: int = 500
    details: str = ""
    accept: bool = False
    delay_ms: int = 0
    times: int | None = 1
    account: str | None = None
    recipient: str | None = None
    text_contains: str | None = None

    def matches(self, call: Call) -> bool:
        """Whether it applies to this call and is not used up."""
        return (
            self.on == call.kind
            and self.times != 0
            and self.account in (None, call.account)
            and (self.recipient is None or self.recipient.lstrip("+") == call.recipient.lstrip("+"))
            and (self.text_contains is None or self.text_contains in call.text)
        )

    def count_use(self) -> None:
        """Count one use."""
        if self.times is not None:
            self.times -= 1


def no_effect() -> None:
    """What a call that only reads does: nothing."""


def plain_refusal(behaviour: Behaviour) -> Response:
    """The answer of a provider without error codes of its own: `code` is the HTTP status."""
    return JSONResponse({"error": behaviour.details}, behaviour.code)


async def scripted_answer(
    behaviour: Behaviour | None, take: Callable[[], object], refuse: Callable[[Behaviour], Response] = plain_refusal
) -> Response | None:
    """The answer that this behaviour gives, after its delay; `None`: answer as usual.

    Args:
        behaviour: what the call takes, if anything.
        take: lets the call take effect.
        refuse: writes the answer to an `error` in the provider's shape.

    Raises:
        CutError: the connection is to be cut (`FakeProvider` does it).
    """
    if behaviour is None:
        return None
    if behaviour.delay_ms:
        await asyncio.sleep(behaviour.delay_ms / 1000)
    match behaviour.kind:
        case "error":
            return refuse(behaviour)
        case "cut_before":
            raise CutError
        case "cut_after":
            take()
            raise CutError
        case "garbage":
            take()
            return Response("<html>It works!</html>", 200, media_type="text/html")
        case "server_error":
            if behaviour.accept:
                take()
            return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
        case "delay":
            return None
