"""A creating request that is sent again has no second effect."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from atd_servicekit.clock import SystemClock
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES, AnsweredMeanwhile, Idempotency, StoredAnswer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, Session
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock

_SCOPE = ("t-1", "a-1", "POST /things")
_ANSWER = StoredAnswer(201, b'{"id":"1"}', {"content-type": "application/json", "etag": '"1"'})


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({**IDEMPOTENCY_INDEXES, "effects": []})
    yield mongo
    await mongo.client.drop_database(database_name)
    mongo.close()


class _Requests:
    """A route that creates something at each call that is not a repetition."""

    def __init__(self, mongo: Mongo, clock: FakeClock) -> None:
        self.idempotency = Idempotency(mongo.db, clock)
        self.mongo = mongo

    async def send(self, key: str | None, body: bytes = b"{}", actor: str = "a-1") -> StoredAnswer:
        async def work(session: Session) -> StoredAnswer:
            made = await self.mongo.db.effects.insert_one({"body": body}, session=session)
            return StoredAnswer(201, str(made.inserted_id).encode(), {"x": "y"})

        return await self.idempotency.once(
            self.mongo.transaction, work, tenant_id="t-1", actor_id=actor, route="POST /things", key=key, body=body
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
    async def work(session: Session) -> None:
        await requests.idempotency.remember(session, *_SCOPE, "k", b"{}", _ANSWER)
        raise RuntimeError("the effect failed")

    with pytest.raises(RuntimeError):
        await mongo.transaction(work)
    assert await requests.idempotency.begin(*_SCOPE, "k", b"{}") is None


async def test_the_slower_of_two_is_told(mongo: Mongo, requests: _Requests) -> None:
    async def work(session: Session) -> None:
        await requests.idempotency.remember(session, *_SCOPE, "k", b"{}", _ANSWER)

    await mongo.transaction(work)
    with pytest.raises(AnsweredMeanwhile):
        await mongo.transaction(work)
    assert await requests.idempotency.begin(*_SCOPE, "k", b"{}") == _ANSWER


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb", "ção", "\x7f"])
async def test_a_key_is_1_to_255_printable_characters(requests: _Requests, key: str) -> None:
    with pytest.raises(Problem) as caught:
        await requests.send(key)
    assert caught.value.status == 422
    assert await requests.effects() == 0
