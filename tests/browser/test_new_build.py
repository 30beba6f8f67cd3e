"""A deploy while tabs are open: nobody is interrupted, and nothing typed is lost (decision record 21)."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Sit
from tests.browser.office import Office
from tests.browser.seat import Seat

_BUILD = "**/api/v1/client"
_PARTS = "**/assets/**"


async def _another_build(route: Route) -> None:
    """The server serves a newer client than the one that is loaded."""
    answer = await route.fetch()
    await route.fulfill(response=answer, json={**await answer.json(), "build": "newer"})


async def _gone(route: Route) -> None:
    """A deploy has taken the file away."""
    await route.fulfill(status=404, body="not found")


async def test_a_new_build_waits_until_one_wants_it(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.field.press_sequentially("São dez")
    await ana.context.route(_BUILD, _another_build)
    # A deploy cuts the connections.
    await ana.cut()
    await ana.mend()
    update = ana.page.get_by_role("button", name="Atualizar", exact=True)
    await expect(update).to_be_visible()
    await expect(ana.field).to_have_value("São dez")
    await expect(ana.field).to_be_focused()
    await ana.page.keyboard.type(" dias.")
    await ana.page.keyboard.press("Enter")
    await office.went_out("São dez dias.")
    await ana.field.press_sequentially("Mais alguma")
    address = ana.page.url

    await ana.context.unroute(_BUILD)
    await update.click()
    await expect(update).to_have_count(0)
    await ana.is_live()
    await expect(ana.field).to_have_value("Mais alguma")
    await expect(ana.message("São dez dias.")).to_have_count(1)
    assert ana.page.url == address


async def test_a_part_that_a_deploy_took_away_is_said_and_a_reload_goes_on(office: Office, sit: Sit) -> None:
    await office.receives("Qual é o prazo?")
    seat = await sit(office.ana, service_workers="block")
    seat.forgive("^404 GET .*/assets/", "^console ", "^failed GET .*/assets/")
    await seat.sign_in("/inbox/queue")
    await seat.choose()
    await seat.field.press_sequentially("São dez")
    await seat.context.route(_PARTS, _gone)
    await seat.page.get_by_role("link", name="Canais").click()
    await expect(seat.page.get_by_text("Há uma nova versão")).to_be_visible()
    await expect(seat.page.get_by_text("seus rascunhos estão guardados")).to_be_visible()

    await seat.context.unroute(_PARTS)
    await seat.page.get_by_role("button", name="Recarregar", exact=True).click()
    await expect(seat.page.get_by_role("heading", level=1, name="Canais")).to_be_visible()
    await seat.page.go_back()
    await expect(seat.field).to_have_value("São dez")


@pytest.mark.long_story
async def test_an_open_tab_finds_parts_that_it_has_not_loaded_yet(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.page.evaluate("navigator.serviceWorker.ready")
    await ana.page.reload()
    await ana.is_live()
    await ana.context.set_offline(True)
    ana.forgive("ERR_INTERNET_DISCONNECTED", "^failed ")
    await ana.page.get_by_role("link", name="Configurações").click()
    await expect(ana.page.get_by_label("Buscar nas configurações")).to_be_visible()
    await expect(ana.page.get_by_text("Há uma nova versão")).to_have_count(0)
    await ana.mend()
