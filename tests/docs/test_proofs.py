"""The pages of the channels name the tests that prove each row, and no others."""

import pytest

from atd_testing.proofs import COLLECTED, Proof, is_complete, named
from tests.docs.proofs import PAGES, by_row, keys_of, problems, with_proofs

DIRECTIONS = ("from customers", "from attendants")
PAGE = "| a | <!-- proof: one -->`old`<!-- end --> |\n| b | <!-- proof: two --><!-- end --> |\n"


def texts() -> dict[str, str]:
    return {page: path.read_text(encoding="utf-8") for page, path in PAGES.items()}


def test_every_row_is_proven_and_every_proof_has_its_row(request: pytest.FixtureRequest) -> None:
    proofs = request.config.stash[COLLECTED]
    assert problems(texts(), proofs, complete=is_complete(request.config)) == []


def test_pages_name_the_tests_that_prove_them(request: pytest.FixtureRequest) -> None:
    if not is_complete(request.config):
        pytest.skip("other tests were not collected")
    proofs = request.config.stash[COLLECTED]
    for page, text in texts().items():
        tests = by_row(page, proofs)
        assert with_proofs(text, tests) == text, f"{page} is behind the tests: run `python -m tests.docs`"


def test_each_row_has_a_key_of_its_own() -> None:
    for text in texts().values():
        keys = keys_of(text)
        assert len(keys) == len(set(keys)) == text.count("<!-- proof:") > 0


def test_the_tests_of_a_row_are_written_in_order() -> None:
    proofs = [Proof("a", "one", "t/b"), Proof("a", "one", "t/a"), Proof("b", "two", "t/c")]
    assert with_proofs(PAGE, by_row("a", proofs)) == PAGE.replace("`old`", "`t/a`<br>`t/b`")


def test_a_row_without_a_test_and_a_proof_without_a_row_are_found() -> None:
    proofs = [Proof("a", "one", "t/a"), Proof("a", "three", "t/b"), Proof("b", "one", "t/c")]
    assert problems({"a": PAGE}, proofs, complete=False) == ["a has no row three", "b has no row one"]
    assert problems({"a": PAGE}, proofs, complete=True)[2:] == ["no test proves the row two of a"]


def test_a_test_is_named_by_its_package() -> None:
    assert (
        named("services/conversation/tests/intake/test_a.py::test_b[c]") == "conversation/intake/test_a.py::test_b[c]"
    )
    assert named("libs/testing/tests/test_a.py::test_b") == "testing/test_a.py::test_b"
    assert named("tests/e2e/test_a.py::test_b") == "e2e/test_a.py::test_b"


def test_every_kind_of_message_has_a_row_in_both_directions() -> None:
    words = texts()["whatsapp"]
    head, _, *rows = next(part for part in words.split("\n\n") if DIRECTIONS[0] in part).splitlines()
    assert all(direction in head for direction in DIRECTIONS)
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
