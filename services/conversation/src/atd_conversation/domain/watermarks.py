"""Receipts for everything until a moment: which messages they are about, whatever comes first.

A message is reached by them when it was sent no later than that moment. When it was sent is the earliest time at which
the channel says so, which can be told after the receipt: until then the moment is kept on the message. Pure.
"""

from datetime import datetime

from atd_conversation.domain.message import Message
from atd_schemas.views import MessageStatus

_UNREAD = ("pending", "sent", "delivered")


def reach(message: Message, status: MessageStatus, until: datetime) -> tuple[str, ...]:
    """The customer has got, or read, everything until a moment; what changed of a message of ours."""
    if message.direction != "outbound" or message.status not in _UNREAD or message.occurred_at > until:
        return ()
    known = message.reached.get(status)
    message.reached = {**message.reached, status: until if known is None else max(known, until)}
    return _settle(message)


def note_sent(message: Message, at: datetime) -> tuple[str, ...]:
    """The channel took the message at this time, or has told an earlier one; what changed of it."""
    message.sent_at = at if message.sent_at is None else min(at, message.sent_at)
    return _settle(message)


def sent_moment(message: Message) -> datetime:
    """When a message was sent, as far as it is known."""
    return message.sent_at or message.occurred_at


def _settle(message: Message) -> tuple[str, ...]:
    """What follows from both: nothing of a message that the channel has not taken yet."""
    if message.status == "pending":
        return ()
    changed: list[str] = []
    for status, until in message.reached.items():
        if sent_moment(message) <= until:
            changed += message.apply_receipt(status, None, None)
    if message.status not in _UNREAD:
        message.reached = {}
    return tuple(dict.fromkeys(changed))
