"""What was typed is never lost, and never stands at another customer."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import RUI, Office
from tests.browser.seat import Seat


@pytest.mark.shares_office
async def test_a_draft_stays_with_its_customer_through_everything(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    await ana.field.press_sequentially("Para a Marina")
    for _ in range(3):
        await ana.choose(RUI)
        await expect(ana.field).to_have_value("")
        await ana.choose()
        await expect(ana.field).to_have_value("Para a Marina")
    await ana.choose(RUI)
    await ana.field.press_sequentially("Para o Rui")
    await ana.page.reload()
    await expect(ana.field).to_have_value("Para o Rui")
    await ana.go("/settings/appearance")
    await ana.go("/inbox/queue")
    await expect(ana.row()).to_contain_text("Rascunho:")
    await ana.choose()
    await expect(ana.field).to_have_value("Para a Marina")

    await ana.page.get_by_role("button", name="Sua conta").click()
    await ana.page.get_by_role("menuitem", name="Sair").click()
    await ana.enter_password()
    await ana.is_live()
    await ana.view("Fila")
    await ana.choose()
    await expect(ana.field).to_have_value("Para a Marina")
    assert await office.texts() == ["Qual é o prazo?"]


async def test_a_session_that_ended_in_the_night_leaves_one_where_one_was(office: Office, ana: Seat) -> None:
    ana.forgive("^401 ")
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.field.press_sequentially("São dez")
    where = ana.page.url
    async with office.as_person(office.ana) as elsewhere:
        for session in (await elsewhere.get("/sessions")).json()["items"]:
            if not session["current"]:
                assert (await elsewhere.delete(f"/sessions/{session['id']}")).is_success
    await expect(ana.page.get_by_text("Sua sessão terminou.")).to_be_visible()
    await office.receives("Alguém?")
    await ana.enter_password()
    await expect(ana.field).to_have_value("São dez")
    await expect(ana.message("Alguém?")).to_be_visible()
    assert ana.page.url == where
    await ana.field.press_sequentially(" dias.")
    await ana.field.press("Enter")
    await office.went_out("São dez dias.")


@pytest.mark.shares_office
async def test_two_tabs_show_the_same_and_send_once(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    first = ana.page
    await ana.open(first.url.removeprefix(ana.url))
    await expect(ana.message("Qual é o prazo?")).to_be_visible()
    await ana.say("São dez dias.")
    await office.went_out("São dez dias.")
    second = ana.page
    for tab in (first, second):
        ana.turn_to(tab)
        await expect(ana.tick("São dez dias.", "Enviada")).to_be_visible()
        await expect(ana.message("São dez dias.")).to_have_count(1)


@pytest.mark.long_story
async def test_a_draft_goes_on_in_another_browser(office: Office, ana: Seat, sit: Sit) -> None:
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    home = await sit(office.ana)
    await home.sign_in("/inbox/queue")
    await ana.choose()
    await ana.field.press_sequentially("São dez")
    await expect(home.row()).to_contain_text("Rascunho: São dez")
    await home.choose()
    await expect(home.field).to_have_value("São dez")
    await home.field.press_sequentially(" dias")
    await expect(ana.field).to_have_value("São dez dias")
    await home.choose(RUI)
    await expect(home.field).to_have_value("")

    # A third browser, which was not there, finds it; a note is another draft than the answer.
    later = await sit(office.ana)
    await later.sign_in("/inbox/queue")
    await later.choose()
    await expect(later.field).to_have_value("São dez dias")
    await later.writes("Nota")
    await later.field.press_sequentially("Ver o contrato")
    await ana.writes("Nota")
    await expect(ana.field).to_have_value("Ver o contrato")
    await ana.writes("Responder")
    await expect(ana.field).to_have_value("São dez dias")

    # Without a connection it is kept here, and there for the others once there is one.
    await home.choose()
    await home.cut()
    await home.field.press_sequentially(" úteis")
    await home.mend()
    await expect(ana.field).to_have_value("São dez dias úteis")

    # Sent, it is gone everywhere, once and for the right customer.
    await ana.field.press("Enter")
    await office.went_out("São dez dias úteis")
    await expect(home.field).to_have_value("")
    await later.writes("Responder")
    await expect(later.field).to_have_value("")
    await expect(home.row(RUI)).not_to_contain_text("Rascunho")
    assert await office.texts(RUI) == ["Alô"]


@pytest.mark.long_story
async def test_two_tabs_do_not_fight_over_a_draft(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    first = ana.page
    second = await ana.open(first.url.removeprefix(ana.url))
    await expect(ana.message("Qual é o prazo?")).to_be_visible()
    ana.turn_to(first)
    await ana.field.press_sequentially("São dez dias, ", delay=120)
    ana.turn_to(second)
    await expect(ana.field).to_have_value("São dez dias, ")
    await ana.field.press_sequentially("contados de hoje.", delay=120)
    await expect(ana.field).to_have_value("São dez dias, contados de hoje.")
    ana.turn_to(first)
    await expect(ana.field).to_have_value("São dez dias, contados de hoje.")
    await ana.page.reload()
    await expect(ana.field).to_have_value("São dez dias, contados de hoje.")
