"""What channelkit must know of Telegram's accounts."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from atd_channelkit.accounts.spec import ChannelSpec, Reference, Secret, StoredAccount
from atd_ingest_telegram.accounts.guide import GUIDE
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.accounts.views import (
    NewTelegramChannel,
    TelegramChannel,
    TelegramChannelChanges,
    TelegramCheckResult,
    bot_id_of,
)
from atd_schemas.services import INGEST_TELEGRAM

BOT = "bot"
"""The kind of reference of an account: the bot's id."""


def open_account(stored: StoredAccount) -> Account:
    """The account with its credentials."""
    row, given = stored.document, stored.secrets
    return Account(
        **stored.common(),
        bot_id=row["bot_id"],
        bot_token=SecretStr(given["bot_token"]),
        webhook_secret=given["webhook_secret"].encode(),
        username=row["username"],
        long_polling=row["settings"].get("long_polling", False),
    )


def references_of(account: Account) -> Sequence[Reference]:
    """By what else an account is found: its bot."""
    return ((BOT, account.bot_id),)


def derived(_kind: str, credentials: Any) -> Mapping[str, Any]:
    """The id of the bot, which its token begins with."""
    token: SecretStr | None = credentials.bot_token
    return {} if token is None else {"bot_id": bot_id_of(token)}


SPEC = ChannelSpec(
    service=INGEST_TELEGRAM,
    new_channel=NewTelegramChannel,
    changes=TelegramChannelChanges,
    channel=TelegramChannel,
    check_result=TelegramCheckResult,
    open=open_account,
    references=references_of,
    indexed={BOT: "bot_id"},
    unique=BOT,
    facts=("username", "bot_name", "reads_groups", "takes_business_chats", "confirmed_bot_id"),
    derived=derived,
    secrets=(
        Secret(name="bot_token", reconnects=True),
        Secret(name="webhook_secret", generate=lambda: secrets.token_urlsafe(48)),
    ),
    guides=(GUIDE,),
)
