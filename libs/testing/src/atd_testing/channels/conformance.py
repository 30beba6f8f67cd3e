"""Which channel runs which case of the contract, and what it lacks: known from the collected tests, before any runs.

A test says what it needs of the channel by `channel.need("...")`; the `ChannelCase` says what the channel lacks, and
why. `python -m tests.docs conformance` runs the contract and writes what came of it into `docs/channels/README.md`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest

from atd_testing.channels.case import ChannelCase


class ConformanceCase(NamedTuple):
    """One case of the contract for one kind of channel. `lacks`: why the channel has it not; empty where it has."""

    kind: str
    area: str
    case: str
    lacks: str


CONFORMANCE = pytest.StashKey[frozenset[ConformanceCase]]()
"""In the session's configuration: the contract's cases of every test that was collected."""


@pytest.hookimpl(tryfirst=True)  # before anything is deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep which cases the collected tests are."""
    config.stash[CONFORMANCE] = frozenset[ConformanceCase](
        found for item in items if (found := conformance_of(item)) is not None
    )


def conformance_of(item: pytest.Item) -> ConformanceCase | None:
    """The case that a test is, whatever its parameters; None for a test of no contract."""
    case: ChannelCase | None = getattr(getattr(item, "cls", None), "case", None)
    test = getattr(item, "function", None)
    area, _, _ = getattr(test, "__qualname__", "").rpartition(".")
    if case is None or test is None or not area.endswith("Contract"):
        return None
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")
    missing = (case.lacks[feature] for feature in needed_by(test) if feature in case.lacks)
    return ConformanceCase(case.kind, area.removesuffix("Contract"), name, next(missing, ""))


@cache
def needed_by(test: Callable[..., Any]) -> tuple[Any, ...]:
    """The features that a test asks for by `need`, itself or by a function of its module, as the source says."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(test))).body
    found: dict[Any, None] = {}
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "need":
            found |= dict.fromkeys(one.value for one in call.args if isinstance(one, ast.Constant))
        elif isinstance(call.func, ast.Name):
            helper = getattr(test, "__globals__", {}).get(call.func.id)
            if inspect.isfunction(helper) and helper.__module__ == test.__module__:
                found |= dict.fromkeys(needed_by(helper))
    return tuple(found)
