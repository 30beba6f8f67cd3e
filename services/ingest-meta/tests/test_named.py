"""The accounts that a body names are found where Meta puts them."""

import json
from typing import Any

import pytest

from atd_ingest_meta.named import INSTAGRAM, MENTIONED_LIMIT, NAMED_LIMIT, PAGE, mentioned_in, named_in


def test_a_body_is_about_the_pages_or_instagram_accounts_of_its_entries() -> None:
    entries = [{"id": "1"}, {"id": 2}, {"id": "1"}, 4, {"id": None}, {}]
    assert named_in({"object": "page", "entry": entries}) == ((PAGE, "1"), (PAGE, "2"))
    assert named_in({"object": "instagram", "entry": entries}) == ((INSTAGRAM, "1"), (INSTAGRAM, "2"))
    odd: object
    for odd in (None, [], {"entry": entries}, {"object": "page", "entry": {}}, {"object": [], "entry": entries}, "x"):
        assert not named_in(odd)


def test_names_past_the_limit_are_not_looked_at() -> None:
    entries = [{"id": str(number)} for number in range(5 * NAMED_LIMIT)]
    assert len(named_in({"object": "page", "entry": entries})) == NAMED_LIMIT


ITEM = {"sender": {"id": "70011"}, "recipient": {"id": "30010"}, "timestamp": 1, "message": {"mid": "m", "text": "x"}}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "entry",
    [
        {"id": "30010", "time": 1767225600123, "messaging": [ITEM]},
        {"time": 1767225600123, "id": "30010", "messaging": [ITEM]},
        {"id": "30010", "messaging": [ITEM], "time": 1767225600123},
        {"id": 30010, "changes": [{"field": "feed", "value": {"from": {"id": "70011"}}}]},
    ],
)
def test_the_bytes_of_a_body_mention_its_entries_and_not_its_people(entry: Any, indent: int | None) -> None:
    raw = json.dumps({"object": "page", "entry": [entry]}, indent=indent).encode()
    assert mentioned_in(raw) == ((PAGE, "30010"), (INSTAGRAM, "30010"))
    assert mentioned_in(raw[:-2]) == mentioned_in(raw)  # it need not even be JSON


def test_where_no_id_looks_like_one_of_an_entry_all_are_looked_up() -> None:
    raw = json.dumps({"object": "page", "entry": [{"messaging": [ITEM], "id": "30010"}]}).encode()
    assert (PAGE, "30010") in mentioned_in(raw)


def test_what_a_customer_writes_mentions_nobody() -> None:
    words = '"id":"666","time":1'
    message: Any = {"text": words, words: words}
    assert mentioned_in(json.dumps({"messaging": [message]}).encode()) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b'"id"' * 700_000,
        b'"id":"' * 500_000,
        b'"id":"1" ' * 300_000,
        b'"id"' + b" " * 3_000_000,
        b'"id":"' + b"1" * 3_000_000,
        b'"time":' + b"1" * 3_000_000,
        b"[" * 3_000_000,
    ],
)
def test_hostile_bytes_mention_few(raw: bytes) -> None:
    assert len(mentioned_in(raw)) <= 2


def test_bytes_with_many_ids_mention_some_of_them() -> None:
    raw = b",".join(b'{"id":"%d","time":1}' % n for n in range(50_000))
    assert len(mentioned_in(raw)) == 2 * MENTIONED_LIMIT
