"""Calls to the Bot API: the one place that puts a bot's token into an address.

Telegram wants the token in the path of every call. So the path is made here, right before the call, and nothing that
is logged, counted, raised or kept ever contains an address: what comes back is an object or its absence, in the kit's
words.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.connection import ProviderConnection
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.failures import read_refusal


class BotApi:
    """The Bot API over one connection."""

    def __init__(self, connection: ProviderConnection) -> None:
        self._connection = connection

    async def call(
        self, account: Account, method: str, parameters: Mapping[str, Any] | None = None, **options: Any
    ) -> Any | Refused | Unsent | Uncertain:
        """The `result` of a method (an object, a list or `True`), or what its absence means.

        `parameters` go as JSON; `options` are httpx's (a multipart body, a timeout of its own). Never raises for what
        the network or Telegram do.
        """
        if parameters is not None:
            options["json"] = dict(parameters)
        token = account.bot_token.get_secret_value()
        said = await self._connection.call_json("POST", f"bot{token}/{method}", read_refusal, **options)
        if not isinstance(said, dict):
            return said
        if said.get("ok") is not True or "result" not in said:
            return Uncertain("an answer 200 without a result")
        return said["result"]


def file_url(base_url: str, account: Account, path: str) -> str:
    """Where the bytes of a file are, by the path that `getFile` told. For the call alone: it contains the token."""
    return f"{base_url.rstrip('/')}/file/bot{account.bot_token.get_secret_value()}/{quote(path)}"
