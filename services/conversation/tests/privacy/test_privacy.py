"""A customer's data exported, erased with a receipt, held, and kept for a time."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from atd_conversation.store.privacy import LogEntry, Privacy
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid5
from atd_schemas.privacy import ErasureConfirmed, ErasureConfirmedData
from atd_schemas.topics import OUTBOUND_WHATSAPP, PRIVACY_CONFIRMATIONS
from atd_servicekit.files import FileMissing, file_key
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = (
    *("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write"),
    "privacy:manage",
)
SECRET = "SEGREDO-INTERNO"


@pytest.fixture
def keeper(desk: Any) -> Any:
    """Somebody who may do everything."""
    return desk.seen_by(permissions=EVERYTHING)


async def customer(keeper: Any) -> tuple[str, str]:
    """Ids of a conversation with an answer, a note and a file, and of its customer."""
    attachment_id = await keeper.received(b"\xff\xd8\xff" + b"x" * 100)
    row = await keeper.service.db.attachments.find_one({"_id": attachment_id})
    conversation_id = row["conversation_id"]
    path = f"/conversations/{conversation_id}/messages"
    await keeper.do("POST", path, {"text": "Olá, tudo bem?"})
    await keeper.do("POST", path, {"text": SECRET, "direction": "note"})
    contact = (await keeper.get(f"/conversations/{conversation_id}"))["contact"]
    return conversation_id, contact["id"]


async def name_of(keeper: Any, contact_id: str) -> str:
    return (await keeper.get(f"/contacts/{contact_id}"))["name"] or contact_id


async def erase(keeper: Any, contact_id: str) -> Any:
    body = {"confirm": await name_of(keeper, contact_id), "reason": "pedido do titular"}
    return await keeper.do("POST", f"/contacts/{contact_id}/erase", body)


async def receipt_in(keeper: Any, erasure_id: str, *states: str) -> Any:
    async def there() -> Any:
        shown = await keeper.get(f"/privacy/erasures/{erasure_id}")
        return shown if shown["state"] in states else None

    return await eventually(there)


async def test_an_erasure_leaves_nothing_and_its_receipt_lists_who_confirmed(keeper: Any, read_topic: Any) -> None:
    conversation_id, contact_id = await customer(keeper)
    await keeper.do("POST", f"/contacts/{contact_id}/notes", {"text": "VIP"})
    await keeper.do("PUT", f"/conversations/{conversation_id}/draft", {"text": "rascunho"})
    await keeper.do("POST", f"/conversations/{conversation_id}/transcripts", {"format": "text"})
    file = await keeper.service.db.attachments.find_one({"tenant_id": keeper.tenant})
    asked = await erase(keeper, contact_id)
    receipt = await receipt_in(keeper, asked["id"], "waiting")
    assert (receipt["erased"]["messages"], receipt["erased"]["files"], receipt["erased"]["contacts"]) == (3, 1, 1)
    assert receipt["confirmations"][0]["service"] == "ingest-whatsapp"
    assert receipt["confirmations"][0]["confirmed"] == 0
    db = keeper.service.db
    for name in ("messages", "conversations", "contacts", "identities", "attachments", "contact_notes", "drafts"):
        assert await db[name].find({"tenant_id": keeper.tenant}).to_list(None) == [], name
    left = await db.timeline.find({"subject": {"$in": [conversation_id, contact_id]}}).to_list(None)
    assert [one["type"] for one in left] == ["contact.erased"]
    with pytest.raises(FileMissing):
        await keeper.service.file_store.open(file_key(keeper.tenant, file["_id"]))
    commands = await db.erasure_commands.find({"erasure_id": asked["id"]}).to_list(None)
    for command in commands:
        await keeper.service.publish(confirmation(keeper, asked["id"], command["_id"]), topic=PRIVACY_CONFIRMATIONS)
    done = await receipt_in(keeper, asked["id"], "done")
    (confirmed,) = done["confirmations"]
    assert (confirmed["asked"], confirmed["confirmed"]) == (len(commands), len(commands))
    assert [one["action"] for one in (await keeper.get("/privacy/log"))["items"]] == ["erased", "erase"]
    assert OUTBOUND_WHATSAPP.consumers == ("ingest-whatsapp",)


def confirmation(keeper: Any, erasure_id: str, command_id: str) -> ErasureConfirmed:
    now = keeper.service.runtime.clock.now()
    data = ErasureConfirmedData(erasure_id=erasure_id, command_id=command_id, service="ingest-whatsapp", erased=1)
    return ErasureConfirmed(
        id=uuid5("test", command_id),
        tenant_id=keeper.tenant,
        occurred_at=now,
        recorded_at=now,
        source="ingest-whatsapp",
        subject=erasure_id,
        data=data,
    )


async def test_who_was_erased_and_writes_again_is_somebody_new(keeper: Any) -> None:
    conversation_id, contact_id = await customer(keeper)
    asked = await erase(keeper, contact_id)
    await receipt_in(keeper, asked["id"], "waiting", "done")
    again, _ = await customer(keeper)
    assert again != conversation_id
    assert (await keeper.get(f"/conversations/{again}"))["contact"]["id"] != contact_id


async def test_nothing_is_erased_under_a_legal_hold(keeper: Any) -> None:
    conversation_id, contact_id = await customer(keeper)
    for path in (f"/contacts/{contact_id}/hold", f"/conversations/{conversation_id}/hold"):
        held = await keeper.do("PUT", path, {"reason": "processo 123"})
        assert held["hold"]["reason"] == "processo 123"
        body = {"confirm": await name_of(keeper, contact_id), "reason": "pedido"}
        assert (await keeper.refused("POST", f"/contacts/{contact_id}/erase", body))[:2] == (409, "legal_hold")
        assert await keeper.do("DELETE", path) == {"hold": None}
    actions = [one["action"] for one in (await keeper.get("/privacy/log"))["items"]]
    assert actions == ["release", "hold", "release", "hold"]


async def test_the_log_is_in_order_of_time_whatever_the_ids_are(keeper: Any) -> None:
    log = Privacy(keeper.service.db)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for entry_id, minute in (("f", 0), ("0", 2), ("c", 1), ("e", 1), ("d", 1)):
        at = noon + timedelta(minutes=minute)
        await log.log(None, LogEntry(entry_id, keeper.tenant, at, "retained", Actor(type="system")))
    shown, cursor = [], ""
    while cursor is not None:
        page = await keeper.get(f"/privacy/log?limit=2{cursor and f'&cursor={cursor}'}")
        shown += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert shown == ["0", "e", "d", "c", "f"]


async def test_an_erasure_wants_the_name_once_more(keeper: Any) -> None:
    _, contact_id = await customer(keeper)
    body = {"confirm": "outra pessoa", "reason": "pedido"}
    assert await keeper.refused("POST", f"/contacts/{contact_id}/erase", body) == (422, "invalid", ["confirm"])
    assert (await keeper.get("/privacy/erasures"))["items"] == []


async def test_an_export_has_the_record_the_messages_and_the_files_and_no_note(keeper: Any) -> None:
    conversation_id, contact_id = await customer(keeper)
    asked = await keeper.do("POST", f"/contacts/{contact_id}/data-exports", {})
    path = f"/contacts/{contact_id}/data-exports/{asked['id']}"

    async def ready() -> Any:
        shown = await keeper.get(path)
        return shown if shown["state"] == "ready" else None

    made = await eventually(ready)
    answer = await keeper.ask("GET", made["url"].removeprefix("/api/v1"))
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    number = (await keeper.get(f"/conversations/{conversation_id}"))["number"]
    names = sorted(archive.namelist())
    assert "contact.json" in names
    assert f"conversations/{number}/messages.json" in names
    assert len([name for name in names if "/files/" in name]) == 1
    assert not any(SECRET.encode() in archive.read(name) for name in names)
    told = orjson.loads(archive.read(f"conversations/{number}/messages.json"))
    assert [one["direction"] for one in told["messages"]] == ["inbound", "outbound"]
    assert (await keeper.get("/privacy/log"))["items"][0]["action"] == "export"


async def test_privacy_is_for_who_may_and_stays_in_the_tenant(keeper: Any, desk: Any) -> None:
    conversation_id, contact_id = await customer(keeper)
    poor = desk.seen_by(permissions=tuple(one for one in EVERYTHING if one != "privacy:manage"))
    stranger = desk.stranger().seen_by(permissions=EVERYTHING)
    for method, path, body in (
        ("POST", f"/contacts/{contact_id}/erase", {"confirm": "x", "reason": "y"}),
        ("POST", f"/contacts/{contact_id}/data-exports", {}),
        ("GET", f"/contacts/{contact_id}/hold", None),
        ("PUT", f"/contacts/{contact_id}/hold", {"reason": "y"}),
        ("DELETE", f"/contacts/{contact_id}/hold", None),
        ("PUT", f"/conversations/{conversation_id}/hold", {"reason": "y"}),
    ):
        assert (await poor.refused(method, path, body))[:2] == (403, "forbidden"), path
        assert (await stranger.refused(method, path, body))[:2] == (404, "not_found"), path
    days = {"messages_days": 30}
    assert (await poor.refused("POST", "/privacy/retention/preview", days))[:2] == (403, "forbidden")
    assert (await poor.refused("PUT", "/privacy/retention", days))[:2] == (403, "forbidden")
    for path in ("/privacy/log", "/privacy/erasures", "/privacy/retention"):
        assert (await poor.refused("GET", path))[:2] == (403, "forbidden")
        assert (await stranger.get(path)).get("items", []) == []
