"""What channelkit must know of Telegram's webhooks: what proves an update, what it means. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.reader import ProvenAccounts, WebhookDescription, WebhookReader, in_header
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.translate import translate

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

_DESCRIPTION = WebhookDescription(
    provider="Telegram",
    proof_header=SECRET_HEADER,
    proof="The random secret that the webhook was registered with",
    proof_pattern="^[A-Za-z0-9_-]{1,256}$",
)


def _secrets(account: Account, _now: datetime) -> Sequence[bytes]:
    return (account.webhook_secret,)


def read_update(payload: Any, account: Account, now: datetime, received_at: datetime | None = None) -> Translation:
    """What an update says. Never raises: Telegram repeats an update that is refused, and holds back its whole chat.

    What could not be read, which is a mistake of ours, is kept like what is not understood.
    """
    try:
        return translate(payload, account, now, received_at)
    except Exception as error:  # noqa: BLE001 - see above
        return Translation((), (f"update: could not be read ({type(error).__name__})",))


def _translate(
    payload: Any, accounts: ProvenAccounts[Account], now: datetime, received_at: datetime | None
) -> Translation:
    return read_update(payload, accounts.first, now, received_at)


READER = WebhookReader(
    description=_DESCRIPTION, secrets=_secrets, proving=in_header(SECRET_HEADER), translate=_translate
)
"""An update is one of the bot whose address it came to: each account has an address and a secret of its own."""
