"""Contacts as a file that comes in again unchanged."""

import csv
import io
from typing import Any

import pytest

from atd_conversation.domain.imports.writing import Sheet, written_phone
from atd_conversation.domain.typed_details import typed_phone
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = (
    *("conversations:read", "conversations:write", "contacts:read", "contacts:write"),
    *("contacts:import", "contacts:export"),
)
ODD = [
    {"name": "=SUM(A1)", "email": "sum@b.co"},
    {"name": "'=um", "email": "a1@b.co"},
    {"name": "+55", "email": "mais@b.co"},
    {"name": '-Ana; "B"', "phone": "+5511988887777"},
    {"name": "José \u2013 Zoë 😀", "phone": "+351912345678", "address": "Rua A, 1; casa 2"},
    {"name": "@b", "document": "529.982.247-25", "birthday": "1990-02-28"},
    {"name": "Ana  Maria", "email": "ana.maria@b.co"},
    {"phone": "+14155550100"},
]


async def exported(desk: Any, **wanted: Any) -> bytes:
    asked = await desk.do("POST", "/contacts/exports", wanted)

    async def ready() -> Any:
        shown = await desk.get(f"/contacts/exports/{asked['id']}")
        return shown if shown["state"] == "ready" else None

    made = await eventually(ready)
    answer = await desk.ask("GET", made["url"].removeprefix("/api/v1"))
    assert answer.headers["content-disposition"].startswith("attachment;")
    content: bytes = answer.content
    return content


async def test_an_export_opens_in_excel_and_comes_in_again_unchanged(desk: Any) -> None:
    desk = desk.seen_by(permissions=EVERYTHING)
    for one in ODD:
        await desk.do("POST", "/contacts", one)
    before = {one["id"]: one for one in await desk.pages("/contacts", limit=100)}
    data = await exported(desk)
    assert data.startswith(b"\xef\xbb\xbfNome;Telefone;")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(ODD) + 1
    for row in rows:
        assert not any(cell.startswith(("=", "-", "@", "\t")) for cell in row)
        assert all(" " in cell for cell in row if cell.startswith("+"))
    file = await desk.uploaded("contatos.csv", data)
    made = await desk.do("POST", "/contacts/imports", {"attachment_id": file["id"]})
    assert [one["field"] for one in made["columns"]] == ["name", "phone", "email", "document", "birthday", "address"]
    columns = [{"index": one["index"], "field": one["field"]} for one in made["columns"]]

    async def state(wanted: str) -> Any:
        async def there() -> Any:
            shown = await desk.get(f"/contacts/imports/{made['id']}")
            return shown if shown["state"] == wanted else None

        return await eventually(there)

    await desk.do("POST", f"/contacts/imports/{made['id']}/check", {"columns": columns})
    await state("checked")
    await desk.do("POST", f"/contacts/imports/{made['id']}/start")
    done = await state("done")
    assert {name: count for name, count in done["counts"].items() if count} == {
        "unchanged": len(ODD),
        "existing": len(ODD),
    }
    assert {one["id"]: one for one in await desk.pages("/contacts", limit=100)} == before


async def test_an_export_has_what_a_search_finds(desk: Any) -> None:
    desk = desk.seen_by(permissions=EVERYTHING)
    for name in ("Ana Lima", "Beto Lima", "Caio"):
        await desk.do("POST", "/contacts", {"name": name})
    data = await exported(desk, q="lima", language="en")
    assert [line.partition(";")[0] for line in data.decode("utf-8-sig").splitlines()] == [
        "Name",
        "Ana Lima",
        "Beto Lima",
    ]
    assert await desk.refused("POST", "/contacts/exports", {"q": "#"}) == (422, "invalid", ["q"])


async def test_exporting_needs_its_own_permission_and_stays_in_the_tenant(desk: Any) -> None:
    exporter = desk.seen_by(permissions=EVERYTHING)
    asked = await exporter.do("POST", "/contacts/exports", {})
    poor = desk.seen_by(permissions=tuple(one for one in EVERYTHING if one != "contacts:export"))
    assert (await poor.refused("POST", "/contacts/exports", {}))[:2] == (403, "forbidden")
    stranger = desk.stranger().seen_by(permissions=EVERYTHING)
    for path in ("", "/content"):
        assert (await stranger.refused("GET", f"/contacts/exports/{asked['id']}{path}"))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    "number", ["+5511988887777", "+551133334444", "+14155550100", "+351912345678", "+5491123456789"]
)
async def test_a_phone_is_written_with_spaces_and_read_the_same(number: str) -> None:
    assert " " in written_phone(number)
    assert typed_phone(written_phone(number)) == number


async def test_a_field_that_would_be_taken_for_another_goes_by_its_key() -> None:
    sheet = Sheet.of("pt-BR", [("color", "Cor"), ("nick", "Nome"), ("shade", "Cor")])
    assert sheet.names[6:] == ("Cor", "fields.nick", "fields.shade")
