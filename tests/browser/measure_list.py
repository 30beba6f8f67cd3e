"""Typing while 5,000 conversations are loaded and 50 events a second come in.

The API and the live connection are played by the test, so that nothing but the client takes the processor.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Browser, Page, Route, WebSocketRoute

_ROWS = 5_000
_EVENTS_PER_SECOND = 50
_SECONDS = float(os.environ.get("ATD_MEASURE_SECONDS", "30"))
_BEGUN = datetime.now(UTC)
_ME = "01a224cf-0000-7000-8000-000000000001"

_WATCH = """
() => {
  window.__long = [];
  window.__keys = [];
  const take = (kind, store, options) => new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) store(entry);
  }).observe({ type: kind, ...options });
  take("longtask", (entry) => window.__long.push(Math.round(entry.duration)));
  take("event", (entry) => {
    if (entry.name === "keydown") window.__keys.push(Math.round(entry.duration));
  }, { durationThreshold: 16 });
  const field = document.createElement("textarea");
  field.style.cssText = "position: fixed; right: 20px; bottom: 20px";
  document.body.append(field);
  field.focus();
}
"""
_READ = """
() => ({ long: window.__long, keys: window.__keys, heap: performance.memory.usedJSHeapSize / 1e6,
         drawn: document.querySelectorAll("[data-row]").length })
"""


def _moment(minutes_ago: float) -> str:
    return (_BEGUN - timedelta(minutes=minutes_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _conversation(number: int) -> dict[str, Any]:
    contact = {"id": f"contact-{number}", "name": f"Cliente {number}", "avatar_url": None, "labels": []}
    author = {"type": "contact", "id": contact["id"], "name": contact["name"]}
    at = _moment(number)
    return {
        "id": f"01a224cf-35a0-7016-84fa-{number:012d}",
        "number": number,
        "status": "open",
        "channel": {"kind": "whatsapp", "account_id": "account", "name": "Loja"},
        "contact": contact,
        "assignee": {"id": _ME, "name": "Ana"},
        "priority": "normal",
        "favourite": False,
        "unread_count": 0,
        "last_message": {
            "id": f"message-{number}",
            "kind": "text",
            "preview": "Bom dia",
            "direction": "inbound",
            "occurred_at": at,
            "author": author,
            "status": None,
        },
        "reply_window_expires_at": _moment(-600),
        "opened_at": _moment(900),
        "last_activity_at": at,
        "sequence": 5,
    }


class _Played:
    """The API's answers and the live connection of one page."""

    def __init__(self) -> None:
        self.rows = [_conversation(number) for number in range(1, _ROWS + 1)]
        self.sockets: list[WebSocketRoute] = []
        self._sequences: dict[int, int] = {}
        self._count = 0

    async def start(self, page: Page) -> None:
        permissions = ["conversations:read", "conversations:write", "conversations:assign", "contacts:read"]
        me = {"id": _ME, "name": "Ana", "email": "ana@loja.test", "role": "attendant", "active": True, "version": 1}
        me |= {"tenant": {"id": "tenant", "name": "Loja"}, "permissions": permissions}
        counted = {"total": _ROWS, "unread": 0}
        views = dict.fromkeys(("mine", "queue", "all", "favourites"), counted)
        signed_in = {"access_token": "token", "expires_in": 86_400, "attendant": me}
        answers: dict[str, Any] = {
            "**/api/v1/**": {"items": [], "next_cursor": None},
            "**/api/v1/me": me,
            "**/api/v1/auth/refresh": signed_in,
            "**/api/v1/conversations?*": {"items": self.rows, "next_cursor": None},
            "**/api/v1/conversations/counts": {**views, "limit": 1000},
        }
        for pattern, body in answers.items():
            await page.route(pattern, self._answering(body))
        await page.route_web_socket("**/ws*", self._connected)

    @staticmethod
    def _answering(body: Any) -> Any:
        async def answer(route: Route) -> None:
            await route.fulfill(json=body)

        return answer

    def _connected(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda _: None)
        socket.send(json.dumps({"type": "ready", "cursor": "c0", "expires_at": 4_000_000_000, "now": _moment(0)}))

    def send_one(self) -> None:
        """A message of a random customer: its row changes and goes to the top."""
        place = random.randrange(_ROWS)
        self._sequences[place] = sequence = self._sequences.get(place, 5) + 1
        self._count += 1
        row = self.rows[place]
        last = {**row["last_message"], "preview": f"nova {self._count}"}
        at = _moment(-self._count / 60 / _EVENTS_PER_SECOND)
        changed = {**row, "sequence": sequence, "unread_count": sequence, "last_activity_at": at, "last_message": last}
        frame = {
            "type": "conversation.updated",
            "id": f"event-{self._count}",
            "cursor": f"c{self._count}",
            "occurred_at": at,
            "subject": row["id"],
            "sequence": sequence,
            "actor": {"type": "contact", "id": "x", "name": "x"},
            "data": {"conversation": changed, "changed": []},
        }
        self.sockets[-1].send(json.dumps(frame))


async def measure_typing(browser: Browser, url: str) -> None:
    """Print long tasks, slow keys and memory of `ATD_MEASURE_SECONDS` (30) of typing."""
    context = await browser.new_context(
        locale="pt-BR", viewport={"width": 1440, "height": 900}, service_workers="block"
    )
    page, played = await context.new_page(), _Played()
    await played.start(page)
    await page.goto(f"{url}/inbox/all")
    await page.locator("[data-row]").first.wait_for(timeout=60_000)
    await page.evaluate(_WATCH)
    before = await page.evaluate(_READ)
    loop = asyncio.get_running_loop()
    end = loop.time() + _SECONDS

    async def events() -> None:
        due = loop.time()
        while due < end:
            played.send_one()
            due += 1 / _EVENTS_PER_SECOND
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def keys() -> None:
        while loop.time() < end:
            await page.keyboard.type("a")
            await asyncio.sleep(0.09)

    await asyncio.gather(events(), keys())
    found = await page.evaluate(_READ)
    await context.close()
    load = f"{_ROWS} conversations ({found['drawn']} rows drawn), {_EVENTS_PER_SECOND} events/s"
    print(f"typing for {_SECONDS:.0f} s, {load}:")
    print(f"  long tasks over 50 ms: {len(found['long'])}, the longest {max(found['long'], default=0)} ms")
    print(f"  keys that took over 16 ms: {len(found['keys'])}, the slowest {max(found['keys'], default=0)} ms")
    print(f"  JavaScript heap: {before['heap']:.0f} MB before, {found['heap']:.0f} MB after")
