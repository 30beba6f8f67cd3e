"""Instagram's direct messages. Source: Meta's pages on Instagram messaging (2026)."""

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.instagram.limits import FILES, LIMITS
from atd_conversation.domain.channels.meta_failure_codes import BY_CODE
from atd_conversation.domain.channels.meta_window import META_WINDOW
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts

__all__ = ["RULES"]

_NAME = ChannelName.brand("Instagram")

RULES = ChannelRules(
    name=_NAME.en,
    compose=composer(FILES),
    limits=LIMITS,
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE),
    reply_window=META_WINDOW,
    read_marks=True,
    typing=True,
)
