"""One attendant answers customers of every channel in one sitting; what everybody reads is handled with care."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from atd_testing.waiting import eventually
from tests.browser.axe import faults
from tests.browser.conftest import Sit
from tests.browser.counter import Counter, opened_counter
from tests.browser.office import Customer, Office
from tests.browser.seat import Seat

BRUNA = Customer("Bruna Telles", "5550001112")
IGOR = Customer("Igor Matos", "7000000000000012")
MIRELA = Customer("Mirela Duarte", "7000000000000013")
PAULO = Customer("Paulo Reis", "7000000000000014")

QUESTION = "Qual o preço da luminária?"
RUDE = "Ninguém responde aqui?"
ANSWERS = {
    BRUNA: "Recebi as três fotos, obrigada!",
    IGOR: "Que bom que gostou do story!",
    MIRELA: "Nossa tabela: R$ 120 a R$ 480.",
}


@pytest_asyncio.fixture(loop_scope="session")
async def counter(office: Office) -> AsyncIterator[Counter]:
    async with opened_counter(office) as counter:
        yield counter


async def has_come(seat: Seat, counter: Counter) -> None:
    """Somebody has written on every channel, and all of them wait in the queue."""
    await counter.album(BRUNA, "Chegou quebrado", "#0f766e", "#b45309", "#1d4ed8")
    await counter.answers_story(IGOR, "Ainda tem desse?")
    await counter.taps(MIRELA, "Ver preços", "vitrine-maio")
    await counter.publishes("Luminária de mesa Aurora, em três cores.")
    await counter.comments_on(PAULO, QUESTION)
    for customer in (BRUNA, IGOR, MIRELA, PAULO):
        await seat.sees(customer)


async def do(seat: Seat, text: str, deed: str) -> None:
    """Choose something in the menu of a message."""
    await seat.message(text).click(button="right")
    await seat.page.get_by_role("menuitem", name=deed).click()


async def test_an_album_a_story_reply_a_postback_and_a_public_comment_are_answered_in_one_sitting(
    ana: Seat, counter: Counter
) -> None:
    await has_come(ana, counter)

    await ana.choose(BRUNA)
    album = ana.messages.get_by_role("group", name="Álbum com 3 arquivos")
    await expect(album.get_by_role("button", name="Chegou quebrado, 1 de 3")).to_be_visible()
    await expect(album.get_by_role("article")).to_have_count(3)
    await expect(album.get_by_text("Chegou quebrado", exact=True)).to_be_visible()
    await ana.say(ANSWERS[BRUNA])
    await counter.went_out(counter.bot, ANSWERS[BRUNA])

    await ana.choose(IGOR)
    await expect(ana.message("Ainda tem desse?").locator("[data-shared=story_reply]")).to_be_visible()
    await expect(ana.message("Ainda tem desse?").get_by_role("link", name="Imagem do que")).to_be_visible()
    await ana.say(ANSWERS[IGOR])
    await counter.went_out(counter.instagram, ANSWERS[IGOR])

    await ana.choose(MIRELA)
    await expect(ana.message("Ver preços")).to_be_visible()
    await ana.say(ANSWERS[MIRELA])
    await counter.went_out(counter.page, ANSWERS[MIRELA])

    await ana.choose(PAULO)
    await ana.say("Custa R$ 180, à vista.")
    await counter.went_out(counter.comments, "Custa R$ 180, à vista.")
    said = [(one["text"], one["author"]["id"]) for one in await counter.commented()]
    assert said == [(QUESTION, PAULO.phone), ("Custa R$ 180, à vista.", counter.page.name)]


@pytest.mark.long_story
async def test_what_everybody_reads_is_shown_so_and_personal_data_is_asked_about_before_it_is_published(
    ana: Seat, counter: Counter
) -> None:
    await counter.publishes("Luminária de mesa Aurora, em três cores.")
    await counter.comments_on(PAULO, QUESTION)
    await ana.sees(PAULO)
    await expect(ana.row(PAULO).get_by_text("Público")).to_be_visible()
    await ana.choose(PAULO)
    post = ana.thread.get_by_role("complementary", name="Publicação da página")
    await expect(post.get_by_text("Luminária de mesa Aurora")).to_be_visible()
    await expect(ana.thread.get_by_text("Público: qualquer pessoa pode ler esta resposta.")).to_be_visible()

    risky = "Mande o comprovante para 11 98888-7777"
    await ana.field.fill(risky)
    await expect(ana.thread.get_by_text("Parece conter: um telefone.")).to_be_visible()
    await ana.field.press("Enter")
    dialog = ana.page.get_by_role("dialog", name="Publicar dados pessoais?")
    await dialog.get_by_role("button", name="Voltar ao texto").click()
    await expect(ana.field).to_have_value(risky)
    assert [one["text"] for one in await counter.commented()] == [QUESTION]
    await ana.field.press("Enter")
    await dialog.get_by_role("button", name="Publicar assim mesmo").click()
    await counter.went_out(counter.comments, risky)


async def test_a_comment_is_answered_in_private_once_then_hidden_shown_and_deleted(ana: Seat, counter: Counter) -> None:
    await counter.publishes("Luminária de mesa Aurora, em três cores.")
    await counter.comments_on(PAULO, QUESTION)
    rude = await counter.comments_on(PAULO, RUDE)
    await ana.choose(PAULO)

    await do(ana, QUESTION, "Responder em privado")
    dialog = ana.page.get_by_role("dialog", name=f"Responder {PAULO.name} em privado")
    await expect(dialog.get_by_text("Loja no Messenger")).to_be_visible()
    await dialog.get_by_role("textbox").fill("Paulo, qual a cor?")
    await dialog.get_by_role("button", name="Enviar em privado").click()
    await counter.went_out(counter.page, "Paulo, qual a cor?")
    assert "Paulo, qual a cor?" not in [one["text"] for one in await counter.commented()]
    await ana.page.get_by_role("button", name="Abrir conversa").click()
    await expect(ana.message("Paulo, qual a cor?")).to_be_visible()
    await ana.thread.get_by_role("link", name=f"Comentários públicos de {PAULO.name}").first.click()
    await expect(ana.message(RUDE)).to_be_visible()
    await ana.message(QUESTION).click(button="right")
    await expect(ana.page.get_by_role("menuitem", name="Abrir a conversa privada")).to_be_visible()
    await ana.page.keyboard.press("Escape")

    async def hidden() -> bool | None:
        return next((one["hidden"] for one in await counter.commented() if one["id"] == rude), None)

    await do(ana, RUDE, "Ocultar comentário")
    await eventually(hidden, message="the comment is hidden on the page")
    await do(ana, RUDE, "Mostrar comentário")

    async def is_shown() -> bool:
        return await hidden() is False

    await eventually(is_shown, message="the comment is shown again")
    await do(ana, RUDE, "Apagar comentário")
    await ana.page.get_by_role("dialog").get_by_role("button", name="Apagar", exact=True).click()

    async def is_gone() -> bool:
        return await hidden() is None

    await eventually(is_gone, message="the comment is gone from the page")
    await expect(ana.messages.get_by_text(RUDE)).to_have_count(0)


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_what_the_channels_brought(
    office: Office, sit: Sit, counter: Counter, scheme: str
) -> None:
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/inbox/queue")
    await has_come(seat, counter)
    found: list[str] = []
    for customer in (BRUNA, IGOR, MIRELA, PAULO):
        await seat.choose(customer)
        found += await faults(seat)
    await seat.field.fill("Ligue para 11 98888-7777")
    await expect(seat.thread.get_by_text("Parece conter: um telefone.")).to_be_visible()
    await do(seat, QUESTION, "Responder em privado")
    await expect(seat.page.get_by_role("dialog")).to_be_visible()
    found += await faults(seat)
    await seat.page.keyboard.press("Escape")
    for path in ("/settings/public-comments", f"/channels/{counter.comments.id}", "/channels/new/telegram"):
        await seat.go(path)
        await seat.is_live()
        await expect(seat.page.get_by_role("heading", level=1)).to_be_attached()
        found += await faults(seat)
    assert found == []
