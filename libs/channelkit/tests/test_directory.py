"""Accounts in memory: true soon after a change, and no door to MongoDB for a flood of invented ids."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from atd_channelkit.accounts.directory import LOOKUPS, UNKNOWN_FOR, UNKNOWN_LIMIT, WHOLE_EVERY, AccountDirectory
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_servicekit.crypto import CannotDecrypt
from atd_testing.clock import FakeClock


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAccount(Account):
    number: str
    business: str


KINDS = ("number", "business")


class Source:
    """Documents, and how often they were asked for. While `held` is clear, answers wait."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.asked = 0
        self.since: list[datetime | None] = []
        self.free = asyncio.Event()
        self.free.set()

    def put(self, account_id: str, version: int = 1, **changes: Any) -> None:
        given = {
            "_id": account_id,
            "version": version,
            "deleted": False,
            "status": "active",
            "number": f"number-{account_id}",
            "business": "business-1",
        }
        self.documents[account_id] = {**given, **changes}

    async def changed_since(self, moment: datetime | None) -> Sequence[dict[str, Any]]:
        self.since.append(moment)
        return [one for one in self.documents.values() if moment is not None or not one["deleted"]]

    async def with_ids(self, ids: Sequence[str]) -> Sequence[dict[str, Any]]:
        self.asked += 1
        found = [dict(self.documents[one]) for one in ids if one in self.documents]
        await self.free.wait()
        return found

    async def with_references(self, references: Sequence[Reference]) -> Sequence[dict[str, Any]]:
        self.asked += 1
        wanted = set(references)
        return [one for one in self.documents.values() if wanted & {(kind, one[kind]) for kind in KINDS}]


def opened(document: dict[str, Any]) -> ToyAccount:
    if document.get("unreadable"):
        raise CannotDecrypt("another key")
    return ToyAccount(
        id=document["_id"],
        tenant_id="tenant-1",
        kind="app",
        name="Loja",
        status=document["status"],
        version=document["version"],
        number=document["number"],
        business=document["business"],
    )


def directory(source: Source, clock: FakeClock | None = None) -> AccountDirectory[ToyAccount]:
    return AccountDirectory(source, opened, references, clock or FakeClock())


def references(account: ToyAccount) -> Sequence[Reference]:
    return ("number", account.number), ("business", account.business)


async def found(held: AccountDirectory[ToyAccount], *numbers: str) -> dict[str, list[str]]:
    """The ids of accounts by number."""
    answer = await held.find_referenced([("number", number) for number in numbers])
    return {number: [one.id for one in accounts] for (_, number), accounts in answer.items()}


async def test_what_was_there_at_the_start_is_found_without_asking() -> None:
    source = Source()
    source.put("a")
    held = directory(source)
    await held.start()
    assert held.get("a") is not None
    assert await found(held, "number-a") == {"number-a": ["a"]}
    assert [one.id for one in held.referenced(("business", "business-1"))] == ["a"]
    assert held.referenced(("business", "business-2")) == ()
    assert source.asked == 0


async def test_a_newer_account_is_looked_up_once() -> None:
    source = Source()
    held = directory(source)
    await held.start()
    source.put("new")
    assert (await held.find("new")) is not None
    assert (await held.find("new")) is not None
    assert source.asked == 1


async def test_an_unknown_id_is_remembered_for_a_while() -> None:
    source, clock = Source(), FakeClock()
    held = directory(source, clock)
    for _ in range(5):
        assert await held.find("nobody") is None
        assert await found(held, "nobody") == {}
    assert source.asked == 2  # once by id, once by number
    source.put("nobody")
    clock.advance(UNKNOWN_FOR + timedelta(seconds=1))
    assert await held.find("nobody") is not None


async def test_a_change_event_ends_not_knowing_at_once() -> None:
    source = Source()
    held = directory(source)
    assert await found(held, "number-a") == {}
    source.put("a")
    await held.reload(["a"])
    assert list(await found(held, "number-a")) == ["number-a"]


async def test_a_flood_of_invented_ids_hardly_reaches_mongodb() -> None:
    source, clock = Source(), FakeClock()
    source.put("real")
    held = directory(source, clock)
    await held.start()
    for number in range(30_000):
        await held.find(f"invented-{number}")
        await found(held, f"number-{number}")
    assert source.asked == LOOKUPS.burst
    assert len(held._unknown) <= UNKNOWN_LIMIT
    assert held.get("real") is not None
    assert await held.get_or_read("ours") is None  # ids of our own making are read all the same
    assert source.asked == LOOKUPS.burst + 1


async def test_an_older_answer_does_not_bring_back_a_deleted_account() -> None:
    source = Source()
    source.put("a")
    held = directory(source)
    source.free.clear()
    early = asyncio.create_task(held.reload(["a"]))
    await asyncio.sleep(0)
    source.put("a", version=2, deleted=True)
    late = asyncio.create_task(held.reload(["a"]))
    source.free.set()
    await asyncio.gather(early, late)
    assert held.get("a") is None


async def test_a_change_of_references_and_status_replaces_the_account() -> None:
    source = Source()
    source.put("a")
    held = directory(source)
    await held.start()
    source.put("a", 2, number="number-b", business="business-2", status="disabled")
    assert await held.refresh() == ["a"]
    assert list(await found(held, "number-a", "number-b")) == ["number-b"]
    assert held.referenced(("business", "business-1")) == ()
    account = held.get("a")
    assert account is not None
    assert account.status == "disabled"


async def test_several_accounts_share_a_reference_until_they_are_gone_and_the_latest_comes_first() -> None:
    source = Source()
    source.put("a")
    source.put("b")
    held = directory(source)
    await held.start()
    assert [one.id for one in held.referenced(("business", "business-1"))] == ["b", "a"]
    source.put("a", 2, deleted=True)
    await held.reload(["a"])
    assert [one.id for one in held.referenced(("business", "business-1"))] == ["b"]


async def test_a_refresh_reads_only_what_changed_lately_and_names_who_may_send() -> None:
    source, clock = Source(), FakeClock()
    source.put("a")
    source.put("b", status="needs_reconnection")
    held = directory(source, clock)
    await held.start()
    source.put("c", version=2, deleted=True)
    assert await held.refresh() == ["a", "c"]
    assert source.since == [None, clock.now() - timedelta(minutes=2)]


async def test_an_account_that_cannot_be_decrypted_does_not_stop_the_others() -> None:
    source = Source()
    source.put("broken", unreadable=True)
    source.put("whole")
    held = directory(source)
    await held.start()
    assert (held.get("broken"), held.get("whole") is not None) == (None, True)


async def test_a_deletion_that_no_refresh_finds_is_noticed_all_the_same() -> None:
    """Whoever deleted it had a clock that was behind, and the event of it was missed."""
    source = Source()
    source.put("a")
    source.put("b")
    accounts = directory(source)
    await accounts.start()
    del source.documents["a"]  # it is not among what changed lately
    told = [await accounts.refresh() for _ in range(WHOLE_EVERY)]
    assert accounts.get("a") is None
    assert accounts.referenced(("number", "number-a")) == ()
    assert accounts.get("b") is not None
    assert told[-1] == ["a"]
