"""Instagram's direct messages. Source: Meta's pages on Instagram messaging (2026)."""

from datetime import timedelta

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.instagram.limits import FILES, LIMITS
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts

__all__ = ["RULES"]

_NAME = ChannelName.brand("Instagram")

RULES = ChannelRules(
    name=_NAME.en,
    compose=composer(FILES),
    limits=LIMITS,
    texts=FailureTexts.of_channel(_NAME),
    reply_window=timedelta(hours=24),
    read_marks=True,
    typing=True,
)
