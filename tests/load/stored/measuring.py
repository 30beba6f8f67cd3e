"""What reading takes of a database that is full: each thing many times, in turn with the others, as an answer's body.

Measured in a process of its own through the service's stores, without HTTP and signatures (about a millisecond). Each
attendant, customer, conversation and word is another one, so that nothing is answered from what was just read.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter, process_time
from typing import Any

import psutil

from atd_conversation.domain.message_question import question_of
from atd_conversation.domain.search_terms import asked_terms
from atd_conversation.domain.sight import Sight
from atd_conversation.store.contacts import TooWide
from atd_conversation.store.message_search import MessageSearch
from atd_conversation.store.message_walks import MessageFilter
from atd_conversation.store.queries import ConversationFilter, Place, Queries
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from tests.load.stored.generator import ATTENDANTS, DAYS, LONG_THREAD, NOW, TENANTS
from tests.load.stored.texts import COMMON, vocabulary

_TENANT = TENANTS[0][0]
_SHOWN = 50
_HITS = 20
_LARGE, _MIDDLE, _SMALL = "attendant-1", "attendant-10", f"attendant-{ATTENDANTS - 1}"
Measure = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Reader:
    """Everything that is measured, by name."""

    queries: Queries
    search: MessageSearch
    chance: random.Random
    numbers: list[int]
    rare: list[str]

    def measures(self) -> dict[str, Measure]:
        """What is measured, by its name in the table."""
        found: dict[str, Measure] = {
            "list of all, first page": lambda: self.list(ConversationFilter()),
            "list of mine, open": lambda: self.list(ConversationFilter(statuses=("open",), assignee=_MIDDLE)),
            "list, a page deep inside": self.deep,
            "list of who waits longest": self.waiting,
            "counts of the views": lambda: self.queries.count_views(Sight(_TENANT), _MIDDLE),
            "counts of the views, many own": lambda: self.queries.count_views(Sight(_TENANT, _LARGE), _LARGE),
            "thread, newest messages": self.thread,
            f"thread of {LONG_THREAD:,}, in its middle": self.long_thread,
            "conversation by number": lambda: self.queries.by_number(_TENANT, self.number()),
            "customer by name": lambda: self.contacts("joao goncalves"),
            "customer by phone": lambda: self.contacts(f"119{self.number():08}"),
        }
        for name, words in self.words().items():
            for who, assignee in _SEEN:
                found[f"search: {name}, {who}"] = partial(self.find_one_of, words, assignee)
        found["count: the most common word"] = lambda: self.count("de")
        found["count: two words"] = lambda: self.count("pedido prazo")
        return found

    def words(self) -> dict[str, Callable[[], str]]:
        """What is searched, by its name in the table."""
        return {
            "the most common word": lambda: "de",
            "a common word": lambda: self.chance.choice(COMMON[40:80]),
            "a rare word": lambda: self.chance.choice(self.rare),
            "two common words": lambda: " ".join(self.chance.sample(COMMON[:60], 2)),
            "common and rare": lambda: f"de {self.chance.choice(self.rare)}",
            "a beginning of three letters": lambda: self.chance.choice(COMMON)[:3],
            "a phrase": lambda: f'"{" ".join(self.chance.sample(COMMON[:20], 2))}"',
            "a word that is nowhere": lambda: f"xq{self.chance.randint(0, 9**9)}",
        }

    def number(self) -> int:
        return self.chance.choice(self.numbers)

    async def list(self, wanted: ConversationFilter, after: Place | None = None) -> object:
        rows = await self.queries.conversations(_TENANT, wanted, limit=_SHOWN + 1, after=after)
        return [row.view(_MIDDLE).model_dump_json() for row in rows]

    async def deep(self) -> object:
        at = NOW - timedelta(days=self.chance.uniform(1, DAYS))
        return await self.list(ConversationFilter(), Place(at, ""))

    async def waiting(self) -> object:
        statuses: Any = ("queued", "open")
        wanted = ConversationFilter(statuses=statuses)
        return await self.queries.conversations(_TENANT, wanted, limit=_SHOWN + 1, order="waiting_since")

    async def thread(self) -> object:
        conversation = await self.queries.by_number(_TENANT, self.number())
        assert conversation is not None
        rows = await self.queries.messages(_TENANT, conversation.id, limit=_SHOWN + 1, before=None, after=None)
        return [row.view().model_dump_json() for row in rows]

    async def long_thread(self) -> object:
        conversation = await self.queries.by_number(_TENANT, 1)
        assert conversation is not None
        middle = self.chance.randint(2, conversation.sequence)
        rows = await self.queries.messages(_TENANT, conversation.id, limit=_SHOWN + 1, before=middle, after=None)
        return [row.view().model_dump_json() for row in rows]

    async def contacts(self, typed: str) -> object:
        found = await self.queries.contacts.search(Sight(_TENANT), asked_terms(typed), limit=_SHOWN)
        return [one.view() for one in found]

    async def find(self, typed: str, assignee: str | None = None) -> object:
        some = ConversationFilter(sight_of=assignee) if assignee else None
        until = NOW + timedelta(hours=1)
        wanted = MessageFilter(until=until, conversations=some)
        hits = await self.search.page(_TENANT, question_of(typed), wanted, limit=_HITS)
        conversations = await self.queries.by_ids(_TENANT, {one.conversation_id for one in hits.messages})
        shown = [one.view(_MIDDLE).model_dump_json() for one in conversations.values()]
        return [*shown, *(one.view().model_dump_json() for one in hits.messages)]

    async def find_one_of(self, words: Callable[[], str], assignee: str | None) -> object:
        return await self.find(words(), assignee)

    async def count(self, typed: str) -> object:
        return await self.search.count(_TENANT, question_of(typed), MessageFilter(until=NOW + timedelta(hours=1)))


_SEEN = (("all", None), ("many own", _LARGE), ("some own", _MIDDLE), ("few own", _SMALL))


async def measure(url: str, database: str, rounds: int, mongod: int) -> dict[str, Any]:
    """Milliseconds of everything: p50, p95 and p99, and the processor time of it, here and in MongoDB (`mongod`)."""
    mongo = Mongo(url, database, Metrics(), timeout_ms=60_000)
    queries = Queries(mongo.db)
    words = vocabulary(60_000)
    sample = await mongo.db.conversations.aggregate([{"$match": {"tenant_id": _TENANT}}, {"$sample": {"size": 1_000}}])
    numbers = [row["number"] for row in await sample.to_list(1_000)]
    chance = random.Random(7)
    reader = Reader(queries, MessageSearch(mongo.db, queries), chance, numbers, words[5_000:20_000])
    taken: dict[str, list[float]] = {}
    spent: dict[str, float] = {}
    server = psutil.Process(mongod)
    for turn in range(rounds + 2):  # the first two fill the cache
        for name, one in reader.measures().items():
            began, used = perf_counter(), _used(server)
            with suppress(TooWide):  # then it took as long as a search may
                await one()
            if turn > 1:
                taken.setdefault(name, []).append((perf_counter() - began) * 1e3)
                spent[name] = spent.get(name, 0.0) + (_used(server) - used) * 1e3 / rounds
    await mongo.close()
    return {name: {**_said(values), "cpu": round(spent[name], 1)} for name, values in taken.items()}


def _used(server: psutil.Process) -> float:
    """Seconds of processor that MongoDB (in hundredths) and this process have taken."""
    times = server.cpu_times()
    return float(times.user + times.system) + process_time()


def _said(milliseconds: list[float]) -> dict[str, float]:
    found = sorted(milliseconds)
    parts = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    return {name: round(found[min(len(found) - 1, int(len(found) * part))], 1) for name, part in parts}
