"""Receipts: what became of what we sent."""

from copy import deepcopy

import pytest

from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundReceipt
from atd_testing.inbound import NOON, customer_message, send_receipt

from .world import BIA, FAILURE, A, B, T, World, types


def test_receipts_move_a_message_on(sent: World) -> None:
    unit = sent.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
        send_receipt(T, A, "delivered", external_id="x1"),
        send_receipt(T, A, "read", external_id="x1"),
    )
    assert types(unit) == ["message.status_changed"] * 3
    assert (sent.messages["ours"].status, sent.messages["ours"].external_id) == ("read", "x1")


@pytest.mark.proves("whatsapp", "receipts-sent-delivered-read")
def test_a_receipt_before_the_send_is_known_waits_and_is_applied_once(sent: World) -> None:
    unit = sent.batch(send_receipt(T, A, "read", external_id="x1"), send_receipt(T, A, "delivered", external_id="x1"))
    assert (types(unit), sent.messages["ours"].status) == ([], "pending")
    unit = sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    assert (types(unit), sent.messages["ours"].status) == (["message.status_changed"], "read")
    assert sent.receipts == {f"{A}:x1": {"message_id": "ours", "tenant_id": T}}


def test_a_failure_that_came_first_keeps_its_reason(sent: World) -> None:
    sent.batch(send_receipt(T, A, "failed", external_id="x1", failure=FAILURE))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    message = sent.messages["ours"]
    assert (message.status, message.error and message.error.code) == ("failed", "recipient_unreachable")


def test_message_and_receipts_of_one_batch_keep_their_order(sent: World) -> None:
    unit = sent.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
        customer_message(T, A, "w2"),
        send_receipt(T, A, "read", external_id="x1"),
    )
    assert types(unit) == ["message.status_changed", "message.received", "message.status_changed"]


def test_a_message_that_was_sent_again_is_known_by_both_ids(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x2"))
    sent.batch(send_receipt(T, A, "read", external_id="x2"))
    assert (sent.messages["ours"].status, sent.messages["ours"].external_id) == ("read", "x1")


def test_a_receipt_for_a_refused_message_needs_no_external_id(sent: World) -> None:
    sent.batch(send_receipt(T, A, "failed", message_id="ours", failure=FAILURE))
    assert sent.messages["ours"].status == "failed"


@pytest.mark.parametrize(
    "receipt",
    [
        pytest.param(send_receipt("t2", A, "read", message_id="ours", external_id="x1"), id="of another tenant"),
        pytest.param(send_receipt(T, B, "read", message_id="ours", external_id="x1"), id="of another account"),
        pytest.param(
            send_receipt(T, A, "read", message_id=provider_event_id(A, "w1", "message")), id="for a customer's message"
        ),
        pytest.param(send_receipt(T, A, "read", message_id="note"), id="for a note"),
        pytest.param(send_receipt(T, A, "read", message_id="nobody's"), id="for nothing that we know"),
    ],
)
def test_a_receipt_that_is_not_for_a_message_of_ours_on_that_account_changes_none(
    sent: World, receipt: InboundReceipt
) -> None:
    conversation = sent.conversation()
    (noted,) = conversation.note("note", actor=BIA, text="Nota", now=NOON)
    assert noted.message is not None
    sent.messages["note"] = noted.message
    sent.tell(conversation, [noted])
    before = deepcopy(sent.messages)
    unit = sent.batch(receipt)
    assert (types(unit), unit.handled) == ([], [receipt.id])
    assert sent.messages == before
