"""Control routes that every fake provider has under `/_fake/`: its logs, scripted faults, webhook settings, reset."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from atd_testing.providers.behaviours import Behaviour
from atd_testing.providers.state import ProviderState
from atd_testing.providers.webhooks import C, Delivery, WebhookSender, WebhookSettings


class ClockMove(BaseModel):
    """How far to move the fake's clock, in seconds; negative goes back."""

    advance_seconds: float


class Tokens(BaseModel):
    """Access tokens that are no longer valid."""

    revoked: set[str] = set()


def add_logs(router: APIRouter, state: ProviderState[Any, C], sender: WebhookSender[C]) -> None:
    """`GET /deliveries`, `POST /reset`."""

    @router.get("/deliveries")
    async def list_deliveries() -> list[Delivery]:
        """Every webhook body that was delivered or tried."""
        return list(state.deliveries)

    @router.post("/reset")
    async def reset() -> dict[str, bool]:
        """Forget everything but the callbacks."""
        state.reset()
        sender.reset()
        return {"ok": True}


def status_of(state: ProviderState[Any, C], sender: WebhookSender[C]) -> dict[str, Any]:
    """Counts, and whether no webhook waits, for `GET /status`."""
    return {
        "idle": sender.idle,
        "calls": state.calls,
        "sent": len(state.sent),
        "deliveries": len(state.deliveries),
    }


def add_settings(router: APIRouter, state: ProviderState[Any, C], model: type[Behaviour] = Behaviour) -> None:
    """`/behaviours` (scripted faults of this `model`), `PUT /tokens`, `PUT /webhook-settings`, `POST /clock`."""

    @router.post("/behaviours", status_code=201)
    async def add_behaviour(behaviour: model) -> model:  # type: ignore[valid-type]  # FastAPI reads it at run time
        """Script a fault for the calls that match; the first one that still applies wins."""
        state.behaviours.append(behaviour)
        return behaviour

    @router.get("/behaviours")
    async def list_behaviours() -> list[model]:  # type: ignore[valid-type]
        return state.behaviours

    @router.delete("/behaviours", status_code=204)
    async def clear_behaviours() -> None:
        state.behaviours.clear()

    @router.put("/tokens")
    async def set_tokens(tokens: Tokens) -> Tokens:
        """Replace the set of access tokens that are refused."""
        state.revoked_tokens = tokens.revoked
        return tokens

    @router.put("/webhook-settings")
    async def set_webhooks(settings: WebhookSettings) -> WebhookSettings:
        """Receipts, duplicates, order, batches, retries."""
        state.webhooks = settings
        return settings

    @router.post("/clock")
    async def move_clock(move: ClockMove) -> dict[str, str]:
        """Move the fake's clock."""
        state.clock_offset += timedelta(seconds=move.advance_seconds)
        return {"now": state.now().isoformat()}
