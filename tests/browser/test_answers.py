"""Quotes, notes, favourites, and what Enter does."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import Office
from tests.browser.seat import Seat


@pytest.mark.shares_office
async def test_a_quote_goes_out_as_a_quote(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?", "E o preço?")
    await ana.choose()
    await ana.message("Qual é o prazo?").hover()
    await ana.message("Qual é o prazo?").get_by_role("button", name="Responder citando").click()
    await expect(ana.field).to_be_focused()
    await ana.page.keyboard.type("Dez dias")
    await ana.page.keyboard.press("Enter")
    await office.went_out("Dez dias")
    (sent,) = [one for one in await office.went() if one.text == "Dez dias"]
    assert sent.reply_to is not None
    await expect(ana.message("Dez dias").get_by_title("Ir para a mensagem citada")).to_be_visible()


@pytest.mark.shares_office
async def test_a_note_never_leaves_the_company(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    await ana.page.keyboard.press("Escape")
    await (
        ana.thread.get_by_role("radio", name="Nota")
        .or_(ana.thread.get_by_role("tab", name="Nota"))
        .first.click(force=True)
    )
    await ana.field.fill("Cliente importante")
    await ana.field.press("Enter")
    await expect(ana.message("Cliente importante")).to_be_visible()
    await office.kept("Cliente importante")
    await office.answers("Depois")
    await office.went_out("Depois")
    assert await office.sent("Cliente importante") == []


@pytest.mark.shares_office
async def test_enter_that_ends_a_composition_sends_nothing_and_twice_sends_once(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    await ana.field.fill("não")
    await ana.field.evaluate(
        """(field) => {
            field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true, data: "" }));
            const enter = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
            field.dispatchEvent(new KeyboardEvent("keydown", { ...enter, isComposing: true, keyCode: 229 }));
            field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "ã" }));
        }"""
    )
    await expect(ana.field).to_have_value("não")
    await ana.field.press("Enter")
    await ana.page.keyboard.press("Enter")
    await office.went_out("não")
    await office.answers("Depois")
    await office.went_out("Depois")
    assert await office.texts() == ["Oi", "não", "Depois"]


@pytest.mark.long_story
async def test_a_favourite_is_found_again(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    await ana.press("Favoritar")
    await ana.view("Favoritas")
    await expect(ana.row()).to_be_visible()
    await ana.press("Tirar dos favoritos")
    await ana.view("Fila")
    await ana.view("Favoritas")
    await expect(ana.row()).to_have_count(0)


@pytest.mark.long_story
async def test_a_favourite_of_another_device_is_there_at_once(office: Office, ana: Seat, sit: Sit) -> None:
    await office.receives("Oi")
    other = await sit(ana.person)
    await other.sign_in("/inbox/favourites")
    await ana.choose()
    await ana.press("Favoritar")
    await expect(other.row()).to_be_visible()
    await ana.press("Tirar dos favoritos")
    await expect(other.row()).to_have_count(0)


@pytest.mark.shares_office
async def test_a_double_click_on_take_takes_and_no_more(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.view("Fila")
    await ana.choose()
    take = ana.thread.get_by_role("button", name="Assumir", exact=True).first
    await take.dblclick()
    await expect(ana.field).to_be_focused()
    await ana.page.keyboard.type("e agora")
    await expect(ana.field).to_have_value("e agora")
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()


@pytest.mark.long_story
async def test_escape_leaves_the_field_for_the_single_keys_and_comes_back(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    await ana.field.fill("rascunho")
    await ana.page.keyboard.press("Escape")
    await expect(ana.messages).to_be_focused()
    await ana.page.keyboard.press("?")
    keys = ana.page.get_by_role("dialog", name="Atalhos do teclado")
    await expect(keys).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)
    await ana.messages.focus()
    await ana.page.keyboard.press("Escape")
    await expect(ana.field).to_be_focused()
    await expect(ana.field).to_have_value("rascunho")


@pytest.mark.long_story
async def test_a_reaction_is_chosen_with_the_mouse_among_all_emojis(office: Office, ana: Seat) -> None:
    await office.receives("Passei na prova")
    await ana.choose()
    message = ana.message("Passei na prova")
    await message.hover()
    await message.get_by_role("button", name="Reagir").click()
    more = ana.page.get_by_role("button", name="Outra reação")
    box = await more.bounding_box()
    assert box is not None
    await ana.page.mouse.move(box["x"] + 200, box["y"] - 100)  # past the message, and back
    await more.click()
    await ana.page.get_by_label("Buscar emoji").fill("festa")
    await ana.page.locator("button", has_text="🎉").click()
    await expect(message.get_by_role("button", name=re.compile("🎉"))).to_be_visible()
