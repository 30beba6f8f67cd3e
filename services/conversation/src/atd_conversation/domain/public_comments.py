"""Which public comments open a conversation: a viral post must not flood the queue, and nothing may be lost.

What opens none is filed: contact, conversation and message are stored, the conversation is closed, nobody waits and
nothing is unread. It is found as everything is, and opened by hand, or by what its author writes next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from atd_servicekit.text_words import mentions

CommentMode = Literal["all", "questions", "words", "none"]
"""`questions`: those with a question mark or one of the words; `words`: those with one of the words."""

PERIOD = timedelta(hours=1)
"""The time in which the conversations that a post has opened are counted, whenever it begins."""

MAX_PER_HOUR = 50
"""Conversations that one post opens in any hour, unless the company says otherwise, and"""

MOST_PER_HOUR = 500
"""as many as it can say."""

QUESTION_WORDS = (
    *("quanto", "quantos", "quantas", "qual", "quais", "como", "onde", "quando", "quem", "por que", "preço", "valor"),
    *("tem como", "how much", "how", "where", "when", "which", "price"),
    *("cuánto", "cuál", "cómo", "dónde", "cuándo", "precio"),
)
"""How people ask who leave the question mark out."""


_QUESTION_MARKS = frozenset("?\uff1f\u061f\u00bf")


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """What opens a conversation on an account."""

    mode: CommentMode = "all"
    words: tuple[str, ...] = QUESTION_WORDS
    max_per_hour: int = MAX_PER_HOUR

    def wants(self, text: str | None, *, goes_on: bool = False) -> bool:
        """Whether a comment is of those that open one; `goes_on`: it answers what the company wrote to its author."""
        if self.mode in ("all", "none"):
            return self.mode == "all"
        if goes_on or (self.mode == "questions" and not _QUESTION_MARKS.isdisjoint(text or "")):
            return True
        return mentions(text, self.words)


@dataclass(frozen=True, slots=True)
class CommentPolicy:
    """What a company has decided; accounts can have rules of their own."""

    everywhere: OpeningRule = OpeningRule()
    accounts: Mapping[str, OpeningRule] = field(default_factory=dict)

    def of(self, account_id: str) -> OpeningRule:
        return self.accounts.get(account_id, self.everywhere)


def admitted(opened: Sequence[datetime], rule: OpeningRule, now: datetime) -> tuple[datetime, ...] | None:
    """When a post has opened conversations, with one more at `now`; None: it has opened enough of them.

    A moment counts for `PERIOD`; clocks of several processes differ, so one that is ahead counts too.
    """
    recent = tuple(moment for moment in opened if now - moment < PERIOD)
    return None if len(recent) >= rule.max_per_hour else (*recent, now)


def policy_of(values: Mapping[str, Any]) -> CommentPolicy:
    """The policy of what was saved; what was never set is as it is at first."""
    accounts = {one["account_id"]: _rule_of(one) for one in values.get("accounts") or ()}
    return CommentPolicy(_rule_of(values), accounts)


def _rule_of(values: Mapping[str, Any]) -> OpeningRule:
    found = {name: values[name] for name in ("mode", "max_per_hour") if name in values}
    if "words" in values:
        found["words"] = tuple(values["words"])
    return OpeningRule(**found)
