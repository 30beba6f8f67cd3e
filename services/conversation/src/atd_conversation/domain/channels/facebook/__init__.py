"""Comments below the posts of a Facebook page, which everybody can read. Source: Meta's Pages API (v25.0).

There is no reply window in public. A comment is answered in private once, within seven days.
"""

from atd_conversation.domain.channels.composing import FileRules, composer
from atd_conversation.domain.channels.facebook.failure_codes import BY_CLASS, BY_CODE
from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.failure_texts import ChannelName, FailureTexts
from atd_schemas.capabilities import (
    ContentLimits,
    FileLimit,
    OwnMessageLimit,
    PrivateReplyLimit,
    ReactionLimit,
    TextLimit,
)

__all__ = ["LIMITS", "RULES"]

_TEXT = TextLimit(max_length=8000)

LIMITS = ContentLimits(
    sends=("text", "image"),
    text=_TEXT,
    caption=_TEXT,
    files=(FileLimit(kind="image", mime_types=("image/jpeg", "image/png"), max_bytes=8 * 1024 * 1024, caption=True),),
    files_per_message=1,
    replies=True,
)

_NAME = ChannelName.brand("Facebook")

RULES = ChannelRules(
    name=_NAME.en,
    compose=composer(FileRules("Facebook", LIMITS)),
    limits=LIMITS,
    texts=FailureTexts.of_channel(_NAME, by_code=BY_CODE, by_class=BY_CLASS),
    reactions=ReactionLimit(within_seconds=None, emoji=("👍",)),
    edits=OwnMessageLimit(within_seconds=None, kinds=("text",)),
    deletes=OwnMessageLimit(within_seconds=None, kinds=("text",)),
    public=True,
    moderation=("hide", "delete", "like"),
    private_replies=PrivateReplyLimit(within_seconds=7 * 24 * 3600, text=TextLimit(max_length=2000)),
)
