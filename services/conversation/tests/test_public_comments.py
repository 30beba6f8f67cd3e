"""Which public comments open a conversation."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.public_comments import (
    PERIOD,
    CommentMode,
    OpeningRule,
    admitted,
    policy_of,
)
from atd_testing.inbound import NOON

WORDS = ("preço", "quanto custa")


@pytest.mark.parametrize(
    ("mode", "text", "opens"),
    [
        ("all", "lindo!", True),
        ("all", None, True),
        ("questions", "tem no 38?", True),
        ("questions", "\u00bfhay en rojo", True),
        ("questions", "quanto CUSTA esse", True),
        ("questions", "o preco", True),
        ("questions", "lindo!", False),
        ("questions", "precoce", False),
        ("questions", None, False),
        ("words", "Preço por favor", True),
        ("words", "tem no 38?", False),
        ("none", "quanto custa?", False),
        ("none", None, False),
    ],
)
def test_the_mode_says_which_comments_open_a_conversation(mode: CommentMode, text: str | None, opens: bool) -> None:
    assert OpeningRule(mode, WORDS).wants(text) is opens


@pytest.mark.parametrize(("mode", "opens"), [("all", True), ("questions", True), ("words", True), ("none", False)])
def test_an_answer_to_what_the_company_wrote_goes_on_unless_nothing_opens(mode: CommentMode, opens: bool) -> None:
    assert OpeningRule(mode, WORDS).wants("obrigado", goes_on=True) is opens


def test_an_account_can_have_a_rule_of_its_own() -> None:
    accounts = [{"account_id": "a2", "mode": "none", "words": [], "max_per_hour": 1}]
    policy = policy_of({"mode": "words", "words": ["oi"], "max_per_hour": 9, "accounts": accounts})
    assert policy.of("a1") == OpeningRule("words", ("oi",), 9)
    assert policy.of("a2") == OpeningRule("none", (), 1)
    assert policy_of({}).of("a1") == OpeningRule()


@given(
    st.lists(st.integers(0, 3 * 3600), min_size=1, max_size=200),
    st.integers(1, 8),
    st.integers(-60, 60),
)
def test_a_post_never_opens_more_than_it_may_in_any_hour_and_opens_as_many_as_it_may(
    seconds: list[int], most: int, skew: int
) -> None:
    """Also when the clocks of the processes that take comments in differ."""
    rule = OpeningRule(max_per_hour=most)
    opened: tuple[datetime, ...] = ()
    all_opened: list[datetime] = []
    for number, second in enumerate(sorted(seconds)):
        now = NOON + timedelta(seconds=second + (skew if number % 2 else 0))
        before = [one for one in all_opened if now - one < PERIOD]
        after = admitted(opened, rule, now)
        assert (after is None) == (len(before) >= most)
        if after is not None:
            all_opened.append(now)
            opened = after
        assert len(opened) <= most + 1
    for moment in all_opened:
        within = [one for one in all_opened if moment <= one < moment + PERIOD - timedelta(seconds=120)]
        assert len(within) <= most
