"""Meta's codes fall into classes; words come from the most specific place."""

import pytest

from atd_ingest_whatsapp.failures import class_of, code_of, detail_of
from atd_testing.whatsapp.graph_errors import GRAPH_ERRORS


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (190, "token"),
        (0, "token"),
        (10, "permission"),
        (250, "permission"),
        (131031, "account"),
        (130429, "throttle"),
        (131056, "throttle"),
        (80007, "throttle"),
        (131000, "transient"),
        (131047, "window"),
        (131026, "recipient"),
        (100, "request"),
        (131053, "media"),
        (132001, "template"),
        (424242, "unknown"),
        (None, "unknown"),
    ],
)
def test_a_code_has_the_class_that_decides_what_happens(code: int | None, expected: str) -> None:
    assert class_of(code) == expected


def test_every_code_that_the_fake_knows_has_a_class() -> None:
    assert [code for code in GRAPH_ERRORS if class_of(code) == "unknown"] == []


def test_code_and_words_are_read_from_any_shape() -> None:
    assert code_of({"code": "131000"}) == 131000
    assert code_of({"code": True}) is None
    assert code_of({"code": "x"}) is None
    assert detail_of({"error_data": {"details": "why"}, "message": "m"}) == "why"
    assert detail_of({"error_data": "odd", "message": "m", "title": "t"}) == "m"
    assert detail_of({"title": "t"}) == "t"
    assert detail_of({}) == ""
    assert len(detail_of({"message": "x" * 9999})) == 500
