"""One form of each id, however Meta writes it."""

import pytest

from atd_ingest_meta.ids import comment_id, is_top_level, meta_id


@pytest.mark.parametrize(
    ("told", "kept"),
    [("7001", "7001"), (7001, "7001"), ("", None), (True, None), (-1, None), (2**70, None), (1.5, None), (None, None)],
)
def test_an_id_is_a_text(told: object, kept: str | None) -> None:
    assert meta_id(told) == kept


@pytest.mark.parametrize(
    ("told", "post", "kept"),
    [
        ("55_66", None, "55_66"),
        ("300_55_66", None, "55_66"),
        ("66", "300_55", "55_66"),
        (66, "300_55", "55_66"),
        ("66", None, "66"),
        ("aWdf_x_y", None, "aWdf_x_y"),
        (None, "300_55", None),
    ],
)
def test_a_comment_is_named_by_its_post_and_itself(told: object, post: str | None, kept: str | None) -> None:
    assert comment_id(told, post) == kept


@pytest.mark.parametrize(("parent", "top"), [("300_55", True), ("55", True), (None, True), ("55_66", False)])
def test_a_comment_whose_parent_is_the_post_is_at_the_top(parent: str | None, top: bool) -> None:
    assert is_top_level(parent, "300_55") is top
