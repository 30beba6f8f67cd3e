"""What travels with a send and comes back in its receipts (`biz_opaque_callback_data`). Pure.

It is the id of the send's row in the ledger: the message's id, with `.<attempt>` behind it when an attendant asked for
the repeat; for a reaction the id of the message reacted to, `.reaction.` and the id of the command.
"""

import re
from dataclasses import dataclass
from typing import Literal

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MESSAGE = re.compile(rf"({_UUID})(?:\.([1-9][0-9]{{0,5}}))?")
_REACTION = re.compile(rf"({_UUID})\.reaction\.({_UUID})")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a receipt is about: our message, or a reaction of ours to it, which its command names."""

    message_id: str
    attempt: int = 0
    about: Literal["message", "reaction"] = "message"
    command_id: str | None = None


def message_reference(message_id: str, attempt: int) -> str:
    """The id of the row of a message, and what travels with it."""
    return f"{message_id}.{attempt}" if attempt else message_id


def reaction_reference(message_id: str, command_id: str) -> str:
    """The id of the row of a reaction, and what travels with it."""
    return f"{message_id}.reaction.{command_id}"


def read_reference(text: object) -> Reference | None:
    """What a receipt is about; `None` for what is not of our making: another app on the number may set its own."""
    if not isinstance(text, str):
        return None
    if (found := _MESSAGE.fullmatch(text)) is not None:
        return Reference(found[1], int(found[2] or 0))
    if (found := _REACTION.fullmatch(text)) is not None:
        return Reference(found[1], about="reaction", command_id=found[2])
    return None
