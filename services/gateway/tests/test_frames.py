from datetime import UTC, datetime

import orjson
import pytest

from atd_gateway.domain.access import PERMISSIONS, ROLES, permissions_of
from atd_gateway.domain.client_frames import (
    Auth,
    InvalidFrame,
    Ping,
    SeenFrame,
    TypingFrame,
    UsedFrame,
    read_client_frame,
    read_subprotocols,
)
from atd_gateway.domain.cursors import encode_cursor
from atd_gateway.domain.frames import (
    NotAnEvent,
    contact_of_frame,
    frame_of,
    permission_for,
    read_event,
    read_transient,
    taken_frame,
    with_cursor,
)
from atd_gateway.domain.streams import StreamLayout
from atd_gateway.realtime.streams import TOPICS
from atd_schemas.topics import event_types

CONVERSATION = "0195500e-0009-7000-8000-00000000c0a1"
RECORD = {
    "id": "e1",
    "type": "message.received",
    "version": 1,
    "tenant_id": "t1",
    "occurred_at": "2026-03-01T12:00:00.000Z",
    "recorded_at": "2026-03-01T12:00:00.100Z",
    "source": "conversation",
    "subject": "c1",
    "sequence": 7,
    "causation_id": None,
    "actor": {"type": "contact", "id": "k1", "name": "Zoë"},
    "data": {"conversation_id": "c1", "message": {"text": "Olá 👋"}, "changed": []},
}


def test_a_frame_has_exactly_the_fields_of_the_public_contract() -> None:
    event = read_event(orjson.dumps(RECORD))
    frame = orjson.loads(frame_of(event, b"CURSOR"))
    assert list(frame) == ["cursor", "id", "type", "occurred_at", "subject", "sequence", "actor", "data"]
    assert frame["cursor"] == "CURSOR"
    assert {name: frame[name] for name in frame if name != "cursor"} == {
        name: RECORD[name] for name in frame if name != "cursor"
    }
    assert (event.tenant_id, event.subject, event.sequence, event.permission) == ("t1", "c1", 7, "conversations:read")


def test_a_frame_takes_another_cursor_without_being_built_again() -> None:
    event = read_event(orjson.dumps(RECORD))
    layout = StreamLayout({"conversation.events.v1": 2})
    first, second = encode_cursor(layout, [1, 2]).encode(), encode_cursor(layout, [3, 4]).encode()
    assert with_cursor(frame_of(event, first), second, len(first)) == frame_of(event, second)


@pytest.mark.parametrize("value", [b"", b"[]", b"null", b"7", b"{", b"{}", orjson.dumps({**RECORD, "type": 7})])
def test_a_record_that_is_no_event_is_told_apart(value: bytes) -> None:
    for read in (read_event, read_transient):
        with pytest.raises(NotAnEvent):
            read(value)


def test_a_transient_frame_has_no_cursor_and_no_id() -> None:
    transient = read_transient(orjson.dumps({**RECORD, "type": "presence.typing"}))
    assert list(orjson.loads(transient.frame)) == ["type", "occurred_at", "subject", "actor", "data"]
    assert (transient.tenant_id, transient.permission) == ("t1", "conversations:read")


@pytest.mark.parametrize(
    ("kind", "data", "connection_id", "viewing"),
    [
        ("conversation.viewing", {"viewing": True}, "w1", True),
        ("conversation.viewing", {"viewing": False}, "w1", False),
        ("conversation.typing", {"note": False}, "w1", None),
        ("presence.other", {"viewing": True}, None, None),
    ],
)
def test_a_transient_frame_tells_who_looks_and_not_by_which_connection(
    kind: str, data: object, connection_id: str | None, viewing: bool | None
) -> None:
    record = {**RECORD, "type": kind, "data": data} | ({"connection_id": connection_id} if connection_id else {})
    found = read_transient(orjson.dumps(record))
    assert (found.subject, found.actor_id, found.connection_id, found.viewing) == ("c1", "k1", connection_id, viewing)
    assert orjson.loads(found.frame)["data"] == data
    assert b"w1" not in found.frame


def test_every_event_type_has_a_permission_that_exists() -> None:
    for topic in (*TOPICS.streamed, *TOPICS.transient):
        for one in event_types(topic):
            assert permission_for(one) in PERMISSIONS
    assert permission_for("billing.paid") is None


def test_every_role_is_made_of_permissions_that_exist() -> None:
    for role, permissions in ROLES.items():
        assert permissions <= set(PERMISSIONS)
        assert permissions_of(role) == permissions
    assert permissions_of("intruder") == frozenset()
    assert not any("operator" in found for role, found in ROLES.items() if role != "operator")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"type":"auth","token":"t"}', Auth("t")),
        ('{"type":"auth","token":"t","since":"c"}', Auth("t", "c")),
        ('{"type":"ping"}', Ping()),
        ('{"type":"ping","id":3}', Ping(3)),
        (f'{{"type":"seen","conversation_id":"{CONVERSATION}"}}', SeenFrame(CONVERSATION)),
        ('{"type":"seen","conversation_id":null}', SeenFrame(None)),
        (f'{{"type":"typing","conversation_id":"{CONVERSATION}"}}', TypingFrame(CONVERSATION)),
        (f'{{"type":"typing","conversation_id":"{CONVERSATION}","note":true}}', TypingFrame(CONVERSATION, note=True)),
        ('{"type":"presence"}', UsedFrame()),
        ('{"type":"presence","used_at":null}', UsedFrame()),
        (
            '{"type":"presence","used_at":"2026-03-01T09:00:00.5-03:00"}',
            UsedFrame(datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)),
        ),
    ],
)
def test_client_frames_are_understood(text: str, expected: object) -> None:
    assert read_client_frame(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed_json"),
        ("{", "malformed_json"),
        ("[]", "unknown_frame"),
        ("{}", "unknown_frame"),
        ('{"type":["auth"]}', "unknown_frame"),
        ('{"type":"auth"}', "invalid"),
        ('{"type":"auth","token":7}', "invalid"),
        ('{"type":"auth","token":"t","since":7}', "invalid"),
        ('{"type":"seen"}', "invalid"),
        ('{"type":"seen","conversation_id":7}', "invalid"),
        ('{"type":"seen","conversation_id":"c1"}', "invalid"),
        (f'{{"type":"seen","conversation_id":"{CONVERSATION}\\n"}}', "invalid"),
        (f'{{"type":"seen","conversation_id":"{CONVERSATION.upper()}"}}', "invalid"),
        (f'{{"type":"seen","conversation_id":"{CONVERSATION}{CONVERSATION}"}}', "invalid"),
        ('{"type":"typing"}', "invalid"),
        ('{"type":"typing","conversation_id":null}', "invalid"),
        (f'{{"type":"typing","conversation_id":"{CONVERSATION}","note":1}}', "invalid"),
        ('{"type":"presence","used_at":7}', "invalid"),
        ('{"type":"presence","used_at":"yesterday"}', "invalid"),
        ('{"type":"presence","used_at":"2026-03-01T12:00:00"}', "invalid"),
        ("x" * 20_000, "too_large"),
    ],
)
def test_client_frames_without_effect_say_why(text: str, code: str) -> None:
    frame = read_client_frame(text)
    assert isinstance(frame, InvalidFrame)
    assert frame.code == code


def test_the_token_comes_as_a_subprotocol() -> None:
    assert read_subprotocols(["atd.v1", "bearer.a.b.c"]) == ("atd.v1", "a.b.c")
    assert read_subprotocols(["chat"]) == (None, None)
    assert read_subprotocols([]) == (None, None)


@pytest.mark.parametrize(
    ("more", "visible_to"),
    [
        ({"visible_to": ["bia"]}, ("bia",)),
        ({"visible_to": []}, ()),
        ({"type": "contact.updated", "visible_to": ["bia", "caio"]}, ("bia", "caio")),
        ({}, ()),  # of an earlier version
        ({"type": "conversation.opened", "data": {"conversation": {"assignee": None}}}, ()),
        (
            {"type": "conversation.closed", "data": {"conversation": {"assignee": {"id": "bia", "name": "Bia"}}}},
            ("bia",),
        ),
        ({"type": "setting.changed"}, None),
        ({"type": "attendant.online"}, None),
    ],
    ids=str,
)
def test_an_event_says_who_of_those_with_a_limited_sight_sees_it(more: dict, visible_to: object) -> None:
    event = read_event(orjson.dumps({**RECORD, **more}))
    assert (event.visible_to, event.taken_from) == (visible_to, None)


@pytest.mark.parametrize("named", [True, False])
def test_who_loses_a_conversation_learns_that_and_nothing_of_what_is_in_it(named: bool) -> None:
    dora = {"id": "dora", "name": "Dora"}
    conversation = {"id": "c1", "contact": {"id": "k1", "name": "Zoë"}, "assignee": dora}
    event = read_event(
        orjson.dumps(
            {
                **RECORD,
                "type": "conversation.assigned",
                "actor": {"type": "attendant", "id": "eva", "name": "Eva"},
                "data": {"conversation": conversation, "changed": ["assignee"]},
                "visible_to": ["dora"],
                "taken_from": "bia",
            }
        )
    )
    assert event.taken_from == "bia"
    frame = frame_of(event, b"CURSOR")
    assert contact_of_frame(frame) == "k1"
    shown = orjson.loads(taken_frame(frame, named=named))
    assert list(shown) == ["cursor", "id", "type", "occurred_at", "subject", "sequence", "actor", "data"]
    assert (shown["cursor"], shown["type"], shown["subject"]) == ("CURSOR", "conversation.taken", "c1")
    assert shown["data"] == {"conversation_id": "c1", "assignee": dora if named else None}
    assert shown["actor"] == {"type": "attendant", "id": "eva" if named else None, "name": "Eva" if named else None}
