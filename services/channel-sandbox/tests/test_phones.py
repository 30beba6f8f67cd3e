"""What a customer does reaches the company, what the company does reaches the phone."""

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


async def test_a_text_goes_out_and_its_ticks_follow(desk: Any) -> None:
    made = await desk.write("Bom dia")
    assert made["status"] == "sent"
    (told,) = await desk.told()
    assert (told["id"], told["text"]["body"], told["from"]) == (made["id"], "Bom dia", desk.customer)
    assert (await desk.screen())[0]["status"] == "delivered"
    headers = {"Authorization": "Bearer t"}
    await desk.client.post(f"/v25.0/{desk.company}/messages", json=READ | {"message_id": made["id"]}, headers=headers)
    assert (await desk.screen())[0]["status"] == "read"


async def test_a_webhook_that_is_never_taken_shows_as_failed(desk: Any) -> None:
    desk.state.graph.webhooks = desk.state.graph.webhooks.model_copy(update={"max_attempts": 2, "retry_base_ms": 1})
    desk.receiver.answers = [500, 500]
    await desk.write()
    await desk.told()
    assert (await desk.screen())[0]["status"] == "failed"


async def test_marking_the_last_message_as_read_marks_those_before(desk: Any) -> None:
    made = [await desk.write(text) for text in ("um", "dois", "três")]
    await desk.told()
    headers = {"Authorization": "Bearer t"}
    await desk.client.post(
        f"/v25.0/{desk.company}/messages", json=READ | {"message_id": made[1]["id"]}, headers=headers
    )
    assert [one["status"] for one in await desk.screen()] == ["read", "read", "delivered"]


async def test_typing_shows_until_the_answer_comes(desk: Any) -> None:
    made = await desk.write()
    mark = READ | {"message_id": made["id"], "typing_indicator": {"type": "text"}}
    await desk.client.post(f"/v25.0/{desk.company}/messages", json=mark, headers={"Authorization": "Bearer t"})
    (thread,) = (await desk.client.get("/sandbox/api/state")).json()["threads"]
    assert thread["typing_until"] > made["at"]
    await desk.send("text", {"body": "Olá"})
    (thread,) = (await desk.client.get("/sandbox/api/state")).json()["threads"]
    assert thread["typing_until"] == 0


async def test_a_message_is_delivered_to_a_phone_that_is_on_and_read_when_it_is_looked_at(desk: Any) -> None:
    message_id = await desk.send("text", {"body": "Olá"})
    assert await desk.receipts(message_id) == ["sent", "delivered"]
    (thread,) = (await desk.client.get("/sandbox/api/state")).json()["threads"]
    assert (thread["unread"], thread["last"]["text"]) == (1, "Olá")
    place = {"company": desk.company, "customer": desk.customer}
    assert (await desk.client.post("/sandbox/api/seen", json=place)).json() == {"read": 1}
    assert (await desk.client.post("/sandbox/api/seen", json=place)).json() == {"read": 0}
    assert await desk.receipts(message_id) == ["sent", "delivered", "read"]


async def test_a_phone_that_is_off_gets_and_sends_everything_when_it_is_on_again(desk: Any) -> None:
    path = f"/sandbox/api/customers/{desk.customer}"
    await desk.client.put(path, json={"online": False})
    message_id = await desk.send("text", {"body": "Está aí?"})
    written = await desk.write("Sem rede")
    assert written["status"] == "waiting"
    assert [one["id"] for one in await desk.screen()] == [written["id"]]
    assert (await desk.receipts(message_id), await desk.told()) == (["sent"], [])
    await desk.client.put(path, json={"online": True})
    assert await desk.receipts(message_id) == ["sent", "delivered"]
    assert [one["text"]["body"] for one in await desk.told()] == ["Sem rede"]
    assert [one["text"] for one in await desk.screen()] == ["Está aí?", "Sem rede"]


async def test_a_phone_without_network_changes_no_earlier_message(desk: Any) -> None:
    made = await desk.write()
    await desk.client.put(f"/sandbox/api/customers/{desk.customer}", json={"online": False})
    answer = await desk.client.put(f"/sandbox/api/messages/{made['id']}/reaction", json={"emoji": "👍"})
    assert answer.status_code == 409


async def test_a_hidden_number_leaves_only_the_identifier(desk: Any) -> None:
    await desk.client.put(f"/sandbox/api/customers/{desk.customer}", json={"hides_phone": True})
    await desk.write()
    (told,) = await desk.told()
    assert "from" not in told
    body = {
        "messaging_product": "whatsapp",
        "recipient": told["from_user_id"],
        "type": "text",
        "text": {"body": "Olá"},
    }
    await desk.client.post(f"/v25.0/{desk.company}/messages", json=body, headers={"Authorization": "Bearer t"})
    assert [one["text"] for one in await desk.screen()] == ["Oi", "Olá"]


@pytest.mark.parametrize(
    ("kind", "content", "reply", "sent_as", "expected"),
    [
        ("interactive", BUTTONS, {"id": "sim", "title": "Sim"}, "button_reply", "button_reply"),
        ("interactive", LIST, {"id": "r1", "title": "Boleto"}, "list_reply", "list_reply"),
    ],
)
async def test_a_tap_answers_the_message_and_marks_the_choice(
    desk: Any, kind: str, content: Any, reply: Any, sent_as: str, expected: str
) -> None:
    message_id = await desk.send(kind, content)
    await desk.write(reply["title"], kind="reply", content={"sent_as": sent_as, "reply": reply}, reply_to=message_id)
    (told,) = await desk.told()
    assert told["interactive"] == {"type": expected, expected: reply}
    assert told["context"]["id"] == message_id
    asked, answered = await desk.screen()
    assert (asked["chosen"], answered["text"], answered["reply_to"]) == (reply["id"], reply["title"], message_id)


async def test_a_template_is_shown_filled_in_and_its_button_answers(desk: Any) -> None:
    parameters = [{"type": "text", "text": text} for text in ("Ana", "a Dra. Lúcia", "14h")]
    sent = {
        "name": "lembrete_consulta",
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    message_id = await desk.send("template", sent)
    (shown,) = await desk.screen()
    assert shown["text"].startswith("Olá, Ana! Lembramos da sua consulta com a Dra. Lúcia amanhã às 14h.")
    assert shown["content"]["header"] == "Sua consulta é amanhã"
    button = shown["content"]["buttons"][0]
    await desk.write("Confirmar", kind="reply", content={"sent_as": "button", "reply": button}, reply_to=message_id)
    (told,) = await desk.told()
    assert told["button"] == {"payload": "Confirmar", "text": "Confirmar"}


async def test_reactions_go_both_ways_and_are_taken_away(desk: Any) -> None:
    made = await desk.write()
    theirs = await desk.send("text", {"body": "Olá"})
    await desk.send("reaction", {"message_id": made["id"], "emoji": "❤️"})
    await desk.client.put(f"/sandbox/api/messages/{theirs}/reaction", json={"emoji": "👍"})
    assert [(one["company_reaction"], one["my_reaction"]) for one in await desk.screen()] == [("❤️", None), (None, "👍")]
    await desk.send("reaction", {"message_id": made["id"], "emoji": ""})
    await desk.client.put(f"/sandbox/api/messages/{theirs}/reaction", json={"emoji": None})
    assert [(one["company_reaction"], one["my_reaction"]) for one in await desk.screen()] == [
        (None, None),
        (None, None),
    ]
    reactions = [one["reaction"] for one in await desk.told() if one["type"] == "reaction"]
    assert reactions == [{"message_id": theirs, "emoji": "👍"}, {"message_id": theirs}]


async def test_a_text_is_changed_and_taken_back(desk: Any) -> None:
    made = await desk.write("Amanha")
    await desk.client.patch(f"/sandbox/api/messages/{made['id']}", json={"text": "Amanhã"})
    (shown,) = await desk.screen()
    assert (shown["text"], shown["edited"]) == ("Amanhã", True)
    await desk.client.delete(f"/sandbox/api/messages/{made['id']}")
    (shown,) = await desk.screen()
    assert (shown["text"], shown["deleted"]) == (None, True)
    assert [one["type"] for one in await desk.told()] == ["text", "edit", "revoke"]


async def test_a_customer_changes_neither_the_companys_messages_nor_what_was_taken_back(desk: Any) -> None:
    theirs = await desk.send("text", {"body": "Bom dia"})
    own = (await desk.write("Oi"))["id"]
    await desk.client.delete(f"/sandbox/api/messages/{own}")
    for method, message_id in (("PATCH", theirs), ("DELETE", theirs), ("PATCH", own), ("DELETE", own)):
        answer = await desk.client.request(method, f"/sandbox/api/messages/{message_id}", json={"text": "x"})
        assert answer.status_code == 403
    answer = await desk.client.put(f"/sandbox/api/messages/{own}/reaction", json={"emoji": "👍"})
    assert answer.status_code == 403
    assert [(one["text"], one["deleted"]) for one in await desk.screen()] == [("Bom dia", False), (None, True)]
    assert [one["type"] for one in await desk.told()] == ["text", "revoke"]


@pytest.mark.parametrize(
    ("draft", "kind", "content"),
    [
        ({"kind": "location", "content": {"latitude": -23.5, "longitude": -46.6}}, "location", None),
        ({"kind": "contacts", "content": {"contacts": [{"name": {"formatted_name": "Rui"}}]}}, "contacts", None),
        ({"kind": "order", "content": {"items": [{"product_retailer_id": "S", "quantity": 1}]}}, "order", None),
        ({"kind": "unsupported", "content": {"type": "poll"}}, "unsupported", {"type": "poll"}),
    ],
)
async def test_other_kinds_go_out_in_the_shapes_of_the_provider(desk: Any, draft: Any, kind: str, content: Any) -> None:
    await desk.write(None, **draft)
    (told,) = await desk.told()
    assert told["type"] == kind
    assert content is None or told[kind] == content


async def test_an_expired_window_fails_what_the_company_writes_until_the_customer_writes(desk: Any) -> None:
    place = {"company": desk.company, "customer": desk.customer}
    await desk.client.put("/sandbox/api/windows", json=place | {"closed": True})
    failed = await desk.send("text", {"body": "Olá"})
    assert (await desk.receipts(failed), await desk.screen()) == (["failed"], [])
    await desk.write()
    taken = await desk.send("text", {"body": "Olá"})
    assert await desk.receipts(taken) == ["sent", "delivered"]


async def test_what_is_written_by_the_control_routes_is_on_the_phone(desk: Any) -> None:
    message = {"phone_number_id": desk.company, "sender": "5551999990000", "name": "Teresa Prado", "text": "Oi"}
    await desk.client.post("/_fake/messages", json=[message])
    state = (await desk.client.get("/sandbox/api/state")).json()
    assert "Teresa Prado" in [one["name"] for one in state["customers"]]
    assert [(one["customer"], one["last"]["text"]) for one in state["threads"]] == [("5551999990000", "Oi")]


async def test_a_number_of_somebody_else_is_a_company_with_the_receipts_of_the_settings(desk: Any) -> None:
    other = {"callback_url": "http://other.test/hook", "app_secret": "s", "phone_number_id": "100200300400500"}
    await desk.client.put("/_fake/callbacks", json=other)
    body = {"messaging_product": "whatsapp", "to": f"+{desk.customer}", "type": "text", "text": {"body": "Olá"}}
    path = "/v25.0/100200300400500/messages"
    answer = await desk.client.post(path, json=body, headers={"Authorization": "Bearer t"})
    receipts = await desk.receipts(answer.json()["messages"][0]["id"])
    assert receipts == ["sent", "delivered", "read"]
    companies = (await desk.client.get("/sandbox/api/state")).json()["companies"]
    assert [one["name"] for one in companies if not one["own"]] == ["+551133330000"]


async def test_open_pages_hear_of_every_change(desk: Any) -> None:
    frames = desk.state.events.frames()
    assert await anext(frames) == b"retry: 1000\n\n"
    await desk.write("Oi")
    heard = [await anext(frames) for _ in range(2)]
    assert b'"type":"message"' in heard[0]
    assert b'"text":"Oi"' in heard[0]
    assert b'"type":"thread"' in heard[1]
    await frames.aclose()
