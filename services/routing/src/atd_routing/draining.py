"""Reads the queues of a company inside a turn: to give away what waits in them, or one of it to somebody who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import Given
from atd_routing.domain.distribution.order import place
from atd_routing.domain.distribution.pulling import Pull, PullRefused
from atd_routing.domain.turn import Turn
from atd_routing.store.copies import NO_TEAM, Copies

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

PAGE = 50
"""Conversations of a queue that are read at once, beside as many as there is room for."""

MOST_WAITING = 2_000
"""Conversations of one queue that one turn looks at. What waits behind so many that nobody can take waits for them."""


@dataclass(frozen=True, slots=True)
class Draining:
    """What is read of queues, page by page; who gets what is the domain's to say."""

    _copies: Copies

    async def next(self, session: "Session", tenant_id: str, pull: Pull) -> Given:
        """The first one of their queues that fits; behind many of a kind that is full for them, too."""
        for queue in pull.queues:
            pull.offer(await self._copies.waiting(tenant_id, queue, limit=PAGE, session=session))
        full = pull.full_kinds()
        try:
            return pull.chosen()
        except PullRefused:
            if not full:
                raise
        for queue in pull.queues:
            pull.offer(await self._copies.waiting(tenant_id, queue, limit=PAGE, without=full, session=session))
        return pull.chosen()

    async def give(self, session: "Session", turn: Turn, floor: Floor, known_empty: frozenset[str]) -> frozenset[str]:
        """Give away what waits in the queues of the teams that can give something.

        Mostly that is next to nothing in any of them, and one query finds it; or it is `known_empty` already. Returns
        the queues in which nothing waits after it, as far as that was seen.
        """
        queues = floor.queues()
        few: dict[str, list[RoutedConversation]] | None = {}
        if unknown := [queue for queue in queues if queue not in known_empty]:
            few = await self._copies.all_waiting(floor.tenant.id, unknown, below=PAGE, session=session)
        if few is not None:
            few = {queue: few.get(queue, []) for queue in queues}
        await self._give_pages(session, turn, floor, few)
        floor.looked_at()
        if few is None:
            return frozenset()
        return frozenset(queue for queue, found in few.items() if not any(_stays(turn, copy, queue) for copy in found))

    async def _give_pages(
        self, session: "Session", turn: Turn, floor: Floor, few: "Mapping[str, list[RoutedConversation]] | None"
    ) -> None:
        """Page by page. `few`: all that waits in each queue; None: it is more than that."""
        tenant_id = floor.tenant.id
        seen: dict[str, tuple[Any, str] | None] = {}
        looked_at = 0
        done: set[str] = set()
        while looked_at < MOST_WAITING:
            queues = [queue for queue in floor.queues() if queue not in done]
            if not queues:
                return
            found: list[RoutedConversation] = []
            for queue in queues:
                full, after = floor.full_kinds(queue), seen.get(queue)
                if few is None:
                    page = await self._copies.waiting(
                        tenant_id, queue, limit=PAGE, after=after, without=full, session=session
                    )
                else:
                    page = [copy for copy in few[queue] if copy.channel not in full]
                mine = [turn.changed.get(copy.id, copy) for copy in page]  # what was read is newer than what is known
                last = place(page[-1]) if len(page) == PAGE else None
                if last is None:
                    done.add(queue)
                new = _new_in(turn, tenant_id, queue, after, last)
                seen[queue] = last
                looked_at += len(page) + len(new)
                found += [copy for copy in [*mine, *new] if _offered(copy, queue)]
            unique = {copy.id: copy for copy in found}
            turn.copies.update(unique)
            turn.give(floor, unique.values())


def queue_of(copy: RoutedConversation) -> str | None:
    """In whose queue it waits, or is on its way to; None: in none."""
    if copy.pending is not None:
        return (copy.pending.team_id or NO_TEAM) if copy.pending.attendant_id is None else None
    return (copy.team_id or NO_TEAM) if copy.waits else None


def _offered(copy: RoutedConversation, queue: str) -> bool:
    return queue_of(copy) == queue


def _stays(turn: Turn, copy: RoutedConversation, queue: str) -> bool:
    """Whether one that was found in a queue is there after the turn."""
    return _offered(turn.changed.get(copy.id, copy), queue)


def _new_in(
    turn: Turn, tenant_id: str, queue: str, after: tuple[Any, str] | None, until: tuple[Any, str] | None
) -> list[RoutedConversation]:
    """Changed conversations of the turn that stand in this part of a queue: the database has them elsewhere still."""
    return [
        copy
        for copy in turn.of_tenant(tenant_id)
        if queue_of(copy) == queue
        and (after is None or place(copy) > after)
        and (until is None or place(copy) <= until)
    ]
