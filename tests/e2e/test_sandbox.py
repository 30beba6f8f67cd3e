"""From a customer's phone in a real browser to the public API, and back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from atd_channel_sandbox.samples import CUSTOMERS
from atd_testing.waiting import PATIENCE_SECONDS, eventually
from tests.conftest import ADMINISTRATOR
from tests.harness.browser import started_browser
from tests.harness.reading import Json, conversations, messages
from tests.harness.system import FAKE, System

pytestmark = pytest.mark.asyncio(loop_scope="module")  # of the one browser


@dataclass(frozen=True, slots=True)
class Attendant:
    """The sample tenant's administrator at the public API."""

    client: httpx.AsyncClient
    accounts: dict[str, str]

    async def conversation_with(self, company: str, customer: str) -> Json:
        async def found() -> Json:
            known = await conversations(self.client, account_id=self.accounts[company])
            return next((one for one in known if one["contact"]["name"] == customer), {})

        return await eventually(found, message=f"a conversation with {customer}")

    async def thread(self, conversation: Json) -> list[Json]:
        return await messages(self.client, conversation["id"])

    async def post(self, conversation: Json, path: str, body: Any = None) -> Json:
        answer = await self.client.post(f"/conversations/{conversation['id']}{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest_asyncio.fixture(loop_scope="module")
async def attendant(system: System) -> AsyncIterator[Attendant]:
    async with httpx.AsyncClient(base_url=f"{system.public_url}/api/v1", trust_env=False, timeout=30) as client:
        email, password = ADMINISTRATOR.values()
        answer = await client.post("/auth/login", json={"email": email, "password": password})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

        async def connected() -> dict[str, str]:
            answer = await client.get("/channels?kind=whatsapp")
            assert answer.is_success, answer.text
            found = {one["name"]: one["id"] for one in answer.json()["items"] if one["display_phone_number"]}
            return found if len(found) == 3 else {}

        accounts = await eventually(connected, message="three companies")
        yield Attendant(client, accounts)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with started_browser() as browser:
        yield browser


class Phone:
    """The page, at one customer's conversation with one company. Nothing it says on its console is forgiven."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.type))

    async def open(self, company: str, customer: str) -> None:
        await self.page.goto(self._url)
        await self.page.get_by_role("radio", name=company).click()
        key = next(one.key for one in CUSTOMERS if one.name == customer)  # others of the name may have written
        await self.page.locator(f'.thread[data-customer="{key}"]').click()
        await expect(self.page.locator(".chat-title h2")).to_have_text(company)

    async def write(self, text: str) -> None:
        await self.page.get_by_role("textbox").fill(text)
        await self.page.keyboard.press("Enter")

    async def attach(self, what: str, path: Path) -> None:
        await self.page.get_by_role("button", name="Anexar").click()
        async with self.page.expect_file_chooser() as choosing:
            await self.page.get_by_role("button", name=what).click()
        await (await choosing.value).set_files(path)

    async def record(self) -> None:
        await self.page.get_by_role("button", name="Gravar mensagem de voz").click()
        await expect(self.page.locator(".recording")).to_contain_text("0:01", timeout=PATIENCE_SECONDS * 1000)
        await self.page.get_by_role("button", name="Enviar gravação").click()

    def own(self, status: str) -> Any:
        """Own messages with this tick."""
        return self.page.locator(f".row.mine .tick.{status}")


@pytest_asyncio.fixture(loop_scope="module")
async def phone(system: System, browser: Browser, attendant: Attendant) -> AsyncIterator[Phone]:
    context = await browser.new_context(locale="pt-BR", permissions=["microphone"])
    phone = Phone(await context.new_page(), system.url(FAKE))
    yield phone
    await context.close()
    assert phone.complaints == []


@pytest.mark.proves("whatsapp", "picture-voice-from-phone-api")
async def test_a_picture_and_a_voice_message_arrive_and_the_ticks_turn_blue(
    phone: Phone, attendant: Attendant, tmp_path: Path
) -> None:
    picture = tmp_path / "carteirinha.png"
    Image.new("RGB", (320, 200), (60, 90, 180)).save(picture)
    await phone.open("Clínica Exemplo", "Ana Souza")
    await phone.attach("Foto ou vídeo", picture)
    await phone.record()
    await expect(phone.own("delivered")).to_have_count(2)

    conversation = await attendant.conversation_with("Clínica Exemplo", "Ana Souza")

    async def both_ready() -> list[Json]:
        files = [one for message in await attendant.thread(conversation) for one in message["attachments"]]
        return files if [one["state"] for one in files] == ["ready", "ready"] else []

    image, voice = await eventually(both_ready, message="both files")
    assert (image["mime_type"], voice["mime_type"].partition(";")[0]) == ("image/png", "audio/ogg")
    content = await attendant.client.get(f"/attachments/{image['id']}/content")
    assert content.content == picture.read_bytes()
    sound = await attendant.client.get(f"/attachments/{voice['id']}/content")
    assert sound.content[:4] == b"OggS"
    assert [message["content"].get("voice") for message in await attendant.thread(conversation)] == [None, True]

    await attendant.post(conversation, "/read")
    await expect(phone.own("read")).to_have_count(2)


@pytest.mark.proves("whatsapp", "every-kind-answered-tap-on")
async def test_buttons_are_answered_by_a_tap(phone: Phone, attendant: Attendant) -> None:
    await phone.open("Loja Girassol", "João Lima")
    await phone.write("Quero trocar um presente")
    conversation = await attendant.conversation_with("Loja Girassol", "João Lima")
    buttons = [{"id": "trocar", "title": "Trocar"}, {"id": "devolver", "title": "Devolver"}]
    interactive = {"type": "buttons", "header": "Sua compra", "footer": "Loja Girassol", "buttons": buttons}
    body = {"kind": "interactive", "text": "O que prefere?", "interactive": interactive}
    asked = await attendant.post(conversation, "/messages", body)
    await phone.page.get_by_role("button", name="Trocar", exact=True).click()

    async def answered() -> Json:
        thread = await attendant.thread(conversation)
        return next((one for one in thread if one["kind"] == "interactive" and one["direction"] == "inbound"), {})

    answer = await eventually(answered, message="the tap")
    assert answer["content"]["reply"]["id"] == "trocar"
    await expect(phone.page.locator(".choice.chosen")).to_have_text("Trocar")
    await expect(phone.page.get_by_role("button", name="Devolver", exact=True)).to_be_disabled()

    async def read() -> bool:
        return any(one["id"] == asked["id"] and one["status"] == "read" for one in await attendant.thread(conversation))

    await eventually(read, message="the customer has seen the buttons")


@pytest.mark.proves("whatsapp", "page-text-text-strict")
async def test_what_people_write_is_shown_as_text(phone: Phone, attendant: Attendant) -> None:
    nasty = '<img src=x onerror="alert(1)"><script>alert(2)</script> *forte* https://loja.example/?q="><b>'
    await phone.open("Loja Girassol", "Rafael Nunes")
    await phone.write(nasty)
    conversation = await attendant.conversation_with("Loja Girassol", "Rafael Nunes")
    await attendant.post(conversation, "/messages", {"text": nasty})
    theirs = phone.page.locator(".row.theirs .words")
    await expect(theirs).to_have_count(1)
    for words in (theirs, phone.page.locator(".row.mine .words")):
        await expect(words).to_have_text(nasty.replace("*forte*", "forte"))
        await expect(words.locator("img, script, b")).to_have_count(0)
        await expect(words.locator("strong")).to_have_text("forte")
        assert await words.locator("a").get_attribute("href") == "https://loja.example/?q="


@pytest.mark.proves("whatsapp", "page-390-wide-keyboard")
async def test_a_narrow_screen_is_used_by_keyboard_alone(phone: Phone, attendant: Attendant) -> None:
    page = phone.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(phone._url)
    await page.get_by_role("radio", name="Clínica Exemplo").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="Provedor Veloz")).to_be_focused()
    await page.locator(".thread", has_text="Maria Aparecida de Oliveira").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat-title h2")).to_be_visible()
    await expect(page.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Anticonstitucionalissimamente" * 4)
    await page.keyboard.press("Enter")
    await expect(phone.own("delivered")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="Voltar à lista").press("Enter")
    await expect(page.locator(".thread", has_text="Maria Aparecida de Oliveira")).to_be_focused()
    await expect(page.locator(".thread-preview", has_text="Anticonstitucionalissimamente")).to_be_visible()
    await attendant.conversation_with("Provedor Veloz", "Maria Aparecida de Oliveira")


@pytest.mark.proves("whatsapp", "page-390-wide-keyboard")
async def test_what_could_not_be_sent_is_still_in_the_field(phone: Phone, attendant: Attendant) -> None:
    await phone.open("Clínica Exemplo", "Sebastião Albuquerque")
    await phone.page.route("**/sandbox/api/messages", lambda route: route.fulfill(status=503))
    await phone.write("Bom dia, o exame está pronto?")
    await expect(phone.page.locator(".toast")).to_be_visible()
    await expect(phone.page.get_by_role("textbox")).to_have_value("Bom dia, o exame está pronto?")
    await phone.page.unroute_all()
    await phone.page.keyboard.press("Enter")
    await attendant.conversation_with("Clínica Exemplo", "Sebastião Albuquerque")
    assert [one for one in phone.complaints if "503" not in one] == []
    phone.complaints.clear()


async def play_the_day(system: System, customers: int, channel: str = "") -> str:
    email, password = ADMINISTRATOR.values()
    played = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "atd_channel_sandbox.demo", "--pace", "0", "--customers", str(customers)),
        *(("--channel", channel) if channel else ()),
        *("--sandbox", system.url(FAKE), "--url", system.public_url, "--email", email),
        env={"ATD_SEED_ADMIN_PASSWORD": password, "PATH": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await played.communicate()
    assert played.returncode == 0, said.decode()
    return said.decode()


async def names(client: httpx.AsyncClient, path: str, name: str = "name") -> list[str]:
    answer = await client.get(path, params={"limit": 100})
    assert answer.is_success, answer.text
    return sorted(one[name] for one in answer.json()["items"])


@pytest.mark.proves("whatsapp", "make-demo-thirty-customers")
async def test_the_day_can_be_played_again_and_makes_nothing_twice(system: System, attendant: Attendant) -> None:
    assert "7 of 7 conversations" in await play_the_day(system, 7)  # together they have every kind of step
    client = attendant.client
    lists = ["tags", "labels", "types", "automatic-replies", "attendants", "contacts"]
    lists += ["hours", "teams", "assignment-rules", "service-levels"]
    first = {path: await names(client, f"/{path}") for path in lists}
    assert "2 of 2 conversations" in await play_the_day(system, 2)
    assert {path: await names(client, f"/{path}") for path in lists} == first
    assert "/precos" in await names(client, "/replies", "shortcut")
    assert "Ana Paula Souza (balcão)" not in first["contacts"]

    ana = (await client.get("/contacts", params={"q": "ana.souza@example.com"})).json()["items"][0]
    assert [label["name"] for label in ana["labels"]] == ["VIP", "Convênio"]

    async def is_rated() -> bool:
        conversation = await attendant.conversation_with("Clínica Exemplo", "Ana Souza")
        details = conversation["rating_details"] or {}
        return (details.get("value"), details.get("comment")) == (5, "Rápido e muito atencioso")

    await eventually(is_rated, message="Ana's rating")
    counts = (await client.get("/conversations/counts")).json()
    assert counts["snoozed"]["total"] > 0
    assert counts["mentions"]["total"] > 0


async def test_the_day_is_played_over_telegram_too(system: System, attendant: Attendant) -> None:
    """An album, a tap, a place and a voice message of customers; answers, buttons and a reaction of attendants."""
    assert "2 of 2 conversations" in await play_the_day(system, 0, "telegram")
    [bot] = (await attendant.client.get("/channels?kind=telegram")).json()["items"]
    page = await attendant.client.get("/conversations", params={"account_id": bot["id"], "status": "closed"})
    [bouquet] = page.json()["items"]
    messages = (await attendant.client.get(f"/conversations/{bouquet['id']}/messages?limit=50")).json()["items"]
    kinds = [one["kind"] for one in messages if one["direction"] == "inbound"]
    assert sorted(kinds) == ["image", "image", "interactive", "location", "text"]
    assert {one["status"] for one in messages if one["direction"] == "outbound"} == {"sent"}
    albums = {one["content"]["album"]["id"] for one in messages if "album" in one["content"]}
    assert len(albums) == 1


async def of_channel(attendant: Attendant, kind: str, **more: str) -> list[Json]:
    """The conversations of the one account of a kind."""
    [account] = (await attendant.client.get(f"/channels?kind={kind}")).json()["items"]
    return await conversations(attendant.client, account_id=account["id"], **more)


async def test_the_day_is_played_over_messenger_and_instagram_too(system: System, attendant: Attendant) -> None:
    """Begun by a button or from a story; quick replies and cards tapped, photos and voices both ways, reactions."""
    assert "2 of 2 conversations" in await play_the_day(system, 0, "messenger")
    assert "1 of 1 conversations" in await play_the_day(system, 0, "instagram")
    [order] = await of_channel(attendant, "messenger", status="closed")
    thread = await attendant.thread(order)
    replies = [one["content"]["reply"]["title"] for one in thread if one["content"].get("reply")]
    assert {"Sábado", "Buquê de girassóis"} <= set(replies)
    assert {one["kind"] for one in thread if one["direction"] == "outbound"} >= {"text", "interactive", "image"}
    [story] = await of_channel(attendant, "instagram", status="closed")
    assert story["contact"]["name"] == "Rafael Nunes"
    shared = [one["content"]["shared"]["type"] for one in await attendant.thread(story) if "shared" in one["content"]]
    assert len(shared) == 2


async def test_the_day_is_played_below_a_post_too(system: System, attendant: Attendant, phone: Phone) -> None:
    """A comment answered in public and in private, and one that is hidden; the phone shows the post with its thread."""
    assert "2 of 2 conversations" in await play_the_day(system, 0, "facebook")
    page = phone.page
    await page.goto(phone._url)
    await page.get_by_role("radio", name="Comentários").click()
    key = next(one.key for one in CUSTOMERS if one.name == "Ana Souza")
    await page.locator(f'.thread[data-customer="{key}"]').click()
    await expect(page.locator(".post-picture")).to_be_visible()
    await expect(page.locator(".answers .comment", has_text="A partir de R$ 129,90")).to_have_count(1)
    await expect(page.locator(".hidden-comment", has_text="seguidores")).to_have_count(1)
    await page.get_by_role("radio", name="Messenger").click()
    await expect(page.locator(".row.theirs .quote", has_text="Qual o preço")).to_have_count(1)
    private = await of_channel(attendant, "messenger")
    assert "Ana Souza" in {one["contact"]["name"] for one in private}
