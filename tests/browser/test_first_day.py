"""The first day of a company: the guide to its last step, and a number of its own until the first message arrives."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import FrameLocator, Locator, Page, expect

from atd_schemas.ids import uuid7
from tests.browser.conftest import Sit
from tests.browser.office import Customer, Office, Person
from tests.browser.seat import Seat
from tests.harness.people import add_companies, api, connect, sign_in
from tests.harness.system import FAKE, System

ZOE = Customer("Zoë Ação", "5585987650008")
"""One of those whose phone the sandbox plays."""
_NUMBER, _ACCOUNT = "Identificação do número de telefone", "Identificação da conta do WhatsApp Business"
_TOKEN, _SECRET = "Token de acesso permanente", "Chave secreta do aplicativo"
_CONFIRM = "Token de verificação"


class Phone:
    """The customers' phone, in a page of its own or in the client's frame."""

    def __init__(self, page: Page | FrameLocator) -> None:
        self._page = page

    @property
    def dashboard(self) -> Locator:
        """Where a company is connected, as at Meta."""
        return self._page.get_by_role("dialog", name="Conectar uma empresa")

    async def shown(self, label: str) -> str:
        """What the dashboard shows to be copied."""
        row = self.dashboard.locator(".copy-row").filter(has_text=label)
        return str(await row.locator("code").text_content())

    async def save_webhook(self, url: str, token: str) -> None:
        """Enter in the dashboard where webhooks go."""
        await self.dashboard.get_by_label("URL de callback").fill(url)
        await self.dashboard.get_by_label(_CONFIRM).fill(token)
        await self.dashboard.get_by_role("button", name="Verificar e salvar").click()

    async def choose(self, company: str, customer: Customer = ZOE) -> None:
        """The customer opens the conversation with a company."""
        await self._page.get_by_role("radio", name=company, exact=True).click()
        await self._page.locator(".thread", has_text=customer.name).click()
        await expect(self._page.get_by_role("heading", level=2, name=company, exact=True)).to_be_visible()

    async def write(self, text: str) -> None:
        """The customer writes in the conversation that is open."""
        field = self._page.get_by_role("textbox", name="Mensagem")
        await field.fill(text)
        await field.press("Enter")


@pytest_asyncio.fixture(loop_scope="session")
async def bakery(system: System) -> AsyncIterator[tuple[Person, str]]:
    """The only person of a company that was set up for a trial, and the name of its number on the phone."""
    (company,) = await add_companies(system, 1)
    async with (
        api(system, await sign_in(system, company)) as client,
        httpx.AsyncClient(base_url=f"{system.url(FAKE)}/sandbox/api", trust_env=False, timeout=30) as phone,
    ):
        shown = (await phone.post("/companies")).raise_for_status().json()
        name, _ = shown.pop("name"), shown.pop("phone")
        account = await connect(client, name, **shown)
        webhook = {"callback_url": account.webhook_url, "verify_token": account.verify_token}
        (await phone.put(f"/companies/{account.phone_number_id}/webhook", json=webhook)).raise_for_status()
    yield Person(company.attendant_id, "Ana Souza", company.email), name


async def _choose_whatsapp(page: Page, connecting: Locator) -> None:
    """Go where a channel is connected, and choose which kind."""
    await connecting.click()
    await page.get_by_role("main").get_by_role("link", name="WhatsApp").click()


async def _fill(page: Page, values: Mapping[str, str]) -> None:
    for label, value in values.items():
        await page.get_by_label(label).fill(value)


async def test_the_guide_leads_a_newcomer_to_its_last_step(bakery: tuple[Person, str], sit: Sit) -> None:
    person, company = bakery
    ana = await sit(person)
    await ana.sign_in("/inbox/queue")
    guide = ana.page.get_by_role("region", name="Primeiros passos")
    step = guide.locator("[aria-current=step]")

    await expect(step).to_contain_text("Abra o celular do cliente")
    await guide.get_by_role("button", name="Abrir o celular").click()
    await expect(step).to_contain_text("Escreva como cliente")
    phone = Phone(ana.page.frame_locator("iframe[title='Celular de teste']"))
    await phone.choose(company)
    await phone.write("Bom dia, vocês abrem hoje?")

    await expect(step).to_contain_text("Assuma a conversa")
    await guide.get_by_role("link", name="Ir para a fila").click()
    await ana.choose(ZOE)
    await ana.press("Assumir")
    await expect(step).to_contain_text("Responda")
    await ana.say("Bom dia! Abrimos às oito.")

    # The phone has the conversation open, so the answer is read as soon as it is there.
    await expect(ana.tick("Abrimos às oito", "Lida")).to_be_visible()
    await expect(step).to_contain_text("Adicione outra pessoa")
    await guide.get_by_role("link", name="Ir para atendentes").click()
    await ana.page.get_by_role("button", name="Adicionar atendente").click()
    adding = ana.page.get_by_role("dialog")
    await adding.get_by_label("Nome").fill("Bruno Lima")
    await adding.get_by_label("E-mail").fill(f"bruno-{person.id}@example.com")
    await adding.get_by_role("button", name="Adicionar").click()
    await adding.get_by_role("button", name="Pronto").click()

    await expect(step).to_contain_text("Conecte o seu número")
    await _choose_whatsapp(ana.page, guide.get_by_role("link", name="Conectar"))
    number = str(int(uuid7().replace("-", "")[-12:], 16))
    await _fill(ana.page, {"Nome": "Recepção", _NUMBER: number, _ACCOUNT: f"2{number}"})
    await _fill(ana.page, {_TOKEN: f"token-{number}", _SECRET: f"secret-{number}"})
    await ana.page.get_by_role("main").get_by_role("button", name="Conectar", exact=True).click()

    await expect(guide.get_by_text("Pronto: você respondeu a um cliente")).to_be_visible()
    await expect(guide.get_by_text("7 de 7")).to_be_visible()
    await guide.get_by_role("button", name="Fechar o guia").click()
    await expect(guide).to_have_count(0)
    await ana.page.reload()
    await ana.is_live()
    await expect(ana.page.get_by_role("button", name="Primeiros passos")).to_have_count(0)


@pytest.mark.long_story
async def test_a_number_is_connected_from_wrong_values_to_its_first_message(office: Office, ana: Seat) -> None:
    ana.forgive(r"409 POST \S+/api/v1/channels", r"400 PUT \S+/webhook")
    await ana.go("/channels")
    await _choose_whatsapp(ana.page, ana.page.get_by_role("link", name="Conectar canal"))
    async with ana.context.expect_page() as opening:
        await ana.page.get_by_role("button", name="Abrir o celular de teste").click()
    phone = Phone(await opening.value)
    await expect(phone.dashboard).to_be_visible()
    labels = (_NUMBER, _ACCOUNT, _TOKEN, _SECRET)
    values = {label: await phone.shown(label) for label in labels}
    go = ana.page.get_by_role("main").get_by_role("button", name="Conectar", exact=True)
    number = ana.page.get_by_label(_NUMBER)

    # Nothing, then no number at all, then one that is connected already.
    await go.click()
    await expect(ana.page.get_by_label("Nome")).to_be_focused()
    await _fill(ana.page, {"Nome": "Recepção", _NUMBER: "+55 11 4000"})
    await go.click()
    await expect(number).to_be_focused()
    await expect(number).to_have_accessible_description(re.compile("^Não parece certo"))
    await _fill(ana.page, {**values, _NUMBER: office.account.phone_number_id})
    await go.click()
    await expect(ana.page.get_by_text("Este número já está conectado")).to_be_visible()
    await expect(number).to_be_focused()

    await number.fill(values[_NUMBER])
    await go.click()
    await expect(ana.page.get_by_role("heading", level=1, name="Conectar Recepção")).to_be_visible()
    await expect(ana.page.get_by_text("Esperando o provedor confirmar o endereço")).to_be_visible()
    to_paste = ana.page.get_by_role("region", name="Ligue os avisos ao Atendimento").get_by_role("code")
    url, token = await to_paste.all_text_contents()
    await phone.save_webhook(url, f"{token}-wrong")
    await expect(phone.dashboard.get_by_text("O endereço não confirmou o token")).to_be_visible()
    await phone.save_webhook(url, token)
    await expect(phone.dashboard).to_have_count(0)
    await expect(ana.page.get_by_text("O provedor confirmou o endereço.")).to_be_visible()
    await expect(ana.page.get_by_text("Esperando a primeira mensagem")).to_be_visible()

    company = next(one for one in await _companies(office) if one["id"] == values[_NUMBER])
    await phone.choose(company["name"])
    await phone.write("Bom dia, este é o número novo?")
    await expect(ana.page.get_by_text("O canal está funcionando")).to_be_visible()
    await ana.page.get_by_role("link", name="Abrir a fila").click()
    await ana.choose(ZOE)
    await expect(ana.message("este é o número novo?")).to_be_visible()


async def _companies(office: Office) -> list[dict[str, str]]:
    """Those that the phone shows."""
    async with httpx.AsyncClient(base_url=office.system.url(FAKE), trust_env=False, timeout=30) as phone:
        return list((await phone.get("/sandbox/api/state")).raise_for_status().json()["companies"])
