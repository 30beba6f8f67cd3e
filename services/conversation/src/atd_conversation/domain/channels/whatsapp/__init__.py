"""WhatsApp. Source: Meta's Cloud API pages on messages, media and reactions (2026)."""

from datetime import timedelta

from atd_conversation.domain.channels.rules import ChannelRules, MessageIds
from atd_conversation.domain.channels.whatsapp.compose import compose
from atd_conversation.domain.channels.whatsapp.failure_codes import BY_CLASS, BY_CODE
from atd_conversation.domain.channels.whatsapp.limits import LIMITS
from atd_conversation.domain.channels.whatsapp.message_ids import is_by_phone, spellings
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_conversation.domain.identities import phone_key
from atd_conversation.domain.reply_window import ReplyWindow
from atd_schemas.capabilities import ReactionLimit
from atd_schemas.views import ChannelKind

__all__ = ["RULES"]


def _key_of_id(channel: ChannelKind, _: str, external_id: str) -> str:
    """A `wa_id` is the phone number without the plus; other ids hold for all numbers of the business."""
    return phone_key(f"+{external_id}") if external_id.isdigit() else f"{channel}|{external_id}"


_NAME = ChannelName.brand("WhatsApp")

RULES = ChannelRules(
    name=_NAME.en,
    compose=compose,
    limits=LIMITS,
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE, by_class=BY_CLASS),
    key_of_id=_key_of_id,
    message_ids=MessageIds(is_main=is_by_phone, spellings=spellings),
    reply_window=ReplyWindow(free=timedelta(hours=24), templates=True),
    reactions=ReactionLimit(within_seconds=30 * 24 * 3600),
    read_marks=True,
    typing=True,
)
