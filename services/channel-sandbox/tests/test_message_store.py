"""Conversations in memory are bounded, and the journal with them."""

from pathlib import Path

import pytest

from atd_channel_sandbox import message_store, storage
from atd_channel_sandbox.company_listener import message_ids
from atd_channel_sandbox.demo.stories import stories
from atd_channel_sandbox.message_store import MessageStore
from atd_channel_sandbox.model import Customer, MessageStatus, PhoneMessage
from atd_channel_sandbox.storage import Journal


def message(number: int, *, customer: str = "1", mine: bool = True, status: MessageStatus = "sent") -> PhoneMessage:
    return PhoneMessage(
        id=f"m{customer}-{number}", company="c", customer=customer, mine=mine, kind="text", at=number, status=status
    )


def test_the_oldest_messages_and_conversations_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_store, "MAX_MESSAGES", 3)
    monkeypatch.setattr(message_store, "MAX_THREADS", 2)
    held = MessageStore()
    for customer in ("1", "2", "3"):
        for number in range(5):
            held.put(message(number, customer=customer))
    assert held.pairs() == [("c", "2"), ("c", "3")]
    assert [one.id for one in held.of(("c", "3"))] == ["m3-2", "m3-3", "m3-4"]
    assert (len(held), held.get("m1-4"), held.get("m3-1")) == (6, None, None)


def test_a_change_that_changes_nothing_is_none() -> None:
    held = MessageStore()
    held.put(message(1))
    assert held.change("m1-1", status="read") is not None
    assert held.change("m1-1", status="read") is None
    assert held.change("unknown", status="read") is None


def test_an_undelivered_message_is_neither_shown_nor_unread() -> None:
    held = MessageStore()
    held.put(message(1, mine=False, status="undelivered"))
    assert (held.of(("c", "1")), held.unread(("c", "1"))) == ([], [])
    assert [one.id for one in held.undelivered("1")] == ["m1-1"]


def test_a_journal_is_rewritten_when_most_lines_are_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "MAX_LINES", 10)
    held, customers = MessageStore(), {"1": Customer(key="1", name="Ana")}
    kept = Journal(tmp_path)
    for number in range(100):
        kept.append(held.put(message(number % 2)), held, customers)
    kept.close()
    assert len((tmp_path / "messages.jsonl").read_bytes().splitlines()) <= 10 + 2 * len(held) + 1
    again, people = MessageStore(), dict[str, Customer]()
    reopened = Journal(tmp_path)
    reopened.read_into(again, people)
    reopened.close()
    assert ([one.id for one in again], people["1"].name) == (["m1-0", "m1-1"], "Ana")


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (
            '{"entry":[{"changes":[{"value":{"messages":[{"id":"a"},{"id":"b"}]}},{"value":{"statuses":[{}]}}]}]}',
            ["a", "b"],
        ),
        ("[]", []),
        ('{"entry":[{"changes":[{"value":null}]}]}', []),
        ('{"entry":[1,{"changes":[[],{"value":{"messages":[{"id":1},2]}}]}]}', []),
        ("no JSON", []),
    ],
)
def test_the_message_ids_of_a_webhook_are_found(body: str, ids: list[str]) -> None:
    assert message_ids(body) == ids


@pytest.mark.proves("whatsapp", "make-demo-thirty-customers")
def test_thirty_customers_of_three_companies_have_a_story_each() -> None:
    told = stories()
    assert len({(one.company, one.phone) for one in told}) == len({one.name for one in told}) == 30
    assert {company: sum(one.company == company for one in told) for company in {one.company for one in told}} == {
        "Clínica Exemplo": 10,
        "Loja Girassol": 10,
        "Provedor Veloz": 10,
    }
