"""What channelkit must know of Meta's webhooks: whom a body names, what proves it, what it means. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.reader import ProvenAccounts, WebhookDescription, WebhookReader, in_header
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account


def _secrets(account: Account, now: datetime) -> Sequence[bytes]:
    return account.app_secrets(now)


def _translate(
    _payload: Any, _accounts: ProvenAccounts[Account], _now: datetime, _received_at: datetime | None
) -> Translation:
    return Translation((), ("body: is not known to this version",))


READER = WebhookReader(
    description=WebhookDescription(
        "Meta", "X-Hub-Signature-256", "`sha256=` and the HMAC-SHA256 of the raw body with the app secret, in hex"
    ),
    secrets=_secrets,
    proving=in_header("X-Hub-Signature-256"),
    translate=_translate,
)
