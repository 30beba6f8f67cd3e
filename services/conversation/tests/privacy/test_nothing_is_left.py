"""After an erasure no document of any collection and no file has anything of the customer."""

from typing import Any

import pytest

from atd_testing.waiting import eventually

from .planting import WORD, Planting, StrandPlanting, found_in

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

LONG_SECONDS = 240.0
"""An erasure goes through every collection and looks again: it takes 15 s alone and 50 s on a busy machine."""

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

    await eventually(done, timeout=LONG_SECONDS)


async def erase(keeper: Any, contact_id: str) -> dict[str, int]:
    """Erase a customer, twice looked; nothing of the word is anywhere afterwards. What the receipt counts."""
    name = (await keeper.get(f"/contacts/{contact_id}"))["name"]
    assert WORD in name
    asked = await keeper.do("POST", f"/contacts/{contact_id}/erase", {"confirm": name, "reason": "pedido do titular"})

    async def erased() -> Any:
        receipt = await keeper.get(f"/privacy/erasures/{asked['id']}")
        return receipt if receipt["state"] == "waiting" else None

    await eventually(erased, timeout=LONG_SECONDS)
    await look_again(keeper, asked["id"])
    receipt = await keeper.get(f"/privacy/erasures/{asked['id']}")
    left: list[str] = []

    async def gone() -> bool:
        left[:] = await found_in(keeper.service.runtime.mongo.client, keeper.service.settings.mongodb_database_prefix)
        return not left

    try:
        await eventually(gone, timeout=LONG_SECONDS)
    except AssertionError:
        raise AssertionError(f"left: {sorted(set(left))}") from None
    told: dict[str, int] = receipt["erased"]
    return told


async def test_an_erasure_leaves_nothing_anywhere(desk: Any) -> None:
    keeper = desk.seen_by(permissions=MANAGER)
    contact_id = await Planting(keeper).all()
    client, prefix = keeper.service.runtime.mongo.client, keeper.service.settings.mongodb_database_prefix
    planted = {place.partition(":")[0] for place in await found_in(client, prefix)}
    assert PLACES - planted == set()
    assert any("chunks" in one for one in planted)  # bytes of files

    told = await erase(keeper, contact_id)
    # by phone on three accounts, below the post, in private with the page, with the bot and with the business
    assert (told["contacts"], told["conversations"], told["drafts"], told["scheduled_messages"]) == (4, 7, 1, 1)
    for what in ("messages", "files", "identities", "notes", "import_rows", "exports", "transcripts", "answers"):
        assert told[what] > 0, what
    assert told["waiting_events"] > 0
    (rui,) = await keeper.service.db.messages.find({"tenant_id": keeper.tenant}).to_list(None)
    assert (rui["external_id"], rui["text"]) == ("p1_2", "também acho")
    (shown,) = (await keeper.get(f"/conversations/{rui['conversation_id']}/messages"))["items"]
    assert shown["reply_to"], "the other person's answer stays, to something that is not there any more"


async def test_the_erasure_of_a_group_leaves_nobody_who_wrote_there(desk: Any) -> None:
    keeper = desk.seen_by(permissions=MANAGER)
    contact_id = await StrandPlanting(Planting(keeper)).group()
    told = await erase(keeper, contact_id)
    assert (told["contacts"], told["conversations"], told["messages"]) == (1, 2, 3)
