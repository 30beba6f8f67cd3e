"""What strangers send is shown, and does nothing."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.office import Customer, Office
from tests.browser.seat import PHONE, Seat

_RAN = "window.__ran.push(1)"
_HOSTILE = Customer(f"<img src=x onerror={_RAN}>", "5511988880011")
_TURNED = Customer("Ana\u202egpj.exe", "5511988880012")
_ARABIC = Customer("محمد علي", "5511988880013")
_LONG = Customer("Teresa Nogueira de Albuquerque Cavalcanti e Silva dos Santos Pereira da Mata X", "5511988880014")
_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_RAN}"><script>{_RAN}</script></svg>'.encode()


async def test_nothing_that_a_stranger_sends_runs(office: Office, ana: Seat) -> None:
    await office.receives(
        f"<script>{_RAN}</script>", f"javascript:{_RAN}", "https://exemplo.com/<b>oi</b>", of=_HOSTILE
    )
    await office.receives_file("document", _SVG, "image/svg+xml", "../../x.html", of=_HOSTILE)
    await ana.row(_HOSTILE).get_by_role("link").click()
    await expect(ana.thread.get_by_role("heading", level=1)).to_contain_text("<img src=x")
    await expect(ana.message("<script>")).to_be_visible()
    await expect(ana.messages.locator('a[href^="javascript:"]')).to_have_count(0)
    await expect(ana.message("x.html")).to_be_visible()
    await expect(ana.message("../")).to_have_count(0)
    async with ana.page.expect_download() as downloading:
        await ana.message("x.html").get_by_role("link").first.click()
    assert "/" not in (await downloading.value).suggested_filename
    assert await ana.page.evaluate("window.__ran") == []


async def test_names_and_words_of_any_length_and_direction_stay_in_their_place(office: Office, ana: Seat) -> None:
    await office.receives("a" * 200, of=_LONG)
    await office.receives("مرحبا، هل لديكم موعد غدا؟", of=_ARABIC)
    await office.receives("Segue a foto", of=_TURNED)
    await expect(ana.page.get_by_role("listitem").filter(has_text="Segue a foto")).not_to_contain_text("\u202e")
    for size in (None, PHONE):
        if size is not None:
            await ana.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for customer in (_LONG, _ARABIC):
            await ana.visit("/inbox/queue")
            await ana.choose(customer)
            wide = await ana.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0
