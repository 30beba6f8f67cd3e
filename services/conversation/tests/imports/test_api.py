"""Contacts from a file: read, checked, taken in, undone."""

from typing import Any

import pytest

from atd_conversation.store.imports import ROWS_AT_ONCE
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = ("conversations:read", "conversations:write", "contacts:read", "contacts:write", "contacts:import")


class Importer:
    """Somebody who imports, for one tenant."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk.seen_by(permissions=EVERYTHING)

    async def read(self, data: bytes, **more: Any) -> Any:
        file = await self.desk.uploaded("clientes.csv", data)
        return await self.desk.do("POST", "/contacts/imports", {"attachment_id": file["id"], **more})

    async def until(self, import_id: str, *states: str) -> Any:
        async def there() -> Any:
            shown = await self.desk.get(f"/contacts/imports/{import_id}")
            return shown if shown["state"] in states else None

        return await eventually(there)

    async def checked(self, data: bytes, duplicates: str = "update", **more: Any) -> Any:
        made = await self.read(data, **more)
        columns = [{"index": one["index"], "field": one["field"]} for one in made["columns"]]
        plan = {"columns": columns, "duplicates": duplicates}
        await self.desk.do("POST", f"/contacts/imports/{made['id']}/check", plan)
        return await self.until(made["id"], "checked")

    async def taken_in(self, data: bytes, duplicates: str = "update", **more: Any) -> Any:
        made = await self.checked(data, duplicates, **more)
        await self.desk.do("POST", f"/contacts/imports/{made['id']}/start")
        return await self.until(made["id"], "done")

    async def undone(self, import_id: str) -> Any:
        await self.desk.do("POST", f"/contacts/imports/{import_id}/undo")
        return await self.until(import_id, "undone")

    async def lines(self, import_id: str, *outcomes: str) -> list[Any]:
        return list(await self.desk.pages(f"/contacts/imports/{import_id}/lines", outcome=list(outcomes), limit=100))

    async def contacts(self) -> list[Any]:
        return list(await self.desk.pages("/contacts", limit=100))


@pytest.fixture
def importer(desk: Any) -> Importer:
    return Importer(desk)


WRONG = ["123", "telefone", "5,51199E+12", "11 1888-7777", "+55 00 98888-7777", "99999", "(11) 98888-77"]


def windows_file() -> bytes:
    lines = ["Nome;Celular;E-mail"]
    lines += [f"Cliente \u2013 {n};11 9{n:04}-0000;c{n}@exemplo.com" for n in range(20)]
    lines += [f"Cliente {n};1190{n:03}0000;c{n}@exemplo.com" for n in (3, 5, 7)]
    lines += [f"Errado {n};{phone};" for n, phone in enumerate(WRONG)]
    lines.append('"Ana\r\nMaria";11 97777-6666;')
    return "\r\n".join(lines).encode("windows-1252")


async def test_a_windows_file_with_semicolons_three_duplicates_and_seven_wrong_phones(importer: Importer) -> None:
    made = await importer.checked(windows_file())
    assert (made["encoding"], made["delimiter"], made["bom"], made["lines"]) == ("windows-1252", ";", False, 31)
    assert [one["field"] for one in made["columns"]] == ["name", "phone", "email"]
    assert made["columns"][0]["samples"][0] == "Cliente \u2013 0"
    assert (made["counts"]["ok"], made["counts"]["refused"], made["counts"]["repeated"]) == (24, 7, 3)
    wrong = await importer.lines(made["id"], "refused")
    assert [one["problems"][0]["value"] for one in wrong] == WRONG
    assert [one["line"] for one in wrong] == list(range(25, 32))
    assert {one["problems"][0]["code"] for one in wrong} == {"phone_invalid"}
    assert await importer.contacts() == []
    await importer.desk.do("POST", f"/contacts/imports/{made['id']}/start")
    done = await importer.until(made["id"], "done")
    assert (done["counts"]["created"], done["counts"]["updated"], done["counts"]["refused"]) == (21, 3, 7)
    names = {one["name"] for one in await importer.contacts()}
    assert "Ana Maria" in names
    assert "Cliente 3" in names
    assert "Cliente \u2013 3" not in names
    repeated = await importer.lines(made["id"], "updated")
    assert [(one["line"], one["same_as_line"]) for one in repeated] == [(22, 5), (23, 7), (24, 9)]


async def test_undoing_removes_what_nobody_used_and_gives_back_what_nobody_changed(importer: Importer) -> None:
    desk = importer.desk
    kept = await desk.do("POST", "/contacts", {"name": "Bia", "email": "bia@b.co"})
    edited = await desk.do("POST", "/contacts", {"name": "Caio", "email": "caio@b.co"})
    data = b"nome,email\nAna,ana@b.co\nBeatriz,bia@b.co\nCaio Lima,caio@b.co\nDora,dora@b.co\nEva,eva@b.co\n"
    done = await importer.taken_in(data)
    assert (done["counts"]["created"], done["counts"]["updated"], done["counts"]["existing"]) == (3, 2, 2)
    by_name = {one["name"]: one["id"] for one in await importer.contacts()}
    await desk.do("PATCH", f"/contacts/{by_name['Dora']}", {"address": "Rua A"})
    await desk.do("POST", f"/contacts/{by_name['Eva']}/notes", {"text": "VIP"})
    await desk.do("PATCH", f"/contacts/{edited['id']}", {"name": "Caio L."})
    undone = await importer.undone(done["id"])
    assert {name: undone["counts"][name] for name in ("removed", "restored", "kept")} == {
        "removed": 1,
        "restored": 1,
        "kept": 3,
    }
    names = sorted(one["name"] for one in await importer.contacts())
    assert names == ["Bia", "Caio L.", "Dora", "Eva"]
    assert (await desk.get(f"/contacts/{kept['id']}"))["name"] == "Bia"
    told = {one["line"]: (one["undone"], one["undo_code"]) for one in await importer.lines(done["id"])}
    assert told == {
        2: ("removed", None),
        3: ("restored", None),
        4: ("kept", "changed"),
        5: ("kept", "changed"),
        6: ("kept", "used"),
    }
    assert (await desk.ask("GET", f"/contacts/{by_name['Ana']}")).status_code == 404


@pytest.mark.parametrize(
    ("rule", "expected", "names"),
    [
        ("update", {"updated": 1, "created": 1}, ["Ana Lima", "Beto"]),
        ("skip", {"skipped": 1, "created": 1}, ["Ana", "Beto"]),
        ("create", {"created": 2}, ["Ana", "Ana Lima", "Beto"]),
    ],
)
async def test_the_rule_for_who_is_known_is_kept(
    importer: Importer, rule: str, expected: dict[str, int], names: list[str]
) -> None:
    await importer.desk.do("POST", "/contacts", {"name": "Ana", "phone": "11988887777"})
    done = await importer.taken_in(b"nome;fone\nAna Lima;(11) 8888-7777\nBeto;\n", rule)
    assert {name: done["counts"][name] for name in expected} == expected
    assert sorted(one["name"] for one in await importer.contacts()) == names


async def test_several_steps_take_every_line_in_once(importer: Importer) -> None:
    count = 2 * ROWS_AT_ONCE + 7
    data = "nome;email\n" + "".join(f"C{n};c{n}@b.co\n" for n in range(count))
    done = await importer.taken_in(data.encode("utf-16"))
    assert (done["encoding"], done["counts"]["created"], done["done"]) == ("utf-16-le", count, count)
    assert await importer.desk.service.db.contacts.count_documents({"tenant_id": importer.desk.tenant}) == count


async def test_a_step_that_is_repeated_does_nothing_again(importer: Importer) -> None:
    done = await importer.taken_in(b"nome;email\nAna;ana@b.co\n")
    db = importer.desk.service.db
    importing = importer.desk.service.app.state.parts.papers.importing
    await db.imports.update_one({"_id": done["id"]}, {"$set": {"state": "running"}})
    made = await importing.imports.one(importer.desk.tenant, done["id"])
    assert made is not None

    async def again(session: Any) -> None:
        await importing.begin(session, made, "import.run")

    await importer.desk.service.runtime.transaction(again)
    done = await importer.until(done["id"], "done")
    assert done["counts"]["created"] == 1
    assert len(await importer.contacts()) == 1


async def test_a_byte_order_mark_before_email_is_no_part_of_its_name(importer: Importer) -> None:
    made = await importer.read(b"\xef\xbb\xbfemail;nome\r\nana@b.co;Ana\r\n")
    assert (made["bom"], made["columns"][0]["name"], made["columns"][0]["field"]) == (True, "email", "email")


async def test_what_is_not_in_the_encoding_is_refused_by_line_before_anything_is_written(importer: Importer) -> None:
    made = await importer.checked(b"nome;email\nJos\xe9;j@b.co\nX\x81;x@b.co\nJo\xe3o;o@b.co\n")
    assert (made["encoding"], made["unreadable"], made["counts"]["refused"]) == ("windows-1252", 1, 1)
    (line,) = await importer.lines(made["id"], "refused")
    assert (line["line"], line["code"]) == (3, "damaged")
    assert await importer.contacts() == []


async def test_a_cancelled_import_stays_as_far_as_it_was_and_can_be_undone(importer: Importer) -> None:
    made = await importer.checked(b"nome\nAna\n")
    cancelled = await importer.desk.do("POST", f"/contacts/imports/{made['id']}/cancel")
    assert cancelled["state"] == "cancelled"
    refused = await importer.desk.refused("POST", f"/contacts/imports/{made['id']}/start")
    assert refused[:2] == (409, "conflict")
    assert (await importer.undone(made["id"]))["counts"]["removed"] == 0


async def test_custom_fields_are_offered_and_read_by_their_type(importer: Importer, desk: Any) -> None:
    manager = desk.seen_by(permissions=(*EVERYTHING, "settings:manage"))
    field = await manager.do("POST", "/contact-fields", {"label": "Desde", "type": "date"})
    data = "nome;Desde\nAna;28/02/2020\nBeto;amanh\u00e3\n".encode()

    async def offered() -> Any:
        made = await importer.read(data)
        return made if made["columns"][1]["field"] == f"fields.{field['key']}" else None

    await eventually(offered)
    done = await importer.taken_in(data)
    (refused,) = await importer.lines(done["id"], "refused")
    assert refused["problems"] == [{"code": "field_invalid", "column": "Desde", "value": "amanh\u00e3"}]
    (ana,) = await importer.contacts()
    assert ana["fields"] == {field["key"]: "2020-02-28"}


async def test_wrong_plans_are_refused_by_name(importer: Importer) -> None:
    made = await importer.read(b"nome;email\nAna;a@b.co\n")
    path = f"/contacts/imports/{made['id']}/check"
    for columns, field in (
        ([{"index": 9, "field": "name"}], "columns[0].index"),
        ([{"index": 0, "field": "shoe"}], "columns[0].field"),
        ([{"index": 0, "field": "name"}, {"index": 1, "field": "name"}], "columns[1].field"),
        ([{"index": 0, "field": "ignore"}], "columns"),
        ([], "columns"),
    ):
        assert await importer.desk.refused("POST", path, {"columns": columns}) == (422, "invalid", [field])
    for data, code in ((b"", 422), (b"nome\n", 422)):
        file = await importer.desk.ask("POST", "/attachments", files={"file": ("a.csv", data, "text/csv")})
        if file.is_success:
            refused = await importer.desk.refused("POST", "/contacts/imports", {"attachment_id": file.json()["id"]})
            assert refused == (code, "invalid", ["attachment_id"])
    assert (await importer.desk.refused("POST", "/contacts/imports", {"attachment_id": "no"}))[2] == ["attachment_id"]


async def test_no_import_reaches_into_another_tenant(importer: Importer, desk: Any) -> None:
    made = await importer.read(b"nome\nAna\n")
    stranger = Importer(desk.stranger()).desk
    for method, path in (
        ("GET", ""),
        ("GET", "/lines"),
        ("POST", "/start"),
        ("POST", "/cancel"),
        ("POST", "/undo"),
    ):
        assert (await stranger.refused(method, f"/contacts/imports/{made['id']}{path}"))[:2] == (404, "not_found")
    assert (await stranger.get("/contacts/imports"))["items"] == []
    file = await importer.desk.uploaded("a.csv", b"nome\nAna\n")
    refused = await stranger.refused("POST", "/contacts/imports", {"attachment_id": file["id"]})
    assert refused == (422, "invalid", ["attachment_id"])


async def test_importing_needs_its_own_permission(desk: Any) -> None:
    poor = desk.seen_by(permissions=tuple(one for one in EVERYTHING if one != "contacts:import"))
    assert (await poor.refused("GET", "/contacts/imports"))[:2] == (403, "forbidden")
