"""The pages of webhooks for `make screenshots`: receivers that answer, refuse, are away or gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from playwright.async_api import Route, expect

from atd_testing.receivers import OK, receiver
from atd_testing.waiting import eventually
from tests.browser.office import Customer, Office
from tests.browser.seat import Seat
from tests.harness.reading import Json

_GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nServer: nginx\r\nContent-Length: 59\r\n\r\n"
    b'{"error":"maintenance","until":"2026-12-01T06:00:00-03:00"}'
)
_LONG = "Relatórios de atendimento e de satisfação de todas as unidades da região metropolitana"
_LONG_PATH = "/hooks/atendimento/unidades/regiao-metropolitana/relatorios-de-satisfacao/v2/eventos?origem=atendimento"
_TEXTS = ("Bom dia, meu boleto não chegou", "Podem mandar por aqui?", "O vencimento é hoje", "Obrigada!")
_DANI = Customer("Daniela Prado", "5511988880077")


async def _made(office: Office, body: Json) -> str:
    answer = await office.client.post("/webhooks", json=body)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


@asynccontextmanager
async def webhooks(office: Office) -> AsyncIterator[None]:
    """Endpoints of all kinds, with deliveries that arrived, failed, are tried again, and were sent once more."""
    async with receiver(OK) as good, receiver(_GONE) as gone, receiver(_BUSY) as busy:
        crm = {"url": good.url("/hooks/atendimento"), "description": "CRM", "headers": {"X-Source": "atendimento"}}
        chosen = {"event_types": ["message.*", "conversation.opened", "conversation.closed"], "ordered": True}
        wanted = {"filters": {"channel": ["whatsapp"]}, "expression": "data.conversation.channel == 'whatsapp'"}
        first = await _made(office, {**crm, **chosen, **wanted})
        # One event each, since many failures would have the next ones wait for the receiver to come back.
        few = {"event_types": ["message.received"], "expression": "data.message.text.contains('boleto')"}
        long = {"description": _LONG, **few, "retry_seconds": [1, 2, 600]}
        late = await _made(office, {"url": busy.url(_LONG_PATH), **long})
        old = await _made(office, {"url": gone.url("/v1/events"), "description": "ERP antigo"})
        nowhere = {"url": "http://127.0.0.1:59999/faturamento", "description": "Faturamento"}
        bills = await _made(office, {**nowhere, **few, "retry_seconds": [1]})
        await _made(office, {**crm, "description": "Robô de testes", "enabled": False})
        await office.receives(*_TEXTS, of=_DANI)
        await office.received_long_ago("Olá, tudo bem?", timedelta(hours=3), of=_DANI)

        async def as_wanted() -> bool:
            tried = [row["tries"] for row in await _rows(office, late, state="waiting")]
            ended = [await _rows(office, first, state="delivered"), await _rows(office, bills, state="failed")]
            state = (await office.client.get(f"/webhooks/{old}")).json()["state"]
            return max(tried, default=0) == 3 and all(ended) and state == "disabled"

        await eventually(as_wanted, message="what the pictures show")
        since = {"since": (await office.client.get(f"/webhooks/{first}")).json()["created_at"]}
        answer = await office.client.post(f"/webhooks/{first}/replay", json={**since, "only": "all"})
        assert answer.is_success, answer.text
        yield


async def _rows(office: Office, webhook_id: str, **query: Any) -> list[Json]:
    page = await office.client.get(f"/webhooks/{webhook_id}/deliveries", params=query)
    found: list[Json] = page.json()["items"]
    return found


async def _list(seat: Seat) -> None:
    await seat.go("/settings/webhooks")
    await expect(seat.page.get_by_text("Desativado", exact=True)).to_be_visible()


async def _editor(seat: Seat) -> None:
    await _list(seat)
    await seat.page.get_by_role("link", name="CRM").click()
    await expect(seat.page.get_by_role("textbox", name="Endereço", exact=True)).to_be_visible()
    await seat.page.get_by_role("button", name="Enviar teste").click()
    await expect(seat.page.get_by_text("Entregue: respondeu 200")).to_be_visible()
    await seat.page.locator("summary", has_text="Avançado").click()
    await seat.page.get_by_role("heading", level=1).scroll_into_view_if_needed()


def _part(name: str, choose: str | None = None) -> Callable[[Seat], Awaitable[None]]:
    """Another stretch of the editor's page, once something of its body's shape is chosen."""

    async def take(seat: Seat) -> None:
        if choose is not None:
            await seat.page.locator("#webhook-shape").get_by_text(choose, exact=True).click()
        await seat.page.locator(f"#webhook-{name}").evaluate("element => element.scrollIntoView({ block: 'start' })")

    return take


async def _events(seat: Seat) -> None:
    await seat.page.get_by_role("button", name="Ver message.received").click()
    await _part("events")(seat)


async def _deliveries(seat: Seat) -> None:
    await seat.go("/settings/webhooks/deliveries")
    await expect(seat.page.get_by_role("list", name="Entregas").get_by_role("link").first).to_be_visible()


async def _delivery(seat: Seat) -> None:
    """One that failed three times and waits."""
    await seat.go("/settings/webhooks/deliveries?state=waiting")
    await seat.page.get_by_role("list", name="Entregas").get_by_role("link").filter(has_text="503").first.click()
    await expect(seat.page.get_by_role("dialog").get_by_text("Tentativa 3")).to_be_visible()


async def _delivered(seat: Seat) -> None:
    await seat.go("/settings/webhooks/deliveries?state=delivered")
    await seat.page.get_by_role("list", name="Entregas").get_by_role("link").first.click()
    await expect(seat.page.get_by_role("region", name="Conteúdo enviado")).to_be_visible()


async def _of(seat: Seat, name: str, link: str) -> None:
    await _list(seat)
    await seat.page.get_by_role("link", name=name).click()
    await seat.page.get_by_role("link", name=link).click()


async def _replay(seat: Seat) -> None:
    await _of(seat, "CRM", "Reenviar um período")
    await seat.page.get_by_role("radio", name="Tudo").check()
    await expect(seat.page.get_by_role("button", name="Reenviar", exact=False).last).to_be_enabled()
    await expect(seat.page.get_by_text("O arquivo guarda eventos desde").or_(_counted(seat)).first).to_be_visible()


def _counted(seat: Seat) -> Any:
    return seat.page.get_by_role("status").filter(has_text="evento")


async def _replay_running(seat: Seat) -> None:
    """Half of a large one: a real one of the few events here is over before it can be seen."""

    async def half(route: Route) -> None:
        answer = await route.fetch()
        found = await answer.json()
        numbers = {
            "total": 12_430,
            "examined": 9_000,
            "added": 8_200,
            "delivered": 6_140,
            "failed": 12,
            "waiting": 2_048,
        }
        found["items"] = [{**found["items"][0], "state": "running", "finished_at": None, **numbers}]
        await route.fulfill(response=answer, json=found)

    await seat.context.route("**/api/v1/webhooks/*/replays", half)
    await _of(seat, "CRM", "Reenviar um período")
    await expect(seat.page.get_by_role("button", name="Interromper")).to_be_visible()
    await seat.context.unroute_all(behavior="ignoreErrors")


async def _replay_disabled(seat: Seat) -> None:
    await _of(seat, "ERP antigo", "Reenviar um período")
    await expect(seat.page.get_by_role("button", name="Reativar e recuperar").last).to_be_visible()


async def _banner(seat: Seat) -> None:
    await seat.go("/inbox/queue")
    await expect(seat.page.get_by_role("status").filter(has_text="ERP antigo")).to_be_visible()


async def _fail(route: Route) -> None:
    await route.fulfill(status=500, json={"title": "error", "status": 500, "code": "internal"})


async def _none(route: Route) -> None:
    await route.fulfill(json={"items": [], "next_cursor": None})


async def _deliveries_failing(seat: Seat) -> None:
    await seat.context.route("**/api/v1/webhook-deliveries*", _fail)
    await seat.go("/settings/webhooks/deliveries")
    await expect(seat.page.get_by_role("button", name="Tentar de novo").first).to_be_visible()
    await seat.context.unroute_all(behavior="ignoreErrors")


async def _deliveries_empty(seat: Seat) -> None:
    await seat.context.route("**/api/v1/webhook-deliveries*", _none)
    await seat.go("/settings/webhooks/deliveries")
    await expect(seat.page.get_by_text("Nada enviado ainda")).to_be_visible()
    await seat.context.unroute_all(behavior="ignoreErrors")


async def _empty(seat: Seat) -> None:
    await seat.context.route("**/api/v1/webhooks", _none)
    await seat.open("/settings/webhooks")
    await expect(seat.page.get_by_text("Nenhum webhook ainda")).to_be_visible()
    await seat.context.unroute_all(behavior="ignoreErrors")


WEBHOOK_PAGES: dict[str, Callable[[Seat], Awaitable[None]]] = {
    "webhooks": _list,
    "webhook": _editor,
    "webhook-events": _events,
    "webhook-filters": _part("filters"),
    "webhook-body": _part("shape", "Modelo"),
    "webhook-auth": _part("headers", "Tudo"),
    "webhook-advanced": _part("ordered"),
    "webhook-test": _part("test"),
    "webhook-deliveries": _deliveries,
    "webhook-delivery": _delivery,
    "webhook-delivered": _delivered,
    "webhook-replay": _replay,
    "webhook-replay-running": _replay_running,
    "webhook-replay-disabled": _replay_disabled,
    "webhook-banner": _banner,
    "webhook-deliveries-failing": _deliveries_failing,
    "webhook-deliveries-empty": _deliveries_empty,
    "webhooks-empty": _empty,
}
"""In the order in which they are taken: those of the editor go on from the one before."""
