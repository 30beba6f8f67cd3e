"""The accounts that a body names are found where Meta puts them."""

import json
from typing import Any

import pytest

from atd_ingest_whatsapp.named import BUSINESS_ACCOUNT, MENTIONED_LIMIT, NAMED_LIMIT, NUMBER, mentioned_in, named_in

N1, N2, B1 = (NUMBER, "n1"), (NUMBER, "n2"), (BUSINESS_ACCOUNT, "b1")


def entry(*numbers: object) -> object:
    return {"id": "b1", "changes": [{"value": {"metadata": {"phone_number_id": one}}} for one in numbers]}


def test_a_body_is_about_its_numbers() -> None:
    assert named_in({"entry": [entry("n1"), entry("n2"), entry("n1"), 4, {"id": 5}]}) == (N1, N2)
    odd: object
    for odd in (None, [], {"entry": {}}, {"entry": None}, "x"):
        assert not named_in(odd)


def test_a_body_with_a_change_of_no_number_is_about_its_business_accounts_too() -> None:
    for change in (3, None, {}):
        assert named_in({"entry": [entry("n1", change)]}) == (N1, B1)


def test_names_past_the_limit_are_not_looked_at() -> None:
    changes = [{"value": {"metadata": {"phone_number_id": str(number)}}} for number in range(5 * NAMED_LIMIT)]
    assert len(named_in({"entry": [{"changes": changes}]})) == NAMED_LIMIT
    entries = [{"id": str(number), "changes": [{}]} for number in range(5 * NAMED_LIMIT)]
    assert len(named_in({"entry": entries})) == NAMED_LIMIT


@pytest.mark.parametrize("indent", [None, 2])
def test_the_bytes_of_a_body_mention_its_numbers_and_business_accounts(indent: int | None) -> None:
    value = {"metadata": {"phone_number_id": "123"}, "messages": [{"id": "wamid.1", "text": {"body": "x"}}]}
    body = {"entry": [{"id": "77", "changes": [{"value": value}]}]}
    raw = json.dumps(body, indent=indent).encode()
    assert mentioned_in(raw) == ((NUMBER, "123"), (BUSINESS_ACCOUNT, "77"))
    assert mentioned_in(raw[:-2]) == mentioned_in(raw)  # it need not even be JSON


def test_what_a_customer_writes_mentions_nobody() -> None:
    words = '"phone_number_id":"666", "id":"667"'
    message: Any = {"text": {"body": words}, words: words}
    assert mentioned_in(json.dumps({"messages": [message]}).encode()) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b'"phone_number_id"' * 100_000,
        b'"id":"' * 500_000,
        b'"id":"1" ' * 300_000,
        b'"id"' + b" " * 3_000_000,
        b'"id":"' + b"1" * 3_000_000,
        b"[" * 3_000_000,
    ],
)
def test_hostile_bytes_mention_few(raw: bytes) -> None:
    assert len(mentioned_in(raw)) <= 1


def test_bytes_with_many_ids_mention_some_of_them() -> None:
    raw = b",".join(b'"id":"%d","phone_number_id":"%d"' % (n, n) for n in range(50_000))
    assert len(mentioned_in(raw)) == 2 * MENTIONED_LIMIT
