"""Customers' files: where they are, without the token, and what Telegram's refusals mean."""

from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from atd_channelkit.answers import Refused, Uncertain
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.media.source import FileAddress
from atd_ingest_telegram.bot_api import file_url
from atd_ingest_telegram.files import BotFiles, as_of_file, fetch_rules

from .test_translate import ACCOUNT

API = "https://api.telegram.org"
TOKEN = ACCOUNT.bot_token.get_secret_value()


class Connection:
    """Answers getFile, and notes what is read."""

    def __init__(self, *said: Any) -> None:
        self.said = list(said)
        self.read: list[str] = []

    async def call_json(self, *_: Any, **__: Any) -> Any:
        return self.said.pop(0)

    def stream(self, url: str, **_options: Any) -> Any:
        self.read.append(url)
        return None


def files(*said: Any) -> tuple[BotFiles, Connection]:
    connection = Connection(*said)
    return BotFiles(cast("ProviderConnection", connection), API + "/", timedelta(seconds=5)), connection


def found(**result: Any) -> dict[str, Any]:
    return {"ok": True, "result": {"file_id": "x", "file_unique_id": "y", **result}}


@pytest.mark.asyncio
@pytest.mark.proves("telegram", "token-told-nobody")
async def test_an_address_has_no_token_until_it_is_read() -> None:
    source, connection = files(found(file_path="documents/file 9.pdf", file_size=12_345))
    address = await source.look_up(ACCOUNT, "x")
    assert isinstance(address, FileAddress)
    assert address == FileAddress(f"{API}/file/documents/file%209.pdf", size=12_345)
    assert fetch_rules(API).hosts.allow(httpx.URL(address.url))
    source.read(ACCOUNT, address.url, 10)
    assert connection.read == [f"{API}/file/bot{TOKEN}/documents/file%209.pdf"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [None, "", "/etc/passwd", "../x", "a/../../getMe", "a//b", 7, "https://x.example/a"])
async def test_a_path_that_is_none_leads_nowhere(path: Any) -> None:
    source, _ = files(found(file_path=path))
    assert isinstance(await source.look_up(ACCOUNT, "x"), Uncertain)


@pytest.mark.proves("telegram", "too-large-told-at-once")
@pytest.mark.parametrize(
    ("refused", "failure", "code"),
    [
        (Refused("media", "too_large", "Bad Request: file is too big"), "media", "too_large"),
        (
            Refused("media", "file_refused", "Bad Request: wrong file_id or the file is temporarily unavailable"),
            "transient",
            "file_unavailable",
        ),
        (Refused("request", "400", "Bad Request: invalid file_id"), "media", "400"),
        (Refused("token", "401", "Unauthorized"), "token", "401"),
        (Refused("throttle", "429", "Too Many Requests: retry after 7"), "throttle", "429"),
    ],
)
def test_a_refusal_of_getfile_is_final_only_where_it_says_so(refused: Refused, failure: str, code: str) -> None:
    found = as_of_file(refused)
    assert (found.failure, found.code) == (failure, code)


def test_a_bot_can_have_twenty_megabytes_from_the_api_alone() -> None:
    rules = fetch_rules(API)
    assert rules.limit_of("video") == 20 * 1024 * 1024
    assert not rules.hosts.allow(httpx.URL("https://elsewhere.example/file/x"))
    assert file_url(API, ACCOUNT, "a/b.jpg").startswith(f"{API}/file/bot")


@pytest.mark.asyncio
async def test_a_persons_picture_is_a_small_size_of_the_one_that_they_show() -> None:
    sizes = [{"file_id": one, "width": side} for one, side in (("s", 160), ("m", 320), ("l", 640))]
    shown = {"ok": True, "result": {"total_count": 1, "photos": [sizes]}}
    source, connection = files(shown, found(file_path="photos/file_1.jpg", file_size=9_000))
    assert await source.look_up(ACCOUNT, "person:5550001111") == FileAddress(
        f"{API}/file/photos/file_1.jpg", mime_type="image/jpeg", size=9_000
    )
    assert connection.said == []


@pytest.mark.asyncio
@pytest.mark.parametrize("photos", [[], None, [[]], [[{"file_id": None}]], ["x"]])
async def test_who_shows_no_picture_has_none(photos: Any) -> None:
    source, _ = files({"ok": True, "result": {"total_count": 0, "photos": photos}})
    told = await source.look_up(ACCOUNT, "person:5550001111")
    assert isinstance(told, Refused)
    assert (told.failure, told.code) == ("media", "file_missing")
