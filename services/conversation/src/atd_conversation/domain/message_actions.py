"""What attendants do with one message: react to it, send it again, have its file fetched again."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.message import Message
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import ReactionLimit
from atd_schemas.envelope import Actor
from atd_schemas.views import AuthorView

_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_MODIFIED = f"{_PICTURE}\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}"  # a flag: two regional letters
    "|[0-9#*]\ufe0f?\u20e3"  # a key
    f"|{_MODIFIED}(?:\u200d{_MODIFIED}){{0,9}}"
)
"""One emoji: a picture, with its colour of skin and what is joined to it (Unicode Technical Standard 51)."""


_AS_PICTURE = "\ufe0f"
"""Says that the character before it is shown in colours; providers and keyboards differ in writing it."""


def is_emoji(text: str) -> bool:
    """Whether the text is one emoji and nothing else."""
    return _EMOJI.fullmatch(text) is not None


def react(
    conversation: Conversation, message: Message, emoji: str | None, rules: ChannelRules, actor: Actor, now: datetime
) -> list[Change]:
    """Put the company's one emoji on a message, or take it away; the same again changes nothing.

    Raises `Refusal`: `kind_not_supported`, `invalid`, `message_deleted`, `message_not_sent`, `too_old`,
    `conversation_closed`, `window_closed`.
    """
    if rules.reactions is None:
        raise Refusal("kind_not_supported", "This channel does not support reactions.", "emoji")
    emoji = _taken(emoji, rules.reactions)
    if message.direction not in ("inbound", "outbound"):
        raise Refusal("invalid", "You can react only to messages from or to the customer.")
    if message.deleted_at is not None:
        raise Refusal("message_deleted", "The message was deleted.")
    if message.external_id is None:
        raise Refusal("message_not_sent", "The message has not been sent to the channel yet.")
    within = rules.reactions.within_seconds
    if within is not None and now > message.occurred_at + timedelta(seconds=within):
        raise Refusal("too_old", f"The message is older than {timedelta(seconds=within).days} days.")
    conversation.check_open(now, reply_window=rules.reply_window, field_name="emoji")
    if not conversation.window_is_open(now, rules.reply_window, by_person=False):
        raise Refusal("window_closed", "The time for reactions is over; a message can still be sent.", "emoji")
    changed = message.react(AuthorView(type=actor.type, id=actor.id, name=actor.name), emoji, now)
    return [conversation.revise("message.reacted", message, changed)] if changed else []


def _taken(emoji: str | None, limit: ReactionLimit) -> str | None:
    """The emoji as the channel spells it, where it takes some alone. Raises `Refusal` `invalid`."""
    if emoji is None:
        return None
    if not is_emoji(emoji):
        raise Refusal("invalid", "must be one emoji", "emoji")
    if limit.emoji is None:
        return emoji
    plain = emoji.replace(_AS_PICTURE, "")
    found = next((one for one in limit.emoji if one.replace(_AS_PICTURE, "") == plain), None)
    if found is None:
        raise Refusal("invalid", f"is not one of those that the channel takes: {' '.join(limit.emoji)}", "emoji")
    return found


def retry(conversation: Conversation, message: Message, rules: ChannelRules, now: datetime) -> list[Change]:
    """Send a failed message again, as one more attempt.

    Raises `Refusal`: `invalid`, `not_failed`, `message_deleted`, `conversation_closed`, `window_closed`.
    """
    if message.direction != "outbound":
        raise Refusal("invalid", "Only messages to the customer can be sent again.")
    if message.status != "failed":
        raise Refusal("not_failed", f"The message is {message.status}; only failed messages can be sent again.")
    if message.deleted_at is not None:
        raise Refusal("message_deleted", "The message was taken back; it is not sent again.")
    by_person = message.author.type == "attendant" and message.automatic is None
    free = message.kind != "template" and message.private_reply_to is None
    conversation.check_open(now, free=free, reply_window=rules.reply_window, by_person=by_person)
    given_up = ("status", "error") if message.parts_sent else ("status", "error", "external_id")
    changed = tuple(name for name in given_up if getattr(message, name) is not None)
    message.status, message.error = "pending", None
    if not message.parts_sent:  # otherwise the parts that arrived keep their ids, and are not sent again
        message.external_id, message.more_external_ids = None, ()
    message.sent_at, message.reached = None, {}
    message.attempt += 1
    return [conversation.revise("message.status_changed", message, changed)]


def fetch_again(conversation: Conversation, message: Message, attachment_id: str) -> list[Change]:
    """Have a customer's file fetched once more. Raises `Refusal` `not_failed`."""
    files = {one.id: one for one in message.attachments}
    file = files[attachment_id]
    if file.state != "failed" or file.source is None:
        raise Refusal("not_failed", f"The file is {file.state}; only failed files of customers can be fetched again.")
    if file.source.unavailable is not None:
        raise Refusal("not_failed", "The channel can never hand this file over; ask the customer for it another way.")
    files[attachment_id] = replace(file, state="pending", error=None, attempt=file.attempt + 1)
    message.attachments = tuple(files.values())
    return [conversation.revise("message.updated", message, ("attachments",))]
