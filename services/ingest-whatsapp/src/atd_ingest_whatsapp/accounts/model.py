"""A WhatsApp number as webhooks and sends use it: opened credentials, ready in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from atd_channelkit.accounts import model
from atd_schemas.views import ChannelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(model.Account):
    """One WhatsApp number of one tenant. Credentials are not part of its representation.

    `previous_app_secrets` are those replaced lately, each with the moment until which it still proves a webhook.
    `display_phone_number` is how Meta writes the number, known once the credentials were checked. `read_receipts`:
    whether customers see that their messages were read.
    """

    kind: ChannelKind = "whatsapp"
    phone_number_id: str
    business_account_id: str
    app_secret: bytes = field(repr=False)
    access_token: SecretStr
    verify_token: SecretStr
    previous_app_secrets: tuple[tuple[bytes, datetime], ...] = field(default=(), repr=False)
    display_phone_number: str | None = None
    read_receipts: bool = True

    def app_secrets(self, now: datetime) -> tuple[bytes, ...]:
        """The secrets that prove a webhook of this account at `now`, the current one first."""
        if not self.previous_app_secrets:
            return (self.app_secret,)
        return (self.app_secret, *(secret for secret, until in self.previous_app_secrets if until > now))
