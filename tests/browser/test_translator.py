"""A browser's translator changes the page while one works in it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import RUI, Office

_TRANSLATE = """
() => {
  const dressed = (node) => {
    const outer = document.createElement("font");
    const inner = outer.appendChild(document.createElement("font"));
    outer.style.verticalAlign = "inherit";
    node.replaceWith(outer);
    inner.append(KEEPS ? node : node.data);
  };
  const translate = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    for (const node of found) {
      const above = node.parentElement;
      if (node.data.trim() !== "" && above.closest("font, script, style, textarea") === null) dressed(node);
    }
  };
  new MutationObserver(translate).observe(document.body, { childList: true, subtree: true, characterData: true });
  translate();
}
"""


@pytest.mark.long_story
@pytest.mark.parametrize("keeps", [True, False])
async def test_one_works_in_a_page_that_is_translated(office: Office, sit: Sit, keeps: bool) -> None:
    """The translator moves the texts into elements of its own (`keeps`), or puts new texts in their place."""
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    seat = await sit(office.ana)
    await seat.sign_in("/inbox/all")
    await seat.choose()
    await seat.page.evaluate(_TRANSLATE.replace("KEEPS", str(keeps).lower()))
    await expect(seat.page.locator("font font").first).to_be_attached()

    await office.receives("E o preço?")
    await expect(seat.message("E o preço?")).to_be_visible()
    await seat.press("Assumir")
    await expect(seat.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await seat.say("Dez dias.")
    await office.went_out("Dez dias.")
    await expect(seat.tick("Dez dias.", "Enviada")).to_be_visible()
    await office.receipt("Dez dias.", "read")
    await expect(seat.tick("Dez dias.", "Lida")).to_be_visible()
    await seat.choose(RUI)
    await office.receives("Alguém?", of=RUI)
    await expect(seat.message("Alguém?")).to_be_visible()
    await seat.choose()
    await expect(seat.message("Dez dias.")).to_be_visible()
    await seat.press("Encerrar")
    await expect(seat.thread.get_by_role("button", name="Reabrir", exact=True).first).to_be_visible()
    await seat.view("Fechadas")
    await expect(seat.row()).to_be_visible()
    await expect(seat.page.get_by_text("Esta parte parou de funcionar")).to_have_count(0)
