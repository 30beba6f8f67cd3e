"""Telegram, by a bot. Source: Bot API 10.1. There is no reply window; the customer must have written first."""

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.channels.telegram.failure_codes import BY_CODE, OF_FILES
from atd_conversation.domain.channels.telegram.limits import EMOJI, FILES, LIMITS
from atd_conversation.domain.drafts import Composed, Draft, References
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import OwnMessageLimit, ReactionLimit
from atd_schemas.views import ChannelKind

__all__ = ["RULES"]


def _key_of_id(channel: ChannelKind, _: str, external_id: str) -> str:
    """The ids of people and groups hold for all bots."""
    return f"{channel}|{external_id}"


_of_limits = composer(FILES)


def _compose(draft: Draft, references: References) -> Composed:
    """A contact there is a phone number with a name: a card without one cannot be sent."""
    for place, card in enumerate(draft.content.get("contacts", ())):
        if not card.get("phones"):
            raise Refusal("invalid", "must have a phone number", f"contacts[{place}].phones")
    return _of_limits(draft, references)


_NAME = ChannelName.brand("Telegram")

RULES = ChannelRules(
    name=_NAME.en,
    compose=_compose,
    limits=LIMITS,
    file_limit="20 MB",
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE, of_files=OF_FILES),
    key_of_id=_key_of_id,
    reactions=ReactionLimit(within_seconds=None, emoji=EMOJI),
    typing=True,
    edits=OwnMessageLimit(within_seconds=None, kinds=("text", "image", "video", "audio", "document")),
    deletes=OwnMessageLimit(within_seconds=48 * 3600, kinds=LIMITS.sends),
)
