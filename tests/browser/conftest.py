"""Stories of attendants in a real browser, against the running system with the built client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any, Protocol, cast

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.office import Customer, Office, Person, opened_office
from tests.browser.seat import Seat, seated
from tests.harness.browser import started_browser
from tests.harness.system import System

_FOLDER = "tests/browser"
_STORY = count(1)


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
async def sit(system: System, browser: Browser) -> AsyncIterator[Sit]:
    async with AsyncExitStack() as stack:

        async def seat_of(person: Person, **options: Any) -> Seat:
            return await stack.enter_async_context(seated(browser, system.public_url, person, **options))

        yield seat_of


@pytest.fixture
def office(request: pytest.FixtureRequest, system: System) -> Office:
    """A company of the story's own; of a story that is marked `shares_office`, the one that all of those share."""
    return cast("Office", request.getfixturevalue(f"{_whose(request)}_office"))


@pytest.fixture
def ana(request: pytest.FixtureRequest, office: Office) -> Seat:
    """The administrator, signed in."""
    return cast("Seat", request.getfixturevalue(f"{_whose(request)}_ana"))


def _whose(request: pytest.FixtureRequest) -> str:
    return "shared" if request.node.get_closest_marker("shares_office") else "own"


@pytest_asyncio.fixture(loop_scope="session")
async def own_office(system: System) -> AsyncIterator[Office]:
    async with opened_office(system) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def own_ana(own_office: Office, sit: Sit) -> Seat:
    seat = await sit(own_office.ana)
    await seat.sign_in("/inbox/queue")
    return seat


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def common_office(system: System) -> AsyncIterator[Office]:
    async with opened_office(system) as office:
        yield office


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def common_seat(system: System, browser: Browser, common_office: Office) -> AsyncIterator[Seat]:
    async with seated(browser, system.public_url, common_office.ana) as seat:
        await seat.sign_in("/inbox/queue")
        yield seat
        # Each story has told what went wrong in it. The page stays open after the last one, and others stop services.
        seat.complaints.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def shared_office(common_office: Office) -> Office:
    """For this story with a customer of its own."""
    number = next(_STORY)
    return await common_office.for_story(Customer(f"Marina Alves {number:03}", f"55119777{number:05}"))


@pytest_asyncio.fixture(loop_scope="session")
async def shared_ana(shared_office: Office, common_seat: Seat) -> AsyncIterator[Seat]:
    await common_seat.begins(shared_office.marina)
    yield common_seat
    assert common_seat.unforgiven() == [], common_seat.unforgiven()
