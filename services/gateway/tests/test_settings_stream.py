"""Which records of the settings are about attendants."""

from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

import atd_schemas
from atd_gateway.settings_stream import SettingsStream
from atd_schemas.settings_changes import AttendantChanged
from atd_schemas.topics import SETTINGS_CHANGES

EXAMPLES = Path(atd_schemas.__file__).parent / "examples" / SETTINGS_CHANGES.name


@dataclass
class Record:
    value: bytes | None
    topic: str = SETTINGS_CHANGES.name
    partition: int = 0
    offset: int = 7


@pytest.fixture
def heard():
    return []


@pytest.fixture
def skipped():
    return []


@pytest.fixture
def changes(heard, skipped):
    return SettingsStream(
        AttendantChanged, lambda change: heard.append(change.data.attendant_id), lambda: skipped.append(1)
    )


async def test_every_change_of_an_attendant_is_told_and_no_other(changes, heard, skipped):
    files = sorted(EXAMPLES.glob("*.json"))
    await changes.take([Record(one.read_bytes()) for one in files])
    told = [orjson.loads(one.read_bytes()) for one in files if one.name.startswith("settings.attendant")]
    assert heard == [one["data"]["attendant_id"] for one in told]
    assert len(heard) > 1
    assert skipped == []


async def test_what_cannot_be_read_is_passed_over(changes, heard, skipped):
    other = orjson.loads((EXAMPLES / "settings.channel_account.v1.json").read_bytes())
    other["data"]["name"] = "settings.attendant"
    broken = b'{"type":"settings.attendant","data":{}}'
    await changes.take([Record(None), Record(orjson.dumps(other)), Record(broken), Record(b"settings.attendant")])
    assert (heard, len(skipped)) == ([], 2)
