"""The service's routes. Each part adds its router here, on a line of its own."""

from fastapi import APIRouter

from atd_webhook_dispatcher.api.credentials import credentials_router
from atd_webhook_dispatcher.api.deliveries import deliveries_router
from atd_webhook_dispatcher.api.endpoints import endpoints_router
from atd_webhook_dispatcher.api.event_types import event_types_router
from atd_webhook_dispatcher.api.ledger_parts import LedgerParts
from atd_webhook_dispatcher.api.parts import Parts
from atd_webhook_dispatcher.api.preview import preview_router
from atd_webhook_dispatcher.api.replays import replays_router
from atd_webhook_dispatcher.api.testing import testing_router


def routers(parts: Parts, ledger: LedgerParts) -> list[APIRouter]:
    """The routes of the service; those with a fixed name come before those with an id in its place."""
    return [
        event_types_router(parts),
        preview_router(parts),
        endpoints_router(parts),
        credentials_router(parts),
        deliveries_router(ledger),
        replays_router(ledger),
        testing_router(ledger),
    ]
