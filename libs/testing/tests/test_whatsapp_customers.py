"""Customers of the fake write every kind of message, in the shapes of Meta's webhooks."""

from typing import Any

import httpx
import pytest

from atd_testing.whatsapp import ServedFake
from atd_testing.whatsapp.receiver import WebhookReceiver

NUMBER = "700800900100200"
SENDER = "5511999990000"


async def written(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver, **message: Any
) -> dict[str, Any]:
    answer = await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, **message}])
    assert answer.status_code == 202, answer.text
    await fake.graph.webhook_sender.wait_until_idle()
    [found] = receiver.values("messages")
    assert found["id"] == answer.json()["message_ids"][0]
    return dict(found)


@pytest.mark.proves("whatsapp", "every-kind-what-sandbox-s")
@pytest.mark.parametrize(
    ("message", "kind", "content"),
    [
        ({"text": "Oi"}, "text", {"body": "Oi"}),
        (
            {"kind": "location", "place": {"latitude": -23.5, "longitude": -46.6, "name": "Loja"}},
            "location",
            {"latitude": -23.5, "longitude": -46.6, "name": "Loja"},
        ),
        (
            {"kind": "contacts", "cards": [{"name": {"formatted_name": "Rui"}}]},
            "contacts",
            [{"name": {"formatted_name": "Rui"}}],
        ),
        (
            {"kind": "button_reply", "reply": {"id": "sim", "title": "Sim"}},
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}},
        ),
        (
            {"kind": "list_reply", "reply": {"id": "r", "title": "Boleto", "description": "2ª via"}},
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "r", "title": "Boleto", "description": "2ª via"}},
        ),
        (
            {"kind": "flow_reply", "answers": {"nota": "5"}},
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"flow_token": "t1", "nota": "5"}',
                },
            },
        ),
        ({"kind": "button", "reply": {"id": "PAY", "title": "Pagar"}}, "button", {"payload": "PAY", "text": "Pagar"}),
        (
            {"kind": "reaction", "target": "wamid.X=", "emoji": "👍"},
            "reaction",
            {"message_id": "wamid.X=", "emoji": "👍"},
        ),
        ({"kind": "reaction", "target": "wamid.X="}, "reaction", {"message_id": "wamid.X="}),
        (
            {"kind": "order", "items": [{"product_retailer_id": "S", "quantity": 2}]},
            "order",
            {"catalog_id": "500600", "text": "", "product_items": [{"product_retailer_id": "S", "quantity": 2}]},
        ),
        (
            {"kind": "edit", "target": "wamid.X=", "text": "novo"},
            "edit",
            {
                "original_message_id": "wamid.X=",
                "message": {"context": {"id": "M0"}, "type": "text", "text": {"body": "novo"}},
            },
        ),
        ({"kind": "revoke", "target": "wamid.X="}, "revoke", {"original_message_id": "wamid.X="}),
        ({"kind": "unsupported", "content": {"type": "poll"}}, "unsupported", {"type": "poll"}),
    ],
)
async def test_each_kind_has_the_shape_of_metas_webhook(
    fake: ServedFake,
    client: httpx.AsyncClient,
    receiver: WebhookReceiver,
    message: dict[str, Any],
    kind: str,
    content: Any,
) -> None:
    found = await written(fake, client, receiver, **message)
    assert (found["type"], found[kind], found["from"]) == (kind, content, SENDER)
    assert [one["wa_id"] for one in receiver.values("contacts")] == [SENDER]


async def test_a_voice_message_is_marked_as_voice(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    file = {"data": "T2dnUw==", "mime_type": "audio/ogg; codecs=opus", "voice": True}
    found = await written(fake, client, receiver, kind="audio", file=file)
    assert (found["audio"]["voice"], found["audio"]["mime_type"]) == (True, "audio/ogg; codecs=opus")


async def test_fields_next_to_the_content_are_delivered(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    found = await written(
        fake, client, receiver, text="Oi", forwarded="often", beside={"referral": {"source_type": "ad"}}
    )
    assert (found["context"], found["referral"]) == ({"frequently_forwarded": True}, {"source_type": "ad"})


async def test_a_customer_may_hide_the_phone(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    found = await written(fake, client, receiver, text="Oi", sender=None, user_id="BR.abc")
    assert ("from" in found, found["from_user_id"]) == (False, "BR.abc")
    assert receiver.values("contacts") == [{"profile": {"name": "Ana Souza"}, "user_id": "BR.abc"}]


async def test_a_change_of_number_comes_without_contacts(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    found = await written(fake, client, receiver, kind="number_change", new_sender="5521977770000")
    assert (found["type"], found["from"]) == ("system", SENDER)
    assert (found["system"]["wa_id"], found["system"]["type"]) == ("5521977770000", "user_changed_number")
    assert receiver.values("contacts") == []


async def test_a_change_of_the_user_id_names_both(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    more = {"user_id": "BR.old", "new_user_id": "BR.new"}
    found = await written(fake, client, receiver, kind="user_id_change", sender=None, **more)
    assert found["system"].pop("body")
    assert found["system"] == {"type": "user_changed_user_id", "previous_user_id": "BR.old", "user_id": "BR.new"}
    assert receiver.values("contacts") == []


async def test_a_card_can_answer_the_request_for_the_phone(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    found = await written(fake, client, receiver, kind="contacts", cards=[{"phones": []}], origin="contact_request")
    assert (found["type"], found["origin"]) == ("contacts", "contact_request")


async def test_an_owner_writes_with_the_business_app(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    answer = await client.post("/_fake/echoes", json={"phone_number_id": NUMBER, "to": SENDER})
    await fake.graph.webhook_sender.wait_until_idle()
    [change] = receiver.changes()
    [echo] = change["value"]["message_echoes"]
    assert (change["field"], echo["id"], echo["to"]) == ("smb_message_echoes", answer.json()["message_id"], SENDER)


async def test_any_other_field_is_delivered_as_it_is(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    value = {"user_preferences": [{"wa_id": SENDER, "value": "stop"}]}
    change = {"phone_number_id": NUMBER, "field": "user_preferences", "value": value}
    assert (await client.post("/_fake/changes", json=change)).status_code == 202
    await fake.graph.webhook_sender.wait_until_idle()
    assert receiver.changes() == [{"field": "user_preferences", "value": value}]


async def test_a_number_without_a_callback_takes_no_messages(fake: ServedFake, client: httpx.AsyncClient) -> None:
    fake.graph.state.callbacks.clear()
    answer = await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, "text": "Oi"}])
    assert answer.status_code == 409


async def test_a_reset_forgets_all_but_the_callbacks(fake: ServedFake, client: httpx.AsyncClient) -> None:
    await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, "kind": "image"}])
    await client.put("/_fake/graph-settings", json={"window": "sync"})
    await client.post("/_fake/clock", json={"advance_seconds": 60})
    await client.post("/_fake/reset")
    state = fake.graph.state
    assert (state.media.all(), state.graph.window, state.clock_offset.total_seconds()) == ([], "off", 0.0)
    assert state.callback_of(NUMBER) is not None
