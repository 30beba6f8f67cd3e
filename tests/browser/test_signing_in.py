"""Signing in, staying signed in, and signing out."""

from __future__ import annotations

import dataclasses

from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import Office


async def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_wanted_to_go(
    office: Office, sit: Sit
) -> None:
    seat = await sit(dataclasses.replace(office.ana, password="esqueci"))
    seat.forgive("401 POST .*/auth/login")
    await seat.open("/settings/appearance")
    await seat.enter_password()
    await expect(seat.page.get_by_role("alert")).to_contain_text("E-mail ou senha não conferem")

    seat.person = office.ana
    await seat.enter_password()
    await expect(seat.page.get_by_role("heading", name="Aparência")).to_be_visible()
    await seat.page.reload()
    await expect(seat.page.get_by_role("heading", name="Aparência")).to_be_visible()


async def test_who_signs_out_is_out_in_every_tab(office: Office, sit: Sit) -> None:
    seat = await sit(office.ana)
    await seat.sign_in()
    first = seat.page
    await seat.open()
    await seat.is_live()
    await seat.page.get_by_role("button", name="Sua conta").click()
    await seat.page.get_by_role("menuitem", name="Sair").click()
    for tab in (seat.page, first):
        await expect(tab.get_by_role("button", name="Entrar")).to_be_visible()
