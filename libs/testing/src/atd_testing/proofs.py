"""Pytest plugin: which test proves which row of a page in `docs/channels`.

A test says so with a marker, `@pytest.mark.proves("whatsapp", "quote-out")`: the page, and keys of its rows. The page
has a place for each key, which `python -m tests.docs` fills in; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest


class Proof(NamedTuple):
    """A test, as the page names it, and what it proves."""

    page: str
    key: str
    test: str


COLLECTED = pytest.StashKey[frozenset[Proof]]()
"""In the session's configuration: the proofs of every test that was collected, also of those that `-m` leaves out."""


@pytest.hookimpl(tryfirst=True)  # before anything is deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what the collected tests prove."""
    config.stash[COLLECTED] = frozenset(proof for item in items for proof in proofs_of(item))


def proofs_of(item: pytest.Item) -> Iterator[Proof]:
    """What one test proves; its parameters are named only where the marker is on the parameter."""
    callspec = getattr(item, "callspec", None)
    of_case = [mark.mark if isinstance(mark, pytest.MarkDecorator) else mark for mark in getattr(callspec, "marks", ())]
    name = named(item.nodeid)
    for mark in item.iter_markers("proves"):
        page, *keys = mark.args
        for key in keys:
            yield Proof(page, key, name if mark in of_case else name.partition("[")[0])


def named(nodeid: str) -> str:
    """A test as a page names it: `conversation/test_a.py::test_b` of `services/conversation/tests`."""
    file, _, test = nodeid.partition("::")
    folders = file.split("/")
    if folders[0] in {"libs", "services"}:
        folders = [folders[1], *folders[3:]]
    return f"{'/'.join(folders).removeprefix('tests/')}::{test}"


def is_complete(config: pytest.Config) -> bool:
    """Whether this run collects all tests, rather than those that its arguments name."""
    return config.args_source == pytest.Config.ArgsSource.TESTPATHS
