"""Saying what a conversation is about, and closing what has been classified."""

from datetime import datetime

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.refusals import Refusal


def close_classified(
    conversation: Conversation, type_id: str | None, now: datetime, *, needs_type: bool, seen: bool = True
) -> list[Change]:
    """Give a conversation this type (None: it keeps what it has), and end it. What is closed stays as it is.

    Raises `Refusal` `type_required` where it has no type that readers see and `needs_type`.
    """
    if conversation.status == "closed":
        return []
    changes = conversation.classify(type_id) if type_id is not None else []
    if needs_type and conversation.view().type is None:
        raise Refusal("type_required", "is required to close a conversation", "type_id")
    return [*changes, *conversation.close(now, seen=seen)]
