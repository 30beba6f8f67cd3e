"""Typing an answer among 5,000 conversations while 50 events a second come in, one a second in this conversation.

The API and the live connection are played by the test, so that nothing but the client takes the processor.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Route, WebSocketRoute

_ROWS = 5_000
_OPEN = 7
"""The place of the conversation in which somebody types."""
_MESSAGES = 200
_FRAME_MS = 16
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
    if (entry.name === "keydown") window.__keys.push(Math.round(entry.processingStart - entry.startTime));
  }, { durationThreshold: 16 });
}
"""
_READ = """
() => ({ long: window.__long, keys: window.__keys,
         drawn: document.querySelectorAll("li [data-row], [data-message]").length })
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


def _message(conversation: dict[str, Any], sequence: int, at: str) -> dict[str, Any]:
    return {
        "id": f"message-{conversation['number']}-{sequence}",
        "conversation_id": conversation["id"],
        "direction": "inbound",
        "kind": "text",
        "text": f"Mensagem {sequence}, com algumas palavras a mais",
        "content": {},
        "attachments": [],
        "reply_to": None,
        "reply_to_unavailable": False,
        "author": {**conversation["contact"], "type": "contact"},
        "status": None,
        "error": None,
        "tags": [],
        "reactions": [],
        "forwarded": "no",
        "referral": None,
        "edited_at": None,
        "deleted_at": None,
        "external_id": f"x{sequence}",
        "client_id": None,
        "occurred_at": at,
        "recorded_at": at,
        "sequence": sequence,
        "version": sequence,
    }


class _Played:
    """The API's answers and the live connection of one page."""

    def __init__(self, capabilities: Any) -> None:
        self.capabilities = capabilities
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
        opened = self.rows[_OPEN]
        self._sequences[_OPEN] = _MESSAGES
        opened["sequence"] = _MESSAGES
        thread = [_message(opened, number, _moment(_MESSAGES - number)) for number in range(_MESSAGES, 0, -1)]
        answers: dict[str, Any] = {
            "**/api/v1/**": {"items": [], "next_cursor": None},
            "**/api/v1/me": me,
            "**/api/v1/auth/refresh": signed_in,
            "**/api/v1/channels/capabilities": self.capabilities,
            f"**/api/v1/conversations/{opened['id']}": opened,
            f"**/api/v1/conversations/{opened['id']}/messages*": {
                "items": thread,
                "next_cursor": None,
                "has_newer": False,
            },
            "**/api/v1/contacts/*": {**opened["contact"], "identities": [], "version": 1},
            "**/api/v1/conversations?*": {"items": self.rows, "next_cursor": None},
            "**/api/v1/conversations?*contact_id=*": {"items": self.rows[_OPEN : _OPEN + 3], "next_cursor": None},
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
        """A message of a random customer, or of the one who is being answered: its row goes to the top."""
        self._count += 1
        place = _OPEN if self._count % _EVENTS_PER_SECOND == 0 else random.randrange(_ROWS)
        self._sequences[place] = sequence = self._sequences.get(place, 5) + 1
        row = self.rows[place]
        at = _moment(-self._count / 60 / _EVENTS_PER_SECOND)
        message = _message(row, sequence, at)
        state = {
            "unread_count": sequence,
            "first_unread_sequence": 1,
            "waiting_since": at,
            "reply_window_expires_at": _moment(-1440),
            "first_response_at": None,
            "last_activity_at": at,
            "last_preview": f"nova {self._count}",
        }
        frame = {
            "type": "message.received",
            "id": f"event-{self._count}",
            "cursor": f"c{self._count}",
            "occurred_at": at,
            "subject": row["id"],
            "sequence": sequence,
            "actor": message["author"],
            "data": {"conversation_id": row["id"], "message": message, "conversation_state": state},
        }
        self.sockets[-1].send(json.dumps(frame))


async def measure_typing(browser: Browser, url: str, capabilities: Any) -> None:
    """Print long tasks, slow keys and memory of `ATD_MEASURE_SECONDS` (30) of typing."""
    context = await browser.new_context(
        locale="pt-BR", viewport={"width": 1440, "height": 900}, service_workers="block"
    )
    page, played = await context.new_page(), _Played(capabilities)
    await played.start(page)
    await page.goto(f"{url}/inbox/all/{played.rows[_OPEN]['id']}")
    await page.locator("[data-row]").first.wait_for(timeout=60_000)
    await page.locator("[data-message]").last.wait_for(timeout=60_000)
    await page.get_by_role("textbox", name="Responder").or_(page.locator("textarea")).first.focus()
    await page.evaluate(_WATCH)
    session = await context.new_cdp_session(page)
    before = await _heap(session)
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
    found, after = await page.evaluate(_READ), await _heap(session)
    await context.close()
    load = f"{_ROWS} conversations ({found['drawn']} rows drawn), {_EVENTS_PER_SECOND} events/s"
    print(f"typing for {_SECONDS:.0f} s, {load}:")
    print(f"  long tasks over 50 ms: {len(found['long'])}, the longest {max(found['long'], default=0)} ms")
    waited = [delay for delay in found["keys"] if delay > _FRAME_MS]
    print(f"  keys that waited over {_FRAME_MS} ms: {len(waited)}, the longest {max(waited, default=0)} ms")
    print(f"  JavaScript heap, collected: {before:.0f} MB before, {after:.0f} MB after")


async def _heap(session: CDPSession) -> float:
    await session.send("HeapProfiler.collectGarbage")
    usage = await session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"]) / 1e6
