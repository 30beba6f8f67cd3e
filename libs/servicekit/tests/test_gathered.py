import asyncio
from collections.abc import Sequence

import pytest

from atd_servicekit.gathered import Gathered


class Store:
    """Notes each write; waits at a gate while one is closed."""

    def __init__(self) -> None:
        self.writes: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails_on: int | None = None

    async def write(self, items: Sequence[int]) -> None:
        self.writes.append(list(items))
        await self.gate.wait()
        if self.fails_on in items:
            raise ConnectionError("away")


async def begun(store: Store, gathered: Gathered[int], *wanted: Sequence[int]) -> list[asyncio.Task[None]]:
    """A first write that is held, and the others that wait behind it."""
    store.gate.clear()
    tasks = []
    for items in wanted:
        tasks.append(asyncio.create_task(gathered.add(items)))
        await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_a_write_is_under_way_is_one_write() -> None:
    store = Store()
    gathered = Gathered(store.write)
    tasks = await begun(store, gathered, [1], [2, 3], [4])
    store.gate.set()
    await asyncio.gather(*tasks)
    assert store.writes == [[1], [2, 3, 4]]


async def test_no_write_has_more_callers_than_allowed_and_the_order_stays() -> None:
    store = Store()
    gathered = Gathered(store.write, most=2)
    tasks = await begun(store, gathered, [1], [2], [3], [4])
    store.gate.set()
    await asyncio.gather(*tasks)
    assert [item for write in store.writes for item in write] == [1, 2, 3, 4]
    assert all(len(write) <= 2 for write in store.writes)


async def test_all_whose_items_a_failed_write_had_are_told_and_the_next_one_works() -> None:
    store = Store()
    gathered = Gathered(store.write)
    store.fails_on = 2
    tasks = await begun(store, gathered, [1], [2], [3])
    store.gate.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found] == [type(None), ConnectionError, ConnectionError]
    await gathered.add([4])
    assert store.writes[-1] == [4]


async def test_who_gives_up_waiting_harms_nobody() -> None:
    store = Store()
    gathered = Gathered(store.write)
    first, second, third = await begun(store, gathered, [1], [2], [3])
    second.cancel()
    store.gate.set()
    await asyncio.gather(first, third)
    with pytest.raises(asyncio.CancelledError):
        await second
    assert store.writes == [[1], [2, 3]]


async def test_nothing_is_not_written() -> None:
    store = Store()
    await Gathered(store.write).add([])
    assert store.writes == []
