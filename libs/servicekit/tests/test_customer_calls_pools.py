"""Connections are bounded, belong to one owner, and none is lost count of."""

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.customer_calls import CustomerCalls, CustomerRequest
from atd_servicekit.customer_calls.certificates import TlsContexts
from atd_servicekit.customer_calls.connection import Connection
from atd_servicekit.customer_calls.pools import IDLE_SECONDS, MAX_AGE_SECONDS, Pools
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.receivers import OK, receiver
from atd_testing.waiting import eventually

CONTEXTS = TlsContexts()


class Loop:
    """A loop's clock and timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, object]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: object) -> "Loop":
        self.timers.append((self.now + delay, callback))
        return self

    def create_future(self) -> "asyncio.Future[None]":
        return asyncio.get_running_loop().create_future()

    def cancel(self) -> None:
        self.timers.clear()

    def advance(self, seconds: float) -> None:
        self.now += seconds
        due = [one for one in self.timers if one[0] <= self.now]
        self.timers = [one for one in self.timers if one[0] > self.now]
        for _, callback in due:
            callback()  # type: ignore[operator]


def pools(loop: Loop, per_owner: int = 2, in_all: int = 3) -> Pools:
    return Pools(cast(asyncio.AbstractEventLoop, loop), max_per_owner=per_owner, max_connections=in_all)


def fresh(loop: Loop) -> Connection:
    return Connection(cast(asyncio.AbstractEventLoop, loop))


async def taken(of: Pools, loop: Loop, owner: str, key: str = "k") -> Connection:
    connection = await of.take(owner, key)
    if connection is None:
        connection = fresh(loop)
        of.fill(owner, key, connection)
    return connection


async def test_a_connection_is_lent_for_its_own_key_and_owner_alone() -> None:
    loop = Loop()
    made = pools(loop)
    one = await taken(made, loop, "ana", "host-a")
    made.give_back(one, None)
    assert made.take_idle("bia", "host-a") is None
    assert made.take_idle("ana", "host-b") is None
    assert made.take_idle("ana", "host-a") is one
    assert made.take_idle("ana", "host-a") is None


async def test_an_owner_has_as_many_connections_as_it_may_and_the_next_waits_in_turn() -> None:
    loop = Loop()
    made = pools(loop, per_owner=2, in_all=9)
    one, two = await taken(made, loop, "ana"), await taken(made, loop, "ana")
    third = asyncio.create_task(taken(made, loop, "ana"))
    fourth = asyncio.create_task(taken(made, loop, "ana"))
    await taken(made, loop, "bia")
    assert not third.done()
    made.give_back(one, None)
    assert await third is one
    assert not fourth.done()
    made.discard(two)
    assert await fourth not in {one, two}
    assert made.count == 3


async def test_a_waiter_who_gives_up_passes_its_turn_on() -> None:
    loop = Loop()
    made = pools(loop, per_owner=1)
    one = await taken(made, loop, "ana")
    first = asyncio.create_task(taken(made, loop, "ana"))
    second = asyncio.create_task(taken(made, loop, "ana"))
    await asyncio.sleep(0)
    made.give_back(one, None)
    first.cancel()
    assert await second is one


async def test_where_all_places_are_taken_the_connection_that_was_idle_longest_gives_way() -> None:
    loop = Loop()
    made = pools(loop)
    oldest, newer, busy = [await taken(made, loop, owner) for owner in ("ana", "bia", "carla")]
    made.give_back(oldest, None)
    loop.advance(1)
    made.give_back(newer, None)
    await taken(made, loop, "dora")
    assert (oldest.closed, newer.closed, busy.closed) == (True, False, False)
    assert made.count == 3


async def test_an_idle_connection_to_another_host_gives_way_to_its_owner() -> None:
    loop = Loop()
    made = pools(loop, per_owner=1)
    before = await taken(made, loop, "ana", "old-host")
    made.give_back(before, None)
    assert await taken(made, loop, "ana", "new-host") is not before
    assert before.closed
    assert made.count == 1


@pytest.mark.parametrize(
    ("told", "good", "over"), [(None, IDLE_SECONDS - 1, 2), (5.0, 3.5, 1), (600.0, IDLE_SECONDS - 1, 2)]
)
async def test_an_idle_connection_is_used_as_long_as_we_and_the_server_have_patience(
    told: float | None, good: float, over: float
) -> None:
    loop = Loop()
    made = pools(loop)
    one = await taken(made, loop, "ana")
    made.give_back(one, told)
    loop.advance(good)
    assert made.take_idle("ana", "k") is one
    made.give_back(one, told)
    loop.advance(good + over)
    assert made.take_idle("ana", "k") is None
    assert one.closed
    assert made.count == 0


async def test_idle_connections_are_closed_in_time_though_nobody_asks() -> None:
    loop = Loop()
    made = pools(loop)
    one = await taken(made, loop, "ana")
    made.give_back(one, 5.0)
    loop.advance(IDLE_SECONDS + 0.1)
    assert one.closed
    assert (made.count, made._owners, loop.timers) == (0, {}, [])


async def test_a_busy_connection_is_replaced_when_it_is_old_so_that_a_server_that_moved_is_found() -> None:
    loop = Loop()
    made = pools(loop)
    one = await taken(made, loop, "ana")
    for _ in range(int(MAX_AGE_SECONDS / 10)):
        made.give_back(one, None)
        loop.advance(10)
        again = made.take_idle("ana", "k")
        if again is None:
            break
    assert one.closed


async def test_what_a_forgotten_owner_has_is_closed_now_or_after_its_answer() -> None:
    loop = Loop()
    made = pools(loop)
    idle, busy = await taken(made, loop, "ana"), await taken(made, loop, "ana")
    other = await taken(made, loop, "bia")
    made.give_back(idle, None)
    made.forget("ana")
    assert (idle.closed, busy.closed) == (True, False)
    made.give_back(busy, None)
    made.give_back(other, None)
    assert (busy.closed, other.closed) == (True, False)


STEPS = st.lists(st.tuples(st.sampled_from(["take", "give", "drop", "lose", "wait", "forget"]), st.integers(0, 5)))


@given(STEPS)
def test_counts_stay_right_and_bounds_are_kept_whatever_happens(steps: list[tuple[str, int]]) -> None:
    async def story() -> None:
        loop = Loop()
        made = pools(loop, per_owner=2, in_all=3)
        busy: list[tuple[str, Connection]] = []
        for step, number in steps:
            owner = f"owner-{number % 3}"
            if step == "take" and len(busy) < 3 and sum(who == owner for who, _ in busy) < 2:
                connection = await taken(made, loop, owner, f"key-{number % 2}")
                assert connection not in {one for _, one in busy}, "lent twice"
                busy.append((owner, connection))
            elif step in {"give", "drop"} and busy:
                _, connection = busy.pop(number % len(busy))
                made.give_back(connection, None) if step == "give" else made.discard(connection)
            elif step == "lose" and made._idle:
                next(iter(made._idle)).closed = True
            elif step == "wait":
                loop.advance(number * 4)
            elif step == "forget":
                made.forget(owner)
            assert len(busy) <= made.count <= 3
            assert made.count == len(busy) + len(made._idle)
        for _, connection in busy:
            made.discard(connection)
        loop.advance(60)
        loop.advance(60)
        assert (made.count, made._owners, made._busy, made._unwanted) == (0, {}, {}, set())

    asyncio.run(story())


async def test_no_more_requests_are_under_way_than_an_owner_has_connections() -> None:
    release = asyncio.Event()

    async def gate(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.write(OK)

    calls = CustomerCalls("webhooks", Metrics(), UrlPolicy(allow_private=True), contexts=CONTEXTS, max_per_owner=3)
    await calls.start()
    async with receiver(gate) as server:
        asked = [
            asyncio.create_task(calls.call(CustomerRequest(server.url(), [], b"{}", owner="ana"))) for _ in range(10)
        ]
        await eventually(lambda: len(server.received) == 3)
        other = asyncio.create_task(calls.call(CustomerRequest(server.url(), [], b"{}", owner="bia")))
        await eventually(lambda: len(server.received) == 4)
        release.set()
        assert {(await one).status for one in [*asked, other]} == {200}
    await calls.stop()
