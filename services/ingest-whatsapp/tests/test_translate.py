"""Webhook bodies become events: every stored body beside the events that come of it."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.translate import (
    PROBLEMS_LIMIT,
    Alert,
    HealthNote,
    Note,
    Proven,
    Translation,
    translate,
    unparsed_event,
)
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, MAX_MESSAGE_BYTES, adapter, encode

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


@pytest.mark.parametrize("case", CASES)
def test_a_stored_body_gives_its_stored_events(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    expected = orjson.loads((DATA / f"{case}.expected.json").read_bytes())
    assert shown(translate(body, PROVEN, NOW)) == expected


@pytest.mark.parametrize("case", CASES)
def test_every_event_parses_as_the_topics_schema(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    for event in translate(body, PROVEN, NOW).events:
        assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event


def test_the_same_body_gives_the_same_ids_whenever_it_comes() -> None:
    body = orjson.loads((DATA / "batch.body.json").read_bytes())
    first = translate(body, PROVEN, NOW)
    again = translate(body, PROVEN, datetime(2026, 4, 1, tzinfo=UTC))
    assert [event.id for event in first.events] == [event.id for event in again.events]
    assert len({event.id for event in first.events}) == 7


def test_receipts_with_our_callback_data_confirm_sends() -> None:
    body = orjson.loads((DATA / "statuses.body.json").read_bytes())
    ours = "0192d1a0-5c1e-7f6b-9a53-3f1d7f1c2b9e"
    assert translate(body, PROVEN, NOW).confirmed == ((ours, "wamid.S1="),) * 2


def test_a_body_of_nothing_but_problems_names_only_the_first_hundred() -> None:
    translation = translate({"object": "whatsapp_business_account", "entry": [7] * 5000}, PROVEN, NOW)
    assert len(translation.problems) == PROBLEMS_LIMIT + 1
    assert translation.problems[-1] == "and 4900 more"


def test_the_largest_body_fits_into_one_unparsed_record() -> None:
    event = unparsed_event(account("1"), b"x" * 3 * 1024 * 1024, ["entry: " + "x" * 100] * 101, NOW)
    assert len(encode(event)) < MAX_MESSAGE_BYTES
    assert adapter(INBOUND_UNPARSED).validate_json(encode(event)) == event
