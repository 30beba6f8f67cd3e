"""Policies of service levels: targets for the conversations that fit their conditions. The first that fits counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from atd_routing.domain.conversation import RoutedConversation
from atd_schemas.views import ChannelKind, Named, Priority, ServiceTarget

TimeKind = Literal["hours", "around_the_clock"]
"""Which time counts: the hours of the conversation's account, team or company; or all of it."""

WARN_SHARE = 0.75
"""At which part of a target a warning is given, where the policy does not say."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a conversation must be; an empty condition does not matter, all others must hold."""

    team_ids: frozenset[str] = frozenset()
    channels: frozenset[ChannelKind] = frozenset()
    account_ids: frozenset[str] = frozenset()
    label_ids: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()

    def fit(self, conversation: RoutedConversation) -> bool:
        """Whether all hold. Of the labels one is enough."""
        return (
            (not self.team_ids or conversation.team_id in self.team_ids)
            and (not self.channels or conversation.channel in self.channels)
            and (not self.account_ids or conversation.account_id in self.account_ids)
            and (not self.label_ids or not self.label_ids.isdisjoint(conversation.label_ids))
            and (not self.priorities or conversation.priority in self.priorities)
        )


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One policy: how much time each target gives, and at which share of it a warning is given."""

    id: str
    name: str
    targets: Mapping[ServiceTarget, timedelta]
    conditions: Conditions = field(default_factory=Conditions)
    warn_share: float = WARN_SHARE
    time: TimeKind = "hours"

    @property
    def named(self) -> Named:
        return Named(id=self.id, name=self.name)


def policy_for(levels: Iterable[ServiceLevel], conversation: RoutedConversation) -> ServiceLevel | None:
    """The policy that counts for a conversation: the first that fits."""
    return next((level for level in levels if level.conditions.fit(conversation)), None)
