"""Tags on messages: set and removed, and which tags the messages of a conversation have."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import Mark, bears, shown, without
from atd_conversation.domain.refusals import Refusal
from atd_schemas.envelope import Actor
from atd_schemas.views import AuthorView, TagRef

MAX_TAGS_OF_MESSAGE = 20
"""Tags that one message can have."""


def retag(
    conversation: Conversation,
    message: Message,
    add: Sequence[TagRef],
    remove: Sequence[TagRef],
    *,
    elsewhere: Callable[[TagRef], bool],
    actor: Actor,
    now: datetime,
) -> Iterator[Change]:
    """Take tags off a message and put others on it, one change after the other: all of them, or none.

    What it has already, and what it does not have, changes nothing. `elsewhere`: whether another message of the
    conversation has the tag, so that the conversation is still found by it.
    Raises `Refusal` before the first change: `invalid` (a line of the product itself), `message_deleted`, `too_many`.
    """
    known = message.names.tags
    gone = [one for one in remove if bears(message.tags, one.id, known)]
    new = [one for one in add if not bears(message.tags, one.id, known)]
    if new:
        _check_takes(message, len(new), len(gone))
    for one in gone:
        yield _untag(conversation, message, one, elsewhere=elsewhere(one))
    by = AuthorView(type=actor.type, id=actor.id, name=actor.name)
    for one in new:
        yield _tag(conversation, message, one, Mark(one.id, by, now))


def _check_takes(message: Message, new: int, gone: int) -> None:
    if message.direction == "system":
        raise Refusal("invalid", "Only messages and notes can be tagged.")
    if message.deleted_at is not None:
        raise Refusal("message_deleted", "The message was deleted.")
    if shown(message.tags, message.names.tags) + new - gone > MAX_TAGS_OF_MESSAGE:
        raise Refusal("too_many", f"A message takes at most {MAX_TAGS_OF_MESSAGE} tags.", "tag_id")


def _tag(conversation: Conversation, message: Message, tag: TagRef, mark: Mark) -> Change:
    message.tags = (*message.tags, mark)
    if tag.id not in conversation.tags:
        conversation.tags = (*conversation.tags, tag.id)
    return conversation.revise("message.tagged", message, ("tags",), tag=tag)


def _untag(conversation: Conversation, message: Message, tag: TagRef, *, elsewhere: bool) -> Change:
    message.tags = without(message.tags, tag.id, message.names.tags)
    if not elsewhere:
        known = conversation.names.tags
        conversation.tags = tuple(
            one for one in conversation.tags if one != tag.id and (one not in known or known[one].id != tag.id)
        )
    return conversation.revise("message.untagged", message, ("tags",), tag=tag)
