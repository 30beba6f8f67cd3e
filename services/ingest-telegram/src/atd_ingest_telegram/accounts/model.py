"""A bot as webhooks and sends use it: opened credentials, ready in memory."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from atd_channelkit.accounts import model
from atd_schemas.views import ChannelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(model.Account):
    """One bot of one tenant. Credentials are not part of its representation.

    `webhook_secret` comes back with every update that Telegram delivers, which is what proves it. `long_polling`:
    updates are asked for, instead of being delivered to a public address. `username` is known once the token was
    checked.
    """

    kind: ChannelKind = "telegram"
    bot_id: str
    bot_token: SecretStr
    webhook_secret: bytes = field(repr=False)
    username: str | None = None
    long_polling: bool = False
