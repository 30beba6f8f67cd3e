"""The collections of the service and their indexes. Each store adds its own here, on a line of its own."""

from collections.abc import Mapping, Sequence

from pymongo import IndexModel

from atd_webhook_dispatcher.store.breakers import BREAKER_INDEXES
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, DELIVERY_INDEXES
from atd_webhook_dispatcher.store.endpoints import ENDPOINT_INDEXES
from atd_webhook_dispatcher.store.events import EVENT_INDEXES, EVENTS
from atd_webhook_dispatcher.store.owner_calls import OWNER_CALL_INDEXES
from atd_webhook_dispatcher.store.replays import REPLAY_INDEXES
from atd_webhook_dispatcher.store.tallies import TALLY_INDEXES

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **EVENT_INDEXES,
    **DELIVERY_INDEXES,
    **ENDPOINT_INDEXES,
    **TALLY_INDEXES,
    **REPLAY_INDEXES,
    **BREAKER_INDEXES,
    **OWNER_CALL_INDEXES,
}

PACKED = frozenset({EVENTS, DELIVERIES})
"""Collections that are compressed better and a little slower: they are large, and seldom read again."""
