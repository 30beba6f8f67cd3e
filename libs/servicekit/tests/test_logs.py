"""What libraries say of one problem is written once in half a minute."""

import logging
from types import SimpleNamespace

import pytest

from atd_servicekit import logs
from atd_servicekit.logs import RepeatFilter


def written(found: RepeatFilter, name: str, message: str, *args: object) -> str | None:
    record = logging.LogRecord(name, logging.ERROR, "", 0, message, args, None)
    return record.getMessage() if found.filter(record) else None


def test_the_same_problem_is_written_once_in_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(logs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    found, missing = RepeatFilter("aiokafka"), "Topic %s not found in cluster metadata"
    assert written(found, "aiokafka.cluster", missing, "a") == "Topic a not found in cluster metadata"
    assert [written(found, "aiokafka.cluster", missing, "a") for _ in range(400)] == [None] * 400
    assert written(found, "aiokafka.cluster", missing, "b") == "Topic b not found in cluster metadata"
    now[0] += 30
    told = written(found, "aiokafka.cluster", missing, "a")
    assert told == "Topic a not found in cluster metadata (400 times more since it was written last)"
    assert written(found, "aiokafka.cluster", missing, "a") is None


def test_other_loggers_write_all_that_they_say() -> None:
    found = RepeatFilter("aiokafka")
    assert [written(found, "uvicorn.error", "again") for _ in range(3)] == ["again"] * 3
    assert written(found, "aiokafkaesque", "again") == "again"


def test_what_is_remembered_is_bounded() -> None:
    found = RepeatFilter("aiokafka")
    for number in range(3 * logs._MOST_PROBLEMS):
        assert written(found, "aiokafka", "%s", number)
    assert len(found._seen) <= logs._MOST_PROBLEMS
