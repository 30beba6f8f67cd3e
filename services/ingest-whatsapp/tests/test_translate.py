"""Webhook bodies become events: every stored body beside the events that come of it."""

import hashlib
import json
from base64 import b64encode
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import bson
import orjson
import pytest
from pydantic import SecretStr

from atd_channelkit.webhooks.translation import SendProof, Translation, unparsed_event
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.translate import (
    OBJECT,
    PROBLEMS_LIMIT,
    Alert,
    HealthNote,
    Note,
    Proven,
    kinds,
    messages,
    reader,
    state,
    translate,
    values,
)
from atd_schemas.inbound import InboundMessage
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, MAX_MESSAGE_BYTES, adapter, encode
from atd_testing.whatsapp import builders
from atd_testing.whatsapp import kinds as builders_of_kinds
from atd_testing.whatsapp.customers import MEDIA_KINDS, CustomerFile, CustomerKind, CustomerMessage, write
from atd_testing.whatsapp.state import FakeState

DATA = Path(__file__).parent / "data"
CASES = sorted(path.name.removesuffix(".body.json") for path in DATA.glob("*.body.json"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def account(number: str, suffix: str = "1") -> Account:
    return Account(
        id=f"0192d1a0-0000-7000-8000-00000000000{suffix}",
        tenant_id=f"tenant-{suffix}",
        name=f"Loja {suffix}",
        status="active",
        phone_number_id=number,
        business_account_id="200300400500600",
        version=1,
        app_secret=b"example-app-secret",
        access_token=SecretStr("token"),
        verify_token=SecretStr("verify"),
    )


NUMBERS = {one.phone_number_id: one for one in (account("700800900100200"), account("700800900100201", "2"))}
PROVEN = Proven(NUMBERS, {"200300400500600": tuple(NUMBERS.values())})


def shown(translation: Translation) -> dict[str, Any]:
    found = {
        "events": [orjson.loads(encode(event)) for event in translation.events],
        "problems": list(translation.problems),
    }
    return found if not translation.notes else {**found, "notes": [noted(note) for note in translation.notes]}


def noted(note: Note) -> dict[str, Any]:
    told = {**asdict(note), "account": note.account.id, "at": note.at.isoformat()}
    told = {name: value for name, value in told.items() if value is not None}
    if isinstance(note, HealthNote) and isinstance(note.alert, Alert):
        told["alert"] = {name: value for name, value in asdict(note.alert).items() if value is not None}
    return {"type": type(note).__name__, **told}


PROVES = {
    "account_alerts": ("account-quality-limits-review",),
    "account_review": ("account-quality-limits-review",),
    "account_update": ("account-quality-limits-review",),
    "audio": ("audio-voice-in",),
    "batch": ("webhook-several-numbers-several",),
    "broken_items": ("too-long-cut-named-taken",),
    "business_capability": ("account-quality-limits-review",),
    "button_reply": ("interactive-answers-in",),
    "coexistence_history": ("unknown-field-kept-whole-rest",),
    "contacts": ("contacts-in",),
    "contacts_requested": ("contacts-in",),
    "document": ("document-in",),
    "echoes": ("echo-what-phone-that",),
    "edit": ("edit-deletion-replaces-text-takes",),
    "errors": ("account-quality-limits-review",),
    "flow_answer": ("interactive-answers-in",),
    "group": ("group-kept-out-private",),
    "group_receipts": ("group-kept-out-private",),
    "hidden_phone": ("sender-without-phone-number",),
    "image": ("image-in",),
    "list_reply": ("interactive-answers-in",),
    "location": ("location-in",),
    "no_metadata": ("webhook-several-numbers-several",),
    "number_quality": ("account-quality-limits-review",),
    "order": ("order-in",),
    "other_business": ("webhook-several-numbers-several",),
    "other_field": ("unknown-field-kept-whole-rest",),
    "other_object": ("unknown-field-kept-whole-rest",),
    "phone_only_in_contacts": ("sender-known-phone-beside",),
    "reaction": ("reaction-removal-in",),
    "referral": ("referral-product-advertisement-product-catalogue",),
    "referred_product": ("referral-product-advertisement-product-catalogue",),
    "request_welcome": ("first-opening-nothing-show",),
    "revoke": ("edit-deletion-replaces-text-takes",),
    "security": ("account-quality-limits-review",),
    "status_failed": ("receipts-failed-without-recipient",),
    "status_without_recipient": ("receipts-failed-without-recipient",),
    "statuses": ("receipts-failed-without-recipient",),
    "statuses_of_repeats": ("receipts-failed-without-recipient",),
    "sticker": ("sticker-in",),
    "system_legacy": ("number-change-same-contact-goes",),
    "system_number_change": ("number-change-same-contact-goes",),
    "system_user_id_change": ("new-user-same-contact-nobody",),
    "template_button": ("interactive-answers-in",),
    "template_category": ("webhook-status-quality-category",),
    "template_components": ("webhook-status-quality-category",),
    "template_quality": ("webhook-status-quality-category",),
    "template_status": ("webhook-status-quality-category",),
    "text": ("text-in",),
    "text_reply_and_forwarded": ("text-in", "quote-in", "forwarded-often-forwarded"),
    "two_numbers": ("webhook-several-numbers-several",),
    "unknown_type": ("unsupported-in", "unknown-kind-shown-as-unsupported"),
    "unsupported": ("unsupported-in", "unsupported-meta-with-reason"),
    "user_id_update": ("new-user-same-contact-nobody",),
    "user_preferences": ("preferences-who-wants-no",),
    "video": ("video-in",),
}
"""Rows of the channel's page, by stored body."""


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.proves("whatsapp", *PROVES[case])) for case in CASES]
)
def test_a_stored_body_gives_its_stored_events(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    expected = orjson.loads((DATA / f"{case}.expected.json").read_bytes())
    assert shown(translate(body, PROVEN, NOW)) == expected


@pytest.mark.parametrize("case", CASES)
def test_every_event_parses_as_the_topics_schema(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    for event in translate(body, PROVEN, NOW).events:
        assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event


@pytest.mark.proves("whatsapp", "every-kind-same-body-again")
def test_the_same_body_gives_the_same_ids_whenever_it_comes() -> None:
    body = orjson.loads((DATA / "batch.body.json").read_bytes())
    first = translate(body, PROVEN, NOW)
    again = translate(body, PROVEN, datetime(2026, 4, 1, tzinfo=UTC))
    assert [event.id for event in first.events] == [event.id for event in again.events]
    assert len({event.id for event in first.events}) == 7


def test_receipts_with_our_callback_data_confirm_sends() -> None:
    body = orjson.loads((DATA / "statuses.body.json").read_bytes())
    ours = "0192d1a0-5c1e-7f6b-9a53-3f1d7f1c2b9e"
    assert translate(body, PROVEN, NOW).confirmed == (SendProof(account("700800900100200").id, ours, "wamid.S1="),) * 2


def test_a_body_of_nothing_but_problems_names_only_the_first_hundred() -> None:
    translation = translate({"object": "whatsapp_business_account", "entry": [7] * 5000}, PROVEN, NOW)
    assert len(translation.problems) == PROBLEMS_LIMIT + 1
    assert translation.problems[-1] == "and 4900 more"


def test_the_largest_body_fits_into_one_unparsed_record() -> None:
    event = unparsed_event(account("1"), "ingest-whatsapp", b"x" * 3 * 1024 * 1024, ["entry: " + "x" * 100] * 101, NOW)
    assert len(encode(event)) < MAX_MESSAGE_BYTES
    assert adapter(INBOUND_UNPARSED).validate_json(encode(event)) == event


def one(message: dict[str, Any]) -> Translation:
    """What a value with this one message gives."""
    sent = {"from": "5511999990000", "id": "wamid.1=", "timestamp": "1767225600", **message}
    return translate(builders.body(builders.entry("200300400500600", messages_of(sent))), PROVEN, NOW)


def messages_of(*sent: dict[str, Any]) -> dict[str, Any]:
    return builders.change("700800900100200", messages=sent)


@pytest.mark.proves("whatsapp", "every-kind-has-stored-body")
def test_every_kind_and_field_that_is_read_has_a_stored_body() -> None:
    stored = [orjson.loads(path.read_bytes()) for path in DATA.glob("*.body.json")]
    changes = [
        change
        for body in stored
        if body["object"] == OBJECT
        for entry in body["entry"]
        if isinstance(entry, dict)
        for change in entry.get("changes", ())
        if isinstance(change, dict)
    ]
    types = {
        message.get("type")
        for change in changes
        for message in (change.get("value") or {}).get("messages", ())
        if isinstance(message, dict)
    }
    assert {*kinds.KINDS, *messages.CHANGES, "unsupported", "request_welcome"} <= types
    assert {*state.FIELDS, *reader.LISTS} <= {change.get("field") for change in changes}


def test_a_placeholder_is_another_event_of_the_same_message() -> None:
    [placeholder] = one({"type": "poll"}).events
    [understood] = one({"type": "text", "text": {"body": "Oi"}}).events
    assert isinstance(placeholder, InboundMessage)
    assert isinstance(understood, InboundMessage)
    assert placeholder.id != understood.id == understood.message_id() == placeholder.message_id()
    content = placeholder.data.content.model_dump(exclude_none=False)
    assert (placeholder.data.kind, content) == ("unsupported", {"type": "poll", "reason": None})


def test_a_file_has_one_id_per_message_and_account() -> None:
    def file_id(number: str, message_id: str) -> str:
        image = {"id": message_id, "from": "1", "timestamp": "1767225600", "type": "image", "image": {"id": "111"}}
        body = builders.body(builders.entry("200300400500600", builders.change(number, messages=[image])))
        [event] = translate(body, PROVEN, NOW).events
        assert isinstance(event, InboundMessage)
        return event.data.attachments[0].id

    found = [
        file_id(number, message) for number in ("700800900100200", "700800900100201") for message in ("a", "b", "a")
    ]
    assert len(set(found)) == 4
    assert found[0] == found[2]


@pytest.mark.proves("whatsapp", "too-long-cut-named-taken")
@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"type": "text", "text": {"body": "á" * 65_537}}, "text.body: has 65537 characters, 65536 were taken"),
        (
            {"type": "image", "image": {"id": "1", "caption": "a" * 70_000}},
            "image.caption: has 70000 characters, 65536 were taken",
        ),
        (
            {"type": "contacts", "contacts": [{"phones": [{"phone": "1"}]}] * 258},
            "contacts: has 258 items, 257 were taken",
        ),
        (
            {"type": "contacts", "contacts": [{"phones": [{"phone": "1"}] * 51}]},
            "contacts[0].phones: has 51 items, 50 were taken",
        ),
        (
            {"type": "contacts", "contacts": [{"vcard": "FN:" + "a" * 65_536}]},
            "contacts[0].vcard: has 65539 characters, 65536 were taken",
        ),
        (
            {"type": "order", "order": {"product_items": [{"quantity": 1}] * 501}},
            "order.product_items: has 501 items, 500 were taken",
        ),
        (
            {"type": "button", "button": {"payload": "p", "text": "t" * 1025}},
            "has a text of 1025 characters, 1024 were taken",
        ),
        ({"type": "image", "image": {"id": "1", "url": "ftp://x"}}, "has a link that is no web address"),
    ],
)
def test_what_is_too_long_is_cut_and_named(message: dict[str, Any], problem: str) -> None:
    translation = one(message)
    [event] = translation.events
    assert isinstance(event, InboundMessage)
    assert event.data.kind != "unsupported"
    assert problem in translation.problems[0]
    assert len(encode(event)) < 300_000


@pytest.mark.parametrize(
    "form",
    [{"a": [2**70, -(2**70), 1.5, True, None]}, {"$ref": "x", "b\0": {"$id": 1}}, {"deep": [[[[[[[[[[1]]]]]]]]]]}],
)
def test_a_form_holds_nothing_that_a_document_could_not(form: dict[str, Any]) -> None:
    answer = {"type": "nfm_reply", "nfm_reply": {"response_json": json.dumps(form)}}
    translation = one({"type": "interactive", "interactive": answer})
    [event] = translation.events
    assert isinstance(event, InboundMessage)
    content = event.data.content.model_dump()
    assert bson.decode(bson.encode(content)) == content


@pytest.mark.parametrize(
    ("sent", "hexadecimal"),
    [
        ("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", hashlib.sha256(b"test").hexdigest()),
        (hashlib.sha256(b"test").hexdigest().upper(), hashlib.sha256(b"test").hexdigest()),
        ("b64=", None),
        ("é", None),
        (None, None),
    ],
)
def test_a_digest_is_kept_in_hex(sent: object, hexadecimal: str | None) -> None:
    assert values.sha256_of(sent) == hexadecimal


def test_what_meta_says_of_one_number_reaches_its_account_alone() -> None:
    numbers = [replace(account("1"), display_phone_number="+55 11 3333-0000"), account("2", "2")]
    proven = Proven({}, {"200300400500600": numbers})

    def told(value: dict[str, Any], field: str = "phone_number_quality_update") -> list[str]:
        body = builders.body({"id": "200300400500600", "changes": [{"field": field, "value": value}]})
        return [note.account.phone_number_id for note in translate(body, proven, NOW).notes]

    assert told({"event": "FLAGGED", "display_phone_number": "551133330000"}) == ["1"]
    assert told({"event": "FLAGGED", "display_phone_number": "551144440000"}) == ["2"]
    assert told({"event": "FLAGGED"}) == ["1", "2"]
    alert = {"entity_type": "PHONE_NUMBER", "entity_id": 2, "alert_info": {"alert_type": "OBA_APPROVED"}}
    assert told(alert, "account_alerts") == ["2"]


def test_a_value_without_metadata_is_of_the_only_account_of_its_business() -> None:
    preference = {"user_id": "BR.x", "category": "marketing_messages", "value": "stop", "timestamp": 1767225600}
    body = builders.body(
        {"id": "7", "changes": [{"field": "user_preferences", "value": {"user_preferences": [preference]}}]}
    )
    assert len(translate(body, Proven({}, {"7": [account("1")]}), NOW).events) == 1
    for proven in (Proven({}), Proven({}, {"7": [account("1"), account("2", "2")]})):
        translation = translate(body, proven, NOW)
        assert translation.events == ()
        assert translation.problems == ("entry[0].changes[0].value.metadata.phone_number_id: is missing",)


def test_what_meta_did_not_date_is_as_old_as_the_body() -> None:
    body = builders.body(
        builders.entry("200300400500600", builders.change("700800900100200", errors=[builders.error(131000, "x")]))
    )
    later = datetime(2026, 3, 2, tzinfo=UTC)
    [note] = translate(body, PROVEN, later, received_at=NOW).notes
    assert note.at == NOW


@pytest.mark.proves("whatsapp", "every-kind-what-sandbox-s")
@pytest.mark.parametrize("kind", [kind for kind in get_args(CustomerKind) if kind != "raw"])
@pytest.mark.parametrize("sender", ["5511999990000", None])
def test_whatever_the_fake_phone_sends_is_understood(kind: CustomerKind, sender: str | None) -> None:
    file = CustomerFile(data=b64encode(b"bytes"), mime_type="image/jpeg", filename="a.jpg")
    said = CustomerMessage(
        phone_number_id="700800900100200",
        kind=kind,
        text="Oi",
        sender=sender,
        user_id="BR.ana",
        file=file if kind in MEDIA_KINDS else None,
        place={"latitude": -23.5, "longitude": -46.6},
        cards=[builders_of_kinds.contact_card("Rui Lima", ["+5511988880000"])],
        reply={"id": "1", "title": "Sim"},
        answers={"nota": "5"},
        target="wamid.EX0=",
        emoji="👍",
        items=[{"product_retailer_id": "SKU1", "quantity": 1, "item_price": 1, "currency": "BRL"}],
        new_sender="5521977770000",
    )
    change = messages_of(write(FakeState(), said).element)
    translation = translate(builders.body(builders.entry("200300400500600", change)), PROVEN, datetime.now(UTC))
    assert translation.problems == ()
    subjects = [event.subject.rpartition(":")[2] for event in translation.events]
    assert subjects == ([] if kind == "request_welcome" else [sender or "BR.ana"])
    if kind in MEDIA_KINDS:
        [event] = translation.events
        assert isinstance(event, InboundMessage)
        assert event.data.attachments[0].sha256 == hashlib.sha256(b"bytes").hexdigest()
