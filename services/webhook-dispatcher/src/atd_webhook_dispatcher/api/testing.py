"""`/api/v1/webhooks/{id}/test`: one real request, and what the receiver answered."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from atd_servicekit.problems import invalid, rate_limited
from atd_webhook_dispatcher.api.delivery_views import AttemptView, RequestView, attempt_view, request_view
from atd_webhook_dispatcher.api.ledger_parts import LedgerParts
from atd_webhook_dispatcher.api.parts import Body, Manager
from atd_webhook_dispatcher.domain.shaping import CannotShape
from atd_webhook_dispatcher.requests import TIMEOUT_SECONDS
from atd_webhook_dispatcher.tester import TooManyTests, UnknownType


class TestBody(Body):
    """`event_type`: an event like the latest of this type; absent: `webhook.test`."""

    event_type: str | None = Field(default=None, pattern=r"^[a-z_.]{1,64}$")


class TestView(BaseModel):
    """What was sent, and what came of it. It is kept as a delivery of `webhook.test`."""

    delivery_id: str
    attempt: AttemptView
    request: RequestView


def testing_router(parts: LedgerParts) -> APIRouter:
    """The route of tests."""
    router = APIRouter(prefix="/api/v1/webhooks/{webhook_id}", tags=["webhooks"])

    @router.post("/test", summary="Send a test at once, and show the answer")
    async def test_webhook(identity: Manager, webhook_id: str, asked: TestBody | None = None) -> TestView:
        endpoint = await parts.common.endpoint(identity.tenant_id, webhook_id)
        event_type = None if asked is None else asked.event_type
        try:
            tested = await parts.tester.test(endpoint, event_type, identity.actor().model_dump(mode="json"))
        except UnknownType:
            raise invalid("event_type", "is not an event type; see GET /api/v1/webhooks/event-types") from None
        except CannotShape as error:
            raise invalid("event_type", f"cannot be sent in the chosen form: {error}") from None
        except TooManyTests:
            raise rate_limited(TIMEOUT_SECONDS, "A test is under way; wait for its end.") from None
        return TestView(
            delivery_id=tested.row.id,
            attempt=attempt_view(tested.attempt),
            request=request_view(endpoint, tested.headers, tested.body),
        )

    return router
