"""Pytest plugin: markers that follow from what a test starts, and which tests share a pytest-xdist worker.

Every worker starts servers of its own, because topics and consumer groups have fixed names. The tests of one file stay
on one worker, so that the fixtures of a module are made once; the whole-system tests stay on one worker, so that there
is one system. The whole-system tests, which take longest, start first; then those with servers; then the others.

Loaded by ``pytest_plugins`` in the root ``conftest.py``; the markers are described in ``pyproject.toml``.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from typing import Any

import psutil
import pytest

from atd_testing.processes import none_may_start

SYSTEM_FIXTURES = frozenset({"system"})
"""Who asks for one of them tests the whole system."""

SERVER_FIXTURES = frozenset({"kafka_bootstrap", "mongodb_url", "s3_server"})
"""Who asks for one of them, directly or through other fixtures, needs a started server."""

GIVEN_SERVERS = ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URL")
"""Variables that name servers from outside: all workers would share them, so there is only one."""

_WORKER_BYTES = 3 * 1024**3
"""Memory of one worker with its Kafka (heap 512 MB), MongoDB (cache 512 MB) and, once in a run, the whole system."""

_SYSTEM_GROUP = "system"
_FOLDERS = "system_tests"


def worker_count(cpus: int, memory_bytes: int, *, servers_given: bool) -> int:
    """How many workers `-n auto` means: tests wait more than they compute, so one more than there are CPUs."""
    if servers_given:
        return 0
    return max(1, min(cpus + 1, memory_bytes // _WORKER_BYTES))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Answer `-n auto`; 0 runs the tests in this process."""
    if chosen := os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return int(chosen)
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return worker_count(cpus, psutil.virtual_memory().total, servers_given=any(map(os.environ.get, GIVEN_SERVERS)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the folders of the whole-system tests."""
    parser.addini(_FOLDERS, "folders whose tests may use the running system; one worker runs them all", type="args")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files, in the order in which they were collected."""
    # Imported here: runs without pytest-xdist need none of it.
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415

    folders = config.getini(_FOLDERS)

    class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid, folders)

    config.option.loadscopereorder = False
    return GroupScheduling(config, log)


def group_of(nodeid: str, system_folders: Sequence[str]) -> str:
    """The name of the group of tests that run on one worker, one after the other."""
    file = nodeid.partition("::")[0]
    return _SYSTEM_GROUP if _is_in(file, system_folders) else file


def pytest_configure(config: pytest.Config) -> None:
    """Refuse several workers on servers that are given from outside."""
    workers = config.getoption("numprocesses", None)
    if isinstance(workers, int) and workers > 1 and (given := [name for name in GIVEN_SERVERS if os.environ.get(name)]):
        raise pytest.UsageError(
            f"{' and '.join(given)} would be shared by {workers} workers, but topics and consumer groups have fixed "
            "names. Use -n 0, or unset the variable so that each worker starts its own servers."
        )


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test by what it starts, and put those first that take longest."""
    for item in items:
        _mark(item, config.getini(_FOLDERS))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_turn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no unit test start a process through this library."""
    with none_may_start(item.nodeid) if item.get_closest_marker("unit") else nullcontext():
        return (yield)


def _mark(item: pytest.Item, system_folders: Sequence[str]) -> None:
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    if fixtures & SYSTEM_FIXTURES:
        if not _is_in(item.nodeid, system_folders):
            raise pytest.UsageError(f"{item.nodeid} uses the running system outside of {' and '.join(system_folders)}")
        item.add_marker("system")
    elif fixtures & SERVER_FIXTURES and not item.get_closest_marker("integration"):
        item.add_marker("integration")
    if not any(item.get_closest_marker(name) for name in ("system", "integration")):
        item.add_marker("unit")


def _is_in(file: str, folders: Sequence[str]) -> bool:
    return any(file.startswith(f"{folder}/") for folder in folders)


def _turn(item: pytest.Item) -> int:
    markers = ("system", "integration", "unit")
    return next(turn for turn, name in enumerate(markers) if item.get_closest_marker(name))
