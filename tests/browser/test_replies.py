"""A quick reply stays the same characters wherever it is stored, shown and received."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.office import Office
from tests.browser.seat import Seat

# Emoji of several code points (family, skin tone, flag, keycap), blank lines, and signs that some take for markup.
_BODY = "\n".join(
    [
        'Olá, {{contact.first_name|"cliente"}} 👩‍👩‍👧‍👦',
        "",
        "Para a sua visita: 👍🏽 🇧🇷 1️⃣ ❤️‍🔥",
        "",
        "",
        "- traga o documento",
        "- chegue 10 minutos antes",
        "  - com o cartão, se tiver",
        "",
        "O arquivo chama a_b_c e a conta é 2 * 3 * 4 = 24.",
        "1. primeiro",
        "2) segundo",
        "# não é um título",
        "> nem uma citação",
        '100% "certo" \\ <b>texto</b> &amp; {chave} }',
        "É ação, não acao; e\u0301 com acento combinado",
        "\tcom tabulação no início",
        *(f"Linha {number} de trinta" for number in range(18, 30)),
        "Até logo!",
    ]
)


@pytest.mark.long_story
async def test_a_long_reply_stays_the_same_characters(office: Office, ana: Seat) -> None:
    assert _BODY.count("\n") == 29
    await office.receives("Como eu faço?")
    page = ana.page
    dialog = page.get_by_role("dialog")
    await ana.go("/settings/replies")
    await page.get_by_role("button", name="Nova resposta rápida").first.click()
    await dialog.get_by_label("Atalho").fill("/aviso")
    await dialog.get_by_label("Título").fill("Aviso")
    await dialog.get_by_role("textbox", name="Texto").fill(_BODY)
    await expect(dialog.get_by_role("region", name="Como um cliente vê")).to_contain_text("Até logo!")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog).to_be_hidden()
    # Opened, saved, opened again and edited: nothing but the edit changes.
    for title in ("Aviso da visita", "Aviso de visita"):
        await page.get_by_role("button", name="Editar /aviso").click()
        await expect(dialog.get_by_role("textbox", name="Texto")).to_have_value(_BODY)
        await dialog.get_by_label("Título").fill(title)
        await dialog.get_by_role("button", name="Salvar").click()
        await expect(dialog).to_be_hidden()
    stored = (await office.client.get("/replies")).json()["items"]
    assert [one["body"] for one in stored if one["shortcut"] == "/aviso"] == [_BODY]

    said = _BODY.replace('{{contact.first_name|"cliente"}}', "Marina")
    await ana.go("/inbox/queue")
    await ana.choose()
    await ana.field.press_sequentially("/aviso")
    option = ana.thread.get_by_role("option", name="/aviso")
    await expect(option).to_be_visible()
    await expect(ana.thread.get_by_role("group", name="Como o cliente vê")).to_contain_text("Olá, Marina")
    await ana.field.press("Enter")
    await expect(ana.field).to_have_value(said)
    await ana.field.press("Enter")
    await office.went_out(said)
    await expect(ana.field).to_have_value("")
    assert (await office.texts())[-1] == said
    assert await ana.message("Até logo!").locator("p").first.text_content() == said
