"""The fake accepts sends of every kind, refuses them with Meta's code, or fails them later."""

from typing import Any

import httpx
import pytest

from atd_testing.whatsapp import Callback, ServedFake
from atd_testing.whatsapp.receiver import WebhookReceiver

NUMBER = "700800900100200"
CUSTOMER = "5511999990000"
BUTTON = {"type": "reply", "reply": {"id": "sim", "title": "Sim"}}
ROW = {"id": "r1", "title": "Boleto", "description": "2ª via"}


async def send(client: httpx.AsyncClient, kind: str, content: Any, **more: Any) -> httpx.Response:
    body = {"messaging_product": "whatsapp", "to": f"+{CUSTOMER}", "type": kind, kind: content, **more}
    return await client.post(f"/v25.0/{NUMBER}/messages", json=body)


def buttons(*given: Any, **more: Any) -> dict[str, Any]:
    return {"type": "button", "body": {"text": "Confirma?"}, "action": {"buttons": list(given)}, **more}


def rows(*given: Any, title: str | None = "Contas", button: str = "Abrir") -> dict[str, Any]:
    section = {"title": title, "rows": list(given)}
    return {"type": "list", "body": {"text": "Escolha"}, "action": {"button": button, "sections": [section]}}


def link(text: str = "Abrir", url: str = "https://loja.example") -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": text, "url": url}}
    return {"type": "cta_url", "body": {"text": "Veja"}, "action": action}


def asking(kind: str, name: str) -> dict[str, Any]:
    return {"type": kind, "body": {"text": "Por favor"}, "action": {"name": name}}


def template(name: str, *components: Any, language: str = "pt_BR") -> dict[str, Any]:
    return {"name": name, "language": {"code": language}, "components": list(components)}


def texts(kind: str, *given: str, **named: str) -> dict[str, Any]:
    parameters: list[Any] = [{"type": "text", "text": one} for one in given]
    parameters += [{"type": "text", "parameter_name": name, "text": one} for name, one in named.items()]
    return {"type": kind, "parameters": parameters}


TRACKING = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "4821"}]}
AS_FORM = {**TRACKING, "sub_type": "flow"}


@pytest.mark.proves("whatsapp", "every-kind-arrives-order-through")
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image", {"link": "https://loja.example/i.jpg", "caption": "nota"}),
        ("document", {"link": "https://loja.example/b.pdf", "filename": "boleto.pdf"}),
        ("audio", {"link": "https://loja.example/a.ogg", "voice": True}),
        ("sticker", {"link": "https://loja.example/s.webp"}),
        ("location", {"latitude": -23.55, "longitude": -46.63, "name": "Loja"}),
        ("contacts", [{"name": {"formatted_name": "Rui Lima", "first_name": "Rui"}}]),
        ("reaction", {"message_id": "wamid.X=", "emoji": "👍"}),
        ("reaction", {"message_id": "wamid.X=", "emoji": ""}),
        ("interactive", buttons(BUTTON)),
        ("interactive", rows(ROW)),
        ("interactive", rows(ROW, title=None)),
        ("interactive", link()),
        ("interactive", asking("location_request_message", "send_location")),
        ("interactive", asking("request_contact_info", "request_contact_info")),
        ("template", template("lembrete_consulta", texts("body", "Ana", "Dra. Lúcia", "14h"))),
        ("template", template("aviso_entrega", texts("body", nome="Ana", pedido="4821"), TRACKING)),
        ("template", template("retomar_conversa", language="en")),
    ],
)
async def test_every_kind_is_accepted(fake: ServedFake, client: httpx.AsyncClient, kind: str, content: Any) -> None:
    answer = await send(client, kind, content)
    assert answer.status_code == 200, answer.text
    [sent] = fake.graph.state.sent
    assert (sent.kind, sent.body[kind]) == (kind, content)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", {}, 131008),
        ("image", {"id": "1", "link": "https://a.example"}, 131008),
        ("image", {"id": "17"}, 131009),
        ("image", {"link": "ftp://a.example"}, 131009),
        ("image", {"link": "https://a.example", "caption": "x" * 1025}, 100),
        ("audio", {"link": "https://a.example", "caption": "x"}, 100),
        ("image", {"link": "https://a.example", "filename": "x"}, 100),
        ("video", {"link": "https://a.example", "voice": True}, 100),
        ("location", {"latitude": 1.0}, 131008),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("location", {"latitude": "norte", "longitude": 0}, 131009),
        ("contacts", [], 131009),
        ("contacts", [{"name": {"formatted_name": "Rui"}}], 131009),
        ("contacts", [{"name": {}}], 131008),
        ("reaction", {"emoji": "👍"}, 131008),
        ("reaction", {"message_id": "x"}, 131008),
        ("reaction", {"message_id": "x", "emoji": "ok"}, 131009),
        ("interactive", {"type": "carousel"}, 131009),
        ("interactive", buttons(), 131009),
        ("interactive", buttons(*([BUTTON] * 4)), 131009),
        ("interactive", buttons(BUTTON, BUTTON), 131009),
        ("interactive", buttons({"reply": {"id": "a", "title": "x" * 21}}), 100),
        ("interactive", buttons({"reply": {"id": "a" * 257, "title": "x"}}), 100),
        ("interactive", buttons(BUTTON, body={"text": "x" * 1025}), 100),
        ("interactive", buttons(BUTTON, body={}), 131008),
        ("interactive", buttons(BUTTON, footer={"text": "x" * 61}), 100),
        ("interactive", buttons(BUTTON, header={"type": "text", "text": "x" * 61}), 100),
        ("interactive", buttons(BUTTON, header={"type": "image", "image": {}}), 131008),
        ("interactive", rows(*({**ROW, "id": str(n)} for n in range(11))), 131009),
        ("interactive", rows(ROW, ROW), 131009),
        ("interactive", rows({"id": "a", "title": "x" * 25}), 100),
        ("interactive", rows({"id": "a", "title": "x", "description": "x" * 73}), 100),
        ("interactive", rows(ROW, button="x" * 21), 100),
        ("interactive", rows(ROW, title="x" * 25), 100),
        ("interactive", rows(ROW) | {"header": {"type": "image", "image": {"id": "1"}}}, 131009),
        ("interactive", link(text="x" * 21), 100),
        ("interactive", link(url="loja"), 131009),
        ("interactive", asking("location_request_message", "other"), 131009),
        ("template", {"language": {"code": "pt_BR"}}, 131008),
        ("template", template("inexistente"), 132001),
        ("template", template("lembrete_consulta", language="en"), 132001),
        ("template", template("lembrete_consulta", texts("body", "Ana")), 132000),
        ("template", template("lembrete_consulta", texts("body", "Ana", "Dra.", "")), 131008),
        ("template", template("lembrete_consulta", texts("body", "Ana\nLima", "Dra.", "14h")), 100),
        ("template", template("lembrete_consulta", texts("body", "Ana", "Dra.\tLu", "14h")), 100),
        ("template", template("lembrete_consulta", texts("body", "Ana", "Dra.     Lu", "14h")), 100),
        ("template", template("aviso_entrega", texts("body", nome="Ana\r", pedido="4821"), TRACKING), 100),
        ("template", template("aviso_entrega", texts("body", nome="A", pedido="4"), AS_FORM), 132012),
        ("template", template("vitrine_de_ofertas", texts("body", "Ana")), 132012),
        ("template", template("aviso_entrega", texts("body", "Ana", "4821"), TRACKING), 132012),
        ("template", template("aviso_entrega", texts("body", nome="Ana", pedido="4821")), 131008),
        ("template", template("segunda_via_boleto", texts("body", "Ana", "maio", "10/6")), 132012),
        ("template", template("promocao_de_primavera"), 132015),
        ("template", template("pesquisa_de_satisfacao"), 132001),
    ],
)
async def test_what_meta_refuses_of_any_kind_is_refused_with_its_code(
    fake: ServedFake, client: httpx.AsyncClient, kind: str, content: Any, code: int
) -> None:
    answer = await send(client, kind, content)
    assert (answer.json()["error"]["code"], len(fake.graph.state.sent)) == (code, 0)


async def test_a_reaction_is_only_ever_reported_as_sent(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    await send(client, "reaction", {"message_id": "wamid.X=", "emoji": "👍"})
    await fake.graph.webhook_sender.wait_until_idle()
    assert [status["status"] for status in receiver.values("statuses")] == ["sent"]


async def test_marking_as_read_can_show_that_the_business_is_typing(
    fake: ServedFake, client: httpx.AsyncClient
) -> None:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X="}
    for more in ({}, {"typing_indicator": {"type": "text"}}):
        assert (await client.post(f"/v25.0/{NUMBER}/messages", json=body | more)).json() == {"success": True}
    wrong = await client.post(f"/v25.0/{NUMBER}/messages", json=body | {"typing_indicator": {"type": "voice"}})
    assert wrong.json()["error"]["code"] == 131009
    marks = (await client.get("/_fake/read-marks", params={"phone_number_id": NUMBER})).json()
    assert [(mark["message_id"], mark["typing"]) for mark in marks] == [("wamid.X=", False), ("wamid.X=", True)]
    assert (await client.get("/_fake/read")).json() == ["wamid.X=", "wamid.X="]


@pytest.mark.proves("whatsapp", "131047-meta-thinks-otherwise")
async def test_an_expired_window_refuses_at_once_or_fails_later(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    await client.put("/_fake/graph-settings", json={"window": "sync"})
    assert (await send(client, "text", {"body": "Oi"})).json()["error"]["code"] == 131047
    assert (await send(client, "template", template("retomar_conversa"))).status_code == 200
    await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, "text": "Oi", "sender": CUSTOMER}])
    assert (await send(client, "text", {"body": "Olá"})).status_code == 200
    await client.post("/_fake/clock", json={"advance_seconds": 24 * 3600 + 1})
    await client.put("/_fake/graph-settings", json={"window": "async"})
    late = await send(client, "text", {"body": "Olá?"})
    await fake.graph.webhook_sender.wait_until_idle()
    told = [one for one in receiver.values("statuses") if one["id"] == late.json()["messages"][0]["id"]]
    assert [(one["status"], one["errors"][0]["code"]) for one in told] == [("failed", 131047)]


@pytest.mark.parametrize(("mode", "refusal"), [("off", 200), ("async", 200), ("sync", 400)])
async def test_a_window_is_closed_and_opened_by_a_control_route(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver, mode: str, refusal: int
) -> None:
    await client.put("/_fake/graph-settings", json={"window": mode})
    window = {"phone_number_id": NUMBER, "customer": CUSTOMER}
    for is_open, status in ((True, 200), (False, refusal), (True, 200)):
        await client.put("/_fake/windows", json=window | {"open": is_open})
        assert (await send(client, "text", {"body": "Oi"})).status_code == status
    await fake.graph.webhook_sender.wait_until_idle()
    failed = [one["errors"][0]["code"] for one in receiver.values("statuses") if one["status"] == "failed"]
    assert failed == ([] if mode == "sync" else [131047])


async def test_the_limit_of_a_pair_holds_for_that_pair_and_refills(client: httpx.AsyncClient) -> None:
    await client.put("/_fake/graph-settings", json={"pair_limit": True, "pair_burst": 2, "pair_seconds": 3600})
    answers = [await send(client, "text", {"body": "Oi"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert answers[-1].json()["error"]["code"] == 131056
    assert (await send(client, "text", {"body": "Oi"}, to="+5521999990000")).status_code == 200
    await client.post("/_fake/clock", json={"advance_seconds": 3601})
    assert (await send(client, "text", {"body": "Oi"})).status_code == 200


async def test_templates_come_in_pages(client: httpx.AsyncClient) -> None:
    seen, query = [], {"limit": "4", "fields": "name,language,status"}
    while True:
        page = (await client.get("/v25.0/200300400500600/message_templates", params=query)).json()
        seen += [(one["name"], one["language"]) for one in page["data"]]
        assert all(set(one) == {"id", "name", "language", "status"} for one in page["data"])
        if "next" not in page["paging"]:
            break
        query["after"] = page["paging"]["cursors"]["after"]
    assert len(seen) == len(set(seen)) == 10
    paused = await client.get("/v25.0/200300400500600/message_templates", params={"status": "PAUSED"})
    assert [one["name"] for one in paused.json()["data"]] == ["promocao_de_primavera"]


async def test_a_changed_template_status_is_reported_and_applied(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    account = "2003004005006009"
    own = Callback(
        callback_url="http://callback.test/own", app_secret="s", phone_number_id=NUMBER, business_account_id=account
    )
    await client.put("/_fake/callbacks", json=own.model_dump())
    changed = await client.patch(
        f"/_fake/templates/{account}/retomar_conversa/pt_BR", json={"status": "DISABLED", "reason": "SPAM"}
    )
    assert changed.json()["status"] == "DISABLED"
    await fake.graph.webhook_sender.wait_until_idle()
    [change] = receiver.changes()
    assert (change["field"], change["value"]["event"], change["value"]["reason"]) == (
        "message_template_status_update",
        "DISABLED",
        "SPAM",
    )
    assert (await send(client, "template", template("retomar_conversa"))).json()["error"]["code"] == 132016
    new = {"id": "8880000000000099", "name": "novo", "components": [{"type": "BODY", "text": "Oi, {{1}}"}]}
    await client.put("/_fake/templates", json={"business_account_id": account, "template": new})
    assert (await send(client, "template", template("novo", texts("body", "Ana")))).status_code == 200


async def test_the_list_of_templates_can_fail(client: httpx.AsyncClient) -> None:
    await client.post("/_fake/behaviours", json={"kind": "error", "on": "templates", "code": 80007})
    first, second = [await client.get("/v25.0/2003004005006009/message_templates") for _ in range(2)]
    assert (first.json()["error"]["code"], second.status_code) == (80007, 200)
