import pytest

from atd_channelkit.connection import json_object


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'{"ok": true}', {"ok": True}),
        (b'{"result": ["cut \\ud83d", "whole"]}', {"result": ["cut \ufffd", "whole"]}),
        (b'["no object"]', None),
        (b"<html>busy</html>", None),
        (b'{"text": "\xff"}', None),
        (b"", None),
    ],
)
def test_an_answer_is_the_object_that_it_says_also_where_a_text_was_cut(content: bytes, found: object) -> None:
    assert json_object(content) == found
