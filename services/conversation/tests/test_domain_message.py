"""What becomes of a message: receipts in any order, repeated, contradicting each other."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.failure_texts import LANGUAGES
from atd_conversation.domain.message import Message, later_status
from atd_conversation.domain.previews import PREVIEW
from atd_schemas.inbound import SendFailure
from atd_schemas.views import AuthorView
from atd_testing.inbound import NOON

STATUSES = ("pending", "sent", "failed", "delivered", "read")
sending_error = CHANNEL_RULES["whatsapp"].texts.sending_error
FAILURE = REASON = sending_error(SendFailure(code="131026", reason="recipient", detail="Message undeliverable"))

statuses = st.sampled_from(STATUSES)
receipts = st.lists(
    st.tuples(
        st.sampled_from(("sent", "delivered", "read", "failed")),
        st.sampled_from((None, "wamid.1")),
        st.just(FAILURE),
    ),
    min_size=1,
    max_size=8,
)


def sent_message(text: str | None = "Olá") -> Message:
    return Message(
        id="m1",
        tenant_id="t1",
        conversation_id="c1",
        account_id="a1",
        direction="outbound",
        kind="text",
        text=text,
        author=AuthorView(type="attendant", id="x", name="Bia"),
        occurred_at=NOON,
        recorded_at=NOON,
        status="pending",
    )


def told(*seen) -> Message:
    message = sent_message()
    for status, external_id, failure in seen:
        message.apply_receipt(status, external_id, failure if status == "failed" else None)
    return message


@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        (("sent", "delivered", "read"), "read"),
        (("read", "delivered", "sent"), "read"),
        (("delivered",), "delivered"),
        (("sent", "failed"), "failed"),
        (("failed", "sent"), "failed"),
        (("failed", "delivered"), "delivered"),
        (("delivered", "failed"), "delivered"),
    ],
)
def test_what_stands_in_the_end(statuses: tuple[str, ...], after: str) -> None:
    assert told(*((status, None, FAILURE) for status in statuses)).status == after


@given(statuses, statuses, statuses)
def test_the_later_status_is_a_maximum(a, b, c) -> None:
    assert later_status(a, a) == a
    assert later_status(a, b) == later_status(b, a)
    assert later_status(later_status(a, b), c) == later_status(a, later_status(b, c))


@given(receipts, st.randoms(use_true_random=False), st.data())
def test_any_order_and_repetition_ends_in_the_same_state(seen, random, data) -> None:
    repeated = seen + data.draw(st.lists(st.sampled_from(seen), max_size=5))
    random.shuffle(repeated)
    assert told(*repeated) == told(*seen)


@given(receipts)
def test_a_status_never_goes_back(seen) -> None:
    message = sent_message()
    for status, external_id, failure in seen:
        before = message.status
        message.apply_receipt(status, external_id, failure if status == "failed" else None)
        assert message.status == later_status(before or "pending", message.status or "pending")


@given(receipts)
def test_a_receipt_that_tells_nothing_new_changes_nothing(seen) -> None:
    message = told(*seen)
    for status, external_id, failure in seen:
        assert message.apply_receipt(status, external_id, failure if status == "failed" else None) == ()


@given(receipts)
def test_there_is_an_error_exactly_while_the_message_counts_as_failed(seen) -> None:
    message = told(*seen)
    assert message.error == (REASON if message.status == "failed" else None)


def test_every_field_that_a_receipt_changes_is_named() -> None:
    message = sent_message()
    assert message.apply_receipt("sent", "wamid.1", None) == ("external_id", "status")
    assert message.apply_receipt("failed", "wamid.1", FAILURE) == ("status", "error")
    assert message.apply_receipt("delivered", "wamid.1", None) == ("status", "error")
    assert (message.external_id, message.error) == ("wamid.1", None)


def test_a_reason_that_comes_after_the_failure_is_kept_and_the_first_one_stands() -> None:
    message = sent_message()
    assert message.apply_receipt("failed", None, None) == ("status",)
    assert message.apply_receipt("failed", None, FAILURE) == ("error",)
    assert message.apply_receipt("failed", None, sending_error(SendFailure(code="1", reason="other"))) == ()
    assert message.error == REASON


def test_the_providers_first_id_stands() -> None:
    message = sent_message()
    message.apply_receipt("sent", "wamid.1", None)
    assert message.apply_receipt("sent", "wamid.2", None) == ()
    assert message.external_id == "wamid.1"


@pytest.mark.parametrize(
    ("text", "preview"),
    [("Oi\n\n  tudo   bem?", "Oi tudo bem?"), (None, ""), ("x" * 500, "x" * PREVIEW)],
)
def test_a_preview_is_one_short_line(text: str | None, preview: str) -> None:
    assert sent_message(text).as_last().preview == preview


def test_the_view_has_every_name_of_the_public_shape() -> None:
    message = told(("failed", "wamid.1", FAILURE))
    assert message.view().model_dump(mode="json") == {
        "id": "m1",
        "conversation_id": "c1",
        "direction": "outbound",
        "kind": "text",
        "text": "Olá",
        "attachments": [],
        "content": {},
        "reply_to": None,
        "author": {"type": "attendant", "id": "x", "name": "Bia"},
        "status": "failed",
        "error": {
            "code": "recipient_unreachable",
            "message": REASON.message,
            "texts": {language: REASON.texts[language] for language in LANGUAGES},
            "provider_code": "131026",
            "detail": "Message undeliverable",
            "retryable": False,
        },
        "tags": [],
        "reactions": [],
        "forwarded": "no",
        "referral": None,
        "edited_at": None,
        "deleted_at": None,
        "external_id": "wamid.1",
        "occurred_at": "2026-03-01T12:00:00.000Z",
        "recorded_at": "2026-03-01T12:00:00.000Z",
        "client_id": None,
        "sequence": 0,
        "version": 0,
    }


def test_every_order_of_one_receipt_of_each_kind_ends_read() -> None:
    for order in permutations(("sent", "failed", "delivered", "read")):
        assert told(*((status, "wamid.1", FAILURE) for status in order)).status == "read"
