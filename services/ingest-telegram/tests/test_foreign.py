"""Another implementation of the Bot API reads every update of ours, and finds in it what we find."""

import pytest
from telegram import Update

from .cases import CASES, body

NOT_KNOWN_THERE = {"unknown_kind"}
"""What is no update of Telegram's at all."""


@pytest.mark.parametrize("name", sorted(CASES.keys() - NOT_KNOWN_THERE))
def test_python_telegram_bot_reads_the_update_as_what_it_is(name: str) -> None:
    kind, item = CASES[name]
    found = Update.de_json(body(name), None)
    assert found is not None
    part = getattr(found, kind)
    assert part is not None, f"{kind} is not a kind of update"
    assert not found.api_kwargs, "fields of an update that it does not know"
    assert _is_known(part.api_kwargs), part.api_kwargs
    chat = item.get("chat")
    if chat is not None:
        assert part.chat.id == chat["id"]


def _is_known(unknown: object) -> bool:
    """`sender_tag` and other fields that are newer than the library are not among ours."""
    return not unknown
