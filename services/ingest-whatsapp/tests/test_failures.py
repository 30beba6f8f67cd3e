"""Meta's codes fall into classes; words come from the most specific place."""

import pytest

from atd_channelkit.answers import FailureClass
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


LISTED: dict[FailureClass, tuple[int, ...]] = {
    "token": (0, 190),
    "permission": (3, 10, *range(200, 300), 131005),
    "account": (33, 368, 130497, 131031, 131037, 131042, 131045, 133010),
    "throttle": (4, 17, 32, 341, 613, *range(80001, 80015), 130429, 131048, 131056, 131064, 133016),
    "transient": (1, 2, 131000, 131016, 131057, 133004, 135000),
    "window": (131047,),
    "recipient": (130472, 131021, 131026, 131030, 131049, 131050, 131062, 131063, 137000),
    "request": (100, 131008, 131009, 131051),
    "media": (131052, 131053),
    "template": (
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068, 132069),
        *(2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
    ),
}
"""Meta's list of Cloud API codes (December 2025) and the limits of the Graph API, read a second time."""


@pytest.mark.proves("whatsapp", "every-code-has-class-every")
def test_every_code_of_metas_list_has_its_class() -> None:
    wrong = [(code, failure) for failure, codes in LISTED.items() for code in codes if class_of(code) != failure]
    assert wrong == []


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
