"""Files by button, by pasting and by dropping; what is pasted as text; and text without end."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route, expect

from atd_testing.waiting import eventually
from tests.browser.office import RUI, Office
from tests.browser.pictures import png
from tests.browser.seat import Seat

_PDF = ("contrato.pdf", "application/pdf", b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n")
_CELLS = "Prazo\t10 dias"

_TRANSFER = """
([files, texts]) => {
  const data = new DataTransfer();
  for (const [name, type, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  for (const [type, text] of texts) data.items.add(text, type);
  return data;
}
"""
_TO_CLIPBOARD = """
async (contents) => {
  const blobs = {};
  for (const [type, base64] of Object.entries(contents)) {
    blobs[type] = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type });
  }
  await navigator.clipboard.write([new ClipboardItem(blobs)]);
}
"""


async def transfer(seat: Seat, *files: tuple[str, str, bytes], texts: tuple[tuple[str, str], ...] = ()) -> Any:
    """What the mouse carries."""
    given = [(name, kind, list(content)) for name, kind, content in files]
    return await seat.page.evaluate_handle(_TRANSFER, [given, texts])


async def drop(seat: Seat, selector: str, data: Any) -> bool:
    """Drop it there; whether the browser would have left the page for the file."""
    left = await seat.page.evaluate(
        """([selector, dataTransfer]) => {
            const target = document.querySelector(selector);
            const over = { dataTransfer, bubbles: true, cancelable: true };
            target.dispatchEvent(new DragEvent("dragenter", over));
            target.dispatchEvent(new DragEvent("dragover", over));
            return target.dispatchEvent(new DragEvent("drop", over));
        }""",
        [selector, data],
    )
    return bool(left)


async def paste(seat: Seat, **contents: bytes) -> None:
    """Put it on the clipboard, by type with `_` for `/`, and press Ctrl-V in the field."""
    await seat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    coded = {kind.replace("_", "/"): base64.b64encode(content).decode() for kind, content in contents.items()}
    await seat.page.evaluate(_TO_CLIPBOARD, coded)
    await seat.field.focus()
    await seat.page.keyboard.press("Control+V")


async def _never_answered(_: Route) -> None:
    """A request of which nothing is heard; the page may give it up."""


async def _kinds_sent(office: Office, count: int) -> list[str]:
    async def all_there() -> bool:
        return len(await office.went()) >= count

    await eventually(all_there, message=f"{count} messages at the provider")
    return [one.kind for one in await office.went()]


@pytest.mark.shares_office
async def test_a_file_dropped_on_the_messages_is_attached_and_beside_them_does_not_leave_the_page(
    office: Office, ana: Seat
) -> None:
    await office.receives("Oi")
    await ana.choose()
    dropped = await transfer(ana, _PDF)
    assert not await drop(ana, "nav", dropped)
    await expect(ana.thread.get_by_role("list", name="Arquivos da mensagem")).to_have_count(0)
    assert not await drop(ana, "[data-message]", dropped)
    await expect(ana.thread.get_by_role("button", name="Remover contrato.pdf")).to_be_visible()
    await ana.page.keyboard.press("Enter")
    assert await _kinds_sent(office, 1) == ["document"]
    await expect(ana.tick("contrato.pdf", "Enviada")).to_be_visible()


@pytest.mark.shares_office
async def test_cells_of_a_spreadsheet_are_pasted_as_text_and_a_picture_as_a_picture(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    table = b"<table><tr><td>Prazo</td><td>10 dias</td></tr></table>"
    await paste(ana, text_plain=_CELLS.encode(), text_html=table, image_png=png())
    await expect(ana.field).to_have_value(_CELLS)
    await expect(ana.thread.get_by_role("list", name="Arquivos da mensagem")).to_have_count(0)
    await ana.field.press("Enter")
    await office.went_out(_CELLS)

    await paste(ana, image_png=png())
    files = ana.thread.get_by_role("list", name="Arquivos da mensagem")
    await expect(files.get_by_role("button", name="Remover")).to_be_visible()
    await ana.page.keyboard.press("Enter")
    assert await _kinds_sent(office, 2) == ["text", "image"]


@pytest.mark.shares_office
async def test_a_file_on_its_way_shows_how_far_it_is_and_can_be_called_back(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await ana.choose()
    await ana.context.route("**/api/v1/attachments", _never_answered)
    file = FilePayload(name=_PDF[0], mimeType=_PDF[1], buffer=_PDF[2])
    await ana.page.locator("[data-composer-files]").set_input_files(file)
    await expect(ana.thread.get_by_role("progressbar", name="Enviando contrato.pdf")).to_be_attached()
    await ana.field.fill("Segue o contrato")
    await expect(ana.thread.get_by_title("Há arquivos que ainda não subiram")).to_be_visible()
    await ana.field.press("Enter")
    await expect(ana.field).to_have_value("Segue o contrato")
    await ana.press("Cancelar contrato.pdf")
    await expect(ana.thread.get_by_role("list", name="Arquivos da mensagem")).to_have_count(0)
    await ana.context.unroute("**/api/v1/attachments")
    await ana.field.press("Enter")
    await office.went_out("Segue o contrato")
    assert await _kinds_sent(office, 1) == ["text"]


@pytest.mark.long_story
async def test_a_hundred_thousand_pasted_characters_are_kept_and_the_limit_is_said(office: Office, ana: Seat) -> None:
    await office.receives("Oi")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    text = "Prazo de dez dias. ".ljust(20, "-") * 5000
    await paste(ana, text_plain=text.encode())
    await expect(ana.field).to_have_value(text)
    await expect(ana.thread.get_by_text("95.904 caracteres a mais: o limite é 4.096.")).to_be_visible()
    await ana.field.press("Enter")
    await ana.choose(RUI)
    await ana.say("Pois não")
    await office.went_out("Pois não")
    await ana.choose()
    await expect(ana.field).to_have_value(text)
    await office.receives("Ainda aí?")
    await expect(ana.message("Ainda aí?")).to_be_visible()
    await ana.say("Dez dias")
    await office.went_out("Dez dias")
    assert await office.texts() == ["Oi", "Ainda aí?", "Dez dias"]
