"""From a command to its row and back, and from a row's end to its receipt."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from atd_channelkit.sending.handlers import outbound_handler
from atd_channelkit.sending.policy import Attempt, current_read
from atd_channelkit.sending.receipts import move_of, receipt_of
from atd_channelkit.sending.references import SendReference, message_reference, reaction_reference, read_reference
from atd_channelkit.sending.rows import SendCommand, data_of, new_row
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundAttachment, InboundReceipt
from atd_schemas.outbound import (
    OutboundAction,
    OutboundActionData,
    OutboundAttachment,
    OutboundCommand,
    OutboundErase,
    OutboundEraseData,
    OutboundFetch,
    OutboundFetchData,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode
from atd_servicekit import ledger

SERVICE = "ingest-toy"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MESSAGE = "0195500e-0004-7000-8000-000000007bbc"
COMMAND = "aa819037-8e7a-5673-9668-a737315eb74c"
PLACE: Any = {
    "account_id": "account-1",
    "channel": "whatsapp",
    "conversation_id": "conversation-1",
    "recipient": "5511999990000",
}
ENVELOPE: Any = {
    "id": COMMAND,
    "tenant_id": "tenant-1",
    "occurred_at": NOW,
    "recorded_at": NOW,
    "source": "conversation",
    "subject": "conversation-1",
}
FILE = OutboundAttachment(id="file-1", name="nota.pdf", mime_type="application/pdf", size=3, sha256="ab")


def message(**changes: Any) -> OutboundMessage:
    data = {"message_id": MESSAGE, "kind": "text", "text": "Oi", "reply_to_external_id": "wamid.Q", **changes}
    return OutboundMessage(**ENVELOPE, data=OutboundMessageData(**PLACE, **data))


def reaction(emoji: str | None = "👍", **changes: Any) -> OutboundReaction:
    data = OutboundReactionData(**PLACE, message_id=MESSAGE, target_external_id="wamid.T", emoji=emoji, **changes)
    return OutboundReaction(**ENVELOPE, data=data)


def action() -> OutboundAction:
    data: Any = {"message_id": MESSAGE, "action": "edit", "target_external_ids": ("m_1", "m_2"), "text": "Às 15 h"}
    return OutboundAction(**ENVELOPE, data=OutboundActionData(**PLACE, **data))


def read() -> OutboundRead:
    return OutboundRead(**ENVELOPE, data=OutboundReadData(**PLACE, external_id="wamid.T", typing=True))


def as_row(command: SendCommand) -> ledger.Row:
    new = new_row(command, 42, None, DAY)
    return ledger.Row(
        id=new.id,
        tenant_id=new.tenant_id,
        group=new.group,
        lane=new.lane,
        shard=0,
        order=new.order,
        attempt=1,
        payload=dict(new.payload),
        about=dict(new.about),
        created_at=NOW,
        traceparent=None,
        state="sending",
        at=NOW,
    )


@pytest.mark.parametrize(
    "command",
    [
        message(),
        message(attempt=2),
        message(kind="document", text=None, attachments=(FILE,), reply_to_external_id=None),
        message(kind="location", text=None, content={"latitude": 1.5, "longitude": 2}),
        reaction(),
        reaction(None),
        read(),
        action(),
        message(parts_sent=2, thread_id="77", free_until=NOW, by_person=False, private_reply_to="5550001_6660001"),
    ],
)
def test_a_row_asks_for_what_its_command_asked_for(command: SendCommand) -> None:
    assert data_of(as_row(command)) == command.data


def test_a_message_and_a_reaction_keep_the_order_of_their_conversation_and_a_mark_as_read_has_its_own() -> None:
    rows = [new_row(command, 42, "trace", DAY) for command in (message(), reaction(), read())]
    assert [row.lane for row in rows] == ["conversation-1", "conversation-1", "read:conversation-1"]
    assert {(row.group, row.order, row.tenant_id, row.traceparent) for row in rows} == {
        ("account-1", 42, "tenant-1", "trace")
    }
    assert [row.id for row in rows] == [MESSAGE, f"{MESSAGE}.reaction.{COMMAND}", COMMAND]


@pytest.mark.parametrize(
    ("command", "until", "by_window"),
    [
        (message(), NOW + DAY, False),
        (message(reply_until=NOW + timedelta(hours=2)), NOW + timedelta(hours=2), True),
        (message(reply_until=NOW + 2 * DAY), NOW + DAY, False),
        (reaction(), NOW + DAY, False),
        (reaction(reply_until=NOW + timedelta(hours=2)), NOW + timedelta(hours=2), True),
        (read(), NOW + timedelta(minutes=10), False),
    ],
)
def test_a_row_has_its_time_from_when_it_was_asked_for(command: SendCommand, until: datetime, by_window: bool) -> None:
    row = new_row(command, 42, None, DAY)
    assert row.send_until == until
    assert row.payload.get("window", False) is by_window


class Rows:
    def __init__(self) -> None:
        self.ids: list[str] = []
        self.forgotten: list[Any] = []

    async def forget(self, row_ids: Sequence[str], lanes: Sequence[str]) -> int:
        self.forgotten = [*row_ids[:1], *lanes]
        return 2

    async def add(self, rows: Sequence[ledger.NewRow]) -> None:
        self.ids += [row.id for row in rows]


async def test_every_command_is_written_into_a_ledger_and_files_into_one_of_their_own() -> None:
    sends, fetches = Rows(), Rows()
    wanted = OutboundFetchData(
        **{name: PLACE[name] for name in ("account_id", "channel", "conversation_id")},
        message_id=MESSAGE,
        contact_external_id="5511999990000",
        kind="image",
        attachment=InboundAttachment(id="file-1", provider_id="1"),
    )
    erased = OutboundEraseData(
        **{name: PLACE[name] for name in ("account_id", "channel", "conversation_id")},
        erasure_id="erasure-1",
        message_ids=(MESSAGE,),
        attachment_ids=("file-1",),
    )
    erase = OutboundErase(**ENVELOPE, data=erased)
    commands = [message(), reaction(), action(), read(), OutboundFetch(**ENVELOPE, data=wanted), erase]
    confirmed: list[Any] = []

    async def confirm(command: OutboundErase, rows: int) -> None:
        confirmed.append((command, rows))

    union, _ = get_args(OutboundCommand)
    assert {type(command) for command in commands} == set(get_args(union))
    records: Any = [SimpleNamespace(event=command, offset=7, traceparent=None) for command in commands]
    asked: list[Any] = []

    async def forget(data: OutboundEraseData) -> int:
        asked.append(data)
        return 3

    keeping: dict[str, Any] = {"send_for": DAY, "fetch_for": 7 * DAY, "confirm": confirm}
    await outbound_handler(sends, fetches, **keeping)(records)
    await outbound_handler(Rows(), Rows(), **keeping, forget=forget)([records[-1]])
    assert sends.ids == [MESSAGE, f"{MESSAGE}.reaction.{COMMAND}", f"{MESSAGE}.action.{COMMAND}", COMMAND]
    assert fetches.ids == ["file-1"]
    assert sends.forgotten == [MESSAGE, "conversation-1", "read:conversation-1"]
    assert fetches.forgotten == ["file-1"]
    assert asked == [erased], "what a channel keeps in collections of its own goes too, and is counted"
    assert confirmed == [(erase, 4), (erase, 7)]


def test_the_row_of_a_plain_text_holds_nothing_that_a_text_does_not_have() -> None:
    row = new_row(message(), 42, None, DAY)
    assert set(row.payload) == {"kind", "text", "reply_to"}
    assert set(row.about) == {"command_id", "channel", "recipient"}


@pytest.mark.parametrize("command", [message(), reaction(), read()])
def test_rows_of_before_they_named_their_channel_are_sent_and_reported(command: SendCommand) -> None:
    row = as_row(command)
    payload = {name: value for name, value in {**row.payload, **row.about}.items() if name != "channel"}
    assert data_of(replace(row, payload=payload, about=payload)) == command.data
    end = failing(command, "window:131047")
    assert receipt_of(replace(end, about=payload), SERVICE) == receipt_of(end, SERVICE)


def test_a_row_that_was_sent_before_has_its_aliases_one_by_one() -> None:
    end = finished(message(), result={"external_id": "wamid.1", "wa_id": "5511988880000", "user_id": None})
    assert reported(end).data.aliases == ("5511988880000",)


def test_a_repeat_that_was_asked_for_is_a_row_of_its_own() -> None:
    assert new_row(message(attempt=3), 42, None, DAY).id == f"{MESSAGE}.3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (message_reference(MESSAGE, 0), SendReference(MESSAGE)),
        (message_reference(MESSAGE, 12), SendReference(MESSAGE, 12)),
        (reaction_reference(MESSAGE, COMMAND), SendReference(MESSAGE, about="reaction", command_id=COMMAND)),
        (f"{MESSAGE}.0", None),
        (f"{MESSAGE}.x", None),
        ("order-17", None),
        ("", None),
        (None, None),
        (17, None),
    ],
)
def test_what_comes_back_in_a_receipt_names_what_was_sent(text: object, expected: SendReference | None) -> None:
    assert read_reference(text) == expected


@pytest.mark.parametrize(("age", "shows"), [(0, True), (24, True), (25, False), (9999, False)])
def test_typing_is_shown_only_while_it_says_the_truth(age: int, shows: bool) -> None:
    assert current_read(read().data, Attempt({}, NOW - timedelta(seconds=age), NOW, NOW)).typing is shows


def finished(command: SendCommand, **changes: object) -> ledger.Finished:
    row = new_row(command, 42, None, DAY)
    given: dict[str, object] = {
        "id": row.id,
        "tenant_id": row.tenant_id,
        "group": row.group,
        "lane": row.lane,
        "about": dict(row.about),
        "traceparent": None,
        "state": "done",
        "attempts": 1,
        "finished_at": NOW,
        "result": {"external_id": "wamid.1", "aliases": ["5511999990000", "BR.1"]},
    }
    return ledger.Finished(**{**given, **changes})  # type: ignore[arg-type]  # a table of fields


def failing(command: SendCommand, why: str, detail: str | None = "why") -> ledger.Finished:
    return finished(command, state="failed", result={}, reason=why, detail=detail)


def reported(end: ledger.Finished) -> InboundReceipt:
    receipt = receipt_of(end, SERVICE)
    assert receipt is not None
    return receipt


def test_the_end_of_a_row_is_one_receipt_whenever_it_is_reported() -> None:
    receipt = reported(finished(message()))
    assert receipt == receipt_of(finished(message()), SERVICE)
    assert (receipt.data.status, receipt.data.message_id, receipt.data.external_id) == ("sent", MESSAGE, "wamid.1")
    assert (receipt.source, receipt.data.channel) == (SERVICE, "whatsapp")
    assert (receipt.subject, receipt.causation_id) == ("account-1:5511999990000", COMMAND)
    assert adapter(INBOUND_EVENTS).validate_json(encode(receipt)) == receipt


def test_a_group_whose_new_address_a_send_learnt_is_told_once_whoever_tells_it() -> None:
    sent = finished(message(), result={"external_id": "-100:1", "moved_to": "-1009990001"})
    moved = move_of(sent, SERVICE)
    assert moved is not None
    recipient = PLACE["recipient"]
    assert moved.id == provider_event_id("account-1", f"{recipient}>-1009990001", "contact_change")
    assert (moved.data.previous, moved.data.contact.external_id, moved.data.contact.group) == (
        (recipient,),
        "-1009990001",
        True,
    )
    assert moved.subject == reported(sent).subject
    assert adapter(INBOUND_EVENTS).validate_json(encode(moved)) == moved
    assert move_of(finished(message()), SERVICE) is None


def test_what_the_provider_calls_the_recipient_is_an_alias_where_it_differs() -> None:
    assert reported(finished(message())).data.aliases == ("BR.1",)
    other = finished(message(), result={"external_id": "wamid.1", "aliases": ["551199990000"]})
    assert reported(other).data.aliases == ("551199990000",)
    assert reported(finished(message(), result={"external_id": "wamid.1"})).data.aliases == ()


def test_a_failure_carries_class_code_and_words() -> None:
    failed = reported(failing(message(), "window:131047", "24 hours"))
    assert failed.data.failure is not None
    assert failed.data.failure.model_dump() == {"code": "131047", "reason": "window", "detail": "24 hours"}
    assert failed.id != reported(finished(message())).id


def test_an_error_of_our_own_has_the_class_unknown() -> None:
    own = reported(failing(message(), "internal_error", None))
    assert own.data.failure is not None
    assert own.data.failure.model_dump() == {"code": "internal_error", "reason": "unknown", "detail": ""}


def test_a_repeat_tells_its_number_and_the_message() -> None:
    receipt = reported(finished(message(attempt=2)))
    assert (receipt.data.message_id, receipt.data.attempt, receipt.data.about) == (MESSAGE, 2, "message")
    assert receipt.id != reported(finished(message())).id


def test_of_reactions_only_failures_are_reported_and_of_marks_as_read_nothing() -> None:
    assert receipt_of(finished(reaction()), SERVICE) is None
    failed = reported(failing(reaction(), "request:131009"))
    assert (failed.data.about, failed.data.status, failed.data.message_id) == ("reaction", "failed", MESSAGE)
    assert receipt_of(finished(read()), SERVICE) is None
    assert receipt_of(failing(read(), "request:131009"), SERVICE) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{MESSAGE}~0", SendReference(MESSAGE, part=0)),
        (f"{MESSAGE}.2~11", SendReference(MESSAGE, 2, part=11)),
        (f"{MESSAGE}.action.{COMMAND}", SendReference(MESSAGE, about="action", command_id=COMMAND)),
        (f"{MESSAGE}~", None),
        (f"{MESSAGE}~1000", None),
        (f"{MESSAGE}.other.{COMMAND}", None),
    ],
)
def test_a_reference_names_its_row_and_the_part(text: str, expected: SendReference | None) -> None:
    assert read_reference(text) == expected
    if expected is not None:
        assert expected.row_id == text.partition("~")[0]


@pytest.mark.parametrize(
    ("parts_sent", "state", "result", "expected"),
    [
        (0, "done", {"external_id": "a"}, ("a", (), 0)),
        (0, "done", {"external_id": "a", "external_ids": ["a", "b"], "parts": 2}, ("a", ("a", "b"), 2)),
        (0, "failed", {"external_ids": ["a", "b"], "parts": 2}, ("a", ("a", "b"), 2)),
        (0, "failed", {}, (None, (), 0)),
        (2, "done", {"external_id": "c"}, (None, ("c",), 3)),
        (2, "failed", {}, (None, (), 2)),
        (2, "failed", {"external_ids": ["c"], "parts": 1}, (None, ("c",), 3)),
    ],
)
def test_a_receipt_tells_the_ids_of_all_parts_that_arrived(
    parts_sent: int, state: Any, result: dict[str, Any], expected: Any
) -> None:
    new = new_row(message(parts_sent=parts_sent), 42, None, DAY)
    end = ledger.Finished(
        new.id, new.tenant_id, new.group, new.lane, new.about, None, state, 1, NOW, result, "request:1", "why"
    )
    receipt = receipt_of(end, SERVICE)
    assert receipt is not None
    assert (receipt.data.external_id, receipt.data.external_ids, receipt.data.parts_sent) == expected
