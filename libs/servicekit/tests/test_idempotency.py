"""A creating request that is sent again has no second effect."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from atd_servicekit import mongo as mongo_module
from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import SystemClock
from atd_servicekit.crypto import FieldCipher, new_master_key
from atd_servicekit.idempotency import IDEMPOTENCY, IDEMPOTENCY_INDEXES, Idempotency, StoredAnswer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, Session
from atd_servicekit.problems import Problem, conflict
from atd_testing.clock import FakeClock


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({**IDEMPOTENCY_INDEXES, "effects": []})
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


class _Requests:
    """A route that creates something at each call that is not a repetition.

    `once_only`: the effect is refused a second time for the same body. `inside` is set within the effect, which then
    waits for `go_on`.
    """

    def __init__(self, mongo: Mongo, clock: FakeClock, cipher: FieldCipher | None = None) -> None:
        self.idempotency = Idempotency(mongo.db, clock, cipher)
        self.mongo = mongo
        self.refuses = self.once_only = False
        self.answer: bytes | None = None
        self.inside, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    async def send(
        self, key: str | None, body: bytes = b"{}", actor: str = "a-1", route: str = "POST /things"
    ) -> StoredAnswer:
        async def work(session: Session) -> StoredAnswer:
            self.inside.set()
            await self.go_on.wait()
            effects = self.mongo.db.effects
            if self.refuses or (self.once_only and await effects.find_one({"body": body}, session=session)):
                raise conflict("It was done already.")
            made = await effects.insert_one({"body": body}, session=session)
            return StoredAnswer(201, self.answer or str(made.inserted_id).encode(), {"x": "y"})

        return await self.idempotency.once(
            self.mongo.transaction, work, tenant_id="t-1", actor_id=actor, route=route, key=key, body=body
        )

    async def effects(self) -> int:
        return await self.mongo.db.effects.count_documents({})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SystemClock().now())  # MongoDB deletes by its own clock what has expired by ours


@pytest.fixture
def requests(mongo: Mongo, clock: FakeClock) -> _Requests:
    return _Requests(mongo, clock)


async def test_the_same_key_and_body_get_the_first_answer_again(requests: _Requests) -> None:
    first = await requests.send("k")
    assert await requests.send("k") == first
    assert await requests.effects() == 1


async def test_many_at_once_have_one_effect_and_one_answer(requests: _Requests) -> None:
    answers = await asyncio.gather(*(requests.send("k") for _ in range(8)))
    assert len({answer.body for answer in answers}) == 1
    assert await requests.effects() == 1


async def test_another_body_is_a_conflict(requests: _Requests) -> None:
    await requests.send("k", b"one")
    with pytest.raises(Problem) as caught:
        await requests.send("k", b"two")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")


async def test_keys_belong_to_their_actor(requests: _Requests) -> None:
    first = await requests.send("k", actor="a-1")
    assert await requests.send("k", actor="a-2") != first


async def test_without_a_key_every_request_counts(requests: _Requests) -> None:
    await requests.send(None)
    await requests.send(None)
    assert await requests.effects() == 2


async def test_a_key_is_forgotten_after_a_day_even_before_the_database_swept(
    requests: _Requests, clock: FakeClock
) -> None:
    first = await requests.send("k")
    clock.advance(timedelta(hours=24) - timedelta(milliseconds=1))
    assert await requests.send("k") == first
    clock.advance(timedelta(milliseconds=1))
    assert await requests.send("k") != first
    assert await requests.effects() == 2


async def test_the_answer_exists_only_with_its_effect(mongo: Mongo, requests: _Requests) -> None:
    requests.refuses = True
    with pytest.raises(Problem):
        await requests.send("k")
    requests.refuses = False
    await requests.send("k", b"another body: a request that failed has not used its key")
    assert await requests.effects() == 1


async def test_the_slower_of_two_gets_the_first_answer_whatever_the_effect_would_say_to_a_second(
    mongo: Mongo, requests: _Requests
) -> None:
    """What can be done once (a file that is taken, a number that is connected) is refused to a second request."""
    requests.once_only = True
    for round_number in range(20):
        answers = await asyncio.gather(*(requests.send(f"k-{round_number}", b"%d" % round_number) for _ in range(2)))
        assert answers[0] == answers[1]
    assert await requests.effects() == 20


async def test_while_the_first_takes_long_the_second_is_told_to_wait(
    requests: _Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_module, "TRANSACTION_BACKOFF", Backoff.of_seconds(0.001, 0.001, attempts=3))
    requests.go_on.clear()
    first = asyncio.create_task(requests.send("k"))
    await requests.inside.wait()
    with pytest.raises(Problem) as caught:
        await requests.send("k")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_in_progress")
    assert caught.value.headers == {"Retry-After": "1"}
    requests.go_on.set()
    answer = await first
    assert await requests.send("k") == answer
    assert await requests.effects() == 1


async def test_another_route_is_a_conflict(requests: _Requests) -> None:
    await requests.send("k", route="POST /things")
    with pytest.raises(Problem) as caught:
        await requests.send("k", route="POST /other-things")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")


async def test_an_answer_is_sealed_where_the_service_has_a_key(mongo: Mongo, clock: FakeClock) -> None:
    keys = [new_master_key(name) for name in ("old", "new")]
    requests = _Requests(mongo, clock, FieldCipher.from_master_key(keys[0]))
    requests.answer = b'{"secret":"whsec_abc"}'
    first = await requests.send("k")
    stored = await mongo.db[IDEMPOTENCY].find_one({})
    assert "whsec_abc" not in repr(stored)
    assert await requests.send("k") == first == StoredAnswer(201, requests.answer, {"x": "y"})

    rotated = _Requests(mongo, clock, FieldCipher.from_master_key(f"{keys[1]},{keys[0]}"))
    assert await rotated.send("k") == first
    without_the_old_one = _Requests(mongo, clock, FieldCipher.from_master_key(keys[1]))
    with pytest.raises(Problem) as caught:
        await without_the_old_one.send("k")
    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")
    assert await requests.effects() == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb", "ção", "\x7f"])
async def test_a_key_is_1_to_255_printable_characters(requests: _Requests, key: str) -> None:
    with pytest.raises(Problem) as caught:
        await requests.send(key)
    assert caught.value.status == 422
    assert await requests.effects() == 0
