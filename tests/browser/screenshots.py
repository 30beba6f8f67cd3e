"""`make screenshots`: pictures of the client's pages in `docs/screenshots`, light and dark, wide and on a phone.

`python -m tests.browser.screenshots hours rules` takes those of the named pages only.

It starts a system of its own with the built client, and fills one company with the same conversations each time; what
differs between two runs are the times of day.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Route, expect

from tests.browser.office import MARINA, Customer, Office, Person, opened_office
from tests.browser.seat import PHONE, WIDE, Seat, seated
from tests.browser.trial import run_trial
from tests.browser.webhook_pictures import WEBHOOK_PAGES, webhooks
from tests.harness.browser import started_browser
from tests.harness.reading import Json
from tests.harness.system import System

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "docs" / "screenshots"
_COLOURS = 200
_CUSTOMERS = (
    ("Marina Alves", "Bom dia! Meu boleto deste mês não chegou, podem enviar de novo?"),
    ("Rui Prado", "Qual o horário de vocês no sábado?"),
    ("Teresa Nogueira de Albuquerque Cavalcanti e Silva dos Santos", "Quero remarcar a consulta de quinta"),
    ("João Lima", "Obrigado, resolvido!"),
    ("Zoë Ação", "O link de pagamento dá erro"),
    ("محمد علي", "مرحبا، هل لديكم موعد غدا؟"),
    ("Lúcia Ferraz", "Posso pagar em duas vezes?"),
    ("Paulo Reis", "Recebi o produto errado"),
    ("Clara Dias", "Vocês entregam em Niterói?"),
    ("Igor Matos", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"),
    ("Bia Couto", "Preciso da nota fiscal"),
    ("Caio Brandão", "Alô?"),
    ("Elisa Prates", "Vi o anúncio. Ainda está valendo?"),
    ("Nina Rocha", "Boa tarde"),
)

Take = Callable[[Seat], Awaitable[None]]


_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_HOURS = {
    "name": "Comercial",
    "is_default": True,
    "intervals": [
        *({"day": day, "start": "08:00", "end": "12:00"} for day in _WORKDAYS),
        *({"day": day, "start": "13:00", "end": "18:00"} for day in _WORKDAYS),
        {"day": "saturday", "start": "21:00", "end": "02:00"},
    ],
    "holidays": {"country": "BR", "state": "SP"},
}
_ROUND_THE_CLOCK = [{"day": day, "start": "00:00", "end": "24:00"} for day in (*_WORKDAYS, "saturday", "sunday")]


async def _made(office: Office, kind: str, body: Json) -> str:
    """Something of the settings; its id."""
    answer = await office.client.post(f"/{kind}", json=body)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


async def _routing(office: Office, *people: Person) -> None:
    """Two teams that take from their queues by hand, so that what waits in the pictures goes on waiting."""
    members = [{"attendant_id": one.id} for one in (office.ana, *people)]
    await _made(office, "hours", _HOURS)
    always = await _made(office, "hours", {"name": "Plantão", "intervals": _ROUND_THE_CLOCK})
    team = {"strategy": "manual", "members": members, "hours_id": always}
    desk = await _made(office, "teams", {**team, "name": "Recepção"})
    bills = await _made(office, "teams", {**team, "name": "Financeiro"})
    words = {"about": "word", "values": ["boleto", "nota fiscal", "pagamento"]}
    rule = {"name": "Boletos vão para o financeiro", "conditions": [words], "team_id": bills, "priority": "high"}
    await _made(office, "assignment-rules", rule)
    target = {"name": "Padrão", "first_response_minutes": 10, "resolution_minutes": 600, "time": "around_the_clock"}
    await _made(office, "service-levels", target)
    answer = await office.client.put("/routing/distribution", json={"default_team_id": desk})
    assert answer.is_success, answer.text


async def _fill(office: Office) -> None:
    bruno = await office.hire("Bruno Lima")
    await _routing(office, bruno)
    customers = [Customer(name, f"55119888800{place:02}") for place, (name, _) in enumerate(_CUSTOMERS, 1)]
    for customer, (_, text) in zip(customers[1:], _CUSTOMERS[1:], strict=True):
        await office.receives(text, of=customer)
    his = await office.conversation(customers[3])
    answer = await office.client.post(f"/conversations/{his['id']}/assign", json={"attendant_id": bruno.id})
    assert answer.is_success, answer.text
    davi = Customer("Davi Melo", "5511988880099")
    await office.received_long_ago("Oi, vocês ainda têm vaga?", timedelta(hours=30), of=davi)
    await office.receives(_CUSTOMERS[0][1], of=MARINA)
    await office.answers("Bom dia, Marina! Já estou verificando.", person=bruno)
    await office.receipt("Bom dia, Marina! Já estou verificando.", "read")
    made = io.BytesIO()
    Image.effect_mandelbrot((480, 320), (-2.2, -1.2, 1.0, 1.2), 60).save(made, "PNG")
    await office.receives_file("image", made.getvalue(), "image/png")
    await office.receives_file("document", b"%PDF-1.4\n%%EOF\n", "application/pdf", "Comprovante de endereço.pdf")
    place = {"latitude": -23.55052, "longitude": -46.633308, "name": "Praça da Sé", "address": "Centro, São Paulo"}
    await office.receives_kind("location", place=place)
    conversation = await office.conversation()
    note = {"kind": "text", "text": "Cliente antiga. Boleto vence dia 10.", "direction": "note"}
    answer = await office.client.post(f"/conversations/{conversation['id']}/messages", json=note)
    assert answer.is_success, answer.text
    await office.answers("Segue a segunda via. Vence na sexta-feira.")
    await office.receipt("Segue a segunda via. Vence na sexta-feira.", "delivered")


async def _queue(seat: Seat) -> None:
    await seat.go("/inbox/queue")
    await expect(seat.page.get_by_role("list", name="Conversas: Fila")).to_be_visible()


async def _empty(seat: Seat) -> None:
    await seat.go("/inbox/favourites")
    await expect(seat.page.get_by_text("Nenhuma favorita")).to_be_visible()


async def _thread(seat: Seat) -> None:
    await _queue(seat)
    await seat.choose()
    await expect(seat.message("Segue a segunda via.")).to_be_visible()
    await seat.field.fill("Precisa de mais alguma coisa?")


async def _closed_window(seat: Seat) -> None:
    await _queue(seat)
    await seat.page.get_by_role("searchbox", name="Buscar conversas").fill("Davi")
    await seat.choose(Customer("Davi Melo"))


async def _templates(seat: Seat) -> None:
    await _closed_window(seat)
    await seat.thread.get_by_role("button", name="Escolher modelo").click()
    await expect(seat.page.get_by_role("dialog", name="Modelos")).to_be_visible()


async def _live(seat: Seat) -> None:
    await seat.go("/live")
    await seat.page.get_by_role("button", name=re.compile("^Bruno Lima")).click()
    await expect(seat.page.get_by_role("list", name="Conversas de Bruno Lima")).to_be_visible()


async def _hours(seat: Seat) -> None:
    await seat.go("/settings/hours")
    await seat.page.get_by_role("link", name="Comercial").click()
    await expect(seat.page.get_by_role("group", name="Períodos da semana")).to_be_visible()
    await expect(seat.page.locator("td[data-kind=holiday]").first).to_be_attached()


async def _rules(seat: Seat) -> None:
    await seat.go("/settings/rules")
    await seat.page.get_by_role("button", name="Testar no passado").click()
    await seat.page.get_by_role("button", name="Testar", exact=True).click()
    await expect(seat.page.get_by_text("Por regra")).to_be_visible()


async def _teams(seat: Seat) -> None:
    await seat.go("/settings/teams")
    await seat.page.get_by_role("link", name="Recepção").click()
    await expect(seat.page.get_by_role("textbox", name="Nome da equipe")).to_have_value("Recepção")


async def _targets(seat: Seat) -> None:
    await seat.go("/settings/targets")
    await seat.page.get_by_role("link", name="Padrão").click()
    await expect(seat.page.get_by_role("region", name="Por exemplo")).to_be_visible()


async def _distribution(seat: Seat) -> None:
    await seat.go("/settings/distribution")
    await expect(seat.page.get_by_role("heading", level=2, name="Fila", exact=True)).to_be_visible()


async def _routing_empty(seat: Seat) -> None:
    async def none(route: Route) -> None:
        await route.fulfill(json={"items": [], "next_cursor": None})

    await seat.context.route("**/api/v1/assignment-rules**", none)
    await seat.go("/settings/rules")
    await expect(seat.page.get_by_role("link", name="Nova regra").first).to_be_visible()


async def _routing_loading(seat: Seat) -> None:
    async def wait(route: Route) -> None:
        await asyncio.sleep(20)
        await route.abort()

    await seat.context.route("**/api/v1/queue", wait)
    await seat.go("/live")
    await expect(seat.page.locator("[aria-busy=true]").first).to_be_visible()


async def _routing_failing(seat: Seat) -> None:
    async def fail(route: Route) -> None:
        await route.fulfill(status=500, json={"title": "error", "status": 500, "code": "internal"})

    await seat.context.unroute_all(behavior="ignoreErrors")
    await seat.context.route("**/api/v1/queue", fail)
    await seat.go("/live")
    await expect(seat.page.get_by_text("Não foi possível carregar a visão ao vivo")).to_be_visible()
    await seat.context.unroute_all(behavior="ignoreErrors")


async def _settings(seat: Seat) -> None:
    await seat.go("/settings/appearance")
    await expect(seat.page.get_by_role("heading", name="Aparência")).to_be_visible()


async def _channels(seat: Seat) -> None:
    await seat.go("/channels")
    await expect(seat.page.get_by_role("heading", level=1)).to_be_visible()


async def _loading(seat: Seat) -> None:
    async def wait(route: Route) -> None:
        await asyncio.sleep(20)
        await route.abort()

    await seat.context.route("**/api/v1/conversations**", wait)
    await seat.go("/inbox/queue")
    await expect(seat.page.get_by_role("searchbox", name="Buscar conversas")).to_be_visible()


async def _failing(seat: Seat) -> None:
    async def fail(route: Route) -> None:
        await route.fulfill(status=500, json={"title": "error", "status": 500, "code": "internal"})

    await seat.context.unroute_all(behavior="ignoreErrors")
    await seat.context.route("**/api/v1/conversations**", fail)
    await seat.go("/inbox/queue")
    await expect(seat.page.get_by_text("Não foi possível carregar as conversas").first).to_be_visible()


_PAGES: dict[str, Take] = {
    "inbox": _queue,
    "empty": _empty,
    "thread": _thread,
    "window-closed": _closed_window,
    "templates": _templates,
    "settings": _settings,
    "channels": _channels,
    "live": _live,
    "hours": _hours,
    "rules": _rules,
    "teams": _teams,
    "targets": _targets,
    "distribution": _distribution,
    "routing-empty": _routing_empty,
    "routing-loading": _routing_loading,
    "routing-failing": _routing_failing,
    "loading": _loading,
    "failing": _failing,
}


async def _take(
    browser: Browser, office: Office, scheme: str, width: int, pages: Mapping[str, Take], names: Collection[str]
) -> None:
    size = WIDE if width == WIDE["width"] else PHONE
    async with seated(
        browser, office.system.public_url, office.ana, viewport=size, color_scheme=scheme, reduced_motion="reduce"
    ) as seat:
        seat.forgive("")
        await seat.open()
        await expect(seat.page.get_by_role("button", name="Entrar")).to_be_visible()
        if "login" in names:
            await _save(seat, f"login-{scheme}-{width}")
        await seat.enter_password()
        await expect(seat.page.get_by_role("button", name="Sua conta")).to_be_visible()
        for name, page in pages.items():
            if name not in names:
                continue
            await page(seat)
            await _save(seat, f"{name}-{scheme}-{width}")


async def _save(seat: Seat, name: str) -> None:
    """With few colours, which makes a page's picture a third of its size."""
    await seat.page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(await seat.page.screenshot(animations="disabled"))).convert("RGB")
    small = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(_FOLDER / f"{name}.png", optimize=True)


async def take(system: System, names: Collection[str]) -> None:
    """The named pages in both themes and both widths."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    async with opened_office(system) as office, started_browser() as browser:
        await _fill(office)
        if others := set(names) - set(WEBHOOK_PAGES):
            await _take_all(browser, office, _PAGES, others)
        # One of the webhooks is disabled, which every page tells from then on.
        if wanted := set(names) & set(WEBHOOK_PAGES):
            async with webhooks(office):
                await _take_all(browser, office, WEBHOOK_PAGES, wanted)


async def _take_all(browser: Browser, office: Office, pages: Mapping[str, Take], names: Collection[str]) -> None:
    for scheme in ("light", "dark"):
        for width in (WIDE["width"], PHONE["width"]):
            await _take(browser, office, scheme, width, pages, names)


def main(names: Collection[str]) -> None:
    """Start a system, take the pictures (of all pages, if none is named), stop it."""
    run_trial(lambda system: take(system, names or {"login", *_PAGES, *WEBHOOK_PAGES}))


if __name__ == "__main__":
    main(sys.argv[1:])
