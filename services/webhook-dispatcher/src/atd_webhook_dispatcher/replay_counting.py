"""How much a replay would bring, before it begins."""

from dataclasses import dataclass, replace
from datetime import datetime

from atd_webhook_dispatcher.domain.endpoint import Endpoint, Filters
from atd_webhook_dispatcher.domain.matching import is_wanted
from atd_webhook_dispatcher.domain.replay import Replay
from atd_webhook_dispatcher.replaying import PAGE, wanted
from atd_webhook_dispatcher.store.archive_queries import ArchiveQueries
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.replayed import ReplayedDeliveries

MOST_EXAMINED = 4 * PAGE
"""Events that are looked at one by one; of more of them the count is an estimate, from the first ones."""

MOST_FAILED = 1_000_000


@dataclass(frozen=True, slots=True)
class ReplayCount:
    """How many events; `exact`: they were counted, and not estimated. `archive_since`: from when on events are kept."""

    count: int
    exact: bool
    archive_since: datetime | None


class ReplayCounter:
    """Counts by what the archive's index tells, and by a sample where filters look at the events themselves."""

    def __init__(self, archive: ArchiveQueries, events: Events, replayed: ReplayedDeliveries) -> None:
        self._archive = archive
        self._events = events
        self._replayed = replayed

    async def count(self, replay: Replay, endpoint: Endpoint) -> ReplayCount:
        """What `replay` would bring to the endpoint."""
        begins = await self._archive.begins(replay.tenant_id)
        if replay.kind == "failed":
            failed = await self._replayed.count_failed(endpoint.id, replay.since, replay.until, MOST_FAILED)
            return ReplayCount(failed, exact=failed < MOST_FAILED, archive_since=begins)
        by_type = await self._archive.count_by_type(replay.tenant_id, replay.since, replay.until)
        types = endpoint.event_types if replay.event_types is None else replay.event_types
        most = sum(count for name, count in by_type.items() if is_wanted(types, name))
        if not most or (endpoint.filters == Filters() and replay.only == "all"):
            return ReplayCount(most, exact=True, archive_since=begins)
        examined, found = await self._sample(replay, endpoint)
        total = sum(by_type.values())
        exact = examined >= total
        return ReplayCount(found if exact else round(found * total / max(1, examined)), exact, begins)

    async def _sample(self, replay: Replay, endpoint: Endpoint) -> tuple[int, int]:
        """How many of the first events were examined, and how many of those it brings."""
        examined = found = 0
        draft = replace(replay, after=None)
        while examined < MOST_EXAMINED:
            page = await self._events.between(draft.tenant_id, draft.since, draft.until, after=draft.after, limit=PAGE)
            examined += len(page)
            found += len(await wanted(self._replayed, draft, endpoint, page))
            if len(page) < PAGE:
                break
            draft = replace(draft, after=(page[-1].recorded_at, page[-1].id))
        return examined, found
