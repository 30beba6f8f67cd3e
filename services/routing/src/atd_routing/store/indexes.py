"""The collections of routing and their indexes. Each store adds its own here, on a line of its own."""

from collections.abc import Mapping, Sequence

from pymongo import IndexModel

from atd_routing.store.attendants import ATTENDANT_INDEXES
from atd_routing.store.copies import COPY_INDEXES
from atd_routing.store.customers import CUSTOMER_INDEXES
from atd_routing.store.items import ITEM_INDEXES
from atd_routing.store.pools import POOL_INDEXES
from atd_routing.store.presences import PRESENCE_INDEXES

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **ITEM_INDEXES,
    **CUSTOMER_INDEXES,
    **POOL_INDEXES,
    **ATTENDANT_INDEXES,
    **COPY_INDEXES,
    **PRESENCE_INDEXES,
}
