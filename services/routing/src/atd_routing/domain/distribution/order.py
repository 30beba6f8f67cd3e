"""The order of a queue: by waiting time, with a start for what is urgent.

A priority is worth a fixed time: an urgent conversation stands where a normal one stands that has waited two hours
longer. So the place does not depend on the present moment, it can be stored and counted, and nobody starves: whoever
has waited longer than the start that others have is in front of all of them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from atd_routing.domain.conversation import RoutedConversation
from atd_schemas.views import Priority

HEAD_START: Mapping[Priority, timedelta] = {
    "urgent": timedelta(hours=2),
    "high": timedelta(minutes=30),
    "normal": timedelta(0),
    "low": -timedelta(minutes=30),
}
"""What a priority is worth in waiting time."""


def waits_since(conversation: RoutedConversation) -> datetime:
    """Since when it waits for somebody. One that had an attendant, and whose customer waits since then, keeps that."""
    since = conversation.queued_at or conversation.opened_at
    if conversation.assigned_at is not None and conversation.waiting_since is not None:
        return min(since, conversation.waiting_since)
    return since


def rank(conversation: RoutedConversation) -> datetime:
    """Its place in a queue: the smallest first; the id decides between equals."""
    return waits_since(conversation) - HEAD_START[conversation.priority]


def place(conversation: RoutedConversation) -> tuple[datetime, str]:
    """What a queue is sorted by."""
    return rank(conversation), conversation.id
