"""Telling a provider of accounts and looking at them, on a real MongoDB and with a provider that lies."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.watch import AccountWarning, Missing, not_connected
from atd_channelkit.accounts.watcher import WATCH_INDEXES, Watcher, WatchStore
from atd_channelkit.accounts.words import words
from atd_channelkit.answers import Refused, Unsent, Works
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXTS = words("a", "b", "c")
LATE = AccountWarning(code="webhook_failing", severity="warning", texts=TEXTS, detail="Read timeout expired")
TOKEN = Refused("token", "401", "Unauthorized")


@dataclass
class Provider:
    """What it answers, and what it was asked."""

    connected: Works | Missing = field(default_factory=Works)
    found: Sequence[AccountWarning] | Missing = ()
    asked: list[str] = field(default_factory=list)

    async def connect(self, account: Account) -> Works | Missing:
        self.asked.append(f"connect {account.id}")
        return self.connected

    async def inspect(self, account: Account) -> Sequence[AccountWarning] | Missing:
        self.asked.append(f"inspect {account.id}")
        return self.found


class Bench:
    def __init__(self, mongo: Mongo) -> None:
        self.clock, self.provider = FakeClock(NOW), Provider()
        self.accounts = {"a": account("a"), "b": account("b")}
        self.marked: list[tuple[str, str]] = []
        self.store = WatchStore(mongo.db)
        self.watcher = self.at("https://one.example")

    def at(self, public_url: str) -> Watcher[Account]:
        async def find(account_id: str) -> Account | None:
            return self.accounts.get(account_id)

        async def refused(account: Account, answer: Refused) -> bool:
            self.marked.append((account.id, answer.code))
            return True

        return Watcher(self.store, self.provider, find, refused, self.clock, public_url, timedelta(seconds=30))

    async def round(self) -> list[str]:
        """Everything that is due; what the provider was asked."""
        self.provider.asked.clear()
        await self.watcher._take()
        return self.provider.asked

    async def warnings(self, account_id: str = "a") -> list[str]:
        shown = await self.store.shown([account_id])
        return [one["code"] for one in shown[account_id]["warnings"]]


def account(account_id: str) -> Account:
    return Account(id=account_id, tenant_id="tenant-1", kind="app", name="Loja", status="active", version=1)


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[Bench]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes(WATCH_INDEXES)
    yield Bench(mongo)
    await mongo.client.drop_database(database_name)
    await mongo.close()


async def ask(bench: Bench, account_id: str = "a") -> None:
    await bench.store.ask(None, account_id, "tenant-1", bench.clock.now())


async def test_an_account_is_told_of_once_and_looked_at_again_and_again(bench: Bench) -> None:
    await ask(bench)
    assert await bench.round() == ["connect a", "inspect a"]
    assert await bench.round() == []
    bench.clock.advance(timedelta(minutes=10))
    bench.provider.found = [LATE]
    assert await bench.round() == ["inspect a"]
    assert await bench.warnings() == ["webhook_failing"]
    bench.clock.advance(timedelta(minutes=10))
    bench.provider.found = []
    await bench.round()
    assert await bench.warnings() == []


async def test_a_provider_that_does_not_answer_is_asked_again_and_the_account_says_so(bench: Bench) -> None:
    await ask(bench)
    bench.provider.connected = Unsent("ConnectError")
    assert await bench.round() == ["connect a"]
    assert await bench.warnings() == ["not_registered"]
    for seconds in (10, 20, 40):
        bench.clock.advance(timedelta(seconds=seconds - 1))
        assert await bench.round() == []
        bench.clock.advance(timedelta(seconds=1))
        assert await bench.round() == ["connect a"]
    bench.provider.connected = Works()
    bench.clock.advance(timedelta(minutes=10))
    assert await bench.round() == ["connect a", "inspect a"]
    assert await bench.warnings() == []


async def test_what_was_known_stands_when_the_provider_cannot_be_asked(bench: Bench) -> None:
    await ask(bench)
    bench.provider.found = [LATE]
    await bench.round()
    bench.provider.found = Unsent("ConnectError")
    bench.clock.advance(timedelta(minutes=10))
    await bench.round()
    assert await bench.warnings() == ["webhook_failing"]


@pytest.mark.parametrize("when", ["connect", "inspect"])
async def test_refused_credentials_mark_the_account(bench: Bench, when: str) -> None:
    if when == "connect":
        bench.provider.connected = TOKEN
    else:
        bench.provider.found = TOKEN
    await ask(bench)
    await bench.round()
    assert bench.marked == [("a", "401")]


async def test_a_new_public_address_is_told_for_every_account_and_only_then(bench: Bench) -> None:
    everybody = [("a", "tenant-1"), ("b", "tenant-1")]
    await bench.store.ask_all(everybody, "https://one.example", bench.clock.now())
    assert sorted(await bench.round()) == ["connect a", "connect b", "inspect a", "inspect b"]
    await bench.store.ask_all(everybody, "https://one.example", bench.clock.now())
    assert await bench.round() == []
    await bench.store.ask_all(everybody, "https://two.example", bench.clock.now())
    bench.watcher = bench.at("https://two.example")
    assert sorted(await bench.round()) == ["connect a", "connect b", "inspect a", "inspect b"]


async def test_what_is_asked_for_while_an_account_is_looked_at_is_done_afterwards(bench: Bench) -> None:
    await ask(bench)
    row = await bench.store.take_due(bench.clock.now())
    assert row is not None
    bench.clock.advance(timedelta(seconds=1))
    await ask(bench)
    await bench.watcher._look_at(row)
    assert await bench.round() == ["connect a", "inspect a"]


async def test_the_button_tells_the_provider_at_once(bench: Bench) -> None:
    await ask(bench)
    await bench.round()
    bench.provider.asked.clear()
    await bench.watcher.look_now(bench.accounts["a"])
    assert bench.provider.asked == ["connect a", "inspect a"]
    assert await bench.round() == []


async def test_an_account_that_is_gone_is_let_go_of(bench: Bench) -> None:
    await ask(bench)
    del bench.accounts["a"]
    assert await bench.round() == []
    assert await bench.store.find("a") is None


def test_a_warning_has_no_more_of_the_providers_words_than_fit() -> None:
    warning = not_connected(Refused("request", "400", "x" * 5000))
    assert warning.detail == "x" * 500
    assert warning.repairable
