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


PROVES: dict[str, str] = {
    **dict.fromkeys(("text", "text_links"), "text-in"),
    **dict.fromkeys(("start", "start_with_word"), "start-word-referral"),
    **dict.fromkeys(("photo", "animation", "sticker", "sticker_animated"), "pictures-in"),
    **dict.fromkeys(("document", "video", "video_note", "voice", "audio"), "files-sounds-in"),
    "too_large_video": "too-large-told-at-once",
    **dict.fromkeys(("location", "live_location", "edited_live_location", "venue"), "places-in"),
    **dict.fromkeys(("contact_own", "contact_of_another"), "contact-own-verified"),
    **dict.fromkeys(("poll", "dice", "checklist"), "poll-dice-checklist-in"),
    **dict.fromkeys(("album_first", "album_second", "album_third"), "album-in"),
    **dict.fromkeys(("reply_and_quote", "reply_elsewhere", "reply_to_story"), "reply-quote-in"),
    **dict.fromkeys(
        ("forwarded_user", "forwarded_hidden", "forwarded_chat", "forwarded_channel"), "forward-says-first-author"
    ),
    **dict.fromkeys(("story", "game", "unknown_kind", "other_kind"), "unknown-kept-whole"),
    **dict.fromkeys(("edited_text", "edited_caption", "edited_photo"), "edit-in"),
    **dict.fromkeys(
        ("click", "click_in_group", "click_on_inaccessible", "click_without_message", "click_without_data"),
        "click-answered-cleared",
    ),
    **dict.fromkeys(("blocked", "unblocked", "put_out_of_group", "made_administrator"), "blocked-back-told"),
    **dict.fromkeys(("reaction", "reaction_removed", "reaction_custom"), "reaction-in"),
    **dict.fromkeys(("group", "group_anonymous", "group_joined", "group_thread_no_topic"), "group-one-contact"),
    "topic": "topic-strand-own",
    **dict.fromkeys(("migrated_old", "migrated_new"), "group-moved-once"),
    **dict.fromkeys(("channel_post", "channel_copy"), "channel-posts-ignored"),
    **dict.fromkeys(
        (
            *("business_customer", "business_owner", "business_by_bot", "business_edited"),
            *("business_deleted", "business_connected"),
        ),
        "business-chat-strand-own",
    ),
}
"""Rows of the channel's page, by stored body."""


def test_every_stored_body_stands_on_the_channels_page() -> None:
    assert PROVES.keys() == set(CASES)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.proves("telegram", PROVES[name])) for name in CASES]
)
def test_a_stored_body_gives_its_stored_events(name: str) -> None:
    payload = json.loads((DATA / f"{name}.body.json").read_text(encoding="utf-8"))
    expected = json.loads((DATA / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert shown(read(payload)) == expected
    assert shown(read(payload)) == expected, "the same update again gives the same events"
