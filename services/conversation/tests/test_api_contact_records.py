"""Customers' records over HTTP: written down, edited, blocked, noted, joined, separated."""

from typing import Any

import pytest

from atd_testing.inbound import customer_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANA = {
    "name": "Ana Souza",
    "phone": "(11) 8765-4321",
    "email": "Ana@Example.com",
    "document": "529.982.247-25",
    "birthday": "1990-02-28",
    "address": "Rua Augusta, 100",
}


async def test_a_customer_is_written_down(desk: Any) -> None:
    answer = await desk.ask("POST", "/contacts", ANA, headers={"Idempotency-Key": "k1"})
    contact = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    shown = {name: contact[name] for name in (*ANA, "phone_status", "document_type", "document_formatted", "version")}
    assert shown == {
        **ANA,
        "phone": "+5511987654321",
        "email": "Ana@example.com",
        "document": "52998224725",
        "phone_status": "given",
        "document_type": "cpf",
        "document_formatted": "529.982.247-25",
        "version": 1,
    }
    again = await desk.do("POST", "/contacts", ANA, headers={"Idempotency-Key": "k1"})
    assert again == contact == await desk.get(f"/contacts/{contact['id']}")


@pytest.mark.parametrize("question", ["529.982.247-25", "52998224725", "529.982", "98765", "ana souza", "ana@exam"])
async def test_a_customer_is_found_by_what_was_written_down(desk: Any, question: str) -> None:
    contact = await desk.do("POST", "/contacts", ANA)
    assert [one["id"] for one in (await desk.get("/contacts", q=question))["items"]] == [contact["id"]]


@pytest.mark.parametrize("question", ["12.ABC.345/01DE-35", "12abc34501de35", "12.abc.345", "12ABC"])
async def test_a_company_is_found_by_a_number_with_letters(desk: Any, question: str) -> None:
    contact = await desk.do("POST", "/contacts", {"name": "Padaria", "document": "12.ABC.345/01DE-35"})
    assert [one["id"] for one in (await desk.get("/contacts", q=question))["items"]] == [contact["id"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "123"),
        ("email", "ana"),
        ("document", "529.982.247-26"),
        ("birthday", "28/02/1990"),
        ("name", "x" * 121),
        ("address", "x" * 301),
        ("nome", "Ana"),
        ("fields", []),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(desk: Any, field: str, value: Any) -> None:
    assert await desk.refused("POST", "/contacts", {"name": "Ana", field: value}) == (422, "invalid", [field])
    contact = await desk.do("POST", "/contacts", {"name": "Ana"})
    assert await desk.refused("PATCH", f"/contacts/{contact['id']}", {field: value}) == (422, "invalid", [field])


async def test_a_customer_without_anything_is_refused(desk: Any) -> None:
    assert await desk.refused("POST", "/contacts", {"birthday": "1990-02-28"}) == (422, "invalid", ["name"])
    assert await desk.refused("POST", "/contacts", {"name": " "}) == (422, "invalid", ["name"])


async def test_an_unknown_custom_field_is_refused_by_its_key(desk: Any) -> None:
    body = {"name": "Ana", "fields": {"plano": "ouro"}}
    assert await desk.refused("POST", "/contacts", body) == (422, "invalid", ["fields.plano"])


async def test_an_edit_changes_what_is_given_alone(desk: Any) -> None:
    contact = await desk.do("POST", "/contacts", ANA)
    path = f"/contacts/{contact['id']}"
    edited = await desk.do("PATCH", path, {"name": "Ana Prado", "birthday": None, "address": ""})
    changed = {name for name in contact if contact[name] != edited[name]}
    assert changed == {"name", "birthday", "address", "version"}
    assert (edited["name"], edited["birthday"], edited["address"], edited["version"]) == ("Ana Prado", None, None, 2)
    assert await desk.do("PATCH", path, {"name": "Ana Prado"}) == edited, "nothing changed, nothing is told"


async def test_who_edits_what_somebody_else_changed_meanwhile_hears_what_it_was(desk: Any) -> None:
    contact = await desk.do("POST", "/contacts", ANA)
    path = f"/contacts/{contact['id']}"
    caio = desk.colleague("caio")
    await caio.do("PATCH", path, {"name": "Ana Prado"}, headers={"If-Match": '"1"'})
    answer = await desk.ask("PATCH", path, {"birthday": "1991-01-01"}, headers={"If-Match": '"1"'})
    problem = answer.json()
    assert (answer.status_code, problem["code"], answer.headers["ETag"]) == (409, "conflict", '"2"')
    assert problem["errors"] == [{"field": "name", "message": "was changed by Caio"}]
    assert (problem["version"], problem["changed"]) == (2, ["name"]), "the same shape as of a conversation"
    (change,) = problem["changes"]
    assert (change["type"], change["version"], change["fields"]) == ("contact.updated", 2, ["name"])
    assert change["actor"] == {"type": "attendant", "id": "caio", "name": "Caio"}
    edited = await desk.do("PATCH", path, {"birthday": "1991-01-01"}, headers={"If-Match": answer.headers["ETag"]})
    assert (edited["name"], edited["birthday"]) == ("Ana Prado", "1991-01-01")


async def test_a_given_phone_joins_nobody_and_gives_way_to_nothing(desk: Any) -> None:
    contact = await desk.do("POST", "/contacts", {"name": "Ana", "phone": "+5511999900000"})
    (conversation_id,) = await desk.written()
    writer = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    assert writer != contact["id"]
    proven = await desk.get(f"/contacts/{writer}")
    assert (proven["phone"], proven["phone_status"]) == ("+5511999900000", "verified")
    path = f"/contacts/{writer}"
    given = await desk.do("PATCH", path, {"phone": "+5521912345678"})
    assert (given["phone"], given["phone_status"]) == ("+5521912345678", "given")
    found = (await desk.get(f"{path}/identities"))["items"]
    assert [(one["kind"], one["value"], one["status"], one["channel"]) for one in found] == [
        ("phone", "+5511999900000", "verified", "whatsapp"),
        ("phone", "+5521912345678", "given", None),
    ]
    assert (await desk.do("PATCH", path, {"phone": None}))["phone_status"] == "verified"


async def test_conversations_show_another_name_at_once(desk: Any) -> None:
    (conversation_id,) = await desk.written(name="Ana")
    contact = (await desk.get(f"/conversations/{conversation_id}"))["contact"]
    await desk.do("PATCH", f"/contacts/{contact['id']}", {"name": "Dona Ana"})
    assert (await desk.get(f"/conversations/{conversation_id}"))["contact"]["name"] == "Dona Ana"


async def test_what_a_blocked_customer_writes_is_kept_and_opens_nothing(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    contact_id = (await desk.get(path))["contact"]["id"]
    blocked = await desk.do("PUT", f"/contacts/{contact_id}/block", {"reason": "Ofensas"})
    assert (blocked["blocked"], blocked["block"]["reason"], blocked["block"]["by"]["name"]) == (True, "Ofensas", "Bia")
    await desk.do("POST", f"{path}/read")
    await desk.do("POST", f"{path}/close", {})
    before = await desk.get(path)
    assert before["contact"]["blocked"] is True
    now = desk.service.runtime.clock.now()
    others = ("w8", desk.account), ("w9", f"{desk.account}-b")
    for external_id, account in others:
        await desk.service.take(
            customer_message(desk.tenant, account, external_id, customer="5511999900000", text="Ei", occurred_at=now)
        )
    after = await desk.get(path)
    assert {name for name in before if before[name] != after[name]} == {"sequence"}
    texts = [one["text"] for one in (await desk.get(f"{path}/messages"))["items"]]
    assert texts[0] == "Ei"
    history = (await desk.get(f"/contacts/{contact_id}/conversations"))["items"]
    assert [(one["status"], one["unread_count"]) for one in history] == [("closed", 0)] * 2
    assert (await desk.get("/conversations/counts"))["all"]["total"] == 0
    freed = await desk.do("DELETE", f"/contacts/{contact_id}/block")
    assert (freed["blocked"], freed["block"]) == (False, None)
    await desk.service.take(
        customer_message(desk.tenant, desk.account, "w10", customer="5511999900000", occurred_at=now)
    )
    assert (await desk.get(path))["status"] == "queued"


async def test_notes_have_their_author_and_are_changed_by_nobody_else(desk: Any) -> None:
    contact = await desk.do("POST", "/contacts", ANA)
    path = f"/contacts/{contact['id']}/notes"
    first = await desk.do("POST", path, {"text": "Prefere a tarde"})
    caio = desk.colleague("caio")
    await caio.do("POST", path, {"text": "Tem dois filhos"})
    assert [(one["text"], one["author"]["name"]) for one in await desk.pages(path, limit=1)] == [
        ("Tem dois filhos", "Caio"),
        ("Prefere a tarde", "Bia"),
    ]
    assert await caio.refused("PATCH", f"{path}/{first['id']}", {"text": "x"}) == (403, "forbidden", [])
    assert await caio.refused("DELETE", f"{path}/{first['id']}") == (403, "forbidden", [])
    edited = await desk.do("PATCH", f"{path}/{first['id']}", {"text": "Prefere a manhã"})
    assert (edited["text"], edited["edited_at"] is not None) == ("Prefere a manhã", True)
    await desk.do("DELETE", f"{path}/{first['id']}")
    assert [one["text"] for one in (await desk.get(path))["items"]] == ["Tem dois filhos"]
    assert await desk.refused("POST", path, {"text": " "}) == (422, "invalid", ["text"])
    assert (await desk.get(f"/contacts/{contact['id']}"))["version"] == 5


async def test_duplicates_are_suggested_and_dismissed(desk: Any) -> None:
    first = await desk.do("POST", "/contacts", ANA)
    same = await desk.do("POST", "/contacts", {"name": "A. Souza", "document": ANA["document"]})
    by_name = await desk.do("POST", "/contacts", {"name": "ANA SOUZA", "birthday": ANA["birthday"]})
    await desk.do("POST", "/contacts", {"name": "Ana Souza"})
    path = f"/contacts/{first['id']}/duplicates"
    found = [(one["contact"]["id"], one["reasons"]) for one in (await desk.get(path))["items"]]
    assert sorted(found) == sorted([(by_name["id"], ["name", "birthday"]), (same["id"], ["document"])])
    await desk.do("DELETE", f"{path}/{same['id']}")
    assert [one["contact"]["id"] for one in (await desk.get(path))["items"]] == [by_name["id"]]
    back = f"/contacts/{same['id']}/duplicates"
    assert (await desk.get(back))["items"] == []


async def test_two_records_are_joined_with_chosen_values_and_separated_again(desk: Any) -> None:
    one, two = await desk.written(2)
    kept, lost = [(await desk.get(f"/conversations/{each}"))["contact"]["id"] for each in (one, two)]
    await desk.do("PATCH", f"/contacts/{kept}", {"name": "Ana", "email": "a@x.com"})
    await desk.do("PATCH", f"/contacts/{lost}", {"name": "Ana Souza", "document": ANA["document"]})
    await desk.do("POST", f"/contacts/{lost}/notes", {"text": "Prefere a tarde"})
    before = [await desk.get(f"/contacts/{each}") for each in (kept, lost)]
    body = {"contact_id": lost, "fields": {"name": "Ana Souza"}}
    merged = await desk.do("POST", f"/contacts/{kept}/merge", body)
    assert (merged["id"], merged["name"], merged["email"], merged["document"]) == (
        kept,
        "Ana Souza",
        "a@x.com",
        "52998224725",
    )
    assert (await desk.get(f"/contacts/{lost}"))["merged_into"] == kept
    history = await desk.get(f"/contacts/{lost}/conversations")
    assert {each["id"] for each in history["items"]} == {one, two}
    assert {each["contact"]["name"] for each in history["items"]} == {"Ana Souza"}
    assert [each["text"] for each in (await desk.get(f"/contacts/{kept}/notes"))["items"]] == ["Prefere a tarde"]
    later = await desk.do("PATCH", f"/contacts/{lost}", {"birthday": "1990-02-28"})
    assert (later["id"], later["birthday"]) == (kept, "1990-02-28"), "a write follows to the record that goes on"
    (listed,) = (await desk.get(f"/contacts/{kept}/merges"))["items"]
    assert (listed["id"], listed["by"]["name"]) == (merged["merge"]["id"], "Bia")
    undone = await desk.do("POST", f"/contacts/merges/{listed['id']}/undo")
    assert (undone["id"], undone["name"], undone["document"], undone["birthday"]) == (kept, "Ana", None, "1990-02-28")
    ignored = ("version", "birthday")
    for former, now in zip(before, (undone, undone["restored"]), strict=True):
        assert {k: v for k, v in former.items() if k not in ignored} == {
            k: v for k, v in now.items() if k not in (*ignored, "restored")
        }
    for contact_id, conversation_id in ((kept, one), (lost, two)):
        (theirs,) = (await desk.get(f"/contacts/{contact_id}/conversations"))["items"]
        assert (theirs["id"], theirs["status"]) == (conversation_id, "queued")
    assert [each["text"] for each in (await desk.get(f"/contacts/{lost}/notes"))["items"]] == ["Prefere a tarde"]
    assert await desk.refused("POST", f"/contacts/merges/{listed['id']}/undo") == (409, "not_merged", [])


async def test_what_cannot_be_joined_is_refused_by_its_code(desk: Any) -> None:
    one, two, three = [(await desk.do("POST", "/contacts", {"name": name}))["id"] for name in ("Ana", "Bia", "Caio")]
    theirs = (await desk.stranger().do("POST", "/contacts", {"name": "Rui"}))["id"]
    path = f"/contacts/{one}/merge"
    assert await desk.refused("POST", path, {"contact_id": one}) == (422, "merge_with_itself", ["contact_id"])
    assert await desk.refused("POST", path, {"contact_id": theirs}) == (422, "unknown_contact", ["contact_id"])
    await desk.do("POST", path, {"contact_id": two})
    assert await desk.refused("POST", path, {"contact_id": two}) == (409, "already_merged", [])
    assert await desk.refused("POST", f"/contacts/{two}/merge", {"contact_id": one}) == (409, "already_merged", [])
    assert await desk.refused("POST", f"/contacts/{two}/merge", {"contact_id": three}) == (409, "already_merged", [])


async def test_who_is_blocked_under_one_record_is_blocked_under_both(desk: Any) -> None:
    one, two = [(await desk.do("POST", "/contacts", {"name": name}))["id"] for name in ("Ana", "Bia")]
    await desk.do("PUT", f"/contacts/{two}/block", {"reason": "Spam"})
    merged = await desk.do("POST", f"/contacts/{one}/merge", {"contact_id": two})
    assert (merged["blocked"], merged["block"]["reason"]) == (True, "Spam")
    undone = await desk.do("POST", f"/contacts/merges/{merged['merge']['id']}/undo")
    assert (undone["blocked"], undone["restored"]["blocked"]) == (False, True)


async def test_the_files_of_a_customer_are_listed_over_all_conversations(desk: Any) -> None:
    await desk.received(b"\x89PNG one")
    await desk.received(b"\x89PNG two")
    row = await desk.service.db.conversations.find_one({"tenant_id": desk.tenant})
    path = f"/contacts/{row['contact']['id']}/attachments"
    files = await desk.pages(path, limit=1)
    assert [(one["from_customer"], one["conversation_id"]) for one in files] == [(True, row["_id"])] * 2
    assert files[0]["created_at"] >= files[1]["created_at"]
