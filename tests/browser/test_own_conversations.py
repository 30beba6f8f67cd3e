"""An attendant who sees own conversations only, beside one who sees all: what comes, and what is taken away."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, RUI, Office, Person
from tests.browser.seat import Seat


async def give(office: Office, person: Person | None, conversation_id: str) -> None:
    body = {"attendant_id": person.id if person else None}
    answer = await office.client.post(f"/conversations/{conversation_id}/assign", json=body)
    assert answer.is_success, answer.text


@pytest.mark.long_story
async def test_what_is_given_comes_whole_and_what_is_taken_goes_and_says_why(
    office: Office, ana: Seat, sit: Sit
) -> None:
    person = await office.hire("Bruno Lima", visibility="own")
    await office.receives("Bom dia", of=MARINA)
    await office.receives("Oi", of=RUI)
    marinas = (await office.conversation(MARINA))["id"]
    bruno = await sit(person)
    await bruno.sign_in("/inbox/mine")
    await expect(bruno.row(MARINA)).to_have_count(0)
    for view in ("Fila", "Todas"):
        await expect(bruno.views.get_by_role("link", name=re.compile(f"^{view}"))).to_have_count(0)
    bruno.forgive("404 GET")
    await bruno.go(f"/inbox/mine/{marinas}")
    await expect(bruno.thread.get_by_text("Conversa não encontrada")).to_be_visible()
    await bruno.go("/inbox/mine")
    await bruno.is_live()

    await give(office, person, marinas)
    await bruno.choose(MARINA)
    await expect(bruno.message("Bom dia")).to_be_visible()
    await expect(bruno.row(RUI)).to_have_count(0)
    await office.receives("Alguém?", of=MARINA)
    await expect(bruno.message("Alguém?")).to_be_visible()
    await bruno.field.fill("Já estou ven")

    await give(office, office.ana, marinas)
    await expect(bruno.thread.get_by_text("Esta conversa não é mais sua")).to_be_visible()
    await expect(bruno.thread.get_by_text("Agora está com")).to_be_visible()
    await expect(bruno.thread.get_by_text("fica guardado")).to_be_visible()
    await expect(bruno.row(MARINA)).to_have_count(0)
    await expect(bruno.page.get_by_text("Bom dia")).to_have_count(0)
    await office.receives("Segredo", of=MARINA)
    await ana.view("Todas")
    await ana.choose(MARINA)
    await expect(ana.message("Segredo")).to_be_visible()
    await expect(bruno.page.get_by_text("Segredo")).to_have_count(0)

    await give(office, person, marinas)
    await expect(bruno.message("Segredo")).to_be_visible()
    await expect(bruno.field).to_have_value("Já estou ven")


@pytest.mark.long_story
async def test_a_limit_counts_at_once_in_an_open_client(office: Office, sit: Sit) -> None:
    person = await office.hire("Bruno Lima")
    await office.receives("Bom dia", of=MARINA)
    bruno = await sit(person)
    await bruno.sign_in("/inbox/all")
    await bruno.choose(MARINA)
    bruno.forgive("404 GET")
    for visibility, rows in (("own", 0), ("all", 1)):
        answer = await office.client.patch(f"/attendants/{person.id}", json={"visibility": visibility})
        assert answer.is_success, answer.text
        await expect(bruno.row(MARINA)).to_have_count(rows)
    await expect(bruno.message("Bom dia")).to_be_visible()
