"""What the virus scanner keeps back is said where the file would be, and comes by itself once it was found clean."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from atd_testing.clamd import EICAR, FakeClamd
from tests.browser.office import Office
from tests.browser.seat import Seat

PDF = b"%PDF-1.4 "


@pytest.mark.long_story
async def test_an_infected_file_is_blocked_and_one_that_waits_opens_once_it_is_clean(
    office: Office, ana: Seat, clamd: FakeClamd
) -> None:
    await office.receives("Segue a fatura")
    await ana.choose()
    await office.receives_file("document", PDF + EICAR, "application/pdf", "fatura.pdf")
    await expect(ana.messages.get_by_text("fatura.pdf: bloqueado, contém vírus")).to_be_visible()
    await expect(ana.messages.get_by_text("Avise o cliente e peça outro arquivo.")).to_be_visible()
    await expect(ana.messages.get_by_role("link")).to_have_count(0)
    with clamd.away():
        await office.receives_file("document", PDF + b"limpo", "application/pdf", "contrato.pdf")
        await expect(ana.messages.get_by_text("contrato.pdf: aguardando a verificação de vírus")).to_be_visible()
    await expect(ana.messages.get_by_role("link", name="Abrir contrato.pdf")).to_be_visible()
    await ana.go("/settings/storage")
    await expect(ana.page.get_by_role("link", name=re.compile("^contrato"))).to_be_visible()
    await expect(ana.page.get_by_text("em 1 arquivo", exact=True)).to_be_visible()
