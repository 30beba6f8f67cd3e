"""What identifies a send: the id of its row in the ledger, which can travel with it and come back in receipts. Pure.

It is the message's id, with `.<attempt>` behind it when an attendant asked for the repeat; for a reaction the id of the
message reacted to, `.reaction.` and the id of the command.
"""

import re
from dataclasses import dataclass
from typing import Literal

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MESSAGE = re.compile(rf"({_UUID})(?:\.([1-9][0-9]{{0,5}}))?")
_REACTION = re.compile(rf"({_UUID})\.reaction\.({_UUID})")


@dataclass(frozen=True, slots=True)
class SendReference:
    """What a receipt is about: our message, or a reaction of ours to it, which its command names."""

    message_id: str
    attempt: int = 0
    about: Literal["message", "reaction"] = "message"
    command_id: str | None = None


def message_reference(message_id: str, attempt: int) -> str:
    """The id of the row of a message."""
    return f"{message_id}.{attempt}" if attempt else message_id


def reaction_reference(message_id: str, command_id: str) -> str:
    """The id of the row of a reaction."""
    return f"{message_id}.reaction.{command_id}"


def read_reference(text: object) -> SendReference | None:
    """What a receipt is about; `None` for what is not one of ours: another app on the account may set its own."""
    if not isinstance(text, str):
        return None
    if (found := _MESSAGE.fullmatch(text)) is not None:
        return SendReference(found[1], int(found[2] or 0))
    if (found := _REACTION.fullmatch(text)) is not None:
        return SendReference(found[1], about="reaction", command_id=found[2])
    return None
