"""Runs stories: customers write by the sandbox, attendants answer by the public API."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import httpx

from atd_channel_sandbox.demo.calling import StoryFailed, call
from atd_channel_sandbox.demo.desk import Desk
from atd_channel_sandbox.demo.stories import Story
from atd_channel_sandbox.demo.story_runner import StoryRunner

CALL_TIMEOUT_SECONDS = 30.0
STEP_TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.25
CONCURRENCY = 8

NUMBERS = {
    "whatsapp": "phone_number_id",
    "telegram": "bot_id",
    "messenger": "page_id",
    "instagram": "instagram_id",
    "facebook": "page_id",
}
"""By channel: the field of its accounts that has the company's id at the provider; of a post that begins its id."""


class DemoRunner:
    """Runs stories. `pace` is the pause between two steps of a conversation in seconds, `print_line` shows progress."""

    def __init__(
        self, sandbox: httpx.AsyncClient, api: httpx.AsyncClient, pace: float, print_line: Callable[[str], None]
    ) -> None:
        self.sandbox = sandbox
        self.api = api
        self._pace = pace
        self._print_line = print_line
        self.numbers: dict[tuple[str, str], str] = {}
        self.accounts: dict[tuple[str, str], str] = {}
        self.me = ""
        self.desk = Desk(api)
        self.done: Counter[str] = Counter()

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in as the attendant."""
        answer = await call(self.api, "POST", "/auth/login", {"email": email, "password": password})
        self.api.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self.me = answer["attendant"]["id"]

    async def wait_until_connected(self, companies: Collection[tuple[str, str]]) -> None:
        """Wait until these of the sandbox's companies are connected, by channel and name; others may be anybody's."""

        async def connected() -> bool:
            state = await call(self.sandbox, "GET", "/sandbox/api/state")
            own = {(one["channel"], one["name"]): one for one in state["companies"] if one["own"]}
            self.numbers = {place: own[place]["id"] for place in companies if own.get(place, {}).get("connected")}
            return self.numbers.keys() == set(companies)

        await self.until(connected, "the companies are not connected")
        for kind in {channel for channel, _ in self.numbers}:
            channels = await call(self.api, "GET", f"/channels?kind={kind}&limit=100")
            by_number = {one[NUMBERS[kind]]: one["id"] for one in channels["items"]}
            ours = {place: number for place, number in self.numbers.items() if place[0] == kind}
            self.accounts |= {place: by_number[number.partition("_")[0]] for place, number in ours.items()}

    async def run(self, stories: Sequence[Story]) -> list[str]:
        """Run all stories, a few at a time, and return the failures."""
        turns = asyncio.Semaphore(CONCURRENCY)

        async def one(story: Story) -> str | None:
            async with turns:
                try:
                    await StoryRunner(self, story).run()
                except StoryFailed as failed:
                    return f"{story.company}, {story.name}: {failed}"
                self._print_line(f"{story.company:<16} {story.name:<28} {len(story.steps)} steps")
                return None

        found = await asyncio.gather(*(one(story) for story in stories))
        return [failure for failure in found if failure is not None]

    async def pause(self) -> None:
        """Wait between two steps."""
        await asyncio.sleep(self._pace * random.uniform(0.6, 1.4))

    async def until(self, condition: Callable[[], Awaitable[Any]], otherwise: str) -> Any:
        """The first true answer of `condition`, asked until the timeout.

        Raises:
            StoryFailed: with `otherwise`, none came in time.
        """
        deadline = asyncio.get_running_loop().time() + STEP_TIMEOUT_SECONDS
        while not (found := await condition()):
            if asyncio.get_running_loop().time() > deadline:
                raise StoryFailed(otherwise)
            await asyncio.sleep(POLL_SECONDS)
        return found
