"""How a conversation finds its attendant, as attendants and supervisors see it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from atd_testing.waiting import eventually
from tests.browser.conftest import Sit
from tests.browser.office import Office, Person
from tests.browser.seat import PHONE, Seat

SUPPORT = "Suporte"


async def _team(office: Office, *members: Person, **more: object) -> str:
    """A team to which everything goes that has none; its id."""
    body = {"name": SUPPORT, "members": [{"attendant_id": one.id} for one in members], **more}
    answer = await office.client.post("/teams", json=body)
    assert answer.is_success, answer.text
    team_id = str(answer.json()["id"])
    answer = await office.client.put("/routing/distribution", json={"default_team_id": team_id})
    assert answer.is_success, answer.text
    return team_id


async def _chooses(seat: Seat, name: str) -> None:
    """Says how available one is, in the menu of one's account."""
    await seat.page.get_by_role("button", name="Sua conta").click()
    await seat.page.get_by_role("menuitemradio", name=name, exact=True).click()


async def test_all_away_it_waits_with_the_reason_then_is_given_transferred_and_accepted(
    office: Office, ana: Seat, sit: Sit
) -> None:
    await _team(office, office.ana)
    bruno = await sit(await office.hire("Bruno Lima"))
    await bruno.sign_in("/inbox/queue")
    await _chooses(ana, "Ausente")
    await office.receives("Meu pedido chegou errado")
    await bruno.sees()
    await expect(bruno.row()).to_contain_text("1º da fila")
    await expect(bruno.row()).to_contain_text("ninguém online")

    await _chooses(ana, "Online")
    await ana.go("/inbox/mine")  # colleagues are known for a minute, and Bruno is new
    await ana.choose()
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await ana.press("Mais ações")
    await ana.page.get_by_role("menuitem", name="Transferir").click()
    dialog = ana.page.get_by_role("dialog", name="Transferir para")
    await dialog.get_by_role("combobox").fill("Bruno")
    await expect(dialog.get_by_role("option", name="Bruno Lima")).to_be_visible()
    await ana.page.keyboard.press("Enter")
    note = ana.page.get_by_role("textbox", name="Nota para quem recebe")
    await note.fill("Ela quer trocar")
    await note.press("Enter")
    await expect(ana.thread.get_by_text("Aguardando Bruno Lima aceitar.")).to_be_visible()

    await bruno.view("Minhas")
    await bruno.choose()
    await expect(bruno.message("Ela quer trocar")).to_be_visible()

    async def accepted() -> bool:
        found = await office.conversation()
        return found["assignee"]["name"] == "Bruno Lima" and found.get("transfer") is None

    await eventually(accepted, message="the conversation to be accepted by being read")
    await expect(ana.thread.get_by_text("Aguardando Bruno Lima aceitar.")).to_have_count(0)


@pytest.mark.long_story
async def test_a_supervisor_looks_on_whispers_and_takes_over(office: Office, ana: Seat, sit: Sit) -> None:
    bruno = await office.hire("Bruno Lima")
    await office.receives("Bom dia")
    conversation = await office.conversation()
    his = await sit(bruno)
    await his.sign_in(f"/inbox/all/{conversation['id']}")
    await his.press("Assumir")
    await expect(his.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await office.receives("Ainda aí?")

    await ana.go("/live")
    await ana.page.get_by_role("button", name=re.compile("^Bruno Lima")).click()
    await ana.page.get_by_role("button", name="Acompanhar a conversa com Marina Alves").first.click()
    await expect(ana.message("Ainda aí?")).to_be_visible()
    await expect(ana.thread.get_by_role("radio", name="Nota")).to_be_checked()
    await expect(his.thread.get_by_text(f"{office.ana.name} está vendo")).to_be_visible()
    await ana.say("Ofereça o desconto")
    await expect(his.message("Ofereça o desconto")).to_be_visible()
    assert await office.sent("Ofereça o desconto") == []
    hers = next(one for one in [await office.conversation()] if one["id"] == conversation["id"])
    assert hers["unread_count"] > 0, "what one looks on at is not read"

    await ana.thread.get_by_role("status").get_by_role("button", name="Assumir").click()
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await ana.page.get_by_role("button", name="Desfazer").click()

    async def his_again() -> bool:
        return bool((await office.conversation())["assignee"]["id"] == bruno.id)

    await eventually(his_again, message="the conversation to be Bruno's again")


async def test_no_row_moves_when_the_head_of_the_queue_comes(office: Office, ana: Seat) -> None:
    await _team(office, office.ana, strategy="manual")
    await office.receives("Quem me atende?")
    answered = asyncio.Event()

    async def late(route: Route) -> None:
        await answered.wait()
        await route.continue_()

    await ana.page.route("**/api/v1/queue", late)
    await ana.page.reload()
    await ana.sees()
    before = await ana.row().bounding_box()
    assert before is not None
    answered.set()
    await expect(ana.page.get_by_role("region", name="Fila", exact=True)).to_be_visible()
    assert await ana.row().bounding_box() == pytest.approx(before, abs=0.5)


@pytest.mark.long_story
async def test_the_next_one_is_taken_by_a_key_from_any_page(office: Office, ana: Seat) -> None:
    await _team(office, office.ana, strategy="manual")
    await office.receives("Quem me atende?")
    await ana.sees()
    await expect(ana.row()).to_contain_text("espera alguém assumir")
    await ana.go("/settings/appearance")
    await ana.is_live()
    await expect(ana.page.get_by_role("heading", name="Aparência")).to_be_visible()

    async def taken() -> bool:  # keys of every page come after the page itself
        await ana.page.keyboard.press("Shift+N")
        return "/inbox/mine/" in ana.page.url

    await eventually(taken, message="the next one is opened")
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()


@pytest.mark.long_story
async def test_what_was_chosen_stands_after_a_reload_and_on_a_phone(office: Office, ana: Seat, sit: Sit) -> None:
    await ana.page.get_by_role("button", name="Sua conta").click()
    await ana.page.get_by_role("menuitemradio", name="Almoço").click()
    await ana.page.reload()
    await ana.is_live()
    phone = await sit(office.ana, viewport=PHONE)
    await phone.open("/inbox/mine")
    await phone.enter_password()
    for seat in (ana, phone):
        await seat.page.get_by_role("button", name="Sua conta").click()
        await expect(seat.page.get_by_text("Ausente: Almoço", exact=True)).to_be_visible()
