"""Messages that go out in several parts: one message, however many ids the provider has for it."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.events import outbound_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_actions import retry
from atd_testing.inbound import NOON, customer_message, deleted, edited, phone_message, reacted, send_receipt

from .world import FAILURE, A, T, World, types

PARTS = ("x1", "x2", "x3")


def ours(world: World) -> Message:
    return world.messages["ours"]


def arrived_whole(world: World) -> None:
    world.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1", external_ids=PARTS, parts_sent=len(PARTS))
    )


def failed_after(world: World, *arrived: str, attempt: int = 0) -> None:
    first = next(iter(arrived), None)
    told: dict[str, Any] = {"external_ids": arrived, "parts_sent": len(arrived), "attempt": attempt}
    world.batch(send_receipt(T, A, "failed", message_id="ours", external_id=first, failure=FAILURE, **told))


def again(world: World) -> Any:
    """An attendant sends it once more; the command."""
    conversation = world.conversation()
    world.tell(conversation, retry(conversation, ours(world), CHANNEL_RULES["whatsapp"], NOON))
    return outbound_command(conversation, ours(world), now=NOON, causation_id="r1", reply_to_external_id=None)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_tells_of_the_one_message(sent: World, part: str) -> None:
    arrived_whole(sent)
    assert ours(sent).external_ids == PARTS
    sent.batch(
        send_receipt(T, A, "delivered", external_id=part),
        reacted(T, A, part, "👍", external_id="r"),
        customer_message(T, A, "w2", reply_to_external_id=part),
    )
    (answer,) = [one for one in sent.messages.values() if one.external_id == "w2"]
    assert (ours(sent).status, answer.reply_to) == ("delivered", "ours")
    assert [one.emoji for one in ours(sent).reactions] == ["👍"]
    sent.batch(edited(T, A, part, "Corrigido", external_id="e", by_business=True))
    assert ours(sent).text == "Corrigido"
    sent.batch(deleted(T, A, part, external_id="d", by_business=True))
    assert ours(sent).deleted_at is not None


@pytest.mark.parametrize("part", PARTS)
def test_the_echo_of_a_part_adds_nothing(sent: World, part: str) -> None:
    arrived_whole(sent)
    unit = sent.batch(phone_message(T, A, part))
    assert (types(unit), len(sent.messages)) == ([], 2)


@pytest.mark.parametrize("part", PARTS)
def test_what_was_told_of_a_part_before_the_send_was_known_waits_for_it(sent: World, part: str) -> None:
    sent.batch(send_receipt(T, A, "read", external_id=part), reacted(T, A, part, "👍", external_id="r"))
    arrived_whole(sent)
    assert ours(sent).status == "read"
    assert [one.emoji for one in ours(sent).reactions] == ["👍"]


def test_a_failure_says_how_many_parts_arrived(sent: World) -> None:
    failed_after(sent, "x1", "x2")
    view = ours(sent).view()
    assert (view.status, view.parts_sent, view.external_id) == ("failed", 2, "x1")
    assert view.error is not None
    assert "2 primeiras partes" in view.error.message
    assert {"first 2 parts" in view.error.texts["en"], "2 primeras partes" in view.error.texts["es"]} == {True}


def test_text_and_two_photos_of_which_the_third_call_fails_are_one_message_and_a_retry_sends_the_third_only(
    sent: World,
) -> None:
    sent.batch(send_receipt(T, A, "sent", external_id="x2"))  # one of them is told of early
    failed_after(sent, "x1", "x2")
    sent.batch(phone_message(T, A, "x1"), phone_message(T, A, "x2"))
    assert len(sent.messages) == 2
    command = again(sent)
    assert (command.data.parts_sent, command.data.attempt) == (2, 1)
    assert (ours(sent).status, ours(sent).external_ids) == ("pending", ("x1", "x2"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x3", attempt=1, parts_sent=2))
    assert (ours(sent).status, ours(sent).external_ids, ours(sent).view().parts_sent) == ("sent", PARTS, None)
    sent.batch(send_receipt(T, A, "read", external_id="x1"))
    assert ours(sent).status == "read"


def test_that_the_first_part_was_read_hides_no_failure_of_the_second_and_ends_no_repeat(sent: World) -> None:
    failed_after(sent, "x1")
    sent.batch(send_receipt(T, A, "delivered", external_id="x1"))
    assert ours(sent).status == "failed"
    again(sent)
    sent.batch(send_receipt(T, A, "read", external_id="x1"))
    assert ours(sent).status == "pending"
    failed_after(sent, "x1", attempt=1)
    assert (ours(sent).status, ours(sent).parts_sent) == ("failed", 1)


def test_a_retry_of_what_never_arrived_sends_all_of_it(sent: World) -> None:
    failed_after(sent)
    assert again(sent).data.parts_sent == 0
    assert ours(sent).external_ids == ()


def test_an_id_that_another_message_has_stays_its_own(sent: World) -> None:
    sent.messages["theirs"] = replace(ours(sent), id="theirs", client_id="c2", external_id="x2")
    arrived_whole(sent)
    assert ours(sent).external_ids == ("x1", "x3")


def test_the_echo_of_a_part_that_was_told_before_the_send_gives_way_to_it(sent: World) -> None:
    sent.batch(phone_message(T, A, "x2"))
    (echo,) = [one for one in sent.messages.values() if one.external_id == "x2"]
    arrived_whole(sent)
    assert ours(sent).external_ids == PARTS
    assert sent.messages[echo.id].same_as == "ours"


TOLD = [
    send_receipt(T, A, "delivered", external_id="x1"),
    send_receipt(T, A, "read", external_id="x1"),
    send_receipt(T, A, "delivered", external_id="x2"),
]
WHOLE = send_receipt(T, A, "sent", message_id="ours", external_id="x1", external_ids=("x1", "x2"), parts_sent=2)
PARTLY = send_receipt(
    T, A, "failed", message_id="ours", external_id="x1", external_ids=("x1",), parts_sent=1, failure=FAILURE
)
_ids = count()


@settings(max_examples=150, deadline=None)
@given(
    end=st.sampled_from([WHOLE, PARTLY]),
    told=st.lists(st.sampled_from(TOLD), max_size=5),
    at=st.integers(0, 5),
    cuts=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_the_order_of_what_is_told_of_parts_decides_nothing(
    end: Any, told: list[Any], at: int, cuts: list[bool]
) -> None:
    world = World()
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "ours")
    events = [one.model_copy(update={"id": f"n{next(_ids)}"}) for one in [*told[:at], end, *told[at:]]]
    batches: list[list[Any]] = [[]]
    for event, cut in zip(events, cuts, strict=False):
        batches = [*batches, []] if cut else batches
        batches[-1].append(event)
    for batch in batches:
        world.batch(*batch)
    statuses = {one.data.status for one in told}
    highest = "read" if "read" in statuses else "delivered" if statuses else "sent"
    assert ours(world).status == (highest if end is WHOLE else "failed")
    assert ours(world).parts_sent == (0 if end is WHOLE else 1)
