"""What Telegram's errors mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_ingest_telegram.client.throttles import Throttles
from atd_ingest_telegram.failures import GroupMoved, read_refusal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def refused(status: int, words: str, **parameters: Any) -> Any:
    return read_refusal(status, {"ok": False, "error_code": status, "description": words, "parameters": parameters})


@pytest.mark.proves("telegram", "refused-code-text-of-own")
@pytest.mark.parametrize(
    ("status", "words", "failure", "code"),
    [
        (401, "Unauthorized", "token", "401"),
        (404, "Not Found", "token", "404"),
        (404, "Not Found: method not found", "request", "method_not_found"),
        (409, "Conflict: terminated by other getUpdates request", "transient", "409"),
        (500, "Internal Server Error", "transient", "500"),
        (502, "Bad Gateway", "transient", "502"),
        (403, "Forbidden: bot was blocked by the user", "recipient", "blocked"),
        (403, "Forbidden: user is deactivated", "recipient", "deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "recipient", "kicked"),
        (403, "Forbidden: bot is not a member of the channel chat", "recipient", "not_a_member"),
        (403, "Forbidden: the group chat was deleted", "recipient", "chat_deleted"),
        (403, "Forbidden: bot can't initiate conversation with a user", "recipient", "not_started"),
        (403, "Forbidden: something new", "recipient", "forbidden"),
        (400, "Bad Request: chat not found", "recipient", "chat_not_found"),
        (400, "Bad Request: message to be replied not found", "request", "reply_not_found"),
        (400, "Bad Request: message is not modified: specified new message content …", "request", "not_modified"),
        (400, "Bad Request: message thread not found", "request", "thread_not_found"),
        (400, "Bad Request: message can't be deleted for everyone", "request", "not_deletable"),
        (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", "recipient", "voice_forbidden"),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", "media", "photo_refused"),
        (400, "Bad Request: file of size 12 bytes is too big for a photo", "media", "photo_refused"),
        (400, "Bad Request: file is too big", "media", "too_large"),
        (400, "Bad Request: wrong file_id or the file is temporarily unavailable", "media", "file_refused"),
        (413, "Request Entity Too Large", "media", "too_large"),
        (400, "Bad Request: REACTION_INVALID", "request", "reaction_invalid"),
        (400, "Bad Request: something new", "request", "400"),
        (418, "I'm a teapot", "request", "418"),
    ],
)
def test_words_of_telegram_have_a_class_and_a_stable_code(status: int, words: str, failure: str, code: str) -> None:
    found = refused(status, words)
    assert (found.failure, found.code, found.detail) == (failure, code, words)


def test_a_group_that_moved_names_its_new_id() -> None:
    found = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009990001)
    assert isinstance(found, GroupMoved)
    assert found.chat_id == -1009990001


@pytest.mark.proves("telegram", "throttle-waits-chat-bot")
@pytest.mark.parametrize(
    ("told", "seconds"), [(7, 7), (0, 1), (-3, 1), (10**9, 3600), (None, 5), ("7", 5), (True, 5), (float("nan"), 5)]
)
def test_a_throttle_waits_as_long_as_telegram_says(told: Any, seconds: float) -> None:
    found = refused(429, "Too Many Requests: retry after 7", retry_after=told)
    assert found.failure == "throttle"
    assert found.wait is not None
    assert found.wait.asked
    assert found.wait.backoff.longest(4) == timedelta(seconds=seconds)


@given(
    st.integers(400, 599),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5),
    st.recursive(
        st.none() | st.floats() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from(["retry_after", "migrate_to_chat_id"]), inner),
        max_leaves=5,
    ),
)
def test_an_error_of_any_shape_is_read(status: int, words: Any, parameters: Any) -> None:
    assert read_refusal(status, {"description": words, "parameters": parameters}).code


@pytest.mark.proves("telegram", "throttle-waits-chat-bot")
def test_a_throttle_of_one_chat_holds_up_that_chat_and_one_of_two_the_bot() -> None:
    throttles = Throttles()
    wait = timedelta(seconds=7)
    assert throttles.scope("bot", 1, wait, NOW) == "conversation"
    assert throttles.scope("bot", 1, wait, NOW) == "conversation"
    assert throttles.scope("another bot", 2, wait, NOW) == "conversation"
    assert throttles.scope("bot", 2, wait, NOW + timedelta(seconds=6)) == "account"
    assert throttles.scope("bot", 3, wait, NOW + timedelta(minutes=1)) == "conversation"


def test_a_wait_longer_than_any_of_a_chat_is_the_bots() -> None:
    assert Throttles().scope("bot", 1, timedelta(seconds=61), NOW) == "account"
