"""Who is there, on the real store: devices, choices, accounts, settings and time become events, each once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from atd_routing.attendance import Attendance, Who, as_it_is
from atd_routing.attendance_timers import AttendanceTimers
from atd_routing.domain.availability.attendant import Attendant
from atd_routing.store.database_time import DatabaseTime, Time
from atd_schemas.attendants import DEVICE_GRACE_SECONDS, DeviceData, DeviceSeen
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_schemas.topics import ATTENDANT_DEVICES, ATTENDANT_EVENTS, SETTINGS_CHANGES
from atd_servicekit.errors import StaleVersion
from atd_testing.service import RunningService, TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = ("conversations:read", "settings:manage", "presence:manage")
ATTENDANT = ("conversations:read",)


class Later:
    """A moment so long after the database's."""

    def __init__(self, time: Time, by: timedelta) -> None:
        self._time = time
        self._by = by

    async def now(self) -> datetime:
        return await self._time.now() + self._by


class Office:
    """A company with people of its own, in one running service."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.boss = TenantClient(service, permissions=EVERYTHING, actor_id=uuid7(), actor_name="Chefe")
        self.tenant = self.boss.tenant
        self.id = uuid7()
        self.ana = TenantClient(service, self.tenant, permissions=ATTENDANT, actor_id=self.id, actor_name="Ana")

    @property
    def parts(self) -> Any:
        return self.service.app.state.parts

    async def account(self, sequence: int = 1, **data: Any) -> None:
        """Ana has an account, or it was changed."""
        now = datetime.now(UTC)
        event = AttendantChanged(
            id=uuid7(),
            tenant_id=self.tenant,
            occurred_at=now,
            recorded_at=now,
            source="gateway",
            subject=self.id,
            sequence=sequence,
            data=AttendantData(**{"attendant_id": self.id, "name": "Ana", "role": "attendant", **data}),
        )
        await self.service.handle(SETTINGS_CHANGES, event)

    def word(self, device_id: str = "desk", *, tenant: str | None = None, **data: Any) -> DeviceSeen:
        now = datetime.now(UTC)
        return DeviceSeen(
            id=uuid7(),
            tenant_id=tenant or self.tenant,
            occurred_at=now,
            recorded_at=now,
            source="gateway",
            subject=self.id,
            data=DeviceData(attendant_id=self.id, device_id=device_id, **data),
        )

    async def tells(self, device_id: str = "desk", **more: Any) -> None:
        """A device of Ana's tells that it is there, or gone."""
        await self.service.handle(ATTENDANT_DEVICES, self.word(device_id, **more))

    async def shown(self) -> dict[str, Any]:
        """How Ana is shown."""
        found: dict[str, Any] = await self.boss.get(f"/presence/{self.id}")
        return found

    async def stored(self) -> Attendant:
        found: Attendant = (await self.parts.attendance.attendants.of_ids([self.id]))[self.id]
        return found

    def later(self, by: timedelta, released: list[Any] | None = None) -> Attendance:
        """The same people seen by a process of a later time; `released` gets whose conversations it sends back."""
        mine = self.parts.attendance

        async def release(who: Who, absence: str, limit: int) -> int:
            if released is not None:
                released.append((who.attendant_id, absence, limit))
            return 0

        return Attendance(
            mine.presences,
            mine.attendants,
            self.parts.pools,
            self.parts.tenants,
            Later(self.parts.time, by),
            self.service.runtime.transaction,
            release,
        )


@pytest.fixture
def office(service: RunningService) -> Office:
    return Office(service)


def told(events: list[Any]) -> list[tuple[int, str]]:
    return [(one.sequence, one.type) for one in events]


async def test_what_is_shown_becomes_events_in_order_and_what_is_not_becomes_none(office: Office) -> None:
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        await office.account()
        await office.tells("desk")
        version = (await office.stored()).version
        for _ in range(3):
            await office.tells("desk")
            await office.tells("phone")
        assert (await office.stored()).version == version, "a device that tells again is a write of nobody's state"
        reason = (await office.boss.get("/away-reasons"))["items"][0]
        view = await office.ana.do("PUT", "/presence", {"state": "away", "reason_id": reason["id"]})
        assert (view["state"], view["chosen"], view["reason"]) == ("away", True, {"id": reason["id"], "name": "Almoço"})
        await office.tells("phone2")
        await office.tells("desk", gone=True)
        assert (await office.shown())["state"] == "away"
        await office.ana.do("PUT", "/presence", {"state": "busy"})
        await office.ana.do("PUT", "/presence", {"state": "busy"})
        await office.ana.do("PUT", "/presence", {"state": "online"})
        events = await reader.until(lambda seen: len(seen) == 5, office.tenant)
    assert told(events) == [
        (1, "attendant.updated"),
        (2, "attendant.online"),
        (3, "attendant.away"),
        (4, "attendant.busy"),
        (5, "attendant.online"),
    ]
    away = events[2]
    assert (away.actor.id, away.actor.name, away.source, away.key()) == (
        office.id,
        "Ana",
        "routing",
        office.id.encode(),
    )
    assert "state" in away.data.changed
    assert away.data.attendant.name == "Ana"


async def test_silence_ends_a_presence_once_however_many_processes_look(office: Office) -> None:
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        await office.account()  # inside: on a slow machine its event comes after the reader otherwise, or before it
        await office.tells("desk")
        processes = [office.later(timedelta(seconds=DEVICE_GRACE_SECONDS + 1)) for _ in range(3)]
        who = Who(office.tenant, office.id)
        await asyncio.gather(*(one.update([(who, as_it_is)]) for one in processes * 2))
        await reader.until(lambda seen: len(seen) == 3, office.tenant)
        await office.tells("desk2")
        events = await reader.until(lambda seen: len(seen) == 4, office.tenant)
    kinds = ["attendant.updated", "attendant.online", "attendant.offline", "attendant.online"]
    assert [kind for _, kind in told(events)] == kinds


class Interrupted:
    """The store of attendants; before it is read the first time, something else happens."""

    def __init__(self, attendants: Any, happens: Callable[[], Awaitable[Any]]) -> None:
        self._attendants = attendants
        self._happens: Callable[[], Awaitable[Any]] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._attendants, name)

    async def of_ids(self, ids: Any) -> Any:
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        return await self._attendants.of_ids(ids)


async def test_what_is_chosen_while_a_process_looks_at_somebody_stands(office: Office) -> None:
    await office.account()
    await office.tells("desk")
    looking, who = office.later(timedelta(0)), Who(office.tenant, office.id)
    choose = partial(office.ana.do, "PUT", "/presence", {"state": "away"})
    looking.attendants = Interrupted(looking.attendants, choose)  # type: ignore[assignment]
    await looking.update([(who, as_it_is)])
    assert (await office.shown())["state"] == "away"


async def test_the_timers_find_who_is_due_by_the_time_of_the_database(office: Office) -> None:
    await office.tells("desk")
    late = office.later(timedelta(seconds=DEVICE_GRACE_SECONDS + 1))
    timers = AttendanceTimers(late, late.attendants, office.parts.items)
    present = await late.presences.of_ids([office.id])
    assert present[office.id].next_look is not None
    while await timers.run_due():
        pass
    assert (await office.shown())["state"] == "offline"
    assert (await late.presences.of_ids([office.id]))[office.id].next_look is None


async def test_a_clock_of_a_process_that_jumps_an_hour_does_no_harm(office: Office) -> None:
    await office.tells("desk")
    assert abs(await DatabaseTime(office.service.db).now() - datetime.now(UTC)) < timedelta(minutes=1)
    wrong = office.word("desk", used_at=datetime.now(UTC) - timedelta(seconds=1))
    wrong = wrong.model_copy(
        update={
            "occurred_at": wrong.occurred_at - timedelta(hours=1),
            "data": wrong.data.model_copy(update={"used_at": wrong.occurred_at - timedelta(hours=1, seconds=1)}),
        }
    )
    await office.service.handle(ATTENDANT_DEVICES, wrong)
    assert (await office.shown())["state"] == "online", "how long ago it was touched holds by any clock"


async def test_an_untouched_browser_goes_to_away_and_comes_back_when_it_is_touched(office: Office) -> None:
    await office.tells("desk", used_at=datetime.now(UTC) - timedelta(minutes=20))
    assert (await office.shown())["state"] == "away"
    assert (await office.shown())["chosen"] is False
    await office.tells("desk", used_at=datetime.now(UTC))
    assert (await office.shown())["state"] == "online"


async def test_who_is_deactivated_is_offline_and_shown_no_longer(office: Office) -> None:
    await office.account()
    await office.tells("desk")
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        await office.account(3, active=False)
        await office.account(2, name="An older name")
        *_, event = await reader.until(lambda seen: seen and seen[-1].type == "attendant.offline", office.tenant)
    assert (event.type, event.data.attendant.name) == ("attendant.offline", "Ana")
    assert await office.boss.get("/presence") == {"items": [], "next_cursor": None}
    assert (await office.boss.refused("PUT", f"/presence/{office.id}", {"state": "away"}))[0] == 404


async def test_bots_and_operators_are_neither_present_nor_absent(office: Office) -> None:
    for role in ("bot", "operator"):
        await office.account(role=role)
    assert (await office.boss.get("/presence"))["items"] == []


async def test_a_supervisor_sets_others_and_an_attendant_only_themselves(office: Office) -> None:
    await office.account()
    await office.tells("desk")
    view = await office.boss.do("PUT", f"/presence/{office.id}", {"state": "away"})
    assert (view["state"], view["chosen"]) == ("away", True)
    assert (await office.ana.refused("PUT", f"/presence/{uuid7()}", {"state": "away"}))[0] == 403
    bot = TenantClient(office.service, office.tenant, permissions=ATTENDANT, actor_type="bot")
    assert (await bot.refused("PUT", "/presence", {"state": "away"}))[0] == 403


async def test_nothing_crosses_the_wall_between_companies(office: Office) -> None:
    other = Office(office.service)
    await office.account()
    await office.tells("desk")
    assert (await other.boss.get("/presence"))["items"] == []
    assert (await other.boss.refused("GET", f"/presence/{office.id}"))[0] == 404
    assert (await other.boss.refused("PUT", f"/presence/{office.id}", {"state": "away"}))[0] == 404
    await office.tells("desk", tenant=other.tenant, gone=True)
    await office.tells("desk", tenant=other.tenant)
    presences = await office.parts.attendance.presences.of_ids([office.id])
    assert presences[office.id].devices["desk"].gone_at is None
    assert (await office.shown())["state"] == "online"
    reason = (await other.boss.get("/away-reasons"))["items"][0]["id"]
    assert (await office.ana.refused("PUT", "/presence", {"state": "away", "reason_id": reason}))[0] == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "gone"}, "state"),
        ({}, "state"),
        ({"state": "away", "reason": "lunch"}, "reason"),
        ({"state": "away", "reason_id": "nothing"}, "reason_id"),
        ({"state": "online", "reason_id": "nothing"}, "reason_id"),
        ({"state": "away", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"state": "away", "until": "2099-01-01T00:00:00Z"}, "until"),
        ({"state": "away", "until": "soon"}, "until"),
    ],
)
async def test_a_choice_that_cannot_be_made_names_the_field(office: Office, body: Any, field: str) -> None:
    status, code, fields = await office.ana.refused("PUT", "/presence", body)
    assert (status, code, fields) == (422, "invalid", [field])


async def test_a_company_begins_with_four_reasons_and_its_first_change_makes_them_its_own(office: Office) -> None:
    items = (await office.boss.get("/away-reasons"))["items"]
    assert [one["name"] for one in items] == ["Almoço", "Pausa", "Reunião", "Treinamento"]
    assert items[0]["names"] == {"en": "Lunch", "es": "Almuerzo"}
    assert [one["counts_as_break"] for one in items] == [True, True, False, False]
    assert await office.boss.get(f"/away-reasons/{items[1]['id']}") == items[1]
    assert not (await office.parts.tenants.of(office.tenant)).has_settings, "reading changes nothing"
    changed = await office.boss.do("PATCH", f"/away-reasons/{items[0]['id']}", {"name": "Almoço (1 h)"})
    assert (changed["id"], changed["names"], changed["version"]) == (items[0]["id"], items[0]["names"], 2)
    await office.boss.do("DELETE", f"/away-reasons/{items[3]['id']}")
    added = await office.boss.do("POST", "/away-reasons", {"name": "Médico"})
    moved = await office.boss.do("PUT", "/away-reasons/order", {"ids": [added["id"]]})
    assert [one["name"] for one in moved["items"]] == ["Médico", "Almoço (1 h)", "Pausa", "Reunião"]
    assert (await office.boss.refused("POST", "/away-reasons", {"name": "pausa"}))[:2] == (409, "name_taken")
    for one in moved["items"]:
        await office.boss.do("DELETE", f"/away-reasons/{one['id']}")
    assert (await office.boss.get("/away-reasons"))["items"] == []
    assert (await office.ana.refused("POST", "/away-reasons", {"name": "Café"}))[0] == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"grace_seconds": 3601}, "grace_seconds"),
        ({"untouched_minutes": 0}, "untouched_minutes"),
        ({"start_as": "busy"}, "start_as"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"release_minutes": {"busy": 5}}, "release_minutes.busy"),
        ({"release_minutes": {"away": -1}}, "release_minutes.away"),
        ({"breaks": [{"start": "25:00", "end": "13:00", "days": ["monday"]}]}, "breaks[0].start"),
        ({"breaks": [{"start": "12:00", "end": "13:00"}]}, "breaks[0]"),
        ({"breaks": [{"start": "12:00", "end": "12:00", "days": ["monday"]}]}, "breaks[0]"),
        ({"breaks": [{"start": "12:00", "end": "13:00", "days": ["monday"], "date": "2027-01-04"}]}, "breaks[0]"),
        (
            {"breaks": [{"start": "12:00", "end": "13:00", "days": ["monday"], "reason_id": "x"}]},
            "breaks[0].reason_id",
        ),
        (
            {"breaks": [{"start": "12:00", "end": "13:00", "days": ["monday"], "team_ids": ["x"]}]},
            "breaks[0].team_ids[0]",
        ),
    ],
)
async def test_a_policy_that_cannot_hold_names_the_field(office: Office, body: Any, field: str) -> None:
    status, code, fields = await office.boss.refused("PUT", "/routing/presence", body)
    assert (status, code, fields) == (422, "invalid", [field])


async def test_a_policy_and_teams_show_everybody_anew_without_a_restart(office: Office) -> None:
    await office.account()
    await office.tells("desk", used_at=datetime.now(UTC) - timedelta(minutes=10))
    assert (await office.shown())["state"] == "online"
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        given = {"untouched_minutes": 5, "breaks": [{"start": "12:00", "end": "13:00", "date": "2020-01-04"}]}
        policy = await office.boss.do("PUT", "/routing/presence", given)
        assert await office.boss.get("/routing/presence") == policy
        await reader.until(lambda seen: [one.type for one in seen] == ["attendant.away"], office.tenant)
        team = await office.boss.do(
            "POST", "/teams", {"name": "Vendas", "members": [{"attendant_id": office.id}], "limit": 1}
        )
        events = await reader.until(lambda seen: len(seen) == 2, office.tenant)
    assert events[1].data.changed == ("teams", "limit")
    view = await office.shown()
    assert (view["teams"], view["limit"], view["room"]) == ([{"id": team["id"], "name": "Vendas"}], 1, True)
    assert [one["id"] for one in (await office.boss.get("/presence", team=team["id"]))["items"]] == [office.id]
    assert (await office.boss.get("/presence", team="other"))["items"] == []


async def test_load_is_charged_over_the_version_that_was_read_and_a_full_attendant_is_told(office: Office) -> None:
    await office.account()
    await office.boss.do("POST", "/teams", {"name": "Vendas", "members": [{"attendant_id": office.id}], "limit": 2})
    await office.parts.attendance.update([(Who(office.tenant, office.id), as_it_is)])
    assert (await office.stored()).limit == 2
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        runtime, attendants = office.service.runtime, office.parts.attendance.attendants

        async def charge(deltas: Any) -> None:
            now = runtime.clock.now()
            await runtime.transaction(lambda session: attendants.charge(session, {office.id: deltas}, now=now))

        for deltas in ([("vendas", 1)], [("vendas", 0.5)], [("vendas", -1.5)]):
            await charge(deltas)
        events = await reader.until(
            lambda seen: seen and (seen[-1].data.attendant.room, seen[-1].data.changed) == (True, ("room",)),
            office.tenant,
        )
        assert [(one.data.attendant.room, one.data.changed) for one in events] == [
            (False, ("room",)),
            (True, ("room",)),
        ]
        stale = await office.stored()
        await charge([("vendas", 1)])
        with pytest.raises(StaleVersion):
            await runtime.transaction(
                lambda session: attendants.save(session, [(stale, stale.charged([(None, 1)]))], now=runtime.clock.now())
            )


async def test_conversations_of_who_is_offline_for_too_long_are_sent_back_and_others_kept(office: Office) -> None:
    await office.account()
    await office.boss.do("PUT", "/routing/presence", {"release_minutes": {"offline": 10}})
    await office.tells("desk")
    released: list[Any] = []
    minute, who = timedelta(minutes=1), Who(office.tenant, office.id)
    for minutes, expected in ((2, []), (11, []), (13, [(office.id, "offline")]), (14, [(office.id, "offline")])):
        await office.later(minutes * minute, released).update([(who, as_it_is)])
        assert [one[:2] for one in released] == expected, f"after {minutes} minutes"


async def test_every_choice_of_many_at_once_is_made_one_after_the_other(office: Office) -> None:
    await office.account()
    await office.tells("desk")
    async with office.service.reading(ATTENDANT_EVENTS) as reader:
        states = ["away", "busy", "online", "away", "busy"]
        await asyncio.gather(*(office.ana.do("PUT", "/presence", {"state": state}) for state in states))
        last = (await office.shown())["state"]
        events = await reader.until(lambda seen: seen and seen[-1].data.attendant.state == last, office.tenant)
    sequences = [one.sequence for one in events]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
