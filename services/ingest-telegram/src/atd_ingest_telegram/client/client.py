"""Sends messages to the Bot API."""

from atd_channelkit.answers import Answer, Unsendable
from atd_channelkit.sending.provider import Send
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi


class TelegramClient:
    """Sends messages and what is done to them."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def send(self, account: Account, send: Send) -> Answer:  # noqa: ARG002 - nothing is sent yet
        """Make one call."""
        return Unsendable("kind_not_supported", "This version sends nothing to Telegram yet.")
