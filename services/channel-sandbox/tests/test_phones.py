"""Customers' actions reach the company, the company's reach the phone."""

from typing import Any

import pytest

LIST = {
    "type": "list",
    "body": {"text": "Escolha"},
    "action": {"button": "Abrir", "sections": [{"title": "Contas", "rows": [{"id": "r1", "title": "Boleto"}]}]},
}
BUTTONS = {
    "type": "button",
    "header": {"type": "text", "text": "Pedido"},
    "body": {"text": "Confirma?"},
    "footer": {"text": "Loja"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim"}}]},
}
READ = {"messaging_product": "whatsapp", "status": "read"}


@pytest.mark.proves("whatsapp", "phone-writes-every-kind")
async def test_a_text_goes_out_and_its_ticks_follow(sandbox: Any) -> None:
    made = await sandbox.write("Bom dia")
    assert made["status"] == "sent"
    (told,) = await sandbox.received_messages()
    assert (told["id"], told["text"]["body"], told["from"]) == (made["id"], "Bom dia", sandbox.customer)
    assert (await sandbox.shown_messages())[0]["status"] == "delivered"
    headers = {"Authorization": "Bearer t"}
    await sandbox.client.post(
        f"/v25.0/{sandbox.company}/messages", json=READ | {"message_id": made["id"]}, headers=headers
    )
    assert (await sandbox.shown_messages())[0]["status"] == "read"


async def test_a_message_whose_webhook_is_never_answered_200_is_failed(sandbox: Any) -> None:
    sandbox.state.graph.webhooks = sandbox.state.graph.webhooks.model_copy(
        update={"max_attempts": 2, "retry_base_ms": 1}
    )
    sandbox.receiver.answers = [500, 500]
    await sandbox.write()
    await sandbox.received_messages()
    assert (await sandbox.shown_messages())[0]["status"] == "failed"


@pytest.mark.proves("whatsapp", "phone-shows-what-companies")
async def test_marking_the_last_message_as_read_marks_those_before(sandbox: Any) -> None:
    made = [await sandbox.write(text) for text in ("um", "dois", "três")]
    await sandbox.received_messages()
    headers = {"Authorization": "Bearer t"}
    await sandbox.client.post(
        f"/v25.0/{sandbox.company}/messages", json=READ | {"message_id": made[1]["id"]}, headers=headers
    )
    assert [one["status"] for one in await sandbox.shown_messages()] == ["read", "read", "delivered"]


@pytest.mark.proves("whatsapp", "phone-shows-what-companies")
async def test_typing_shows_until_the_answer_comes(sandbox: Any) -> None:
    made = await sandbox.write()
    mark = READ | {"message_id": made["id"], "typing_indicator": {"type": "text"}}
    await sandbox.client.post(f"/v25.0/{sandbox.company}/messages", json=mark, headers={"Authorization": "Bearer t"})
    (thread,) = (await sandbox.client.get("/sandbox/api/state")).json()["threads"]
    assert thread["typing_until"] > made["at"]
    await sandbox.send("text", {"body": "Olá"})
    (thread,) = (await sandbox.client.get("/sandbox/api/state")).json()["threads"]
    assert thread["typing_until"] == 0


@pytest.mark.proves("whatsapp", "phone-shows-what-companies")
async def test_a_message_is_delivered_to_a_phone_that_is_on_and_read_when_it_is_seen(sandbox: Any) -> None:
    message_id = await sandbox.send("text", {"body": "Olá"})
    assert await sandbox.receipts(message_id) == ["sent", "delivered"]
    (thread,) = (await sandbox.client.get("/sandbox/api/state")).json()["threads"]
    assert (thread["unread"], thread["last"]["text"]) == (1, "Olá")
    place = {"company": sandbox.company, "customer": sandbox.customer}
    assert (await sandbox.client.post("/sandbox/api/seen", json=place)).json() == {"read": 1}
    assert (await sandbox.client.post("/sandbox/api/seen", json=place)).json() == {"read": 0}
    assert await sandbox.receipts(message_id) == ["sent", "delivered", "read"]


@pytest.mark.proves("whatsapp", "phone-off-without-number")
async def test_a_phone_that_is_off_gets_and_sends_everything_when_it_is_on_again(sandbox: Any) -> None:
    path = f"/sandbox/api/customers/{sandbox.customer}"
    await sandbox.client.put(path, json={"online": False})
    message_id = await sandbox.send("text", {"body": "Está aí?"})
    written = await sandbox.write("Sem rede")
    assert written["status"] == "waiting"
    assert [one["id"] for one in await sandbox.shown_messages()] == [written["id"]]
    assert (await sandbox.receipts(message_id), await sandbox.received_messages()) == (["sent"], [])
    await sandbox.client.put(path, json={"online": True})
    assert await sandbox.receipts(message_id) == ["sent", "delivered"]
    assert [one["text"]["body"] for one in await sandbox.received_messages()] == ["Sem rede"]
    assert [one["text"] for one in await sandbox.shown_messages()] == ["Está aí?", "Sem rede"]


async def test_a_phone_without_network_changes_no_earlier_message(sandbox: Any) -> None:
    made = await sandbox.write()
    await sandbox.client.put(f"/sandbox/api/customers/{sandbox.customer}", json={"online": False})
    answer = await sandbox.client.put(f"/sandbox/api/messages/{made['id']}/reaction", json={"emoji": "👍"})
    assert answer.status_code == 409


@pytest.mark.proves("whatsapp", "phone-off-without-number")
async def test_a_hidden_number_leaves_only_the_identifier(sandbox: Any) -> None:
    await sandbox.client.put(f"/sandbox/api/customers/{sandbox.customer}", json={"hides_phone": True})
    await sandbox.write()
    (told,) = await sandbox.received_messages()
    assert "from" not in told
    body = {
        "messaging_product": "whatsapp",
        "recipient": told["from_user_id"],
        "type": "text",
        "text": {"body": "Olá"},
    }
    await sandbox.client.post(f"/v25.0/{sandbox.company}/messages", json=body, headers={"Authorization": "Bearer t"})
    assert [one["text"] for one in await sandbox.shown_messages()] == ["Oi", "Olá"]


@pytest.mark.proves("whatsapp", "every-kind-answered-tap-on")
@pytest.mark.parametrize(
    ("kind", "content", "reply", "sent_as", "expected"),
    [
        ("interactive", BUTTONS, {"id": "sim", "title": "Sim"}, "button_reply", "button_reply"),
        ("interactive", LIST, {"id": "r1", "title": "Boleto"}, "list_reply", "list_reply"),
    ],
)
async def test_a_tap_answers_the_message_and_marks_the_choice(
    sandbox: Any, kind: str, content: Any, reply: Any, sent_as: str, expected: str
) -> None:
    message_id = await sandbox.send(kind, content)
    await sandbox.write(reply["title"], kind="reply", content={"sent_as": sent_as, "reply": reply}, reply_to=message_id)
    (told,) = await sandbox.received_messages()
    assert told["interactive"] == {"type": expected, expected: reply}
    assert told["context"]["id"] == message_id
    asked, answered = await sandbox.shown_messages()
    assert (asked["chosen"], answered["text"], answered["reply_to"]) == (reply["id"], reply["title"], message_id)


@pytest.mark.proves("whatsapp", "sending-filled-reads-as")
async def test_a_template_is_shown_filled_in_and_its_button_answers(sandbox: Any) -> None:
    parameters = [{"type": "text", "text": text} for text in ("Ana", "a Dra. Lúcia", "14h")]
    sent = {
        "name": "lembrete_consulta",
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    message_id = await sandbox.send("template", sent)
    (shown,) = await sandbox.shown_messages()
    assert shown["text"].startswith("Olá, Ana! Lembramos da sua consulta com a Dra. Lúcia amanhã às 14h.")
    assert shown["content"]["header"] == "Sua consulta é amanhã"
    button = shown["content"]["buttons"][0]
    await sandbox.write("Confirmar", kind="reply", content={"sent_as": "button", "reply": button}, reply_to=message_id)
    (told,) = await sandbox.received_messages()
    assert told["button"] == {"payload": "Confirmar", "text": "Confirmar"}


@pytest.mark.proves("whatsapp", "phone-reacts-edits-takes")
async def test_reactions_go_both_ways_and_are_removed(sandbox: Any) -> None:
    made = await sandbox.write()
    theirs = await sandbox.send("text", {"body": "Olá"})
    await sandbox.send("reaction", {"message_id": made["id"], "emoji": "❤️"})
    await sandbox.client.put(f"/sandbox/api/messages/{theirs}/reaction", json={"emoji": "👍"})
    assert [(one["company_reaction"], one["my_reaction"]) for one in await sandbox.shown_messages()] == [
        ("❤️", None),
        (None, "👍"),
    ]
    await sandbox.send("reaction", {"message_id": made["id"], "emoji": ""})
    await sandbox.client.put(f"/sandbox/api/messages/{theirs}/reaction", json={"emoji": None})
    assert [(one["company_reaction"], one["my_reaction"]) for one in await sandbox.shown_messages()] == [
        (None, None),
        (None, None),
    ]
    reactions = [one["reaction"] for one in await sandbox.received_messages() if one["type"] == "reaction"]
    assert reactions == [{"message_id": theirs, "emoji": "👍"}, {"message_id": theirs}]


@pytest.mark.proves("whatsapp", "phone-reacts-edits-takes")
async def test_a_text_is_edited_and_deleted(sandbox: Any) -> None:
    made = await sandbox.write("Amanha")
    await sandbox.client.patch(f"/sandbox/api/messages/{made['id']}", json={"text": "Amanhã"})
    (shown,) = await sandbox.shown_messages()
    assert (shown["text"], shown["edited"]) == ("Amanhã", True)
    await sandbox.client.delete(f"/sandbox/api/messages/{made['id']}")
    (shown,) = await sandbox.shown_messages()
    assert (shown["text"], shown["deleted"]) == (None, True)
    assert [one["type"] for one in await sandbox.received_messages()] == ["text", "edit", "revoke"]


async def test_a_customer_changes_neither_the_companys_messages_nor_deleted_ones(sandbox: Any) -> None:
    theirs = await sandbox.send("text", {"body": "Bom dia"})
    own = (await sandbox.write("Oi"))["id"]
    await sandbox.client.delete(f"/sandbox/api/messages/{own}")
    for method, message_id in (("PATCH", theirs), ("DELETE", theirs), ("PATCH", own), ("DELETE", own)):
        answer = await sandbox.client.request(method, f"/sandbox/api/messages/{message_id}", json={"text": "x"})
        assert answer.status_code == 403
    answer = await sandbox.client.put(f"/sandbox/api/messages/{own}/reaction", json={"emoji": "👍"})
    assert answer.status_code == 403
    assert [(one["text"], one["deleted"]) for one in await sandbox.shown_messages()] == [
        ("Bom dia", False),
        (None, True),
    ]
    assert [one["type"] for one in await sandbox.received_messages()] == ["text", "revoke"]


@pytest.mark.proves("whatsapp", "phone-writes-every-kind")
@pytest.mark.parametrize(
    ("draft", "kind", "content"),
    [
        ({"kind": "location", "content": {"latitude": -23.5, "longitude": -46.6}}, "location", None),
        ({"kind": "contacts", "content": {"contacts": [{"name": {"formatted_name": "Rui"}}]}}, "contacts", None),
        ({"kind": "order", "content": {"items": [{"product_retailer_id": "S", "quantity": 1}]}}, "order", None),
        ({"kind": "unsupported", "content": {"type": "poll"}}, "unsupported", {"type": "poll"}),
    ],
)
async def test_other_kinds_go_out_in_the_shapes_of_the_provider(
    sandbox: Any, draft: Any, kind: str, content: Any
) -> None:
    await sandbox.write(None, **draft)
    (told,) = await sandbox.received_messages()
    assert told["type"] == kind
    assert content is None or told[kind] == content


@pytest.mark.proves("whatsapp", "phone-off-without-number")
async def test_an_expired_window_fails_what_the_company_writes_until_the_customer_writes(sandbox: Any) -> None:
    place = {"company": sandbox.company, "customer": sandbox.customer}
    await sandbox.client.put("/sandbox/api/windows", json=place | {"closed": True})
    failed = await sandbox.send("text", {"body": "Olá"})
    assert (await sandbox.receipts(failed), await sandbox.shown_messages()) == (["failed"], [])
    await sandbox.write()
    taken = await sandbox.send("text", {"body": "Olá"})
    assert await sandbox.receipts(taken) == ["sent", "delivered"]


async def test_what_is_written_by_the_control_routes_is_on_the_phone(sandbox: Any) -> None:
    message = {"phone_number_id": sandbox.company, "sender": "5551999990000", "name": "Teresa Prado", "text": "Oi"}
    await sandbox.client.post("/_fake/messages", json=[message])
    state = (await sandbox.client.get("/sandbox/api/state")).json()
    assert "Teresa Prado" in [one["name"] for one in state["customers"]]
    assert [(one["customer"], one["last"]["text"]) for one in state["threads"]] == [("5551999990000", "Oi")]


async def test_a_number_of_somebody_else_is_a_company_with_the_receipts_of_the_settings(sandbox: Any) -> None:
    other = {"callback_url": "http://other.test/hook", "app_secret": "s", "phone_number_id": "100200300400500"}
    await sandbox.client.put("/_fake/callbacks", json=other)
    body = {"messaging_product": "whatsapp", "to": f"+{sandbox.customer}", "type": "text", "text": {"body": "Olá"}}
    path = "/v25.0/100200300400500/messages"
    answer = await sandbox.client.post(path, json=body, headers={"Authorization": "Bearer t"})
    receipts = await sandbox.receipts(answer.json()["messages"][0]["id"])
    assert receipts == ["sent", "delivered", "read"]
    companies = (await sandbox.client.get("/sandbox/api/state")).json()["companies"]
    assert [one["name"] for one in companies if not one["own"]] == ["+551133330000"]


async def test_every_change_is_published_to_open_pages(sandbox: Any) -> None:
    frames = sandbox.state.events.frames()
    assert await anext(frames) == b"retry: 1000\n\n"
    await sandbox.write("Oi")
    heard = [await anext(frames) for _ in range(2)]
    assert b'"type":"message"' in heard[0]
    assert b'"text":"Oi"' in heard[0]
    assert b'"type":"thread"' in heard[1]
    await frames.aclose()
