"""What is said without a person: the rules are made on a page, and the rating of a customer is seen where they are."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.office import Office
from tests.browser.seat import Seat

pytestmark = pytest.mark.long_story


async def test_a_greeting_is_made_from_an_idea_and_greets(office: Office, ana: Seat) -> None:
    await ana.open("/settings/automatic")
    await ana.page.get_by_role("button", name="Boas-vindas").click()
    dialog = ana.page.get_by_role("dialog", name="Nova resposta automática")
    await dialog.get_by_label("Texto", exact=True).fill("")
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog.get_by_text("Escreva o texto")).to_be_visible()
    await dialog.get_by_label("Texto", exact=True).fill("Olá, ")
    await dialog.get_by_role("button", name="primeiro nome").click()
    await expect(dialog.get_by_text("Olá, Ana", exact=True)).to_be_visible()
    await expect(dialog.get_by_text("Seria enviada", exact=True)).to_be_visible()
    await dialog.get_by_role("button", name="Salvar").click()
    await expect(dialog).to_have_count(0)
    await expect(ana.page.get_by_role("switch", name="Ligar ou desligar Boas-vindas")).to_be_checked()

    await office.receives("Bom dia")
    await office.went_out("Olá, Marina")
    await ana.go("/inbox/queue")
    await ana.choose()
    greeting = ana.message("Olá, Marina")
    await expect(greeting.get_by_text("Resposta automática: Boas-vindas")).to_be_visible()
    await expect(ana.row().get_by_role("img", name=re.compile("não lida"))).to_have_count(0)


async def test_a_rating_is_asked_by_hand_and_stands_with_its_conversation(office: Office, ana: Seat) -> None:
    await office.receives("Bom dia")
    await ana.open("/inbox/all")
    await ana.choose()
    await ana.press("Assumir")
    await ana.say("Resolvido")
    await ana.press("Encerrar")
    await ana.thread.get_by_role("button", name="Mais ações").click()
    await ana.page.get_by_role("menuitem", name="Pedir avaliação").click()
    await expect(ana.message("Como você avalia").get_by_text("Pedido de avaliação")).to_be_visible()
    await office.receives("5 - muito atenciosa")
    pane = ana.page.get_by_role("region", name="Avaliação", exact=True)
    await expect(pane.get_by_role("img", name="Avaliação: 5 de 5")).to_be_visible()
    await expect(pane.get_by_text("muito atenciosa")).to_be_visible()
    await expect(ana.thread.get_by_text("5 de 5")).to_be_visible()
    await expect(ana.thread.get_by_role("button", name="Reabrir")).to_be_visible()


async def test_ratings_are_set_up_with_what_the_customer_sees(office: Office, ana: Seat) -> None:
    await ana.open("/settings/ratings")
    await ana.page.get_by_role("switch", name="Pedir avaliação").check(force=True)
    await ana.page.get_by_label("Pergunta", exact=True).fill("Como foi, {{contact.first_name}}?")
    preview = ana.page.get_by_role("complementary", name="Como o cliente vê")
    await expect(preview.get_by_text("Como foi, Ana?", exact=True)).to_be_visible()
    await ana.page.get_by_role("button", name="Salvar").click()
    await expect(ana.page.get_by_role("button", name="Salvar")).to_be_disabled()
    saved = (await office.client.get("/settings/ratings")).json()
    assert (saved["enabled"], saved["question"]) == (True, "Como foi, {{contact.first_name}}?")


async def test_a_closing_asks_for_a_rating_which_stands_in_the_customers_history(office: Office, ana: Seat) -> None:
    settings = {"enabled": True, "question": "Como foi?", "ask_comment": True}
    assert (await office.client.put("/settings/ratings", json=settings)).is_success
    await office.receives("Bom dia")
    await ana.choose()
    await ana.press("Assumir")
    await ana.say("Resolvido")
    await ana.press("Encerrar")
    await office.went_out("Como foi?")
    await office.receives("4")
    await office.went_out("Obrigado pela sua avaliação. Quer contar o motivo? Responda aqui.")
    await office.receives("Demorou um pouco")
    pane = ana.page.get_by_role("region", name="Avaliação", exact=True)
    await expect(pane.get_by_role("img", name="Avaliação: 4 de 5")).to_be_visible()
    await expect(pane.get_by_text("Demorou um pouco")).to_be_visible()

    conversation = await office.conversation()
    assert conversation["status"] == "closed"
    await ana.go(f"/contacts/{conversation['contact']['id']}")
    history = ana.page.get_by_role("region", name="Conversas", exact=True)
    await expect(history.get_by_role("img", name="Avaliação: 4 de 5")).to_be_visible()
    await expect(history.get_by_text("Demorou um pouco").first).to_be_visible()
