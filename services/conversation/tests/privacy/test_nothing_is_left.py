"""After an erasure no document of any collection and no file has anything of the customer."""

from typing import Any

import pytest

from atd_testing.waiting import eventually

from .planting import WORD, Planting, found_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = (
    *("conversations:read", "conversations:write", "conversations:assign", "contacts:read", "contacts:write"),
    *("contacts:import", "contacts:export", "privacy:manage", "settings:manage"),
)
PLACES = {
    *("attachments", "contact_notes", "contacts", "conversations", "drafts", "early_changes", "early_receipts"),
    *("idempotency", "identities", "import_lines", "import_rows", "messages", "prepared_files", "scheduled_messages"),
}
"""Collections in which the planted word must have been, for the search to prove anything."""


async def look_again(keeper: Any, erasure_id: str) -> None:
    """The second look, a minute after the first, is due now."""
    jobs, now = keeper.service.db.jobs, keeper.service.runtime.clock.now()
    await jobs.update_one({"_id": erasure_id}, {"$set": {"next_at": now, "due_at": now}})

    async def done() -> bool:
        return await jobs.find_one({"_id": erasure_id}) is None

    await eventually(done, timeout=60)


async def test_an_erasure_leaves_nothing_anywhere(desk: Any) -> None:
    keeper = desk.seen_by(permissions=MANAGER)
    contact_id = await Planting(keeper).all()
    client, prefix = keeper.service.runtime.mongo.client, keeper.service.settings.mongodb_database_prefix
    planted = {place.partition(":")[0] for place in await found_in(client, prefix)}
    assert PLACES - planted == set()
    assert any("chunks" in one for one in planted)  # bytes of files

    name = (await keeper.get(f"/contacts/{contact_id}"))["name"]
    assert WORD in name
    asked = await keeper.do("POST", f"/contacts/{contact_id}/erase", {"confirm": name, "reason": "pedido do titular"})

    async def erased() -> Any:
        receipt = await keeper.get(f"/privacy/erasures/{asked['id']}")
        return receipt if receipt["state"] == "waiting" else None

    await eventually(erased, timeout=60)
    await look_again(keeper, asked["id"])
    receipt = await keeper.get(f"/privacy/erasures/{asked['id']}")
    left: list[str] = []

    async def gone() -> bool:
        left[:] = await found_in(client, prefix)
        return not left

    try:
        await eventually(gone, timeout=60)
    except AssertionError:
        raise AssertionError(f"left: {sorted(set(left))}") from None
    told = receipt["erased"]
    assert (told["contacts"], told["conversations"], told["drafts"], told["scheduled_messages"]) == (2, 2, 1, 1)
    for what in ("messages", "files", "identities", "notes", "import_rows", "exports", "transcripts", "answers"):
        assert told[what] > 0, what
    assert told["waiting_events"] > 0
