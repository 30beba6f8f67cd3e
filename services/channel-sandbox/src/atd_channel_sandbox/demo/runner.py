"""Runs stories: customers write by the sandbox, attendants answer by the public API."""

import asyncio
import base64
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from atd_channel_sandbox.demo.stories import Story

Json = dict[str, Any]

CALL_TIMEOUT_SECONDS = 30.0
STEP_TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.25
CONCURRENCY = 8


class StoryFailed(Exception):
    """A step timed out or was refused; the text says which."""


class DemoRunner:
    """Runs stories. `pace` is the pause between two steps of a conversation in seconds, `print_line` shows progress."""

    def __init__(
        self, sandbox: httpx.AsyncClient, api: httpx.AsyncClient, pace: float, print_line: Callable[[str], None]
    ) -> None:
        self.sandbox = sandbox
        self.api = api
        self._pace = pace
        self._print_line = print_line
        self.numbers: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self.me = ""
        self.done: Counter[str] = Counter()

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in as the attendant."""
        answer = await self.call(self.api, "POST", "/auth/login", {"email": email, "password": password})
        self.api.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self.me = answer["attendant"]["id"]

    async def wait_until_connected(self, companies: Collection[str]) -> None:
        """Wait until these of the sandbox's companies are connected; others may be anybody's."""

        async def connected() -> bool:
            state = await self.call(self.sandbox, "GET", "/sandbox/api/state")
            own = [one for one in state["companies"] if one["own"] and one["name"] in companies]
            self.numbers = {one["name"]: one["id"] for one in own if one["connected"]}
            return self.numbers.keys() == set(companies)

        await self.until(connected, "the companies are not connected")
        channels = await self.call(self.api, "GET", "/channels?kind=whatsapp&limit=100")
        by_number = {one["phone_number_id"]: one["id"] for one in channels["items"]}
        self.accounts = {name: by_number[number] for name, number in self.numbers.items()}

    async def run(self, stories: Sequence[Story]) -> list[str]:
        """Run all stories, a few at a time, and return the failures."""
        turns = asyncio.Semaphore(CONCURRENCY)

        async def one(story: Story) -> str | None:
            async with turns:
                try:
                    await _StoryRunner(self, story).run()
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

    @staticmethod
    async def call(client: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of an answer.

        Raises:
            StoryFailed: the call failed or was refused.
        """
        try:
            answer = await client.request(method, path, json=body, **more)
        except httpx.HTTPError as error:
            raise StoryFailed(f"{method} {path}: {type(error).__name__}") from None
        if answer.is_error:
            code = ""
            if answer.headers.get("content-type", "").startswith("application/problem"):
                code = str(answer.json().get("code", ""))
            raise StoryFailed(f"{method} {path}: {answer.status_code} {code}")
        return answer.json() if answer.content else None


class _StoryRunner:
    """Runs one story; each step is a method."""

    def __init__(self, runner: DemoRunner, story: Story) -> None:
        self._runner = runner
        self._story = story
        self._company = runner.numbers[story.company]
        self._account = runner.accounts[story.company]
        self._conversation = ""

    async def run(self) -> None:
        """Run every step, in order."""
        for step in self._story.steps:
            await getattr(self, step.act)(**step.given)
            self._runner.done[step.act] += 1
            await self._runner.pause()

    # The customer.

    async def writes(self, text: str) -> None:
        await self._customer(kind="text", text=text)

    async def sends(self, kind: str, data: Callable[[], bytes], mime_type: str, name: str, text: str) -> None:
        encoded = base64.b64encode(data()).decode()
        file = {"data": encoded, "mime_type": mime_type, "filename": name, "voice": kind == "audio"}
        await self._customer(kind=kind, text=text, file=file)

    async def sends_place(self, name: str, address: str, latitude: float, longitude: float) -> None:
        place = {"name": name, "address": address, "latitude": latitude, "longitude": longitude}
        await self._customer(kind="location", place=place)

    async def taps(self, title: str) -> None:
        message, reply, sent_as = await self._until(lambda: self._choice(title), f"no button '{title}' came")
        draft = {
            "company": self._company,
            "customer": self._story.phone,
            "kind": "reply",
            "text": title,
            "content": {"sent_as": sent_as, "reply": reply},
            "reply_to": message["id"],
        }
        await self._see()
        await self._sandbox("POST", "/sandbox/api/messages", draft)

    async def likes(self, emoji: str) -> None:
        async def last_answer() -> Json | None:
            return next((one for one in reversed(await self._screen()) if not one["mine"]), None)

        message = await self._until(last_answer, "no answer came")
        await self._see()
        await self._sandbox("PUT", f"/sandbox/api/messages/{quote(message['id'], safe='')}/reaction", {"emoji": emoji})

    # The attendant.

    async def takes(self) -> None:
        self._conversation = (await self._until(self._found, "the conversation did not open"))["id"]
        await self._attendant("POST", "/assign", {"attendant_id": self._runner.me})
        await self._attendant("POST", "/read")

    async def answers(self, text: str) -> None:
        await self._say({"text": text})

    async def asks(self, text: str, titles: Sequence[str]) -> None:
        buttons = [{"id": f"b{number}", "title": title} for number, title in enumerate(titles, 1)]
        await self._say({"kind": "interactive", "text": text, "interactive": {"type": "buttons", "buttons": buttons}})

    async def offers(self, text: str, button: str, rows: Sequence[tuple[str, str]]) -> None:
        listed = [
            {"id": f"r{number}", "title": title, **({"description": words} if words else {})}
            for number, (title, words) in enumerate(rows, 1)
        ]
        interactive = {"type": "list", "button": button, "sections": [{"title": "Opções", "rows": listed}]}
        await self._say({"kind": "interactive", "text": text, "interactive": interactive})

    async def attaches(self, data: Callable[[], bytes], mime_type: str, name: str, text: str) -> None:
        files = {"file": (name, data(), mime_type)}
        made = await self._runner.call(self._runner.api, "POST", "/attachments", files=files)
        await self._say({"attachment_ids": [made["id"]], "text": text or None})

    async def sends_template(self, name: str, body: Any) -> None:
        parameters: Json = {"body": body}
        if name == "aviso_entrega":
            parameters["buttons"] = ["4821"]
        await self._say({"kind": "template", "template": {"name": name, "language": "pt_BR", "parameters": parameters}})

    async def reacts(self, emoji: str) -> None:
        async def last_of_customer() -> Json | None:
            page = await self._attendant("GET", "/messages?limit=20")
            return next((one for one in page["items"] if one["direction"] == "inbound"), None)

        message = await self._until(last_of_customer, "nothing of the customer came")
        await self._attendant("POST", "/read")
        await self._runner.call(self._runner.api, "PUT", f"/messages/{message['id']}/reaction", {"emoji": emoji})

    async def closes(self) -> None:
        await self._attendant("POST", "/read")
        await self._attendant("POST", "/close", {})
        await self._see()

    # What both need.

    async def _customer(self, **message: Any) -> None:
        whole = {"phone_number_id": self._company, "sender": self._story.phone, "name": self._story.name, **message}
        await self._sandbox("POST", "/_fake/messages", [whole])

    async def _say(self, message: Json) -> None:
        await self._attendant(
            "POST", "/messages", {name: value for name, value in message.items() if value is not None}
        )
        await self._see()

    async def _see(self) -> None:
        await self._sandbox("POST", "/sandbox/api/seen", {"company": self._company, "customer": self._story.phone})

    async def _screen(self) -> list[Json]:
        found: list[Json] = await self._sandbox("GET", f"/sandbox/api/threads/{self._company}/{self._story.phone}")
        return found

    async def _choice(self, title: str) -> tuple[Json, Json, str] | None:
        """The last message with this button or row, the reply to send, and its kind."""
        for message in reversed(await self._screen()):
            content = message["content"]
            rows = [row for section in content.get("sections", ()) for row in section["rows"]]
            for one in [*content.get("buttons", ()), *rows]:
                if not message["mine"] and one["title"] == title and "id" in one:
                    tap = "button" if message["kind"] == "template" else "list_reply" if rows else "button_reply"
                    return message, {key: one[key] for key in ("id", "title", "description") if one.get(key)}, tap
        return None

    async def _found(self) -> Json | None:
        path = f"/conversations?account_id={self._account}&limit=100"
        page = await self._runner.call(self._runner.api, "GET", path)
        mine = (one for one in page["items"] if one["contact"]["name"] == self._story.name)
        return next((one for one in mine if one["status"] != "closed"), None)

    async def _until(self, condition: Callable[[], Awaitable[Any]], otherwise: str) -> Any:
        return await self._runner.until(condition, otherwise)

    async def _attendant(self, method: str, path: str, body: Any = None) -> Any:
        whole = f"/conversations/{self._conversation}{path}"
        return await self._runner.call(self._runner.api, method, whole, body)

    async def _sandbox(self, method: str, path: str, body: Any = None) -> Any:
        return await self._runner.call(self._runner.sandbox, method, path, body)
