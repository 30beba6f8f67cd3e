"""What a client is told of a message and of its conversation is what the server has, and it knows the later copy."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.message_actions import fetch_again, react, retry
from atd_conversation.domain.refusals import Refusal
from atd_schemas.inbound import InboundEvent
from atd_schemas.views import Named
from atd_testing.inbound import (
    NOON,
    customer_message,
    deleted,
    edited,
    file_fetched,
    file_of,
    goes_by,
    phone_message,
    reacted,
    send_receipt,
)

from .world import BIA, FAILURE, HOUR, A, T, World

RULES = CHANNEL_RULES["whatsapp"]
PICTURE = customer_message(T, A, "w1", kind="image", attachments=(file_of(message="w1"),))
UNKNOWN = customer_message(T, A, "w3", kind="unsupported", text=None)

EVENTS: list[InboundEvent] = [
    PICTURE,
    customer_message(T, A, "w2", reply_to_external_id="p1"),
    UNKNOWN,
    customer_message(T, A, "w3", text="agora sim", reply_to_external_id="w1"),
    phone_message(T, A, "p1"),
    file_fetched(T, A, PICTURE.id, file_of(message="w1").id, "ready"),
    file_fetched(T, A, PICTURE.id, file_of(message="w1").id, "failed"),
    send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
    send_receipt(T, A, "failed", message_id="ours", external_id="x1", failure=FAILURE),
    send_receipt(T, A, "delivered", external_id="x1"),
    send_receipt(T, A, "read", external_id="p1"),
    reacted(T, A, "w1", "👍", at=1),
    reacted(T, A, "w1", None, at=2),
    reacted(T, A, "x1", "❤️", at=1),
    edited(T, A, "w1", "um", kind="image", at=1),
    edited(T, A, "p1", "dois", at=2, by_business=True),
    deleted(T, A, "w1", at=3),
    deleted(T, A, "x1", at=3, by_business=True),
    goes_by(T, A, ("5511999990000",), "5521912345678"),
]
ACTIONS = ["send", "note", "retry", "react", "fetch again", "close", "reopen", "read", "assign"]
steps = st.lists(st.sampled_from([*range(len(EVENTS)), *ACTIONS]), max_size=12)


def act(world: World, action: str, number: int) -> None:
    """What an attendant does over HTTP, where the rules allow it."""
    conversation = next(iter(world.conversations.values()))
    ours, picture = world.messages["ours"], world.messages.get(PICTURE.id)
    try:
        match action:
            case "send":
                world.send(conversation, f"ours{number}")
                return
            case "note":
                changes = conversation.note(f"note{number}", actor=BIA, text="Nota", now=NOON)
                world.messages[f"note{number}"] = changes[0].message  # type: ignore[assignment]
            case "retry":
                changes = retry(conversation, ours, RULES, NOON)
            case "react":
                changes = react(conversation, picture or ours, "🙏", RULES, BIA, NOON)
            case "fetch again":
                changes = (
                    fetch_again(conversation, picture, file_of(message="w1").id)
                    if picture and picture.attachments
                    else []
                )
                world.files |= {one.id: one for one in picture.attachments} if picture else {}
            case "close":
                changes = conversation.close(NOON)
            case "reopen":
                changes = conversation.reopen(NOON)
            case "assign":
                changes = conversation.assign(Named(id="bia", name="Bia"), NOON)
            case _:
                conversation.read("bia")
                changes = []
    except Refusal:
        return
    world.tell(conversation, changes)


def told_of_messages(world: World) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for event in world.events:
        if event.type.startswith("message."):
            found.setdefault(event.data.message.id, []).append(event)
    return found


@settings(max_examples=150)
@given(steps, st.integers(1, 4))
def test_the_last_event_of_a_message_has_what_http_answers_and_versions_only_grow(seen: Any, together: int) -> None:
    world = World(NOON + HOUR)
    world.batch(customer_message(T, A, "w0"))
    world.send(next(iter(world.conversations.values())), "ours")
    batch: list[InboundEvent] = []
    for number, step in enumerate(seen):
        if isinstance(step, int):
            batch.append(EVENTS[step])
        if not isinstance(step, int) or len(batch) == together:
            world.batch(*batch)
            batch = []
        if not isinstance(step, int):
            act(world, step, number)
    world.batch(*batch)

    told = told_of_messages(world)
    assert told.keys() == world.messages.keys()
    for message_id, events in told.items():
        versions = [event.data.message.version for event in events]
        assert versions == [event.sequence for event in events]
        assert versions == sorted(set(versions))
        assert events[-1].data.message == world.messages[message_id].view()
    check_state(world)


def check_state(world: World) -> None:
    """A client that takes over what each event tells has the conversation of the server."""
    names = ("unread_count", "first_unread_sequence", "waiting_since", "reply_window_expires_at", "first_response_at")
    for conversation in world.conversations.values():
        seen, state, preview = conversation.view(), None, None
        for event in world.events:
            if event.subject != conversation.id:
                continue
            if event.type.startswith("message."):
                state, message = event.data.conversation_state, event.data.message
                preview = (message.id, state.last_preview) if state.last_preview is not None else preview
            else:
                state = event.data.conversation
                preview = (state.last_message.id, state.last_message.preview) if state.last_message else None
        assert state is not None
        for name in (*names, "last_activity_at"):
            assert getattr(state, name) == getattr(seen, name), name
        assert preview == ((seen.last_message.id, seen.last_message.preview) if seen.last_message else None)
