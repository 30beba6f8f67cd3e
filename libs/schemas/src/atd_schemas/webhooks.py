"""`webhook.events.v1`: what becomes of the endpoints of external systems, told to those who look after them."""

from typing import Literal

from atd_schemas.envelope import Envelope, Schema, Timestamp

WebhookEventType = Literal["webhook.disabled", "webhook.enabled"]
"""`webhook.disabled`: nothing is sent there any more until somebody enables it. `webhook.enabled`: somebody did."""

DisabledReason = Literal["failing", "gone"]
"""`failing`: nothing arrived for the configured span. `gone`: it answered 410."""


class WebhookData(Schema):
    """Which endpoint; of its URL the host alone, since the rest may hold secrets.

    `since` is when the first attempt of the span without success failed, `failed` how many deliveries did since then.
    Both are absent for `webhook.enabled`.
    """

    endpoint_id: str
    description: str
    host: str
    reason: DisabledReason | None = None
    since: Timestamp | None = None
    failed: int = 0


class WebhookChanged(Envelope):
    """An endpoint was disabled or enabled. `subject` and key are the endpoint."""

    type: WebhookEventType
    data: WebhookData
