"""Pytest plugin: the garbage collector looks neither at what is imported nor, again and again, at what stays.

Twelve thousand tests with the modules that they import are objects that live as long as the process. With Python's
defaults the collector walks through them while they are made and while tests run: a quarter of the time of collecting
tests, and a tenth of that of running them. Afterwards it goes as it does in a service (`atd_servicekit.serving`).

Loaded by ``pytest_plugins`` in the root ``conftest.py``.
"""

from __future__ import annotations

import gc

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
