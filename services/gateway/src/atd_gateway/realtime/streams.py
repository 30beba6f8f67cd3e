"""Which topics WebSocket clients see; `/api/events` lists them for their developers."""

from collections.abc import Sequence
from dataclasses import dataclass

from atd_schemas.topics import ATTENDANT_EVENTS, CONVERSATION_EVENTS, PRESENCE_EVENTS, WEBHOOK_EVENTS, Topic


@dataclass(frozen=True, slots=True)
class Topics:
    """What WebSocket clients see.

    `streamed`: topics whose events are resumed by cursor, each once and in order per subject. `transient`: topics that
    are shown to whoever is connected at the moment, and never resumed (see `transient.py`).
    """

    streamed: Sequence[Topic] = (CONVERSATION_EVENTS, ATTENDANT_EVENTS, WEBHOOK_EVENTS)
    transient: Sequence[Topic] = (PRESENCE_EVENTS,)


TOPICS = Topics()
"""The product's own."""
