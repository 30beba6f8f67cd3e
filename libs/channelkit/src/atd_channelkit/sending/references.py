"""What identifies a send: the id of its row in the ledger, which can travel with it and come back in receipts. Pure.

It is the message's id, with `.<attempt>` behind it when an attendant asked for the repeat; for a reaction the id of the
message reacted to, `.reaction.` and the id of the command, and so for a deed on a message with `.action.`. A part of a
message has `~<number>` behind it, from 0.
"""

import re
from dataclasses import dataclass
from typing import Literal

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MESSAGE = re.compile(rf"({_UUID})(?:\.([1-9][0-9]{{0,5}}))?(?:~([0-9]{{1,3}}))?")
_DEED = re.compile(rf"({_UUID})\.(reaction|action)\.({_UUID})")


@dataclass(frozen=True, slots=True)
class SendReference:
    """What a receipt is about: our message or a part of it, or a reaction or deed of ours, which its command names."""

    message_id: str
    attempt: int = 0
    about: Literal["message", "reaction", "action"] = "message"
    command_id: str | None = None
    part: int | None = None

    @property
    def row_id(self) -> str:
        """The row in the ledger."""
        if self.command_id is not None:
            return f"{self.message_id}.{self.about}.{self.command_id}"
        return message_reference(self.message_id, self.attempt)


def message_reference(message_id: str, attempt: int) -> str:
    """The id of the row of a message."""
    return f"{message_id}.{attempt}" if attempt else message_id


def reaction_reference(message_id: str, command_id: str) -> str:
    """The id of the row of a reaction."""
    return f"{message_id}.reaction.{command_id}"


def action_reference(message_id: str, command_id: str) -> str:
    """The id of the row of a deed on a message."""
    return f"{message_id}.action.{command_id}"


def part_reference(reference: str, part: int) -> str:
    """What identifies one part of a message, counted from 0."""
    return f"{reference}~{part}"


def read_reference(text: object) -> SendReference | None:
    """What a receipt is about; `None` for what is not one of ours: another app on the account may set its own."""
    if not isinstance(text, str):
        return None
    if (found := _MESSAGE.fullmatch(text)) is not None:
        return SendReference(found[1], int(found[2] or 0), part=None if found[3] is None else int(found[3]))
    if (found := _DEED.fullmatch(text)) is not None:
        about: Literal["reaction", "action"] = "reaction" if found[2] == "reaction" else "action"
        return SendReference(found[1], about=about, command_id=found[3])
    return None
