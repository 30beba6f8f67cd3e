"""A client asks Kafka for metadata at once when it has to, and not without end."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit import metadata_pace
from atd_servicekit.metadata_pace import BACKOFF, MetadataPace, pace_metadata

LONGEST = BACKOFF.cap.total_seconds()


def waits(pace: MetadataPace, *requests: tuple[float, str]) -> list[float]:
    """What each request waits: seconds after the answer to the one before, and the topics that it is for."""
    now, found = 1000.0, []
    for after, topics in requests:
        now += after
        found.append(round(pace.wait_seconds(set(topics), now), 3))
        now += found[-1]
    return found


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        pytest.param([(0, "a")], [0], id="the first"),
        pytest.param([(0, "a")] * 7, [0, 0.1, 0.2, 0.4, 0.8, 1, 1], id="again and again"),
        pytest.param([(0, "a"), (0, "ab"), (0, "abc")], [0, 0, 0], id="topics that are new each time"),
        pytest.param([(0, "a"), (0, "a"), (0, "ab"), (0, "ab")], [0, 0.1, 0, 0.1], id="a new topic in trouble"),
        pytest.param([(2, "a")] * 5, [0] * 5, id="a check every two seconds"),
        pytest.param([(0.15, "a")] * 4, [0, 0, 0.05, 0.25], id="with a short pause of its own"),
        pytest.param([*[(0, "a")] * 7, (2, "a"), (0, "a")], [0, 0.1, 0.2, 0.4, 0.8, 1, 1, 0, 0.1], id="after trouble"),
    ],
)
def test_only_requests_that_follow_each_other_wait(requests: list[tuple[float, str]], expected: list[float]) -> None:
    assert waits(MetadataPace(), *requests) == expected


@given(st.lists(st.floats(0, 1) | st.just(0.0), max_size=60))
def test_no_request_waits_longer_than_a_second_and_no_second_has_more_than_seven(gaps: list[float]) -> None:
    pace, now, times = MetadataPace(), 1000.0, []
    for gap in gaps:
        wait = pace.wait_seconds({"a"}, now + gap)
        assert 0 <= wait <= LONGEST
        now += gap + wait
        times.append(now)
    assert all(later - earlier > 1 for earlier, later in zip(times, times[7:], strict=False))


class Client:
    """Stands for `AIOKafkaClient`: answers at once."""

    def __init__(self) -> None:
        self.cluster = object()
        self.asked: list[Any] = []

    async def _metadata_update(self, _: object, topics: Any) -> bool:
        self.asked.append(topics)
        return True


async def test_a_client_waits_between_requests_and_passes_them_on(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(metadata_pace, "asyncio", SimpleNamespace(sleep=sleep))
    client: Any = Client()
    pace_metadata(client, clock=lambda: 0.0)
    for _ in range(3):
        assert await client._metadata_update(client.cluster, {"a"})
    assert slept == pytest.approx([0, 0.1, 0.3]), "the clock stands still"
    assert await client._metadata_update(object(), None)
    assert len(slept) == 3, "who asks for another description of the cluster does not wait"
    assert client.asked == [{"a"}, {"a"}, {"a"}, None]


async def test_who_closes_a_client_does_not_wait_for_its_pause() -> None:
    client: Any = Client()
    pace_metadata(client)
    await client._metadata_update(client.cluster, None)
    waiting = asyncio.create_task(client._metadata_update(client.cluster, None))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    assert len(client.asked) == 1
