"""What the company does to messages that are at the channel: change them, take them back, hide and show comments.

The deed is shown at once, and the channel is asked for it; what it does not do is taken back (`PendingDeed`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from atd_conversation.domain.channels.composing.texts import check_text
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.message import Message
from atd_conversation.domain.pending_deeds import PendingDeed, asked, settled, taken_back
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import OwnMessageLimit, TextLimit
from atd_schemas.outbound import ActionName

_EDITED = ("kind", "text", "content", "edited_at", "earlier")
_DELETED = (*_EDITED, "reactions", "deleted_at")
_HIDDEN = ("hidden",)
_RESTORED: dict[ActionName, tuple[str, ...]] = {
    "edit": _EDITED,
    "delete": _DELETED,
    "hide": _HIDDEN,
    "show": _HIDDEN,
}


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed that was done here: the changes, and what the message was before it."""

    action: ActionName
    before: dict[str, object]
    changes: list[Change]

    def note(self, message: Message, command: str) -> None:
        """The channel is asked for it by this command."""
        message.deeds = asked(message.deeds, PendingDeed(command, self.action, self.before))


def edit_sent(
    conversation: Conversation, message: Message, text: str, rules: ChannelRules, now: datetime
) -> Deed | None:
    """Let a message of ours say something else; None when it says that already.

    Raises `Refusal`: `kind_not_supported`, `invalid`, `message_deleted`, `not_sent`, `too_old`, `too_long`.
    """
    limit = _limit_of_own(message, rules.edits, "changed", now)
    if message.kind not in limit.kinds:
        raise Refusal("kind_not_supported", f"A message of kind {message.kind} cannot be changed on this channel.")
    if len(message.external_ids) > 1 and not message.attachments:
        raise Refusal("kind_not_supported", "A text that was sent in several parts cannot be changed.")
    _check_new_text(text, rules.limits.text if message.kind == "text" else rules.limits.caption)
    before = _before(message, "edit")
    changed = message.edit(message.kind, text, message.content, now)
    return _deed(conversation, message, "edit", before, "message.edited", changed)


def take_back(conversation: Conversation, message: Message, rules: ChannelRules, now: datetime) -> Deed | None:
    """Take a message of ours back, or a customer's public comment away; None when it is gone already.

    Raises `Refusal`: `kind_not_supported`, `invalid`, `not_sent`, `too_old`.
    """
    if message.deleted_at is not None:
        return None
    if message.direction == "inbound":
        _check_comment(conversation, message, rules, moderates="delete" in rules.moderation)
    elif message.kind not in _limit_of_own(message, rules.deletes, "taken back", now).kinds:
        raise Refusal("kind_not_supported", f"A message of kind {message.kind} cannot be taken back on this channel.")
    before = _before(message, "delete")
    waiting = message.deeds
    changed = message.delete(now)
    message.deeds = waiting
    return _deed(conversation, message, "delete", before, "message.deleted", changed)


def set_hidden(
    conversation: Conversation, message: Message, rules: ChannelRules, now: datetime, *, hidden: bool
) -> Deed | None:
    """Hide a customer's public comment from others, or show it again; None when it is so already.

    Raises `Refusal`: `kind_not_supported`, `invalid`, `message_deleted`, `not_sent`.
    """
    if message.deleted_at is not None:
        raise Refusal("message_deleted", "The message was deleted.")
    if message.direction != "inbound":
        raise Refusal("invalid", "Only comments of customers can be hidden.")
    _check_comment(conversation, message, rules, moderates="hide" in rules.moderation)
    action: ActionName = "hide" if hidden else "show"
    before = _before(message, action)
    changed = message.show(max(now, message.hidden_at or now), hidden=hidden)
    return _deed(conversation, message, action, before, "message.updated", changed)


def finish_deed(message: Message, command: str) -> PendingDeed | None:
    """The channel has done a deed: what the message was before it is not needed any more. Which it was."""
    done, message.deeds = settled(message.deeds, command)
    return done


def undo_deed(message: Message, command: str) -> tuple[ActionName | None, tuple[str, ...]]:
    """The channel did not do a deed: which it was, None for one that is not known (any more), and what changed."""
    failed = next((one for one in message.deeds if one.command == command), None)
    before, message.deeds = taken_back(message.deeds, command)
    if failed is None or before is None:
        return None if failed is None else failed.action, ()
    return failed.action, message.restore(before)


def _limit_of_own(message: Message, limit: OwnMessageLimit | None, done: str, now: datetime) -> OwnMessageLimit:
    """The channel's limit for what is done to messages of ours, which this one is within."""
    if message.direction != "outbound":
        raise Refusal("invalid", f"Only messages to the customer can be {done}.")
    if limit is None:
        raise Refusal("kind_not_supported", f"Messages cannot be {done} on this channel.")
    if message.deleted_at is not None:
        raise Refusal("message_deleted", "The message was deleted.")
    if message.external_id is None or message.status == "pending":
        raise Refusal("not_sent", f"The message has not been sent yet; it can be {done} once it has.")
    within = limit.within_seconds
    if within is not None and now > message.occurred_at + timedelta(seconds=within):
        raise Refusal("too_old", f"The message is older than {_duration(within)}; it cannot be {done} any more.")
    return limit


def _check_comment(conversation: Conversation, message: Message, rules: ChannelRules, *, moderates: bool) -> None:
    if not (conversation.is_public and moderates):
        raise Refusal("kind_not_supported", f"{rules.name} does not allow this for messages of customers here.")
    if message.external_id is None:
        raise Refusal("not_sent", "The channel does not know the message.")


def _check_new_text(text: str, limit: TextLimit | None) -> None:
    """What an edit says must fit into one part: the others cannot be made, nor taken away, by an edit."""
    if limit is None:
        raise Refusal("kind_not_supported", "On this channel no text can stand with a message of this kind.", "text")
    check_text(text, limit.part or limit.max_length, "text", limit.unit)


def _before(message: Message, action: ActionName) -> dict[str, object]:
    kept = message.kept()
    return {name: kept[name] for name in _RESTORED[action]}


def _deed(
    conversation: Conversation,
    message: Message,
    action: ActionName,
    before: dict[str, object],
    event_type: str,
    changed: tuple[str, ...],
) -> Deed | None:
    if not changed:
        return None
    return Deed(action, before, [conversation.revise(event_type, message, changed, deed=action)])


def _duration(seconds: int) -> str:
    hours = seconds // 3600
    return f"{hours} hours" if hours else f"{seconds // 60} minutes"
