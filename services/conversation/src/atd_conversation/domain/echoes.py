"""Echoes of what we sent that were told before the channel's answer said what it calls the message. Pure.

Nobody could know then that it was ours, so it became a message of its own. When the answer comes after all, the one
that was sent takes over what the other has got meanwhile, and the other shows nothing any more.
"""

from atd_conversation.domain.message import Message
from atd_conversation.domain.watermarks import note_sent
from atd_schemas.contents import EMPTY

LISTED = ("inbound", "outbound")
"""Directions of messages that a list shows: neither notes nor what the product remarks."""


def is_echo(message: Message) -> bool:
    """Whether the channel told of a message, and nobody here sent it."""
    sent_here = message.client_id is not None or message.automatic is not None
    is_system = message.direction == "outbound" and message.author.type == "system"
    return is_system and not sent_here and message.external_id is not None and message.same_as is None


def is_listed(message: Message) -> bool:
    """Whether a list can show it as the last one of its conversation."""
    return message.direction in LISTED and message.same_as is None


def take_over(message: Message, echo: Message) -> tuple[str, ...]:
    """The message that was sent gets what came of its echo; what changed, but for what the channel calls it."""
    if echo.deleted_at is not None:
        return message.delete(echo.deleted_at)
    changed = list(message.apply_receipt(echo.status or "sent", None, None))
    for status, until in echo.reached.items():
        known = message.reached.get(status)
        message.reached = {**message.reached, status: until if known is None else max(known, until)}
    changed += note_sent(message, echo.sent_at or echo.occurred_at)
    if echo.reactions and not message.reactions:
        message.reactions, message.reacted_at = echo.reactions, {**echo.reacted_at, **message.reacted_at}
        changed.append("reactions")
    if echo.tags and not message.tags:
        message.tags = echo.tags
        changed.append("tags")
    return tuple(dict.fromkeys(changed))


def give_way(echo: Message, message: Message) -> tuple[str, ...]:
    """The echo is this message from now on, and says nothing itself; what changed."""
    before = echo.view()
    echo.same_as = message.id
    echo.text, echo.content, echo.external_id = None, EMPTY, None
    echo.attachments = echo.replaced = echo.reactions = echo.tags = echo.earlier = echo.more_external_ids = ()
    echo.reached = {}
    after = echo.view()
    return tuple(name for name in type(after).model_fields if getattr(before, name) != getattr(after, name))
