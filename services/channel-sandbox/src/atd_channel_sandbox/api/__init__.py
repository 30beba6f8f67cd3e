"""HTTP routes of the page: `/sandbox/api/` and the files under `/sandbox/media/`."""

from fastapi import APIRouter

from atd_channel_sandbox.api.companies import add_companies
from atd_channel_sandbox.api.messages import add_changes, add_messages
from atd_channel_sandbox.api.network import add_network
from atd_channel_sandbox.api.queries import add_queries
from atd_channel_sandbox.api.receivers import add_receivers
from atd_channel_sandbox.new_companies import NewCompanies
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.receivers.model import Receivers
from atd_channel_sandbox.state import SandboxState


def api_router(
    state: SandboxState, phones: Phones, companies: NewCompanies, receivers: Receivers, upload_limit: int
) -> APIRouter:
    """Every route of the page; `upload_limit` in bytes."""
    router = APIRouter(prefix="/sandbox")
    add_queries(router, state)
    add_messages(router, state, phones, upload_limit)
    add_changes(router, phones)
    add_network(router, state, phones)
    add_companies(router, companies)
    add_receivers(router, receivers)
    return router
