"""Whatever JSON Telegram sends is taken: never an error, never a lost byte."""

import asyncio
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atd_channelkit.webhooks.body import decode
from atd_ingest_telegram.accounts.spec import SPEC
from atd_ingest_telegram.reader import READER
from atd_ingest_telegram.translate import translate
from atd_ingest_telegram.translate.kinds import KINDS
from atd_ingest_telegram.translate.messages import SERVICE
from atd_ingest_telegram.translate.updates import IGNORED, READ
from atd_schemas.inbound import InboundUnparsed
from atd_testing.channels.webhook_door import Taken, WebhookDoor, anything, texts
from atd_testing.clock import FakeClock
from atd_testing.telegram import SECRET_HEADER

from .cases import CASES, body
from .test_translate import ACCOUNT, read

SECRET = ACCOUNT.webhook_secret.decode()
OTHER_TYPES: tuple[Any, ...] = (None, "x", "", 0, -7, 1.5, True, [], {}, [None], {"x": None}, 2**70)


DOOR = WebhookDoor(SPEC, READER, [ACCOUNT])


def post(raw: bytes, secret: str) -> Taken:
    return asyncio.run(DOOR.post(raw, {SECRET_HEADER: secret}, ACCOUNT.id))


def taken(raw: bytes) -> list[Any]:
    """The events that the body became; asserts that it was taken whole."""
    found = post(raw, SECRET)
    assert not found.proofs
    return found.whole(raw)


def changed(value: Any) -> Iterator[Any]:
    """The value with each part of it missing, and of each other type."""
    parts = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, part in parts:
        without = deepcopy(value)
        del without[key]
        yield without
        for other in OTHER_TYPES:
            if other != part or type(other) is not type(part):
                yield _with(value, key, other)
        for inner in changed(part):
            yield _with(value, key, inner)


def _with(value: Any, key: Any, part: Any) -> Any:
    made = value.copy()
    made[key] = part
    return made


def is_silent(payload: Any) -> bool:
    """Whether an update may give nothing, on purpose: the reasons of `docs/channels/telegram.md`."""
    [(kind, item)] = [(name, one) for name, one in payload.items() if name != "update_id"] or [("", {})]
    if kind in IGNORED:
        return True
    if kind == "callback_query":
        return item.get("message") is None or item.get("data") is None or _is_broken_place(item["message"])
    if kind == "my_chat_member":
        return True  # a standing that did not change
    return bool(
        item.get("is_automatic_forward") is True
        or str(item.get("sender_business_bot", {}).get("id")) == ACCOUNT.bot_id
        or any(item.get(name) is not None for name in SERVICE)
    )


def _is_broken_place(message: Any) -> bool:
    return not isinstance(message, dict)


@pytest.mark.proves("telegram", "any-json-ends-as-events")
@pytest.mark.parametrize("name", CASES)
def test_every_field_missing_null_or_of_another_type_ends_as_events_or_is_kept(name: str) -> None:
    for payload in changed(body(name)):
        translation = read(payload)
        assert translation.events or translation.problems or is_silent(payload), payload
        for event in translation.events:
            bson.encode(event.model_dump(mode="python", exclude={"actor"}))
        assert read(payload) == translation


names = st.sampled_from(sorted(CASES))
kinds = st.sampled_from([*READ, *IGNORED, "chat_join_request"]) | texts


@st.composite
def updates(draw: st.DrawFn) -> Any:
    """An update like one of the cases, with other things in some of its places and more beside them."""
    _, item = CASES[draw(names)]
    mixed = deepcopy(item) | draw(st.dictionaries(st.sampled_from([*KINDS, *item, "date", "reply_markup"]), anything))
    return {"update_id": draw(st.integers() | anything), draw(kinds): draw(st.just(mixed) | anything)}


@pytest.mark.proves("telegram", "any-json-ends-as-events")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_json_ends_as_events_or_is_kept_whole(payload: Any) -> None:
    events = taken(json.dumps(payload).encode())
    assert [type(event) for event in events] == [InboundUnparsed]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(updates())
def test_any_update_like_json_is_taken_and_kept_at_most_once(payload: Any) -> None:
    events = taken(json.dumps(payload).encode())
    assert sum(isinstance(event, InboundUnparsed) for event in events) <= 1


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(updates())
def test_what_is_read_twice_says_the_same_and_fits_into_a_document(payload: Any) -> None:
    try:
        decoded = decode(json.dumps(payload).encode())
    except ValueError:
        return
    now = FakeClock().now()
    translation = translate(decoded, ACCOUNT, now)
    assert translate(decoded, ACCOUNT, now) == translation
    for event in translation.events:
        bson.encode(event.model_dump(mode="python", exclude={"actor"}))


@pytest.mark.proves("telegram", "any-json-ends-as-events")
@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused_but_never_an_error(raw: bytes) -> None:
    found = post(raw, SECRET)
    assert (found.status, len(found.records)) in {(200, 1), (400, 0)}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50), st.text(max_size=80).filter(lambda text: text != SECRET))
def test_nothing_unproven_is_taken(raw: bytes, secret: str) -> None:
    found = post(raw, secret)
    assert (found.status, found.records) == (401, [])
