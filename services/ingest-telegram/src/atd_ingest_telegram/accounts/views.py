"""The fields of a Telegram account in the API, beside those of every channel."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints
from pydantic.functional_validators import AfterValidator

from atd_channelkit.accounts.views import Channel, ChannelChanges, CheckResult, HeaderSecret, Input, NewChannel

_LONGEST_ID = 20
_SHORTEST_SECRET = 20


def _is_token(token: SecretStr) -> SecretStr:
    bot_id, colon, secret = token.get_secret_value().partition(":")
    fits = bot_id.isascii() and bot_id.isdigit() and len(bot_id) <= _LONGEST_ID and colon
    if not fits or len(secret) < _SHORTEST_SECRET or not all(c.isalnum() or c in "_-" for c in secret):
        raise ValueError("must be a bot's token as BotFather shows it: digits, a colon, and at least 20 characters")
    return token


BotToken = Annotated[HeaderSecret, Field(min_length=22, max_length=256), AfterValidator(_is_token)]
LongPolling = Annotated[
    bool,
    Field(
        description="Whether messages are asked for instead of being delivered: for installations without a public "
        "address"
    ),
]
Username = Annotated[str, StringConstraints(max_length=64)]


def bot_id_of(token: SecretStr) -> str:
    """The id of a bot, which is the part of its token before the colon."""
    return token.get_secret_value().partition(":")[0]


class TelegramCredentials(Input):
    """What BotFather gives. Write-only."""

    bot_token: BotToken = Field(description="The bot's token: its id, a colon, and its secret")


class TelegramCredentialChanges(Input):
    """What may be replaced: the token by a new one of the same bot. Another bot is another account."""

    bot_token: BotToken | None = None


class TelegramSettings(Input):
    """How the account behaves."""

    long_polling: LongPolling = False


class TelegramSettingsChanges(Input):
    """What is left out stays."""

    long_polling: LongPolling | None = None


class NewTelegramChannel(NewChannel):
    """A bot to connect."""

    kind: Literal["telegram"]
    credentials: TelegramCredentials
    settings: TelegramSettings = TelegramSettings()


class TelegramChannelChanges(ChannelChanges):
    """What is left out stays."""

    credentials: TelegramCredentialChanges = TelegramCredentialChanges()
    settings: TelegramSettingsChanges = TelegramSettingsChanges()


class TelegramChannel(Channel):
    """A Telegram account as it is answered."""

    kind: Literal["telegram"]
    bot_id: str
    username: str | None = Field(default=None, description="Of the bot, without `@`: `https://t.me/<username>`")
    bot_name: str | None = None
    reads_groups: bool | None = Field(
        default=None, description="Whether the bot gets everything that is written in groups (privacy mode is off)"
    )
    takes_business_chats: bool | None = Field(
        default=None, description="Whether a Telegram Business account can let the bot answer its chats"
    )
    settings: TelegramSettings


class TelegramCheckResult(CheckResult):
    """Whether Telegram takes the token, and what it says of the bot."""

    username: str | None = None
    bot_name: str | None = None
    reads_groups: bool | None = None
    takes_business_chats: bool | None = None
