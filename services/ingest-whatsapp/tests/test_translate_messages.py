"""What a message of Meta's may lack or have wrong, and what is made of it all the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.translate import HealthNote, Proven, TemplateNote, translate
from atd_schemas.contents import AnswerContent
from atd_schemas.inbound import InboundMessage
from atd_testing.whatsapp import builders

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READ_AGAIN = datetime(2026, 3, 9, 12, tzinfo=UTC)
ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id="7",
    business_account_id="2",
    version=1,
    app_secret=b"example-app-secret",
    access_token=SecretStr("token"),
    verify_token=SecretStr("verify"),
)
PROVEN = Proven({"7": ACCOUNT}, {"2": (ACCOUNT,)})
TEXT = {"type": "text", "text": {"body": "Oi"}}
REACTION = {"type": "reaction", "reaction": {"message_id": "wamid.EX0=", "emoji": "👍"}}
EDIT = {"type": "edit", "edit": {"original_message_id": "wamid.EX0=", "message": TEXT}}
REVOKE = {"type": "revoke", "revoke": {"original_message_id": "wamid.EX0="}}
SYSTEM = {"type": "system", "system": {"type": "user_changed_number", "wa_id": "5521977770000"}}


def told(
    field: str = "messages", received_at: datetime | None = None, now: datetime = NOW, **lists: Any
) -> Translation:
    """What a value with these lists gives."""
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "7"}, **lists}
    body = builders.body({"id": "2", "changes": [{"field": field, "value": value}]})
    return translate(body, PROVEN, now, received_at)


def one(message: dict[str, Any], **more: Any) -> Translation:
    """What a message of a customer gives; None takes a field away."""
    sent = {"from": "5511999990000", "id": "wamid.1=", "timestamp": "1767225600", **message}
    return told(messages=[{name: value for name, value in sent.items() if value is not None}], **more)


# --- dates

WRONG_DATES = ["16549920000", "17672256000", None, "0", -5, "4102444800", "amanhã", [1]]


@pytest.mark.proves("whatsapp", "date-that-cannot-be")
@pytest.mark.parametrize("message", [TEXT, REACTION, EDIT, REVOKE, SYSTEM], ids=lambda message: str(message["type"]))
@pytest.mark.parametrize("date", WRONG_DATES)
def test_what_has_no_date_that_can_be_is_taken_at_its_arrival_and_named(message: dict[str, Any], date: Any) -> None:
    translation = one({**message, "timestamp": date}, received_at=NOW, now=READ_AGAIN)
    [event] = translation.events
    [dated] = one(message).events
    assert (event.occurred_at, event.id) == (NOW, dated.id)
    assert translation.problems == (
        "entry[0].changes[0].value.messages[0].timestamp: is no moment that can be; the arrival was taken",
    )


@pytest.mark.proves("whatsapp", "date-that-cannot-be")
@pytest.mark.parametrize("date", ["1767225600000", 1767225600000, 1767225600, 1767225600.0])
def test_milliseconds_and_numbers_are_dates(date: Any) -> None:
    translation = one({**TEXT, "timestamp": date})
    assert [event.occurred_at for event in translation.events] == [datetime(2026, 1, 1, tzinfo=UTC)]
    assert translation.problems == ()


@pytest.mark.proves("whatsapp", "date-that-cannot-be")
@pytest.mark.parametrize("date", WRONG_DATES)
def test_a_wrong_date_hides_no_receipt_echo_preference_or_new_id(date: Any) -> None:
    status = {"id": "wamid.O=", "status": "read", "recipient_id": "5511999990000", "timestamp": date}
    echo = {"from": "551133330000", "to": "5511999990000", "id": "wamid.E=", "timestamp": date, **TEXT}
    wish = {"user_id": "BR.x", "category": "marketing_messages", "value": "stop", "timestamp": date}
    change = {"wa_id": "5511999990000", "user_id": {"previous": "BR.a", "current": "BR.b"}, "timestamp": date}
    for translation in (
        told(statuses=[status]),
        told("smb_message_echoes", message_echoes=[echo]),
        told("user_preferences", user_preferences=[wish]),
        told("user_id_update", user_id_update=[change]),
    ):
        assert [event.occurred_at for event in translation.events] == [NOW]
        assert len(translation.problems) == 1


@pytest.mark.proves("whatsapp", "date-that-cannot-be")
@pytest.mark.parametrize("date", [16549920000, 4102444800, 0, None])
def test_a_wrong_date_freezes_no_template_and_no_health(date: Any) -> None:
    def noted(field: str, value: dict[str, Any]) -> Any:
        body = builders.body({"id": "2", "time": date, "changes": [{"field": field, "value": value}]})
        [note] = translate(body, PROVEN, READ_AGAIN, NOW).notes
        return note

    named = {"message_template_name": "aviso", "message_template_language": "pt_BR", "event": "APPROVED"}
    template = noted("message_template_status_update", named)
    health = noted("account_review_update", {"decision": "APPROVED"})
    assert isinstance(template, TemplateNote)
    assert isinstance(health, HealthNote)
    assert (template.at, health.at) == (NOW, NOW)


# --- groups


@pytest.mark.proves("whatsapp", "group-kept-out-private")
@pytest.mark.parametrize("message", [TEXT, REACTION, EDIT, REVOKE, SYSTEM], ids=lambda message: str(message["type"]))
@pytest.mark.parametrize("group", [{"group_id": "Y2FwaV9ncm91cA=="}, {"recipient_type": "group"}])
def test_what_happens_in_a_group_is_kept_and_goes_to_no_private_conversation(
    message: dict[str, Any], group: dict[str, Any]
) -> None:
    echo = {"from": "551133330000", "to": "Y2FwaV9ncm91cA==", "id": "wamid.E=", "timestamp": "1767225600", **message}
    for translation in (one({**message, **group}), told("smb_message_echoes", message_echoes=[{**echo, **group}])):
        assert translation.events == ()
        [problem] = translation.problems
        assert problem.endswith("[0]: is in a group, which this version does not show")


@pytest.mark.proves("whatsapp", "group-kept-out-private")
@pytest.mark.parametrize(
    "group", [{"recipient_type": "group"}, {"group_id": "Y2Fw"}, {"recipient_participant_id": "5511999990000"}]
)
def test_a_receipt_of_a_group_is_kept_and_moves_no_message(group: dict[str, Any]) -> None:
    status = {"id": "wamid.O=", "status": "read", "recipient_id": "Y2Fw", "timestamp": "1767225600", **group}
    translation = told(statuses=[status])
    assert (translation.events, translation.confirmed) == ((), ())
    assert translation.problems == (
        "entry[0].changes[0].value.statuses[0]: is in a group, which this version does not show",
    )


@pytest.mark.parametrize("group", [{"group_id": None}, {"group_id": ""}, {"recipient_type": "individual"}])
def test_a_message_that_names_no_group_is_private(group: dict[str, Any]) -> None:
    message = {"from": "5511999990000", "id": "wamid.1=", "timestamp": "1767225600", **TEXT, **group}
    translation = told(messages=[message])
    assert (len(translation.events), translation.problems) == (1, ())


# --- nothing to show


def button(**has: Any) -> dict[str, Any]:
    return {"type": "button", "button": has}


def interactive(kind: str, **has: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, kind: has}}


@pytest.mark.proves("whatsapp", "nothing-to-show")
@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (button(payload="PAY"), ("PAY", "PAY")),
        (button(payload="PAY", text=" "), ("PAY", "PAY")),
        (button(text="Pagar"), ("Pagar", "Pagar")),
        (button(payload=7, text="Pagar"), ("Pagar", "Pagar")),
        (button(payload="PAY", text=None), ("PAY", "PAY")),
        (interactive("button_reply", id="opt-1"), ("opt-1", "opt-1")),
        (interactive("button_reply", title="Sim"), ("Sim", "Sim")),
        (interactive("list_reply", id="row-3", title="", description="2ª via"), ("row-3", "2ª via")),
        (interactive("list_reply", id="row-3", title="  "), ("row-3", "row-3")),
        (interactive("nfm_reply", name="flow", body="", response_json='{"nota":"5"}'), ("flow", "flow")),
        (interactive("nfm_reply", response_json='{"flow_token":"t","nota":"5"}'), ("", "5")),
    ],
)
def test_an_answer_is_shown_by_what_it_has(message: dict[str, Any], shown: tuple[str, str]) -> None:
    translation = one(message)
    [event] = translation.events
    assert isinstance(event, InboundMessage)
    assert isinstance(event.data.content, AnswerContent)
    assert (event.data.content.reply.id, event.data.content.reply.title) == shown
    assert event.data.text == shown[1]


@pytest.mark.proves("whatsapp", "nothing-to-show")
@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (button(), ".button: says nothing"),
        (button(payload=7, text={}), ".button: says nothing"),
        (button(payload=" ", text=" "), ".button: says nothing"),
        (interactive("button_reply"), ".interactive: says nothing"),
        (interactive("list_reply", id="", title=""), ".interactive: says nothing"),
        (interactive("nfm_reply", response_json='{"flow_token":"t"}'), ".interactive: says nothing"),
        ({"type": "text", "text": {"body": ""}}, ".text.body: is missing"),
        ({"type": "text", "text": {"body": " \n"}}, ".text.body: is missing"),
        ({"type": "text", "text": {}, "referral": {"headline": "Oferta"}}, ".text.body: is missing"),
        ({"type": "order", "order": {"text": " ", "product_items": []}}, ".order: says nothing"),
        ({"type": "contacts", "contacts": [{}, {"phones": []}]}, ".contacts: says nothing"),
    ],
)
def test_no_bubble_is_empty(message: dict[str, Any], problem: str) -> None:
    translation = one(message)
    [event] = translation.events
    assert isinstance(event, InboundMessage)
    assert event.data.kind == "unsupported"
    assert event.data.content.model_dump()["type"] == message["type"]
    assert any(named.endswith(problem) for named in translation.problems)
    referral = event.data.referral
    assert (referral.headline if referral else None) == message.get("referral", {}).get("headline")


def test_an_order_without_words_is_shown_by_its_products() -> None:
    [event] = one({"type": "order", "order": {"product_items": [{"product_retailer_id": "SKU1"}]}}).events
    assert isinstance(event, InboundMessage)
    assert (event.data.kind, event.data.text) == ("order", None)
