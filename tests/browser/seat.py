"""An attendant in front of the client, in a browser of their own. Nothing that goes wrong in it is forgiven."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from atd_gateway.domain.cursors import encode_cursor
from atd_gateway.domain.streams import StreamLayout
from atd_testing.waiting import PATIENCE_SECONDS
from tests.browser.office import MARINA, Customer, Person

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

_FIRST_REFRESH = re.compile(r"401 POST \S+/api/v1/auth/refresh")
"""Whether somebody is signed in is asked once, and "no" is an answer."""
_GONE_ON = re.compile(r"409 POST \S+/api/v1/conversations/\S+/(close|assign)")
"""The conversation has gone on since it was seen (a receipt is enough): the client looks and asks again."""
_TYPED_ELSEWHERE = re.compile(r"409 PUT \S+/api/v1/conversations/\S+/draft")
"""The draft has gone on (on another device, or by being sent): the client looks and writes again."""
_LEFT_ICON = re.compile(r"failed GET \S+/favicon.svg: net::ERR_FAILED")
"""So the browser calls a request that it gave up by leaving while the service worker was answering it."""
_FORGIVEN = (_FIRST_REFRESH, _GONE_ON, _TYPED_ELSEWHERE, _LEFT_ICON)
_LEFT = ("net::ERR_ABORTED",)
"""A request that the page itself gave up, by leaving or because it needs the answer no more."""


_OWN_CURSOR = """
window.__since = null;
window.__ran = [];
window.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    const address = new URL(url);
    if (window.__since !== null) address.searchParams.set("since", window.__since);
    window.__since = null;
    super(address, protocols);
  }
};
"""
"""Lets a story choose from where the next live connection goes on. `__ran` is what a stranger's script would fill."""


_VISIT = """
(path) => {
  window.history.pushState(null, "", path);
  window.dispatchEvent(new PopStateEvent("popstate", { state: null }));
}
"""


class Seat:
    """One browser profile: its pages share cookies and storage, as tabs do.

    `complaints` are errors of the console, of scripts, of the content policy, and requests that failed; a story that
    provokes some says so by `forgive`.
    """

    def __init__(self, context: BrowserContext, url: str, person: Person) -> None:
        self.context = context
        self.url = url
        self.person = person
        self.marina = MARINA
        self.complaints: list[str] = []
        self._forgiven = list(_FORGIVEN)
        self._page: Page | None = None
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"error {error.error}"))
        context.on("requestfailed", self._request_failed)
        context.on("response", self._response)
        context.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.type}"))

    @property
    def page(self) -> Page:
        """The tab in front."""
        assert self._page is not None
        return self._page

    def forgive(self, *patterns: str) -> None:
        """What this story provokes is no complaint."""
        self._forgiven += [re.compile(pattern) for pattern in patterns]

    def unforgiven(self) -> list[str]:
        """What went wrong."""
        return [one for one in self.complaints if not any(known.search(one) for known in self._forgiven)]

    async def open(self, path: str = "/") -> Page:
        """One more tab, which is in front from now on."""
        self._page = await self.context.new_page()
        await self._page.goto(self.url + path)
        return self._page

    async def go(self, path: str) -> None:
        """Enter an address in the tab in front."""
        await self.page.goto(self.url + path)

    async def visit(self, path: str) -> None:
        """Go to an address as a link within the client does, which loads nothing anew."""
        await self.page.evaluate(_VISIT, path)

    def turn_to(self, page: Page) -> None:
        """Another tab is in front from now on."""
        self._page = page

    async def sign_in(self, path: str = "/") -> None:
        """Open the client as somebody who has just signed in, and wait until it is live.

        The form is `enter_password`: to load and show it first would cost every story a second of a core.
        """
        given = {"email": self.person.email, "password": self.person.password, "cookie": True}
        answer = await self.context.request.post(f"{self.url}/api/v1/auth/login", data=given)
        assert answer.ok, await answer.text()
        await self.open(path)
        await self.is_live()

    async def begins(self, marina: Customer) -> None:
        """One more story at the same browser, about a customer of its own: one tab, in front of the queue."""
        self.marina = marina
        self.complaints.clear()
        self._forgiven = list(_FORGIVEN)
        await self.context.unroute_all()
        await self.context.set_offline(False)
        first, *others = self.context.pages
        for page in others:
            await page.close()
        self._page = first
        # What a story that failed may leave open.
        if await first.get_by_role("dialog").count() > 0 or not await self.views.is_visible():
            await self.go("/inbox/queue")
        await self.view("Fila")

    async def is_live(self) -> None:
        """Wait until what happens now is shown at once; on a phone the mark stands only while it is not."""
        await expect(self.page.get_by_role("img", name="Conectado", include_hidden=True)).to_be_attached()

    async def enter_password(self) -> None:
        """Fill in the sign-in form that is shown."""
        await self.page.get_by_role("textbox", name="E-mail").fill(self.person.email)
        await self.page.get_by_label("Senha", exact=True).fill(self.person.password)
        await self.page.get_by_role("button", name="Entrar").click()

    @property
    def views(self) -> Locator:
        """The list's views."""
        return self.page.get_by_role("navigation", name="Visões")

    async def view(self, name: str) -> None:
        """Go to another view of the list."""
        # The name goes on with what the number counts, in which other views' names may stand.
        await self.views.get_by_role("link", name=re.compile(f"^{name}")).click()
        await expect(self.page.get_by_role("region", name=f"Conversas: {name}")).to_be_visible()

    def row(self, of: Customer | None = None) -> Locator:
        """The customer's row in the list."""
        name = (of or self.marina).name
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=name))

    async def sees(self, of: Customer | None = None) -> None:
        """Wait until the customer's row is in the list.

        One that came while the pointer was on the list stands behind the button that says how many are new.
        """
        fresh = self.page.get_by_title("Mostrar no topo da lista")
        await expect(self.row(of).or_(fresh).first).to_be_visible()
        if not await self.row(of).is_visible():
            await fresh.click()
        await expect(self.row(of)).to_be_visible()

    async def choose(self, of: Customer | None = None) -> None:
        """Click on the customer's row, and wait for the thread."""
        await self.sees(of)
        await self.row(of).get_by_role("link").click()
        await expect(self.thread.get_by_role("heading", level=1)).to_have_text((of or self.marina).name)
        await expect(self.messages).to_be_visible()

    @property
    def thread(self) -> Locator:
        """Header, messages and composer of the open conversation."""
        return self.page.get_by_role("region", name="Conversa", exact=True)

    @property
    def messages(self) -> Locator:
        """What was said."""
        return self.page.get_by_role("region", name="Mensagens", exact=True)

    def message(self, text: str) -> Locator:
        """The message with this text in the thread."""
        return self.messages.locator("[data-message], [data-outgoing]").filter(has_text=text)

    @property
    def field(self) -> Locator:
        """Where the answer is typed."""
        return self.thread.locator("textarea")

    async def press(self, name: str) -> None:
        """Press a button of the open conversation."""
        await self.thread.get_by_role("button", name=name, exact=True).first.click()

    async def writes(self, mode: str) -> None:
        """Choose whether an answer is written ("Responder") or a note ("Nota")."""
        await self.thread.get_by_role("radio", name=mode, exact=True).click()

    async def say(self, text: str) -> None:
        """Type an answer and send it by Enter."""
        await self.field.fill(text)
        await self.field.press("Enter")
        await expect(self.field).to_have_value("")

    def tick(self, text: str, status: str) -> Locator:
        """The mark at a message of ours that says how far it has come."""
        return self.message(text).get_by_role("img", name=status, exact=True)

    async def cut(self) -> None:
        """The network is gone, also for a service worker that was just being looked at for a newer one."""
        self.forgive("ERR_INTERNET_DISCONNECTED", "^failed ", "error occurred when fetching the script")
        await self.context.set_offline(True)
        await expect(self.page.get_by_role("img", name="Sem conexão")).to_be_visible()

    async def mend(self) -> None:
        """The network is back."""
        await self.context.set_offline(False)
        await self.is_live()

    async def lose_cursor(self) -> None:
        """The next live connection goes on from a place that the server knows no more."""
        lost = encode_cursor(StreamLayout({"gone.v1": 1}), [0])
        await self.page.evaluate("(lost) => { window.__since = lost; }", lost)

    def _console(self, said: ConsoleMessage) -> None:
        # A request's failure is told with its address by the response.
        if said.type == "error" and not said.text.startswith("Failed to load resource: the server responded"):
            self.complaints.append(f"console {said.text}")

    def _request_failed(self, request: Request) -> None:
        if request.failure not in _LEFT:
            self.complaints.append(f"failed {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")


@asynccontextmanager
async def seated(browser: Browser, url: str, person: Person, **options: Any) -> AsyncIterator[Seat]:
    """A person with a browser. Raises `AssertionError` at the end when something went wrong in it."""
    settings = {"locale": "pt-BR", "timezone_id": "America/Sao_Paulo", "viewport": WIDE, **options}
    context = await browser.new_context(**settings)
    await context.add_init_script(_OWN_CURSOR)
    seat = Seat(context, url, person)
    try:
        yield seat
        assert seat.unforgiven() == [], seat.unforgiven()
    finally:
        await context.close()
