"""No page has a fault that axe finds, in either theme."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.axe import faults, faults_in_both_themes
from tests.browser.conftest import Sit
from tests.browser.office import Office

_HEADINGS = {
    "/settings/appearance": "Aparência",
    "/settings/notifications": "Notificações",
    "/channels": "Canais",
}


async def test_axe_finds_nothing(office: Office, sit: Sit) -> None:
    await office.receives("Bom dia, meu boleto não chegou")
    await office.answers("Já envio outro.")
    seat = await sit(office.ana, reduced_motion="reduce")
    await seat.open()
    await expect(seat.page.get_by_role("button", name="Entrar")).to_be_visible()
    found = await faults_in_both_themes(seat)
    await seat.enter_password()
    await seat.is_live()
    await seat.visit("/inbox/queue")
    await seat.choose()
    await expect(seat.message("Já envio outro.")).to_be_visible()
    found += await faults_in_both_themes(seat)
    await seat.visit("/inbox/favourites")
    await expect(seat.page.get_by_text("Nenhuma favorita")).to_be_visible()
    found += await faults_in_both_themes(seat)
    for path, name in _HEADINGS.items():
        await seat.visit(path)
        await expect(seat.page.get_by_role("heading", level=1, name=name)).to_be_attached()
        await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
        found += await faults_in_both_themes(seat)
    await seat.visit("/settings/attendants")
    await seat.page.get_by_role("button", name="Adicionar atendente").click()
    await expect(seat.page.get_by_role("dialog", name="Adicionar atendente")).to_be_visible()
    found += await faults_in_both_themes(seat)
    assert found == []


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_privacy_and_audit(office: Office, sit: Sit, scheme: str) -> None:
    await office.receives("Quero uma cópia dos meus dados")
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/inbox/queue")
    await seat.choose()
    await seat.press("Mais ações")
    await seat.page.get_by_role("menuitem", name="Transcrição").click()
    await expect(seat.page.get_by_role("dialog")).to_be_visible()
    found = await faults(seat)
    await seat.page.keyboard.press("Escape")
    await expect(seat.page.get_by_role("dialog")).to_have_count(0)
    await seat.page.get_by_role("button", name="Apagar tudo").click()
    await expect(seat.page.get_by_role("dialog", name="Apagar este cliente")).to_be_visible()
    found += await faults(seat)
    await seat.go("/settings/privacy")
    await seat.page.get_by_role("switch", name="Apagar mensagens depois de um prazo").check()
    await expect(seat.page.get_by_text("Hoje nada seria apagado.")).to_be_visible()
    found += await faults(seat)
    await seat.page.get_by_role("switch", name="Apagar mensagens depois de um prazo").uncheck()
    await seat.go("/settings/audit")
    await expect(seat.page.get_by_role("list", name="Registros")).to_be_visible()
    found += await faults(seat)
    assert found == []


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_the_desk_is_busy(office: Office, sit: Sit, scheme: str) -> None:
    await office.receives("Bom dia, meu boleto não chegou")
    conversation = await office.conversation()
    later = {
        "kind": "text",
        "text": "Até amanhã.",
        "scheduled_for": (datetime.now(UTC) + timedelta(hours=2)).isoformat(),
    }
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/inbox/queue")
    answer = await office.client.post(f"/conversations/{conversation['id']}/messages", json=later)
    assert answer.is_success, answer.text
    await seat.choose()
    await seat.field.fill("Já envio")
    await expect(seat.thread.get_by_role("region", name="Mensagens agendadas")).to_contain_text("Até amanhã.")
    found = await faults(seat)
    for path in ("/inbox/drafts", "/inbox/scheduled"):
        await seat.go(path)
        await seat.is_live()
        await expect(seat.page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
        found += await faults(seat)
    assert found == []


_SETTINGS = ("replies", "tags", "labels", "types", "automatic", "ratings", "fields", "imports")


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_what_a_company_knows_and_sets_up(office: Office, sit: Sit, scheme: str) -> None:
    await office.receives("Bom dia")
    contact = (await office.conversation())["contact"]
    twin = {"name": contact["name"], "email": "marina@example.com"}
    for path, body in (
        ("/contacts", twin),
        ("/tags", {"name": "Elogio"}),
        ("/types", {"name": "Vendas"}),
        ("/contact-fields", {"label": "Plano", "type": "choices", "options": [{"value": "a", "label": "A"}]}),
        ("/automatic-replies", {"name": "Olá", "trigger": "new_contact", "text": "Olá"}),
    ):
        assert (await office.client.post(path, json=body)).is_success
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in(f"/contacts/{contact['id']}")
    page = seat.page
    await expect(page.get_by_role("region", name="Cadastros unidos")).to_be_visible()
    found = await faults(seat)
    await page.get_by_role("button", name="Unir com outro cadastro").click()
    found += await faults(seat)
    await page.get_by_role("dialog").get_by_role("listitem").filter(has_text=twin["email"]).click()
    await expect(page.get_by_role("dialog", name="Unir cadastros")).to_be_visible()
    found += await faults(seat)
    for path in _SETTINGS:
        await seat.go(f"/settings/{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        found += await faults(seat)
    await seat.go("/settings/tags")
    await page.get_by_role("button", name="Mais ações de Elogio").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Arquivar")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Juntar com…")).to_be_focused()
    found += await faults(seat)
    assert found == []


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_work_is_shared(office: Office, sit: Sit, scheme: str) -> None:
    body = {"name": "Suporte", "strategy": "manual", "members": [{"attendant_id": office.ana.id}]}
    team = await office.client.post("/teams", json=body)
    policy = {"default_team_id": team.json()["id"]}
    assert (await office.client.put("/routing/distribution", json=policy)).is_success
    await office.receives("Bom dia, meu boleto não chegou")
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/inbox/queue")
    await expect(seat.page.get_by_role("button", name="Próxima", exact=True)).to_be_visible()
    found = await faults(seat)
    await seat.page.get_by_role("button", name="Sua conta").click()
    await expect(seat.page.get_by_role("menuitemradio", name="Online")).to_be_visible()
    found += await faults(seat)
    await seat.page.keyboard.press("Escape")
    await seat.choose()
    await seat.press("Mais ações")
    await seat.page.get_by_role("menuitem", name="Transferir").click()
    await expect(seat.page.get_by_role("dialog", name="Transferir para")).to_be_visible()
    found += await faults(seat)
    await seat.page.get_by_role("option", name="Suporte").or_(seat.page.get_by_role("option").first).first.click()
    await seat.go("/live")
    await expect(seat.page.get_by_role("heading", name="Ao vivo")).to_be_visible()
    found += await faults(seat)
    assert found == []
