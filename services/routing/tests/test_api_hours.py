"""Hours over HTTP: what can be saved, how it is at a moment, and a year of it."""

from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from atd_routing.api.hours import HoursBody, _days
from atd_routing.domain.hours.stored import HOURS, calendar_of
from atd_schemas.ids import uuid7
from atd_testing.service import RunningService, TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

MON_FRI = [
    {"day": day, "start": "09:00", "end": "18:00"} for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
]


async def make(desk: TenantClient, name: str = "Comercial", **more: Any) -> Any:
    return await desk.do("POST", "/hours", {"name": name, "intervals": MON_FRI, **more})


async def test_hours_are_made_read_changed_and_deleted(desk: TenantClient) -> None:
    hours = await make(desk)
    assert hours == {
        "id": hours["id"],
        "version": 1,
        "name": "Comercial",
        "zone": "America/Sao_Paulo",
        "intervals": MON_FRI,
        "exceptions": [],
        "holidays": None,
        "account_ids": [],
        "is_default": False,
        "message": {"enabled": False, "texts": {}, "language": "pt-BR"},
    }
    changed = await desk.do("PATCH", f"/hours/{hours['id']}", {"holidays": {"state": "SP"}})
    assert changed["holidays"] == {"country": "BR", "state": "SP", "optional": False, "open_on": []}
    assert (await desk.get("/hours"))["items"] == [changed]
    await desk.do("DELETE", f"/hours/{hours['id']}")
    assert (await desk.get("/hours"))["items"] == []


def on(day: str, start: str, end: str) -> dict[str, str]:
    return {"day": day, "start": start, "end": end}


def on_date(day: str, kind: str = "closed", *intervals: tuple[str, str]) -> dict[str, Any]:
    return {"date": day, "kind": kind, "intervals": [{"start": start, "end": end} for start, end in intervals]}


def saying(text: str, language: str = "pt-BR") -> dict[str, Any]:
    return {"message": {"enabled": True, "texts": {language: text}}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"zone": "America/Nowhere"}, "zone"),
    ({"zone": "../etc/passwd"}, "zone"),
    ({"intervals": [on("monday", "9:00", "18:00")]}, "intervals[0].start"),
    ({"intervals": [on("monday", "24:00", "02:00")]}, "intervals[0].start"),
    ({"intervals": [on("monday", "09:00", "24:01")]}, "intervals[0].end"),
    ({"intervals": [on("funday", "09:00", "18:00")]}, "intervals[0].day"),
    ({"intervals": [on("monday", "09:00", "12:00"), on("monday", "11:00", "13:00")]}, "intervals[1].start"),
    ({"intervals": [on("monday", "11:00", "13:00"), on("monday", "09:00", "12:00")]}, "intervals[0].start"),
    ({"intervals": [on("monday", "09:00", "12:00"), on("monday", "09:00", "10:00")]}, "intervals[1].start"),
    ({"intervals": [on("monday", "21:00", "02:00"), on("tuesday", "01:00", "03:00")]}, "intervals[1].start"),
    ({"intervals": [on("monday", "01:00", "03:00"), on("sunday", "21:00", "02:00")]}, "intervals[0].start"),
    ({"intervals": [on("monday", "09:00", "09:30")] * 36}, "intervals"),
    ({"exceptions": [on_date("2027-02-30")]}, "exceptions[0].date"),
    ({"exceptions": [on_date("1999-12-31")]}, "exceptions[0].date"),
    ({"exceptions": [on_date("2027-02-01"), on_date("2027-02-01")]}, "exceptions[1].date"),
    ({"exceptions": [on_date("2027-02-01", "hours")]}, "exceptions[0].intervals"),
    ({"exceptions": [on_date("2027-02-01", "closed", ("09:00", "10:00"))]}, "exceptions[0].intervals"),
    (
        {"exceptions": [on_date("2027-02-01", "hours", ("09:00", "12:00"), ("11:00", "13:00"))]},
        "exceptions[0].intervals[1].start",
    ),
    ({"exceptions": [on_date("2027-02-01", "hours", *[("09:00", "09:10")] * 6)]}, "exceptions[0].intervals"),
    ({"exceptions": [on_date("2027-02-01")] * 401}, "exceptions"),
    ({"holidays": {"country": "ZZ"}}, "holidays.country"),
    ({"holidays": {"country": "BR", "state": "XX"}}, "holidays.state"),
    ({"account_ids": ["a", "a"]}, "account_ids[1]"),
    ({"account_ids": [str(number) for number in range(501)]}, "account_ids"),
    (saying("Voltamos {{next_opning}}"), "message.texts.pt-BR"),
    (saying("Voltamos {{next_opening"), "message.texts.pt-BR"),
    (saying("Ligamos para {{contact.phone}}"), "message.texts.pt-BR"),
    (saying("We are back {{next_opening}}", "en"), "message.texts.pt-BR"),
    (saying("x" * 2001), "message.texts.pt-BR"),
    ({"hours": []}, "hours"),
]


@pytest.mark.parametrize(
    ("body", "field"), REFUSED, ids=[f"{number}-{field}" for number, (_, field) in enumerate(REFUSED)]
)
async def test_bad_hours_are_refused_with_their_field(desk: TenantClient, body: Any, field: str) -> None:
    status, _, fields = await desk.refused("POST", "/hours", {"name": "Comercial", **body})
    assert (status, fields) == (422, [field])


async def test_everything_that_may_be_set_comes_back_as_it_was_given(desk: TenantClient) -> None:
    given = {
        "name": "Plantão",
        "zone": "America/New_York",
        "intervals": [on("saturday", "21:00", "02:00"), on("sunday", "02:00", "24:00"), on("monday", "00:00", "00:00")],
        "exceptions": [
            {**on_date("2027-12-24", "hours", ("09:00", "12:00")), "name": "Véspera"},
            {**on_date("2027-12-27", "closed"), "name": None},
            {**on_date("2027-04-21", "as_usual"), "name": None},
        ],
        "holidays": {"country": "BR", "state": "SP", "optional": True, "open_on": ["Carnaval"]},
        "account_ids": ["w1", "t1"],
        "is_default": True,
        "message": {
            "enabled": True,
            "texts": {
                "pt-BR": 'Olá {{contact.first_name|"cliente"}}, voltamos {{next_opening}}.',
                "en": "Hi",
                "es": "",
            },
            "language": "pt-BR",
        },
    }
    made = await desk.do("POST", "/hours", given)
    assert made == {**given, "id": made["id"], "version": 1}


async def test_channel_account_has_one_schedule(desk: TenantClient) -> None:
    await make(desk, account_ids=["w1"])
    answer = await desk.refused("POST", "/hours", {"name": "Outro", "account_ids": ["t1", "w1"]})
    assert answer == (422, "invalid", ["account_ids[1]"])


async def test_company_has_one_schedule_the_one_set_last(desk: TenantClient) -> None:
    first = await make(desk, is_default=True)
    second = await make(desk, "Plantão", is_default=True)
    items = {one["id"]: one["is_default"] for one in (await desk.get("/hours"))["items"]}
    assert items == {first["id"]: False, second["id"]: True}


async def test_hours_of_a_team_are_not_deleted(desk: TenantClient) -> None:
    hours = await make(desk)
    team = await desk.do("POST", "/teams", {"name": "Vendas", "hours_id": hours["id"]})
    assert (await desk.refused("DELETE", f"/hours/{hours['id']}"))[:2] == (409, "in_use")
    await desk.do("PATCH", f"/teams/{team['id']}", {"hours_id": None})
    await desk.do("DELETE", f"/hours/{hours['id']}")


async def test_preview_says_whether_it_is_open_and_when_that_changes(desk: TenantClient) -> None:
    hours = await make(desk, message={"enabled": True, "texts": {"pt-BR": "Voltamos {{next_opening}}."}})
    friday = await desk.get(f"/hours/{hours['id']}/preview", at="2027-03-05T17:00:00-03:00")
    assert (friday["open"], friday["next_change"]) == (True, "2027-03-05T21:00:00Z")
    assert friday["words"]["pt-BR"]["state"] == "Aberto agora. Fecha hoje às 18:00."
    sunday = await desk.get(f"/hours/{hours['id']}/preview", at="2027-03-07T12:00:00Z")
    assert sunday["open"] is False
    assert (sunday["closed_since"], sunday["next_change"]) == ("2027-03-05T21:00:00Z", "2027-03-08T12:00:00Z")
    assert sunday["words"]["pt-BR"] == {
        "state": "Fechado agora. Abre amanhã às 09:00.",
        "next_opening": "amanhã às 09:00",
        "message": "Voltamos amanhã às 09:00.",
    }
    assert sunday["words"]["en"]["state"] == "Closed now. Opens tomorrow at 09:00."


async def test_the_preview_of_the_message_greets_somebody(desk: TenantClient) -> None:
    text = "Olá, {{contact.first_name}}! {{attendant.name}} volta {{next_opening}}."
    hours = await make(desk, message={"enabled": True, "texts": {"pt-BR": text}})
    sunday = await desk.get(f"/hours/{hours['id']}/preview", at="2027-03-07T12:00:00Z")
    assert sunday["words"]["pt-BR"]["message"] == "Olá, Ana! Bruno Lima volta amanhã às 09:00."


async def test_preview_shows_that_a_shift_that_has_begun_runs_to_its_end(desk: TenantClient) -> None:
    closed = {"date": "2027-03-07", "kind": "closed", "name": "Balanço"}
    hours = await make(desk, intervals=[on("saturday", "21:00", "02:00")], exceptions=[closed])
    sunday = await desk.get(f"/hours/{hours['id']}/preview", at="2027-03-07T01:30:00-03:00")
    assert (sunday["open"], sunday["next_change"], sunday["holiday"]) == (True, "2027-03-07T05:00:00Z", "Balanço")


async def test_hours_that_are_not_saved_have_a_preview_and_a_year(desk: TenantClient) -> None:
    draft = {"name": "Comercial", "intervals": MON_FRI, "holidays": {"state": "SP"}}
    shown = await desk.do("POST", "/hours/preview", {"hours": draft, "at": "2027-07-09T12:00:00Z", "year": 2027})
    assert (shown["open"], shown["holiday"]) == (False, "Revolução Constitucionalista")
    assert len(shown["days"]) == 365
    assert shown["days"][0] == {
        "date": "2027-01-01",
        "kind": "holiday",
        "name": "Confraternização Universal",
        "intervals": [],
    }
    bad = {"hours": {**draft, "zone": "Nowhere"}}
    assert await desk.refused("POST", "/hours/preview", bad) == (422, "invalid", ["hours.zone"])


async def test_year_shows_every_day_with_what_it_is(desk: TenantClient) -> None:
    party = {"date": "2028-02-29", "kind": "hours", "name": "Festa", "intervals": [{"start": "20:00", "end": "02:00"}]}
    hours = await make(desk, exceptions=[party], holidays={"country": "BR"})
    days = {day["date"]: day for day in (await desk.get(f"/hours/{hours['id']}/year", year="2028"))["days"]}
    assert len(days) == 366
    assert days["2028-02-28"] == {
        "date": "2028-02-28",
        "kind": "open",
        "name": None,
        "intervals": [{"start": "09:00", "end": "18:00"}],
    }
    assert days["2028-02-29"] == {
        "date": party["date"],
        "kind": "exception",
        "name": "Festa",
        "intervals": party["intervals"],
    }
    assert (days["2028-04-14"]["kind"], days["2028-04-14"]["name"]) == ("holiday", "Sexta-feira Santa")
    assert days["2028-03-04"]["kind"] == "closed"
    assert (await desk.refused("GET", f"/hours/{hours['id']}/year?year=1999"))[0] == 422


async def test_holidays_of_a_state_are_told_with_those_that_are_optional(desk: TenantClient) -> None:
    items = (await desk.get("/holidays", country="BR", state="SP", year="2027"))["items"]
    named = {one["date"]: (one["name"], one["optional"]) for one in items}
    assert named["2027-07-09"] == ("Revolução Constitucionalista", False)
    assert named["2027-02-09"] == ("Carnaval", True)
    assert named["2027-03-26"] == ("Sexta-feira Santa", False)
    assert await desk.refused("GET", "/holidays?year=2027&state=XX") == (422, "invalid", ["state"])
    brazil = next(one for one in (await desk.get("/holidays/countries"))["items"] if one["code"] == "BR")
    assert {"SP", "RJ", "BA"} <= set(brazil["states"])


async def test_changed_hours_take_effect_without_a_restart(desk: TenantClient, service: RunningService) -> None:
    tenants, at = service.app.state.parts.tenants, datetime(2027, 3, 6, 15, tzinfo=UTC)
    assert (await tenants.of(desk.tenant)).hours.calendar(account_id="w1").is_open(at)
    hours = await make(desk, account_ids=["w1"])
    assert not (await tenants.of(desk.tenant)).hours.calendar(account_id="w1").is_open(at)
    assert (await tenants.of(desk.tenant)).hours.calendar(account_id="w2").is_open(at)
    weekend = [*MON_FRI, on("saturday", "09:00", "13:00")]
    await desk.do("PATCH", f"/hours/{hours['id']}", {"intervals": weekend})
    assert (await tenants.of(desk.tenant)).hours.calendar(account_id="w1").is_open(at)


async def test_nobody_reaches_the_hours_of_another_company(desk: TenantClient, service: RunningService) -> None:
    hours = await make(desk, account_ids=["w1"])
    stranger = TenantClient(service, permissions=("conversations:read", "settings:manage"))
    for method, path in (("GET", ""), ("GET", "/preview"), ("GET", "/year?year=2027"), ("DELETE", "")):
        assert (await stranger.refused(method, f"/hours/{hours['id']}{path}"))[:2] == (404, "not_found")
    await make(stranger, account_ids=["w1"])


async def test_looking_needs_no_more_than_reading_and_changing_needs_more(
    desk: TenantClient, service: RunningService
) -> None:
    reader = TenantClient(service, desk.tenant, permissions=("conversations:read",))
    hours = await make(desk)
    await reader.get(f"/hours/{hours['id']}/preview")
    assert (await reader.refused("PATCH", f"/hours/{hours['id']}", {"name": "A"}))[:2] == (403, "forbidden")
    nobody = TenantClient(service, desk.tenant, permissions=())
    for path in (f"/hours/{hours['id']}/year?year=2027", "/holidays?year=2027", "/holidays/countries"):
        assert (await nobody.refused("GET", path))[:2] == (403, "forbidden")


async def test_company_has_no_more_schedules_than_the_limit(desk: TenantClient, service: RunningService) -> None:
    hours = await make(desk)
    row = await service.db.settings.find_one({"_id": hours["id"]})
    more = [{**row, "_id": uuid7(), "key": f"h{number}"} for number in range(HOURS.limit - 1)]
    await service.db.settings.insert_many(more)
    assert (await desk.refused("POST", "/hours", {"name": "Mais um"}))[:2] == (409, "too_many")


async def test_year_of_the_fullest_schedule_is_worked_out_in_fifty_milliseconds() -> None:
    intervals = [on(one["day"], f"{hour:02}:00", f"{hour:02}:30") for one in MON_FRI for hour in range(8, 15)]
    exceptions = [on_date(f"2027-{1 + n // 28:02}-{1 + n % 28:02}", "closed") for n in range(336)]
    body = HoursBody.model_validate(
        {"name": "A", "intervals": intervals, "exceptions": exceptions, "holidays": {"state": "SP", "optional": True}}
    )
    values = body.model_dump(mode="json")
    took = []
    for year in (2027, 2028, 2029):
        began = process_time()
        assert len(_days(calendar_of(values).schedule, year)) >= 365
        took.append(process_time() - began)
    assert min(took) < 0.05
