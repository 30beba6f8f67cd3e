"""Telegram, by a bot. Source: Bot API 10.1. There is no reply window; the customer must have written first."""

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.channels.telegram.failure_codes import BY_CODE, OF_FILES
from atd_conversation.domain.channels.telegram.limits import EMOJI, FILES, LIMITS
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_schemas.capabilities import OwnMessageLimit, ReactionLimit
from atd_schemas.views import ChannelKind

__all__ = ["RULES"]


def _key_of_id(channel: ChannelKind, _: str, external_id: str) -> str:
    """The ids of people and groups hold for all bots."""
    return f"{channel}|{external_id}"


_NAME = ChannelName.brand("Telegram")

RULES = ChannelRules(
    name=_NAME.en,
    compose=composer(FILES),
    limits=LIMITS,
    file_limit="20 MB",
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE, of_files=OF_FILES),
    key_of_id=_key_of_id,
    reactions=ReactionLimit(within_seconds=None, emoji=EMOJI),
    typing=True,
    edits=OwnMessageLimit(within_seconds=None, kinds=("text", "image", "video", "audio", "document")),
    deletes=OwnMessageLimit(within_seconds=48 * 3600, kinds=LIMITS.sends),
)
