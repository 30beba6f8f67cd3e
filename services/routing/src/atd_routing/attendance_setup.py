"""Wires availability into the service: its stores, what it hears, and its timers."""

from atd_routing.attendance import Attendance, Release, Who
from atd_routing.attendance_timers import AttendanceTimers
from atd_routing.attendance_topics import AccountHandler, DeviceHandler
from atd_routing.domain.availability.part import release_timer
from atd_routing.domain.availability.policy import Absence
from atd_routing.domain.tenant import Tenant
from atd_routing.engine import Engine
from atd_routing.store.attendants import Attendants
from atd_routing.store.copies import Copies
from atd_routing.store.database_time import Time
from atd_routing.store.items import Items
from atd_routing.store.pools import Pools
from atd_routing.store.presences import Presences
from atd_schemas.topics import ATTENDANT_DEVICES, SETTINGS_CHANGES
from atd_servicekit.runtime import Runtime
from atd_servicekit.tenant_cache import TenantCache


def set_up_attendance(
    runtime: Runtime,
    attendants: Attendants,
    items: Items,
    pools: Pools,
    tenants: TenantCache[Tenant],
    time: Time,
    release: Release,
) -> Attendance:
    """Build it, and have the runtime feed it."""
    presences = Presences(runtime.mongo.db)
    attendance = Attendance(presences, attendants, pools, tenants, time, runtime.transaction, release)
    runtime.consume(ATTENDANT_DEVICES, DeviceHandler(attendance))
    runtime.consume(SETTINGS_CHANGES, AccountHandler(attendance))
    runtime.background("attendance-timers", AttendanceTimers(attendance, attendants, items).run)
    return attendance


def releasing(copies: Copies, engine: Engine) -> Release:
    """What sends conversations of an absent attendant back: the parts look at each, as if its timer had rung."""

    async def release(who: Who, absence: Absence, limit: int) -> int:
        ids = await copies.ids_open(who.tenant_id, who.attendant_id, limit)
        if ids:
            await engine.look(who.tenant_id, ids, release_timer(absence, who.attendant_id))
        return len(ids)

    return release
