"""Stories of attendants in a real browser, against the running system with the built client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.office import Office, Person, opened_office
from tests.browser.seat import Seat, seated
from tests.harness.browser import started_browser
from tests.harness.system import System

_FOLDER = "tests/browser"


class Sit(Protocol):
    """Seats somebody at a browser of their own until the story is over; options are those of a browser context."""

    async def __call__(self, person: Person, **options: Any) -> Seat: ...


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One loop for all stories, as they share a browser; the long ones run only when this folder is asked for."""
    stories = [item for item in items if item.nodeid.startswith(f"{_FOLDER}/")]
    for item in stories:
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if any(_FOLDER in argument for argument in config.args):
        return
    left_out = {item for item in stories if item.get_closest_marker("long_story")}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with started_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def office(system: System) -> AsyncIterator[Office]:
    async with opened_office(system) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def sit(system: System, browser: Browser) -> AsyncIterator[Sit]:
    async with AsyncExitStack() as stack:

        async def seat_of(person: Person, **options: Any) -> Seat:
            return await stack.enter_async_context(seated(browser, system.public_url, person, **options))

        yield seat_of


@pytest_asyncio.fixture(loop_scope="session")
async def ana(office: Office, sit: Sit) -> Seat:
    """The administrator, signed in."""
    seat = await sit(office.ana)
    await seat.sign_in("/inbox/queue")
    return seat
