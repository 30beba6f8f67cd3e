"""Looks again at attendants whose state changes by itself (silence, ends of choices, breaks), or by settings."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from atd_routing.apart import apart
from atd_routing.attendance import Attendance, Who, as_it_is
from atd_routing.store.attendants import Attendants
from atd_routing.store.items import Items

PUT_OFF = timedelta(minutes=1)
"""Who cannot be looked at is tried again after this."""

_AT_ONCE = 100
_POLL_SECONDS = 0.5


class AttendanceTimers:
    """One loop in every process. Two that look at one person at once do it one after the other, by its version."""

    def __init__(self, attendance: Attendance, attendants: Attendants, items: Items) -> None:
        self._attendance = attendance
        self._attendants = attendants
        self._items = items

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            done = await self.run_due()
            done += await self.follow_settings()
            if not done:
                await asyncio.sleep(_POLL_SECONDS)

    async def run_due(self) -> int:
        """Look at those who are due, a bounded number; how many."""
        due = await self._attendance.presences.due(await self._attendance.time.now(), _AT_ONCE)
        await self._look([Who(tenant_id, attendant_id) for tenant_id, attendant_id in due])
        return len(due)

    async def follow_settings(self) -> int:
        """Look at everybody of the tenants whose settings were changed; how many tenants."""
        changed = await self._items.unapplied(_AT_ONCE)
        for tenant_id, revision in changed:
            self._attendance.forget(tenant_id)  # what is in memory may be older than the revision
            people = (await self._attendants.of_tenants([tenant_id]))[tenant_id]
            everybody = [Who(tenant_id, attendant_id) for attendant_id in people]
            for start in range(0, len(everybody), _AT_ONCE):
                await self._look(everybody[start : start + _AT_ONCE])
            await self._items.applied(tenant_id, revision)
        return len(changed)

    async def _look(self, people: Sequence[Who]) -> None:
        """Look at them; who cannot be looked at is put off, so that the others are all the same."""
        by_id = {who.attendant_id: who for who in people}

        async def look(ids: Sequence[str]) -> None:
            await self._attendance.update([(by_id[one], as_it_is) for one in ids])

        if people:
            for one in await apart(look, list(by_id)):
                await self._attendance.presences.put_off(one, await self._attendance.time.now() + PUT_OFF)
