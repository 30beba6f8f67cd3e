"""Messenger, the private messages of a page. Source: Meta's pages of the Messenger Platform (v25.0)."""

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.messenger.limits import EMOJI, FILES, LIMITS
from atd_conversation.domain.channels.meta_failure_codes import BY_CODE
from atd_conversation.domain.channels.meta_window import META_WINDOW
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_schemas.capabilities import ReactionLimit

__all__ = ["RULES"]

_NAME = ChannelName.brand("Messenger")

RULES = ChannelRules(
    name=_NAME.en,
    compose=composer(FILES),
    limits=LIMITS,
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE),
    reply_window=META_WINDOW,
    reactions=ReactionLimit(within_seconds=None, emoji=EMOJI),
    read_marks=True,
    typing=True,
)
