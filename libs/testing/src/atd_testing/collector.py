"""Pytest plugin: the garbage collector looks at what each file of tests leaves, and not at what is imported and stays.

Twelve thousand tests with the modules that they import are objects that live as long as the process. With Python's
defaults the collector walks through them while they are made and while tests run: a quarter of the time of collecting
tests, and a tenth of that of running them. Afterwards it goes as it does in a service (`atd_servicekit.serving`).

What was left open warns when it is collected, and a warning fails a test: that shall be one of the file that left it.

Loaded by ``pytest_plugins`` in the root ``conftest.py``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

_YOUNG_OBJECTS = 20_000


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Off while tests are imported."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """On from the first test, for what is made from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 50)
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _leaves_nothing_open() -> Iterator[None]:
    yield
    gc.collect()
