"""What a channel takes: each kind of channel checks a draft by its own limits, before anything is sent."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from atd_conversation.domain.conversation import Refusal
from atd_conversation.domain.drafts import Composed, Draft, Material
from atd_conversation.domain.limits import whatsapp
from atd_schemas.views import ChannelKind

Compose = Callable[[Draft, Material], Composed]

_BY_CHANNEL: Mapping[ChannelKind, Compose] = MappingProxyType({"whatsapp": whatsapp.compose})
_REACTIONS: frozenset[ChannelKind] = frozenset({"whatsapp"})


def compose_for(channel: ChannelKind, draft: Draft, material: Material) -> Composed:
    """The message that a draft makes on a channel.

    Raises `Refusal` with the field: `channel_not_supported`, `kind_not_supported`, `too_long`, `too_large`, `too_many`,
    `unsupported_type`, `unknown_template`, `template_not_approved`, `wrong_parameters`, `invalid`.
    """
    compose = _BY_CHANNEL.get(channel)
    if compose is None:
        raise Refusal("channel_not_supported", "This channel cannot be answered yet.")
    return compose(draft, material)


def takes_reactions(channel: ChannelKind) -> bool:
    """Whether the company can put an emoji on a message there."""
    return channel in _REACTIONS


__all__ = ["compose_for", "takes_reactions"]
