"""Webhook bodies become events: every stored body beside the events that come of it."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.translate import attachments, messaging, reader, translate
from atd_ingest_meta.translate.notes import Note, PolicyNote
from atd_ingest_meta.translate.reader import Named
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode

DATA = Path(__file__).parent / "data"
CASES = sorted(path.name.removesuffix(".body.json") for path in DATA.glob("*.body.json"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE, INSTAGRAM = "300100200300400", "17840000000000001"


@pytest.fixture
def named(messenger: Account, comments: Account, instagram: Account) -> Named:
    return {("page", PAGE): (messenger, comments), ("instagram", INSTAGRAM): (instagram,)}


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
def test_a_stored_body_gives_its_stored_events(case: str, named: Named) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    found = shown(translate(body, named, NOW))
    path = DATA / f"{case}.expected.json"
    if os.environ.get("ATD_UPDATE_SNAPSHOTS"):
        path.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    assert found == orjson.loads(path.read_bytes())


@pytest.mark.parametrize("case", CASES)
def test_every_event_parses_as_the_topics_schema(case: str, named: Named) -> None:
    body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
    translation = translate(body, named, NOW)
    held = [note.event for note in translation.notes if hasattr(note, "event")]
    for event in (*translation.events, *held):
        assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event


def test_every_kind_of_item_attachment_and_field_that_is_read_has_a_stored_body() -> None:
    stored = [orjson.loads(path.read_bytes()) for path in DATA.glob("*.body.json")]
    entries = [entry for body in stored for entry in body["entry"]]
    items = [one for entry in entries for name in ("messaging", "standby") for one in entry.get(name, ())]
    keys = {key for one in items if isinstance(one, dict) for key in one}
    assert set(messaging.known_keys()) <= keys
    sent = [one["message"] for one in items if isinstance(one, dict) and isinstance(one.get("message"), dict)]
    types = {one["type"] for message in sent for one in message.get("attachments", ())}
    assert set(attachments.KINDS) - types == {"animated_image", "story"}  # synonyms that were seen in the wild
    changes = [one for entry in entries for one in entry.get("changes", ()) if isinstance(one, dict)]
    assert {"feed", "mention"} <= {one["field"] for one in changes}
    assert {"messages", "messaging_postbacks"} <= {one["field"] for one in changes} & reader.MESSAGING_FIELDS


def test_the_same_body_gives_the_same_ids_whenever_it_comes(named: Named) -> None:
    for case in CASES:
        body = orjson.loads((DATA / f"{case}.body.json").read_bytes())
        first, again = translate(body, named, NOW), translate(body, named, datetime(2026, 4, 1, tzinfo=UTC))
        assert [event.id for event in first.events] == [event.id for event in again.events]
