"""Kafka in: devices of attendants, and their accounts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from atd_routing.attendance import Attendance, Change, Person, Who
from atd_routing.domain.availability.presence import Rules, closed, heard
from atd_schemas.attendants import DeviceSeen
from atd_schemas.settings_changes import AttendantChanged
from atd_servicekit.consuming import Record

NOT_PRESENT = frozenset({"bot", "operator"})
"""Roles of those who are neither present nor absent."""


class DeviceHandler:
    """`attendant.devices.v1`: what the gateway tells of open browsers."""

    def __init__(self, attendance: Attendance) -> None:
        self._attendance = attendance

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        await self._attendance.update([_word(record.event) for record in records])


class AccountHandler:
    """`settings.changes.v1`: names, roles and deactivations of attendants."""

    def __init__(self, attendance: Attendance) -> None:
        self._attendance = attendance

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        events = [record.event for record in records if isinstance(record.event, AttendantChanged)]
        await self._attendance.update([_account(one) for one in events if one.data.role not in NOT_PRESENT])


def _word(event: DeviceSeen) -> tuple[Who, Change]:
    """When a device was touched is told by the gateway's clock: how long ago that was holds by any clock."""
    data = event.data
    age = None if data.used_at is None else max(event.occurred_at - data.used_at, timedelta(0))

    def change(person: Person, rules: Rules, now: datetime) -> Person:
        if data.gone:
            return replace(person, presence=closed(person.presence, data.device_id, now))
        used_at = None if age is None else now - age
        presence = heard(person.presence, rules.policy, data.device_id, now, used_at=used_at)
        return replace(person, presence=presence)

    return Who(event.tenant_id, data.attendant_id), change


def _account(event: AttendantChanged) -> tuple[Who, Change]:
    data = event.data

    def change(person: Person, _rules: Rules, _now: datetime) -> Person:
        if event.revision < person.presence.revision:
            return person
        presence = replace(person.presence, active=data.active, revision=event.revision)
        attendant = replace(person.attendant, name=data.name, role=data.role or person.attendant.role)
        return Person(presence, attendant)

    return Who(event.tenant_id, data.attendant_id), change
