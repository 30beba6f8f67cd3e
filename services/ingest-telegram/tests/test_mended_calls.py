"""What is sent instead of a call that Telegram refused."""

from typing import Any

import pytest

from atd_channelkit.answers import Refused
from atd_ingest_telegram.client.client import mended_call
from atd_ingest_telegram.compose.calls import BotCall
from atd_ingest_telegram.failures import GroupMoved

MOVED = GroupMoved("recipient", "group_moved", "", chat_id=-1009990001)
NO_THREAD = Refused("request", "thread_not_found", "")
NO_PHOTO = Refused("media", "photo_refused", "")
TOPIC = {"chat_id": -5, "message_thread_id": 7}


def test_what_quotes_a_message_of_a_group_that_moved_goes_without_the_quote() -> None:
    """The supergroup counts its messages anew: the number is a stranger's message there."""
    quoting = BotCall("sendMessage", {"chat_id": -5, "text": "Oi", "reply_parameters": {"message_id": 51}})
    mended = mended_call(quoting, MOVED)
    assert mended is not None
    assert mended.parameters == {"chat_id": -1009990001, "text": "Oi"}


@pytest.mark.parametrize("named", [{"message_id": 51}, {"message_ids": [51]}])
def test_nothing_is_done_to_the_message_of_the_same_number_in_the_group_that_moved(named: dict[str, Any]) -> None:
    assert mended_call(BotCall("deleteMessage", {"chat_id": -5, **named}), MOVED) is None


@pytest.mark.parametrize("order", [(NO_THREAD, NO_PHOTO), (NO_PHOTO, NO_THREAD)])
def test_a_photo_that_is_refused_in_a_topic_that_is_gone_is_sent_as_document_without_it(
    order: tuple[Refused, ...],
) -> None:
    call: BotCall | None = BotCall("sendPhoto", TOPIC, (), {"photo_refused": BotCall("sendDocument", TOPIC)})
    for refused in order:
        assert call is not None
        call = mended_call(call, refused)
    assert call is not None
    assert (call.method, call.parameters) == ("sendDocument", {"chat_id": -5})
