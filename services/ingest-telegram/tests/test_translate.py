"""Updates become events: every stored body beside the events that come of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.translate import translate
from atd_schemas.topics import encode

DATA = Path(__file__).parent / "data"
CASES = sorted(path.name.removesuffix(".body.json") for path in DATA.glob("*.body.json"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja Centro",
    status="active",
    version=1,
    bot_id="700001",
    bot_token=SecretStr("700001:AAExampleTokenExampleToken"),
    webhook_secret=b"secret",
    username="lojacentro_bot",
)


def read(payload: Any) -> Translation:
    return translate(payload, ACCOUNT, NOW)


def shown(translation: Translation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "events": [orjson.loads(encode(event)) for event in translation.events],
        "problems": list(translation.problems),
    }
    notes = [
        {
            "query_id": note.query_id,
            "chat_id": note.chat_id,
            "message_id": note.message_id,
            "keyboard": note.keyboard,
            "business_connection_id": note.business_connection_id,
        }
        for note in translation.notes
    ]
    return found | ({"notes": json.loads(json.dumps(notes))} if notes else {})


@pytest.mark.parametrize("name", CASES)
def test_a_stored_body_gives_its_stored_events(name: str) -> None:
    payload = json.loads((DATA / f"{name}.body.json").read_text(encoding="utf-8"))
    expected = json.loads((DATA / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert shown(read(payload)) == expected
    assert shown(read(payload)) == expected, "the same update again gives the same events"
