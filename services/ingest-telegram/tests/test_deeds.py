"""Reactions, changes, deletions and signs of writing, as calls of the Bot API."""

from typing import Any

import pytest

from atd_channelkit.answers import Unsendable
from atd_ingest_telegram.compose.deeds import compose_action, compose_reaction, compose_read
from atd_schemas.outbound import OutboundActionData, OutboundReactionData, OutboundReadData

COMMON: dict[str, Any] = {
    "account_id": "a",
    "channel": "telegram",
    "conversation_id": "c",
    "recipient": "5550001111",
}
FIRST, SECOND = "5550001111:51", "5550001111:52"


def action(name: str, *targets: str, kind: str = "text", text: str | None = None, thread: str | None = None) -> Any:
    return compose_action(
        OutboundActionData.model_validate(
            {
                **COMMON,
                "message_id": "m",
                "action": name,
                "target_external_ids": targets,
                "kind": kind,
                "text": text,
                "thread_id": thread,
            }
        )
    )


def made(composed: Any) -> list[tuple[str, dict[str, Any]]]:
    assert not isinstance(composed, Unsendable), composed
    return [
        (call.method, {name: value for name, value in call.parameters.items() if name != "chat_id"})
        for call in composed
    ]


@pytest.mark.proves("telegram", "reaction-writing-out")
@pytest.mark.parametrize(
    ("emoji", "expected"),
    [("👍", [{"type": "emoji", "emoji": "👍"}]), ("❤️", [{"type": "emoji", "emoji": "❤"}]), (None, [])],
)
def test_a_reaction_is_one_emoji_as_telegram_writes_it_or_none(emoji: str | None, expected: list[Any]) -> None:
    data = OutboundReactionData(**COMMON, message_id="m", target_external_id=FIRST, emoji=emoji)
    assert made([compose_reaction(data)]) == [("setMessageReaction", {"message_id": 51, "reaction": expected})]


def test_a_reaction_in_a_business_chat_is_refused_and_never_put_on_the_bots_own_message_of_that_number() -> None:
    data = OutboundReactionData(**COMMON, message_id="m", target_external_id=f"bc-7f3a:{FIRST}", emoji="👍")
    refused = compose_reaction(data)
    assert isinstance(refused, Unsendable)
    assert refused.code == "kind_not_supported"


def test_a_text_is_changed_where_it_is() -> None:
    assert made(action("edit", FIRST, text="novo")) == [("editMessageText", {"message_id": 51, "text": "novo"})]


@pytest.mark.proves("telegram", "edit-delete-own-parts")
def test_a_text_in_parts_is_changed_part_by_part_and_parts_too_many_go() -> None:
    third = "5550001111:53"
    edited = action("edit", FIRST, SECOND, third, text="a" * 4096 + "b")
    assert made(edited) == [
        ("editMessageText", {"message_id": 51, "text": "a" * 4096}),
        ("editMessageText", {"message_id": 52, "text": "b"}),
        ("deleteMessage", {"message_id": 53}),
    ]


def test_a_text_that_needs_more_parts_than_there_are_is_refused_before_the_call() -> None:
    refused = action("edit", FIRST, text="x" * 4097)
    assert (refused.failure, refused.code) == ("request", "edit_too_long")


def test_a_caption_is_changed_on_the_file_and_a_text_behind_it_where_it_stands() -> None:
    assert made(action("edit", FIRST, kind="image", text="novo")) == [
        ("editMessageCaption", {"message_id": 51, "caption": "novo"})
    ]
    [call] = action("edit", FIRST, SECOND, kind="image", text="novo")
    assert (call.method, call.parameters["message_id"]) == ("editMessageText", 52)
    instead = call.otherwise["no_text"]
    assert (instead.method, instead.parameters["message_id"]) == ("editMessageCaption", 51)


def test_what_says_the_same_or_is_gone_already_is_fine() -> None:
    assert [call.fine for call in action("edit", FIRST, text="novo")] == [frozenset({"not_modified"})]
    assert [call.fine for call in action("delete", FIRST)] == [frozenset({"delete_not_found"})]


def test_a_message_is_deleted_in_all_of_its_parts() -> None:
    assert made(action("delete", FIRST, SECOND)) == [
        ("deleteMessage", {"message_id": 51}),
        ("deleteMessage", {"message_id": 52}),
    ]


def test_deeds_in_business_chats_name_the_connection() -> None:
    assert made(action("delete", FIRST, thread="bc1")) == [
        ("deleteBusinessMessages", {"business_connection_id": "bc1", "message_ids": [51]})
    ]
    [(_, parameters)] = made(action("edit", FIRST, text="novo", thread="bc1"))
    assert parameters["business_connection_id"] == "bc1"


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (action("hide", FIRST), "kind_not_supported"),
        (action("delete", "wamid.X"), "message_not_found"),
        (action("edit", FIRST, text=" "), "empty_text"),
        (action("edit", FIRST, kind="image", text="x" * 1025), "edit_too_long"),
        (action("delete"), "message_not_found"),
    ],
    ids=["hide", "id of another channel", "no text", "long caption", "nothing"],
)
def test_what_cannot_be_done_is_refused_before_the_call(refused: Any, code: str) -> None:
    assert isinstance(refused, Unsendable)
    assert refused.code == code


@pytest.mark.parametrize(
    ("typing", "thread", "methods"),
    [
        (False, None, []),
        (True, None, ["sendChatAction"]),
        (True, "7", ["sendChatAction"]),
        (False, "bc1", ["readBusinessMessage"]),
        (True, "bc1", ["readBusinessMessage", "sendChatAction"]),
    ],
)
def test_writing_is_shown_and_only_business_chats_are_marked_as_read(
    typing: bool, thread: str | None, methods: list[str]
) -> None:
    data = OutboundReadData(**COMMON, external_id=FIRST, typing=typing, thread_id=thread)
    assert [method for method, _ in made(compose_read(data))] == methods
