"""What channelkit must know of Meta's webhooks: whom a body names, what proves it, what it means. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.meta_signature import META_WEBHOOKS, challenge, proving
from atd_channelkit.webhooks.reader import ProvenAccounts, WebhookReader
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.named import mentioned_in, named_in
from atd_ingest_meta.translate import translate


def _secrets(account: Account, now: datetime) -> Sequence[bytes]:
    """The current app secret, and those replaced lately."""
    return account.app_secrets(now)


def _translate(
    payload: Any, accounts: ProvenAccounts[Account], now: datetime, received_at: datetime | None
) -> Translation:
    return translate(payload, accounts.named, now, received_at)


READER = WebhookReader(
    description=META_WEBHOOKS,
    secrets=_secrets,
    proving=proving,
    translate=_translate,
    named=named_in,
    mentioned=mentioned_in,
    challenge=challenge,
)
"""A body is proven by the secret of the Meta app, which several pages and Instagram accounts may share."""
