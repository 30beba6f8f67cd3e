"""What this process saved last, so that the next turn need not read it.

Whatever a turn changes it saves over the version that it knows, and whoever gives something away saves the company's
pool, too, which everybody changes who changes what there is to give. Where memory is old that fails, and the turn is
decided again by what is stored. What a turn reads is gone by before what it remembers and has not changed. What is
taken is gone from memory, until it is kept again after the commit: a turn that ends otherwise leaves nothing behind.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
from bson.codec_options import CodecOptions

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.pool import Pool
from atd_routing.store.copies import copy_of, document_of

MOST_COPIES = 2_000
"""Copies that are kept: those of the conversations in which something has happened last."""

MOST_COMPANIES = 2_000
"""Companies of which pool and attendants are kept, and"""

MOST_ATTENDANTS = 20_000
"""attendants of all of them."""

KNOWN_FOR = timedelta(seconds=10)
"""How long a company's pool and attendants are gone by after they were read."""

SHARED_FOR = timedelta(seconds=10)
"""How long they are read each time after somebody else had changed them: others are at it, too."""

_AS_READ: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """What distribution needs of a company, as it was read or saved last.

    `empty`: queues in which nothing waits. `read_at`: when it was read from the database.
    """

    pool: Pool
    attendants: Mapping[str, Attendant]
    empty: frozenset[str]
    read_at: datetime


class Recent:
    """Copies and companies that were saved last, by one process."""

    def __init__(self, shared_for: timedelta = SHARED_FOR) -> None:
        self._shared_for = shared_for
        self._copies: OrderedDict[str, bytes] = OrderedDict()
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._attendants = 0
        self._shared: OrderedDict[str, datetime] = OrderedDict()

    def take_copies(self, ids: Iterable[str]) -> dict[str, RoutedConversation]:
        """Those of the copies that are known, as the database would answer."""
        found = {one: self._copies.pop(one, None) for one in ids}
        return {one: copy_of(bson.decode(data, _AS_READ)) for one, data in found.items() if data is not None}

    def keep_copies(self, copies: Iterable[RoutedConversation]) -> None:
        """Keep what was committed just now."""
        for copy in copies:
            self._copies[copy.id] = bson.encode({"_id": copy.id, **document_of(copy)})
            self._copies.move_to_end(copy.id)
        while len(self._copies) > MOST_COPIES:
            self._copies.popitem(last=False)

    def forget_copies(self, ids: Iterable[str]) -> None:
        """These were changed otherwise."""
        for one in ids:
            self._copies.pop(one, None)

    def take_known(self, tenant_id: str, now: datetime) -> Known | None:
        """What is known of a company, unless it was read too long ago."""
        known = self._known.pop(tenant_id, None)
        if known is None:
            return None
        self._attendants -= len(known.attendants)
        return known if timedelta(0) <= now - known.read_at <= KNOWN_FOR else None

    def keep_known(self, known: Known, now: datetime) -> None:
        """Keep what was committed just now, but not of a company that others change, too."""
        tenant_id = known.pool.tenant_id
        self.take_known(tenant_id, now)
        until = self._shared.get(tenant_id)
        if until is not None and now < until:
            return
        self._shared.pop(tenant_id, None)
        self._known[tenant_id] = known
        self._attendants += len(known.attendants)
        while self._attendants > MOST_ATTENDANTS or len(self._known) > MOST_COMPANIES:
            _, oldest = self._known.popitem(last=False)
            self._attendants -= len(oldest.attendants)

    def was_old(self, tenant_ids: Collection[str], now: datetime) -> None:
        """What was known of one of these companies, or of their conversations, was old."""
        for tenant_id in tenant_ids:
            self.take_known(tenant_id, now)
            self._shared[tenant_id] = now + self._shared_for
            self._shared.move_to_end(tenant_id)
        while len(self._shared) > MOST_COMPANIES:
            self._shared.popitem(last=False)
