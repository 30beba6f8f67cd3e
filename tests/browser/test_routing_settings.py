"""Who gets a conversation, and when: made on the pages of the settings by hand, and kept by routing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import faults
from tests.browser.conftest import Sit
from tests.browser.office import Customer, Office
from tests.browser.seat import PHONE, Seat

_COLUMN_PX = 20.0
"""Of the editor's 24 hours on 480 px, one hour."""


async def _drag(seat: Seat, column: Locator, start: float, end: float, to: Locator | None = None) -> None:
    """Press at an hour of a day, and let go at another, there or on another day."""
    await column.scroll_into_view_if_needed()
    await column.evaluate("element => element.scrollIntoView({ block: 'center' })")
    box, last = await column.bounding_box(), await (to or column).bounding_box()
    assert box is not None
    assert last is not None
    mouse = seat.page.mouse
    await mouse.move(box["x"] + box["width"] / 2, box["y"] + start * _COLUMN_PX)
    await mouse.down()
    await mouse.move(last["x"] + last["width"] / 2, last["y"] + end * _COLUMN_PX, steps=6)
    await mouse.up()


@pytest.mark.long_story
async def test_a_team_is_made_and_gets_what_has_no_team(office: Office, ana: Seat) -> None:
    await ana.open("/settings/teams")
    page = ana.page
    await page.get_by_role("link", name="Nova equipe").click()
    await page.get_by_role("textbox", name="Nome da equipe").fill("Vendas")
    await page.get_by_role("combobox", name="Adicionar atendente").click()
    await page.get_by_role("option", name=office.ana.name).click()
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("link", name="Vendas")).to_be_visible()
    await ana.go("/settings/distribution")
    await page.get_by_role("combobox", name="Equipe padrão").click()
    await page.get_by_role("option", name="Vendas").click()
    queue = page.locator("section").filter(has=page.get_by_role("heading", level=2, name="Fila", exact=True)).first
    await queue.get_by_role("button", name="Salvar").click()
    await expect(queue.get_by_role("button", name="Salvar")).to_be_disabled()
    teams = (await office.client.get("/teams")).json()["items"]
    policy = (await office.client.get("/routing/distribution")).json()
    assert [team["name"] for team in teams] == ["Vendas"]
    assert policy["default_team_id"] == teams[0]["id"]


@pytest.mark.long_story
async def test_a_week_is_drawn_moved_and_pulled_past_midnight(office: Office, ana: Seat) -> None:
    await ana.open("/settings/hours/new")
    page = ana.page
    await page.get_by_role("textbox", name="Nome do horário").fill("Plantão")
    week = page.get_by_role("group", name="Períodos da semana")
    days = week.locator("[data-day]")
    for day in range(1, 5):
        await week.get_by_role("button").nth(1).focus()
        await page.keyboard.press("Delete")
        await expect(week.get_by_role("button")).to_have_count(5 - day)
    await _drag(ana, days.nth(5), 8, 12)
    await expect(week.get_by_role("button", name="Sábado, das 08:00 às 12:00")).to_be_visible()
    await _drag(ana, days.nth(5), 10, 12, to=days.nth(3))
    await expect(week.get_by_role("button", name="Quinta-feira, das 10:00 às 14:00")).to_be_visible()
    await _drag(ana, days.nth(5), 21, 23.5)
    night = week.get_by_role("button", name=re.compile("Sábado, das 21:00"))
    await expect(night).to_be_visible()
    await _drag(ana, days.nth(5), 23.4, 2, to=days.nth(6))
    await expect(week.get_by_role("button", name="Sábado, das 21:00 às 02:00")).to_be_visible()
    await page.get_by_role("switch", name="Fechar nos feriados").check(force=True)
    await expect(page.get_by_role("checkbox", name=re.compile("Natal"))).to_be_checked()
    await expect(page.locator("td[data-kind=holiday]").first).to_be_visible()
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("link", name="Plantão")).to_be_visible()
    (saved,) = (await office.client.get("/hours")).json()["items"]
    assert {"day": "saturday", "start": "21:00", "end": "02:00"} in saved["intervals"]
    assert {"day": "thursday", "start": "10:00", "end": "14:00"} in saved["intervals"]
    assert saved["holidays"]["country"] == "BR"


@pytest.mark.long_story
async def test_a_rule_is_tried_on_the_past_before_it_is_saved(office: Office, ana: Seat) -> None:
    made = await office.client.post("/teams", json={"name": "Financeiro"})
    assert made.is_success, made.text
    await office.receives("Meu boleto venceu")
    await office.receives("Bom dia", of=Customer("Rui Prado", "5511988880077"))
    await office.conversation()
    await office.conversation(Customer("Rui Prado", "5511988880077"))
    await ana.open("/settings/rules/new")
    page = ana.page
    await page.get_by_role("textbox", name="Nome da regra").fill("Boletos")
    await page.get_by_role("button", name="Adicionar condição").click()
    await page.get_by_role("menuitem", name="Palavras do cliente").click()
    await page.get_by_role("combobox", name="Palavras do cliente", exact=True).fill("boleto")
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="Vai para a equipe").click()
    await page.get_by_role("option", name="Financeiro").click()
    await page.get_by_role("button", name="Testar", exact=True).click()
    await expect(page.get_by_text("1 teria sido diferente")).to_be_visible()
    table = page.get_by_role("region", name="Conversas do teste")
    await expect(table.get_by_role("link")).to_have_count(1)
    assert (await office.client.get("/assignment-rules")).json()["items"] == []
    await page.get_by_role("button", name="Salvar").click()
    await expect(page.get_by_role("switch", name="Ligar ou desligar Boletos")).to_be_checked()


_PAGES = (
    "teams",
    "teams/new",
    "hours",
    "hours/new",
    "rules",
    "rules/new",
    "targets",
    "targets/new",
    "distribution",
)


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_settings_of_routing(office: Office, sit: Sit, scheme: str) -> None:
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/settings/teams")
    found: list[str] = []
    for path in _PAGES:
        await seat.go(f"/settings/{path}")
        await expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
        found += await faults(seat)
    assert found == []


@pytest.mark.long_story
async def test_no_page_of_routing_is_wider_than_a_phone(office: Office, sit: Sit) -> None:
    seat = await sit(office.ana, viewport=PHONE)
    await seat.open("/settings/teams")
    await seat.enter_password()
    for path in _PAGES:
        await seat.go(f"/settings/{path}")
        await expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
        wider = await seat.page.evaluate(
            "() => [...document.querySelectorAll('main, main *')]"
            ".filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto')"
            ".filter((one) => one.tabIndex < 0).map((one) => one.className)"
        )
        assert wider == [], path
