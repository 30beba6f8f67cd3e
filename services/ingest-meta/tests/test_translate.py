"""Webhook bodies become events: every stored body beside the events that come of it."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.translate import translate
from atd_ingest_meta.translate.notes import Note, PolicyNote
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode

DATA = Path(__file__).parent / "data"
CASES = sorted(path.name.removesuffix(".body.json") for path in DATA.glob("*.body.json"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE, INSTAGRAM = "300100200300400", "17840000000000001"


def account(kind: Any, number: int, **ids: str) -> Account:
    return Account(
        id=f"0192d1a0-0000-7000-8000-00000000000{number}",
        tenant_id="tenant-1",
        kind=kind,
        name=f"Loja {number}",
        status="active",
        version=1,
        app_secret=b"example-app-secret",
        access_token=SecretStr("token"),
        verify_token=SecretStr("verify"),
        **ids,
    )


MESSENGER = account("messenger", 1, page_id=PAGE)
COMMENTS = account("facebook", 2, page_id=PAGE)
INSTAGRAM_DM = account("instagram", 3, instagram_id=INSTAGRAM, page_id=PAGE)
NAMED = {("page", PAGE): (MESSENGER, COMMENTS), ("instagram", INSTAGRAM): (INSTAGRAM_DM,)}


def shown(translation: Translation) -> dict[str, Any]:
    return {
        "events": [orjson.loads(encode(event)) for event in translation.events],
        "problems": list(translation.problems),
        "notes": [noted(note) for note in translation.notes],
        "confirmed": [asdict(one) for one in translation.confirmed],
    }


def noted(note: Note) -> dict[str, Any]:
    told: dict[str, Any] = {"type": type(note).__name__, "account": note.account.id}
    if isinstance(note, PolicyNote):
        return told | {"action": note.action, "reason": note.reason, "at": note.at.isoformat()}
    for name in ("comment_id", "own_comment"):
        if hasattr(note, name):
            told[name] = getattr(note, name)
    if hasattr(note, "event"):
        told["event"] = orjson.loads(encode(note.event))
    if hasattr(note, "contact"):
        told["contact"] = note.contact.external_id
    return told


@pytest.mark.parametrize("case", CASES)
def test_a_stored_body_gives_its_stored_events(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    found = shown(translate(body, NAMED, NOW))
    path = DATA / f"{case}.expected.json"
    if os.environ.get("ATD_UPDATE_SNAPSHOTS"):
        path.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    assert found == orjson.loads(path.read_bytes())


@pytest.mark.parametrize("case", CASES)
def test_every_event_parses_as_the_topics_schema(case: str) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    translation = translate(body, NAMED, NOW)
    held = [note.event for note in translation.notes if hasattr(note, "event")]
    for event in (*translation.events, *held):
        assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event
