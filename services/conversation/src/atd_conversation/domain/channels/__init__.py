"""The channels: one folder for the rules of each, this list, and nothing else in the service that names one.

A new channel is a folder here that exports one `ChannelRules` as `RULES`, and its line in `CHANNEL_RULES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import get_args

from atd_conversation.domain.channels import facebook, instagram, messenger, telegram, whatsapp
from atd_conversation.domain.channels.rules import ChannelRules, MessageIds, plain_rules
from atd_conversation.domain.drafts import Composed, Draft, References
from atd_conversation.domain.failure_texts import ChannelName
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import ChannelCapabilities
from atd_schemas.topics import Topic
from atd_schemas.views import ChannelKind

__all__ = ["CHANNEL_RULES", "NOT_YET_SERVED", "ChannelRules", "Channels", "MessageIds", "plain_rules"]

CHANNEL_RULES: Mapping[str, ChannelRules] = MappingProxyType(
    {
        "whatsapp": whatsapp.RULES,
        "telegram": telegram.RULES,
        "messenger": messenger.RULES,
        "facebook": facebook.RULES,
        "instagram": instagram.RULES,
    }
)
"""The rules of every kind of channel that has a service."""

NOT_YET_SERVED: frozenset[ChannelKind] = frozenset({"web", "app"})
"""Kinds that no service connects yet."""


def _not_served(_: Draft, __: References) -> Composed:
    raise Refusal("channel_not_supported", "Sending on this channel is not supported yet.")


_UNKNOWN = replace(plain_rules(ChannelName("canal", "the channel", "el canal"), text_limit=0), compose=_not_served)
"""Messages of a channel without rules are taken in, and cannot be answered."""

UNKNOWN_CHANNEL_TEXTS = _UNKNOWN.texts
"""Texts for failures of which the channel is not known."""


@dataclass(frozen=True, slots=True)
class Channels:
    """What each kind of channel allows, and the topic that its service listens to."""

    rules: Mapping[str, ChannelRules]
    outbound: Mapping[str, Topic]

    def of(self, kind: str) -> ChannelRules:
        """The rules of a kind. One without rules cannot be answered: its `compose` raises `channel_not_supported`."""
        return self.rules.get(kind, _UNKNOWN)

    def capabilities(self) -> tuple[ChannelCapabilities, ...]:
        """What each kind of channel that can be answered carries."""
        return tuple(self.rules[kind].capabilities(kind) for kind in get_args(ChannelKind) if kind in self.rules)

    def topic(self, kind: str) -> Topic | None:
        """Where commands for a kind of channel go; None when it cannot be answered."""
        return self.outbound.get(kind) if kind in self.rules else None
