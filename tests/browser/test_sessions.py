"""Tabs that wake up at once go on, and nothing typed is lost."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import Sit
from tests.browser.office import Office

_SLEEPS = """
const awake = Date.now;
window.__slept = 0;
Date.now = () => awake() + window.__slept;
"""
_A_NIGHT = 8 * 3_600_000


@pytest.mark.long_story
async def test_two_tabs_that_renew_the_session_at_once_both_go_on(office: Office, sit: Sit) -> None:
    await office.receives("Qual é o prazo?")
    seat = await sit(office.ana)
    await seat.context.add_init_script(_SLEEPS)
    renewed: list[str] = []

    def count(request: Request) -> None:
        if request.url.endswith("/auth/refresh"):
            renewed.append(request.url)

    await seat.sign_in("/inbox/queue")
    await seat.choose()
    first = seat.page
    second = await seat.open(first.url.removeprefix(seat.url))
    await seat.is_live()
    seat.context.on("request", count)
    drafts = {first: "Dez dias.", second: "Úteis."}
    await first.get_by_role("textbox", name="Resposta ao cliente").fill("Um rascunho")
    for tab in (first, second):
        await expect(tab.get_by_role("textbox", name="Resposta ao cliente")).to_have_value("Um rascunho")
        await tab.evaluate("(slept) => { window.__slept = slept; }", _A_NIGHT)
    await asyncio.gather(
        *(tab.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))") for tab in (first, second)),
        *(tab.get_by_role("link", name="Configurações").click() for tab in (first, second)),
    )
    for tab in (first, second):
        await tab.go_back()
        field = tab.get_by_role("textbox", name="Resposta ao cliente")
        await expect(field).to_have_value("Um rascunho")
    for tab, text in drafts.items():
        seat.turn_to(tab)
        await seat.say(text)
        await office.went_out(text)
        await expect(tab.get_by_role("button", name="Entrar")).to_have_count(0)
    assert len(renewed) >= len(drafts)
