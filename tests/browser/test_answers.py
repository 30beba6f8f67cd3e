"""Quotes, notes, favourites, and what Enter does."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.office import Office
from tests.browser.seat import Seat


async def test_a_quote_goes_out_as_a_quote(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?", "E o preço?")
    await ana.choose()
    await ana.message("Qual é o prazo?").hover()
    await ana.message("Qual é o prazo?").get_by_role("button", name="Responder citando").click()
    await expect(ana.field).to_be_focused()
    await ana.page.keyboard.type("Dez dias")
    await ana.page.keyboard.press("Enter")
    await office.went_out("Dez dias")
    (sent,) = [one for one in await office.graph.sent() if one.text == "Dez dias"]
    assert sent.reply_to is not None
    await expect(ana.message("Dez dias").get_by_title("Ir para a mensagem citada")).to_be_visible()


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
