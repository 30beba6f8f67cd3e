"""Whatever JSON Meta signs is taken: never an error, never a lost byte."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

import bson
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from atd_channelkit.webhooks.body import decode
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.accounts.spec import SPEC
from atd_ingest_whatsapp.reader import READER
from atd_ingest_whatsapp.translate import Proven, reader, state, translate
from atd_schemas.inbound import InboundUnparsed
from atd_testing.channels.webhook_door import Taken, WebhookDoor, anything, scalars, texts
from atd_testing.clock import FakeClock
from atd_testing.whatsapp import builders

SECRET = "example-app-secret"
NUMBER = "700800900100200"
ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id=NUMBER,
    business_account_id="200300400500600",
    version=1,
    app_secret=SECRET.encode(),
    access_token=SecretStr("token"),
    verify_token=SecretStr("verify"),
)


DOOR = WebhookDoor(SPEC, READER, [ACCOUNT])


def post(raw: bytes, signature: str, account_id: str | None = ACCOUNT.id) -> Taken:
    return asyncio.run(DOOR.post(raw, {"X-Hub-Signature-256": signature}, account_id))


def taken(raw: bytes, *, of_app: bool = False) -> list[Any]:
    """The events that the body became; asserts that it was taken whole."""
    return post(raw, builders.sign(raw, SECRET), None if of_app else ACCOUNT.id).whole(raw)


ids = st.sampled_from(["wamid.1", "wamid.2", "", "5511999990000", "BR.x", "🙂"]) | texts
links = st.sampled_from(["https://x.example/a", "http://y", "ftp://x", ""]) | texts
media = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1110001", ""]) | anything,
        "mime_type": st.just("image/jpeg") | anything,
        "sha256": st.just("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=") | anything,
        "filename": texts | anything,
        "caption": texts | anything,
        "voice": anything,
        "url": links | anything,
    },
)
cards = st.fixed_dictionaries(
    {},
    optional={
        "name": st.fixed_dictionaries({}, optional={"formatted_name": texts, "first_name": anything}) | anything,
        "phones": st.lists(st.fixed_dictionaries({}, optional={"phone": texts, "type": anything}), max_size=2)
        | anything,
        "emails": anything,
        "org": anything,
        "vcard": st.text(alphabet="BEGINFTLO:;=,\\\r\n .x\0é", max_size=60) | anything,
    },
)
replies = st.fixed_dictionaries(
    {"type": st.sampled_from(["button_reply", "list_reply", "nfm_reply"]) | anything},
    optional={
        name: st.fixed_dictionaries(
            {}, optional={"id": texts, "title": texts, "response_json": anything.map(json.dumps) | texts}
        )
        | anything
        for name in ("button_reply", "list_reply", "nfm_reply")
    },
)
targets = st.fixed_dictionaries(
    {}, optional={"message_id": ids, "original_message_id": ids, "emoji": texts | anything, "message": anything}
)
kind_names = ["text", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive"]
kind_names += ["button", "order", "reaction", "edit", "revoke", "system", "unsupported", "request_welcome", "poll"]
messages = st.fixed_dictionaries(
    {},
    optional={
        "id": ids | anything,
        "from": ids | anything,
        "from_user_id": ids | anything,
        "to": ids | anything,
        "timestamp": st.sampled_from(["1767225600", "0", "x", 1767225600]) | st.integers() | anything,
        "type": st.sampled_from(kind_names) | anything,
        "text": st.fixed_dictionaries({"body": texts}) | anything,
        "image": media | anything,
        "audio": media,
        "document": media,
        "sticker": media,
        "location": st.fixed_dictionaries({"latitude": scalars, "longitude": scalars, "url": links}) | anything,
        "contacts": st.lists(cards, max_size=2) | anything,
        "interactive": replies | anything,
        "button": st.fixed_dictionaries({}, optional={"payload": anything, "text": texts}) | anything,
        "order": st.fixed_dictionaries({}, optional={"product_items": st.lists(anything, max_size=2) | anything})
        | anything,
        "reaction": targets | anything,
        "edit": targets | anything,
        "revoke": targets | anything,
        "system": st.fixed_dictionaries(
            {"type": st.sampled_from(["user_changed_number", "user_changed_user_id", "customer_identity_changed"])},
            optional={"wa_id": ids, "user_id": ids},
        )
        | anything,
        "context": st.fixed_dictionaries({}, optional={"id": ids, "forwarded": anything, "referred_product": anything})
        | anything,
        "referral": st.fixed_dictionaries({}, optional={"source_url": links, "body": texts}) | anything,
        "group_id": ids,
        "unsupported": anything,
        "errors": anything,
    },
)
statuses = st.fixed_dictionaries(
    {},
    optional={
        "id": ids | anything,
        "status": st.sampled_from(["sent", "delivered", "read", "played", "failed", "x"]) | anything,
        "timestamp": st.sampled_from(["1767225600", "9" * 30]) | anything,
        "recipient_id": ids | anything,
        "recipient_user_id": ids | anything,
        "biz_opaque_callback_data": st.uuids().map(str) | st.uuids().map(lambda made: f"{made}.2") | anything,
        "errors": st.lists(st.fixed_dictionaries({}, optional={"code": anything, "error_data": anything})) | anything,
    },
)
values = st.fixed_dictionaries(
    {"metadata": st.just({"phone_number_id": NUMBER}) | anything},
    optional={
        "messages": st.lists(messages, max_size=3) | anything,
        "statuses": st.lists(statuses, max_size=3) | anything,
        "contacts": st.lists(
            st.fixed_dictionaries({}, optional={"wa_id": ids, "user_id": ids, "profile": anything}), max_size=2
        )
        | anything,
        "errors": anything,
    },
)
fields = st.sampled_from([*state.FIELDS, *reader.LISTS, "history"]) | texts
beside = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.just({"phone_number_id": NUMBER}),
        "message_echoes": st.lists(messages, max_size=2) | anything,
        "user_preferences": st.lists(
            st.fixed_dictionaries(
                {"category": st.just("marketing_messages"), "value": st.sampled_from(["stop", "x"]) | anything},
                optional={"user_id": ids, "timestamp": st.just(1767225600) | anything},
            ),
            max_size=2,
        )
        | anything,
        "user_id_update": st.lists(
            st.fixed_dictionaries({"user_id": st.fixed_dictionaries({"previous": ids, "current": ids}) | anything}),
            max_size=2,
        ),
        "event": st.sampled_from(["APPROVED", "FLAGGED"]) | anything,
        "message_template_name": texts | anything,
        "message_template_language": texts | anything,
        "message_template_element": texts | anything,
        "new_quality_score": anything,
        "new_category": anything,
        "alert_info": st.fixed_dictionaries({}, optional={"alert_type": texts, "alert_severity": anything}) | anything,
        "decision": anything,
        "restriction_info": anything,
        "max_daily_conversation_per_phone": anything,
    },
)
changes = st.fixed_dictionaries({"field": st.just("messages") | texts, "value": values | anything})
webhooks = st.fixed_dictionaries(
    {
        "object": st.just("whatsapp_business_account"),
        "entry": st.lists(
            st.fixed_dictionaries(
                {
                    "id": st.just("200300400500600") | anything,
                    "changes": st.lists(
                        changes | st.fixed_dictionaries({"field": fields, "value": beside | anything}), max_size=3
                    )
                    | anything,
                },
                optional={"time": st.just(1767225600) | anything},
            ),
            max_size=3,
        ),
    }
)


@pytest.mark.proves("whatsapp", "any-json-ends-as-events")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_json_ends_as_events_or_is_kept_whole(payload: Any) -> None:
    events = taken(json.dumps(payload).encode())
    assert [type(event) for event in events] == [InboundUnparsed]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(webhooks, st.booleans())
def test_any_webhook_like_json_is_taken_part_by_part(payload: Any, of_app: bool) -> None:
    named = any(
        isinstance(entry.get("changes"), list) and entry.get("id") == "200300400500600" for entry in payload["entry"]
    )
    events = taken(json.dumps(payload).encode(), of_app=of_app and named)
    kept = sum(isinstance(event, InboundUnparsed) for event in events)
    assert kept <= 1
    if not kept:
        assert len(events) == _parts(payload)


def _parts(payload: Any) -> int:
    """The items of a body, in which everything is in its place, that an event comes of."""
    values_of = [change["value"] for entry in payload["entry"] for change in entry["changes"]]
    names = ("messages", "statuses", "message_echoes", "user_preferences", "user_id_update")
    items = [item for value in values_of for name in names for item in value.get(name, ())]
    return sum(item.get("type") != "request_welcome" for item in items)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(webhooks)
def test_what_is_read_twice_says_the_same_and_fits_into_a_document(payload: Any) -> None:
    read = decode(json.dumps(payload).encode())
    proven = Proven({NUMBER: ACCOUNT}, {ACCOUNT.business_account_id: (ACCOUNT,)})
    now = FakeClock().now()
    translation = translate(read, proven, now)
    assert translate(read, proven, now) == translation
    for event in translation.events:
        bson.encode(event.model_dump(mode="python", exclude={"actor"}))
    for note in translation.notes:
        bson.encode({**asdict(note), "account": note.account.id})


@pytest.mark.proves("whatsapp", "any-json-ends-as-events")
@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused_but_never_an_error(raw: bytes) -> None:
    found = post(raw, builders.sign(raw, SECRET))
    assert (found.status, len(found.records)) in {(200, 1), (400, 0)}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50), st.text(max_size=80).filter(lambda text: text.isascii() and text.isprintable()))
def test_nothing_unproven_is_taken(raw: bytes, signature: str) -> None:
    found = post(raw, signature)
    assert (found.status, found.records) == (401, [])


def test_a_body_that_repeats_a_long_name_does_not_grow_without_bound() -> None:
    person = {"wa_id": "5511999990000", "profile": {"name": "n" * 1_000_000}}
    said = [
        builders.text_message(f"wamid.{number}", "Oi", FakeClock().now(), sender="5511999990000")
        for number in range(1000)
    ]
    change = builders.change(NUMBER, messages=said, contacts=[person])
    raw = orjson.dumps(builders.body(builders.entry("200300400500600", change)))
    events = taken(raw)
    assert len(events) == 1000
    assert len(events[0].data.contact.name) == 256
