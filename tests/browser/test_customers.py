"""Customers' records: two that are one person's, fields of the company's own, days that never move, two who edit."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, Office
from tests.browser.seat import Seat

pytestmark = pytest.mark.long_story


def record(seat: Seat) -> Locator:
    """The record that is open on the customers' page."""
    return seat.page.get_by_role("region", name="Cliente", exact=True)


async def test_two_records_are_merged_side_by_side_and_separated_later(office: Office, ana: Seat, sit: Sit) -> None:
    await office.receives("Bom dia")
    contact_id = (await office.conversation())["contact"]["id"]
    facts = {"name": "Marina A. Souza", "email": "marina@example.com", "birthday": "1990-02-28"}
    other = (await office.client.post("/contacts", json=facts)).json()
    bia = await sit(await office.hire("Bia Lima"))
    await bia.sign_in(f"/contacts/{contact_id}")
    await expect(record(bia).get_by_role("heading", name=MARINA.name)).to_be_visible()

    await ana.go(f"/contacts/{contact_id}")
    await record(ana).get_by_role("button", name="Unir com outro cadastro").click()
    dialog = ana.page.get_by_role("dialog", name="Unir com outro cadastro")
    await dialog.get_by_role("searchbox").fill("marina@example")
    await dialog.get_by_role("button", name=re.compile(facts["name"])).click()
    sides = ana.page.get_by_role("dialog", name="Unir cadastros")
    await expect(sides.get_by_role("row", name=re.compile("^Nascimento")).get_by_text("28/02/1990")).to_be_visible()
    await sides.get_by_role("radio", name=facts["name"]).check()
    await sides.get_by_role("button", name="Unir", exact=True).click()
    for seat in (ana, bia):
        await expect(record(seat).get_by_role("heading", name=facts["name"])).to_be_visible()
        await expect(record(seat).get_by_role("region", name="Cadastros unidos")).to_contain_text("Unido por Ana Souza")
    assert (await office.client.get(f"/contacts/{other['id']}")).json()["merged_into"] == contact_id

    await ana.go("/inbox/queue")  # the notice that offered to undo it is gone
    await record(bia).get_by_role("button", name=f"Separar {facts['name']}").click()
    await expect(bia.page.get_by_text("voltou a ter um cadastro só seu")).to_be_visible()
    await expect(record(bia).get_by_role("heading", name=MARINA.name)).to_be_visible()
    await ana.sees(MARINA)
    restored = (await office.client.get(f"/contacts/{other['id']}")).json()
    assert (restored["merged_into"], restored["email"]) == (None, facts["email"])


async def test_a_field_of_the_companys_own_is_made_and_filled_in_place(office: Office, ana: Seat) -> None:
    await office.receives("Bom dia")
    await ana.go("/settings/fields")
    await ana.page.get_by_role("button", name="Novo campo").click()
    dialog = ana.page.get_by_role("dialog", name="Novo campo")
    await dialog.get_by_label("Nome do campo").fill("Plano")
    await dialog.get_by_role("combobox", name="Tipo").click()
    await ana.page.get_by_role("option", name="Uma opção").click()
    await dialog.get_by_label("Opções").fill("Fibra 300\nFibra 500")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(ana.page.get_by_role("list", name="Campos personalizados")).to_contain_text("Nome na API: plano")

    await ana.go("/inbox/queue")
    await ana.choose()
    pane = ana.page.get_by_role("region", name="Cadastro", exact=True)
    await pane.get_by_role("combobox", name="Plano").click()
    await ana.page.get_by_role("option", name="Fibra 500").click()
    await expect(ana.page.get_by_text("Plano salvo.")).to_be_visible()
    contact_id = (await office.conversation())["contact"]["id"]
    assert list((await office.client.get(f"/contacts/{contact_id}")).json()["fields"]) == ["plano"]
    await ana.page.get_by_role("button", name="Desfazer").click()
    await expect(pane.get_by_role("combobox", name="Plano")).to_have_value("")


@pytest.mark.long_story
@pytest.mark.parametrize("timezone", ["Europe/Lisbon", "America/Rio_Branco"])
async def test_a_birthday_is_the_same_day_everywhere(office: Office, sit: Sit, timezone: str) -> None:
    facts = {"name": "Clara Dias", "birthday": "1990-10-12"}
    contact = (await office.client.post("/contacts", json=facts)).json()
    seat = await sit(office.ana, timezone_id=timezone)
    await seat.sign_in(f"/contacts/{contact['id']}")
    await record(seat).get_by_role("button", name="Nascimento 12/10/1990").click()
    field = record(seat).get_by_label("Nascimento")
    await expect(field).to_have_value("1990-10-12")
    await field.fill("1990-10-13")
    await field.press("Enter")
    await expect(record(seat).get_by_role("button", name="Nascimento 13/10/1990")).to_be_visible()
    assert (await office.client.get(f"/contacts/{contact['id']}")).json()["birthday"] == "1990-10-13"


@pytest.mark.long_story
async def test_who_saves_second_sees_what_was_changed_meanwhile(office: Office, ana: Seat, sit: Sit) -> None:
    contact = (await office.client.post("/contacts", json={"name": "Clara Dias"})).json()
    bia = await sit(await office.hire("Bia Lima"))
    await bia.sign_in(f"/contacts/{contact['id']}")
    bia.forgive(r"409 PATCH \S+/api/v1/contacts/")
    await record(bia).get_by_role("button", name="Endereço Adicionar").click()
    typed = record(bia).get_by_label("Endereço")
    await typed.fill("Rua das Flores, 12")

    await ana.go(f"/contacts/{contact['id']}")
    await record(ana).get_by_role("button", name="Endereço Adicionar").click()
    await record(ana).get_by_label("Endereço").fill("Rua das Palmeiras, 7")
    await ana.page.keyboard.press("Control+Enter")
    await expect(record(ana).get_by_role("button", name="Endereço Rua das Palmeiras, 7")).to_be_visible()

    await typed.press("Control+Enter")
    told = record(bia).get_by_role("alert")
    await expect(told).to_contain_text("Ana Souza mudou este campo enquanto você escrevia: Rua das Palmeiras, 7")
    await expect(typed).to_have_value("Rua das Flores, 12")
    await told.get_by_role("button", name="Usar o meu").click()
    await expect(record(ana).get_by_role("button", name="Endereço Rua das Flores, 12")).to_be_visible()
