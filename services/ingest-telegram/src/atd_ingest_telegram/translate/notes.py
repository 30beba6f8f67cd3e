"""What an update asks of us beside its events. Data for whoever does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atd_ingest_telegram.accounts.model import Account

Keyboard = Sequence[Sequence[Mapping[str, Any]]]
"""Rows of buttons, as Telegram writes them."""


@dataclass(frozen=True, slots=True)
class ClickNote:
    """A button was tapped: the click wants its answer, or the button keeps spinning, and the buttons are to go.

    `chat_id` and `message_id` name the message whose buttons go, where it is told; `keyboard` are the buttons that
    stay, because they only open pages. `business_connection_id`: in whose chat it is.
    """

    account: Account
    query_id: str
    chat_id: int | None = None
    message_id: int | None = None
    keyboard: Keyboard = ()
    business_connection_id: str | None = None
