"""The table of conformance has every case of the contract for every channel, and nothing that did not pass."""

import pytest

from atd_testing.channels.case import Feature
from atd_testing.channels.conformance import CONFORMANCE, ConformanceCase, needed_by
from atd_testing.channels.sending_contract import SendingContract
from atd_testing.channels.webhook_contract import WebhookContract
from atd_testing.proofs import is_complete
from tests.docs.conformance import FAILED, PAGE, PASSED, served_kinds, table, with_table

ASKED: tuple[Feature, ...] = ("webhooks", "batches")
CASES = [
    ConformanceCase("whatsapp", "Sending", "a message goes out", ""),
    ConformanceCase("telegram", "Sending", "a message goes out", ""),
    ConformanceCase("whatsapp", "Webhook", "a batch is taken", ""),
    ConformanceCase("telegram", "Webhook", "a batch is taken", "one update in a request"),
]


def test_the_page_says_what_the_tests_of_the_contract_say(request: pytest.FixtureRequest) -> None:
    if not is_complete(request.config):
        pytest.skip("other tests were not collected")
    text = PAGE.read_text(encoding="utf-8")
    assert FAILED not in text, "a channel does not pass its contract"
    message = f"{PAGE.name} is behind the contract: run `python -m tests.docs conformance`"
    cases = request.config.stash[CONFORMANCE]
    assert with_table(text, cases) == text, message


def test_every_channel_that_is_served_passes_the_contract(request: pytest.FixtureRequest) -> None:
    if not is_complete(request.config):
        pytest.skip("other tests were not collected")
    cases = request.config.stash[CONFORMANCE]
    names = {(one.area, one.case) for one in cases}
    for kind in served_kinds():
        assert {(one.area, one.case) for one in cases if one.kind == kind} == names, f"{kind} leaves out cases"


def test_what_a_channel_lacks_says_why(request: pytest.FixtureRequest) -> None:
    assert all(len(one.lacks.split()) > 1 for one in request.config.stash[CONFORMANCE] if one.lacks)


def test_a_row_shows_who_passes_who_lacks_it_and_who_failed() -> None:
    lines = table(CASES, frozenset({CASES[0]})).splitlines()
    (sent,) = [line for line in lines if "goes out" in line]
    (batch,) = [line for line in lines if "batch" in line]
    whatsapp, telegram = (served_kinds().index(kind) + 2 for kind in ("whatsapp", "telegram"))
    cells = [cell.strip() for cell in sent.split("|")]
    assert (cells[whatsapp], cells[telegram]) == (FAILED, PASSED)
    cells = [cell.strip() for cell in batch.split("|")]
    assert (cells[whatsapp], cells[telegram]) == (PASSED, "(1)")
    assert lines[-1] == "1. telegram: one update in a request"


def test_what_a_test_needs_is_read_from_the_test() -> None:
    assert needed_by(WebhookContract.test_every_part_of_a_batch_is_taken_in_order) == ASKED
    assert needed_by(SendingContract.test_a_message_goes_out_and_is_reported_as_sent) == ()
