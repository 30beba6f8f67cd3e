"""Jobs are done when they are due, once, by whichever process, and never forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from atd_servicekit.errors import StaleVersion
from atd_servicekit.jobs import JOB_INDEXES, JOBS, RETRIES, Again, Job, Jobs
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, Session
from atd_testing.clock import FakeClock
from atd_testing.waiting import PATIENCE_SECONDS, eventually

NOW = datetime.now(UTC).replace(microsecond=0)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes(JOB_INDEXES)
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


class Work:
    """A handler that notes what it is called for, and does what it is told."""

    def __init__(self) -> None:
        self.done: list[Job] = []
        self.then: list[Again | Exception | None] = []

    async def __call__(self, job: Job) -> Again | None:
        self.done.append(job)
        then = self.then.pop(0) if self.then else None
        if isinstance(then, Exception):
            raise then
        return then

    @property
    def ids(self) -> list[str]:
        return [job.id for job in self.done]


def jobs_of(mongo: Mongo, clock: FakeClock, work: Work) -> Jobs:
    jobs = Jobs(mongo.db, clock, Metrics())
    jobs.handle("wake", work)
    return jobs


def job(job_id: str = "j1", due_at: datetime = NOW, **data: object) -> Job:
    return Job(job_id, "wake", "t1", due_at, data)


async def test_a_job_is_done_when_it_is_due_and_not_before(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job("later", SOON + timedelta(seconds=1)))
    await jobs.put(None, job("soon", SOON, conversation_id="c1"))
    assert await jobs.run_due() == 0
    clock.advance(timedelta(minutes=5))
    assert await jobs.run_due() == 1
    assert work.ids == ["soon"]
    assert work.done[0].data == {"conversation_id": "c1"}
    assert await jobs.find("t1", "soon") is None
    assert (await jobs.find("t1", "later")) is not None


async def test_what_was_due_first_is_done_first(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    jobs = jobs_of(mongo, clock, work)
    for number in (3, 1, 2):
        await jobs.put(None, job(f"j{number}", NOW - timedelta(minutes=10 - number)))
    await jobs.run_due()
    assert work.ids == ["j1", "j2", "j3"]


async def test_a_cancelled_job_is_not_done(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job())
    assert await jobs.cancel(None, "j1")
    assert not await jobs.cancel(None, "j1")
    assert await jobs.run_due() == 0


async def test_a_job_of_a_transaction_that_failed_does_not_exist(mongo: Mongo, clock: FakeClock) -> None:
    jobs = jobs_of(mongo, clock, Work())

    async def work(session: Session) -> None:
        await jobs.put(session, job())
        raise LookupError

    with pytest.raises(LookupError):
        await mongo.transaction(work)
    assert await jobs.run_due() == 0


async def test_a_job_that_is_put_again_has_the_new_time_and_data(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job(step=1))
    await jobs.put(None, job(due_at=SOON, step=2))
    assert await jobs.run_due() == 0
    clock.advance(timedelta(minutes=5))
    await jobs.run_due()
    assert [one.data for one in work.done] == [{"step": 2}]


async def test_a_job_goes_on_with_what_the_last_step_left(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    work.then = [Again(NOW, {"after": "a"}), Again(SOON)]
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job())
    assert await jobs.run_due() == 2
    clock.advance(timedelta(minutes=5))
    assert await jobs.run_due() == 1
    assert [one.data for one in work.done] == [{}, {"after": "a"}, {"after": "a"}]


async def test_a_step_that_failed_is_tried_again_later(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    work.then = [OSError("away"), OSError("away")]
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job())
    assert await jobs.run_due() == 1
    assert await jobs.run_due() == 0
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        assert await jobs.run_due() == 1
    assert [one.attempt for one in work.done] == [0, 1, 2]
    assert await jobs.find("t1", "j1") is None


async def test_a_step_that_fails_for_good_is_kept_and_not_tried_any_more(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    attempts = RETRIES.attempts or 0
    work.then = [OSError("away")] * attempts
    jobs = jobs_of(mongo, clock, work)
    await jobs.put(None, job())
    for _ in range(attempts + 2):
        await jobs.run_due()
        clock.advance(timedelta(hours=1))
    assert len(work.done) == attempts
    kept = await jobs.find("t1", "j1")
    assert kept is not None
    assert kept.failed


async def test_a_job_of_another_tenant_is_not_found(mongo: Mongo, clock: FakeClock) -> None:
    jobs = jobs_of(mongo, clock, Work())
    await jobs.put(None, job(due_at=SOON))
    assert await jobs.find("t2", "j1") is None


async def test_two_processes_do_each_job_once(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    one, other = jobs_of(mongo, clock, work), jobs_of(mongo, clock, work)
    for number in range(50):
        await one.put(None, job(f"j{number}"))
    await asyncio.gather(one.run_due(), other.run_due(), one.run_due())
    assert sorted(work.ids) == sorted(f"j{number}" for number in range(50))


async def test_the_job_of_a_process_that_died_is_taken_up(mongo: Mongo, clock: FakeClock) -> None:
    """Killed in the middle: neither an answer nor a release, only the lease, which ends."""
    work = Work()
    dying, other = jobs_of(mongo, clock, Work()), jobs_of(mongo, clock, work)
    await dying.put(None, job())
    assert await dying._claim() is not None
    assert await other.run_due() == 0
    clock.advance(timedelta(minutes=2))
    assert await other.run_due() == 1


async def test_a_job_that_was_replaced_while_it_ran_is_done_anew(mongo: Mongo, clock: FakeClock) -> None:
    jobs = Jobs(mongo.db, clock, Metrics())
    seen: list[object] = []

    async def handler(one: Job) -> Again | None:
        seen.append(one.data["step"])
        if one.data["step"] == 1:
            await jobs.put(None, Job("j1", "wake", "t1", NOW, {"step": 2}))
        return None

    jobs.handle("wake", handler)
    await jobs.put(None, job(step=1))
    await jobs.run_due()
    assert seen == [1, 2]


async def test_a_job_ends_with_its_effect_or_not_at_all(mongo: Mongo, clock: FakeClock) -> None:
    """Cancelled while it runs: the effect in its transaction does not happen."""
    await mongo.ensure_indexes({"effects": []})
    jobs = Jobs(mongo.db, clock, Metrics())
    cancel = True

    async def handler(one: Job) -> Again | None:
        if cancel:
            await jobs.cancel(None, one.id)

        async def effect(session: Session) -> None:
            await jobs.finish(session, one)
            await mongo.db.effects.insert_one({"_id": one.id}, session=session)

        await mongo.transaction(effect)
        return None

    jobs.handle("wake", handler)
    await jobs.put(None, job())
    await jobs.run_due()
    assert await mongo.db.effects.count_documents({}) == 0
    cancel = False
    await jobs.put(None, job())
    await jobs.run_due()
    assert await mongo.db.effects.count_documents({}) == 1
    assert await jobs.find("t1", "j1") is None


async def test_finishing_what_is_not_ours_any_more_is_refused(mongo: Mongo, clock: FakeClock) -> None:
    jobs = jobs_of(mongo, clock, Work())
    await jobs.put(None, job())
    with pytest.raises(StaleVersion):
        await mongo.transaction(lambda session: jobs.finish(session, job()))


async def test_a_running_service_does_new_jobs_without_being_told(mongo: Mongo, clock: FakeClock) -> None:
    work = Work()
    jobs = jobs_of(mongo, clock, work)
    await jobs.start()
    try:
        await jobs.put(None, job())
        await eventually(lambda: work.ids == ["j1"])
    finally:
        await jobs.stop()
    await jobs.put(None, job("j2"))
    assert await mongo.db[JOBS].count_documents({}) == 1


async def test_jobs_that_are_due_together_are_done_side_by_side_and_one_worker_looks_for_more(
    mongo: Mongo, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_there, begun, claims = asyncio.Event(), 0, 0

    async def together(_job: Job) -> Again | None:
        nonlocal begun
        begun += 1
        if begun == 4:
            all_there.set()
        await all_there.wait()
        return None

    monkeypatch.setattr("atd_servicekit.jobs._POLL_SECONDS", 60.0)
    jobs = Jobs(mongo.db, clock, Metrics(), concurrency=4)
    jobs.handle("wake", together)
    claim = jobs._claim

    async def counted() -> Job | None:
        nonlocal claims
        claims += 1
        return await claim()

    monkeypatch.setattr(jobs, "_claim", counted)
    for number in range(4):
        await jobs.put(None, job(f"j{number}"))
    await jobs.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await all_there.wait()

        async def done() -> bool:
            return claims >= 5 and await mongo.db[JOBS].count_documents({}) == 0

        await eventually(done)
        assert claims == 5, "four jobs, and one worker that finds no other"
    finally:
        await jobs.stop()


async def test_a_step_that_does_not_end_is_given_back_at_shutdown(
    mongo: Mongo, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atd_servicekit.jobs._STOP_GRACE", timedelta(0))
    began = asyncio.Event()

    async def endless(_job: Job) -> Again | None:
        began.set()
        await asyncio.Event().wait()
        return None

    jobs = Jobs(mongo.db, clock, Metrics(), concurrency=1)
    jobs.handle("wake", endless)
    await jobs.put(None, job())
    await jobs.start()
    await began.wait()
    await jobs.stop()
    work = Work()
    assert await jobs_of(mongo, clock, work).run_due() == 1


def test_a_kind_has_one_handler() -> None:
    jobs = Jobs({JOBS: None}, FakeClock(), Metrics(), concurrency=0)  # type: ignore[arg-type]  # nothing is read
    jobs.handle("wake", Work())
    with pytest.raises(ValueError, match="wake"):
        jobs.handle("wake", Work())
