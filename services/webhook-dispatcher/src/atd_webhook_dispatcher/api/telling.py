"""Tells those who look after webhooks that somebody enabled one again."""

from datetime import datetime

from atd_schemas.ids import uuid7
from atd_schemas.services import WEBHOOK_DISPATCHER
from atd_schemas.webhooks import WebhookChanged, WebhookData
from atd_servicekit.identity import Identity
from atd_servicekit.url_parts import split_url
from atd_webhook_dispatcher.domain.endpoint import Endpoint


def enabled_event(endpoint: Endpoint, identity: Identity, now: datetime) -> WebhookChanged:
    """That an endpoint that was disabled is enabled. Of its URL it has the host alone."""
    data = WebhookData(endpoint_id=endpoint.id, description=endpoint.description, host=split_url(endpoint.url).host)
    return WebhookChanged(
        id=uuid7(),
        type="webhook.enabled",
        tenant_id=endpoint.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=WEBHOOK_DISPATCHER.name,
        subject=endpoint.id,
        actor=identity.actor(),
        data=data,
    )
