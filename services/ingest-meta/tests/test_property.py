"""Whatever JSON Meta signs is taken: never an error, never a lost byte."""

import asyncio
import json
from typing import Any

import bson
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from atd_channelkit.webhooks.body import decode
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.accounts.spec import SPEC
from atd_ingest_meta.held.filling import filled, with_contact
from atd_ingest_meta.reader import READER
from atd_ingest_meta.translate import attachments, comments, messaging, reader, translate
from atd_ingest_meta.translate.notes import IncompleteNote, Note, UnaddressedNote
from atd_schemas.inbound import InboundContact, InboundUnparsed, inbound_subject
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode
from atd_testing.channels.webhook_door import Taken, WebhookDoor, anything, scalars, texts
from atd_testing.clock import FakeClock
from atd_testing.meta import webhooks

SECRET = "example-app-secret"
PAGE, INSTAGRAM, POST = "300100200300400", "17840000000000001", "300100200300400_55"


def account(number: int, kind: Any, **ids: Any) -> Account:
    return Account(
        id=f"0192d1a0-0000-7000-8000-00000000000{number}",
        tenant_id="tenant-1",
        kind=kind,
        name="Loja",
        status="active",
        version=1,
        app_secret=SECRET.encode(),
        access_token=SecretStr("token"),
        verify_token=SecretStr("verify"),
        **ids,
    )


ACCOUNTS = (
    account(1, "messenger", page_id=PAGE),
    account(2, "facebook", page_id=PAGE),
    account(3, "instagram", page_id=PAGE, instagram_id=INSTAGRAM),
)
NAMED = {("page", PAGE): ACCOUNTS[:2], ("instagram", INSTAGRAM): ACCOUNTS[2:]}


DOOR = WebhookDoor(SPEC, READER, ACCOUNTS)


def post(raw: bytes, signature: str, account_id: str | None = ACCOUNTS[0].id) -> Taken:
    return asyncio.run(DOOR.post(raw, {"X-Hub-Signature-256": signature}, account_id))


def taken(raw: bytes, *, of_app: bool = False) -> tuple[list[Any], list[Note]]:
    """The events and notes that the body became; asserts that it was taken whole."""
    found = post(raw, webhooks.sign(raw, SECRET), None if of_app else ACCOUNTS[0].id)
    return found.whole(raw), found.notes


ids = st.sampled_from(["m_1", "m_2", "", PAGE, INSTAGRAM, "7001112223334445", POST, "55_66", "🙂"]) | texts
links = st.sampled_from(["https://scontent.xx.fbcdn.net/a%C3%A1%ff.jpg", "http://y", "ftp://x", ""]) | texts
times = st.sampled_from([1767225600000, 1767225600, "1767225600000", 0, 2**70, "9" * 30]) | anything
people = (
    st.fixed_dictionaries({}, optional={"id": ids | anything, "user_ref": ids, "name": texts | anything}) | anything
)
referrals = st.fixed_dictionaries(
    {},
    optional={
        "ref": texts | anything,
        "ad_id": ids | anything,
        "source": anything,
        "referer_uri": links | anything,
        "ads_context_data": st.fixed_dictionaries({}, optional={"ad_title": anything, "photo_url": links}) | anything,
        "product": st.fixed_dictionaries({"id": ids | anything}) | anything,
    },
)
payloads = st.fixed_dictionaries(
    {},
    optional={
        "url": links | anything,
        "title": texts | anything,
        "id": ids | anything,
        "sticker_id": st.integers() | anything,
        "coordinates": st.fixed_dictionaries({"lat": scalars, "long": scalars}) | anything,
        "elements": st.lists(anything, max_size=2) | anything,
        "product": st.fixed_dictionaries({"elements": st.lists(anything, max_size=2) | anything}) | anything,
        "text": texts | anything,
    },
)
attached = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(attachments.KINDS)) | anything},
    optional={"payload": payloads | links | anything, "url": links | anything, "title": anything},
)
flags = st.booleans() | anything
said = st.fixed_dictionaries(
    {},
    optional={
        "mid": ids | anything,
        "text": texts | anything,
        "attachments": st.lists(attached, max_size=3) | anything,
        "quick_reply": st.fixed_dictionaries({"payload": anything}) | anything,
        "reply_to": st.fixed_dictionaries(
            {}, optional={"mid": ids, "story": st.fixed_dictionaries({}, optional={"url": links, "id": ids}) | anything}
        )
        | anything,
        "referral": referrals | anything,
        "is_echo": flags,
        "is_self": flags,
        "is_deleted": flags,
        "is_unsupported": flags,
        "app_id": st.just(webhooks.PAGE_INBOX) | anything,
        "metadata": st.uuids().map(str) | st.uuids().map(lambda made: f"{made}.2~1") | anything,
    },
)
changed = st.fixed_dictionaries(
    {},
    optional={
        "mid": ids | anything,
        "mids": st.lists(ids | anything, max_size=3) | anything,
        "watermark": times,
        "text": texts | anything,
        "num_edit": st.sampled_from([0, 1, "2", "x"]) | anything,
        "action": st.sampled_from(["react", "unreact", "warning"]) | anything,
        "emoji": texts | anything,
        "reaction": st.sampled_from(["love", "other"]) | anything,
        "title": texts | anything,
        "payload": anything,
        "referral": referrals | anything,
        "user_ref": ids | anything,
        "ref": anything,
        "products": st.lists(anything, max_size=2) | anything,
        "feedback_screens": st.lists(anything, max_size=2) | anything,
    },
)
items = st.fixed_dictionaries(
    {},
    optional={
        "sender": people,
        "recipient": people,
        "timestamp": times,
        "message": said | anything,
        **{name: changed | anything for name in messaging.known_keys() if name != "message"},
    },
)
values = st.fixed_dictionaries(
    {},
    optional={
        "item": st.sampled_from(["comment", "reaction", *sorted(comments.POSTS)]) | anything,
        "verb": st.sampled_from(["add", "edited", "remove", "hide", "unhide", "block"]) | anything,
        "post_id": st.just(POST) | ids | anything,
        "comment_id": ids | anything,
        "parent_id": ids | anything,
        "from": people,
        "sender_id": ids | anything,
        "sender_name": anything,
        "message": texts | anything,
        "photo": links | anything,
        "photos": st.lists(links | anything, max_size=2) | anything,
        "video": links | anything,
        "link": links | anything,
        "created_time": times,
        "edited_time": times,
        "is_hidden": flags,
        "published": anything,
        "reaction_type": st.sampled_from(["love", "care"]) | anything,
        "post": st.fixed_dictionaries({}, optional={"id": ids | anything, "permalink_url": links | anything})
        | anything,
    },
)
fields = st.sampled_from(["feed", "mention", "comments", *sorted(reader.MESSAGING_FIELDS)]) | texts
changes = st.fixed_dictionaries({"field": fields | anything}, optional={"value": values | items | anything})
entries = st.fixed_dictionaries(
    {"id": st.sampled_from([PAGE, INSTAGRAM, int(PAGE)]) | ids | anything},
    optional={
        "time": times,
        "messaging": st.lists(items | anything, max_size=3) | anything,
        "standby": st.lists(items, max_size=2) | anything,
        "changes": st.lists(changes | anything, max_size=3) | anything,
        "field": fields,
        "value": values | items | anything,
    },
)
bodies = st.fixed_dictionaries(
    {"object": st.sampled_from(["page", "instagram"]) | anything, "entry": st.lists(entries, max_size=3) | anything}
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_json_ends_as_events_or_is_kept_whole(payload: Any) -> None:
    events, notes = taken(json.dumps(payload).encode())
    assert [type(event) for event in events] == [InboundUnparsed]
    assert notes == []


@pytest.mark.proves("messenger", "any-json")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_any_webhook_like_json_is_taken_part_by_part(payload: Any) -> None:
    events, _notes = taken(json.dumps(payload).encode())
    assert sum(isinstance(event, InboundUnparsed) for event in events) <= 1


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies, anything)
def test_what_is_read_twice_says_the_same_and_fits_into_a_document(payload: Any, told: Any) -> None:
    read = decode(json.dumps(payload).encode())
    now = FakeClock().now()
    translation = translate(read, NAMED, now)
    assert translate(read, NAMED, now) == translation
    held = [note.event for note in translation.notes if isinstance(note, UnaddressedNote | IncompleteNote)]
    for event in (*translation.events, *held):
        bson.encode(event.model_dump(mode="python", exclude={"actor"}))
    someone = InboundContact(external_id="7009")
    for event in held:
        addressed = with_contact(event, someone)
        assert addressed.id == event.id
        assert addressed.subject == inbound_subject(event.data.account_id, "7009")
        assert adapter(INBOUND_EVENTS).validate_json(encode(addressed)) == addressed


answers = st.fixed_dictionaries(
    {},
    optional={
        "from": people,
        "message": texts | anything,
        "attachment": st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["sticker", "photo", "video_inline", "share"]) | anything,
                "url": links | anything,
                "title": anything,
                "media": st.fixed_dictionaries(
                    {}, optional={"source": links | anything, "image": st.fixed_dictionaries({"src": links}) | anything}
                )
                | anything,
            },
        )
        | anything,
    },
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers)
def test_whatever_meta_tells_of_a_comment_keeps_it_an_event_of_the_same_id(told: Any) -> None:
    value = webhooks.comment(POST, "55_66", FakeClock().now(), author=None)
    body = webhooks.body("page", webhooks.entry(PAGE, FakeClock().now(), changes=[webhooks.feed(value)]))
    [note] = translate(body, NAMED, FakeClock().now()).notes
    event = filled(note.event, decode(json.dumps(told).encode()))
    assert event.id == note.event.id
    assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event


WHOLE = {
    "message": webhooks.body(
        "page",
        webhooks.entry(
            PAGE,
            FakeClock().now(),
            messaging=[
                webhooks.item(
                    "7001",
                    PAGE,
                    FakeClock().now(),
                    message=webhooks.message(
                        "m_1",
                        "Oi",
                        attachments=[webhooks.attachment("image", "https://scontent.xx.fbcdn.net/a.jpg")],
                        reply_to={"mid": "m_0"},
                        referral={"ref": "r", "ads_context_data": {"ad_title": "t"}},
                    ),
                )
            ],
        ),
    ),
    "comment": webhooks.body(
        "page",
        webhooks.entry(
            PAGE,
            FakeClock().now(),
            changes=[
                webhooks.feed(
                    webhooks.comment(POST, "55_66", FakeClock().now(), author={"id": "7", "name": "A"}, text="Oi")
                )
            ],
        ),
    ),
    "story": webhooks.body(
        "instagram",
        webhooks.entry(
            INSTAGRAM,
            FakeClock().now(),
            messaging=[
                webhooks.item(
                    "7001",
                    INSTAGRAM,
                    FakeClock().now(),
                    message=webhooks.message(
                        "a_1", "Oi", reply_to={"story": {"url": "https://x.example/s", "id": "1"}}
                    ),
                )
            ],
        ),
    ),
}
ODD: tuple[Any, ...] = (None, 7, -1, 2**70, 1.5, True, "", "x", [], [1], {}, {"id": 1})


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, inner in below for place in places(inner, (*at, key)))]


@pytest.mark.proves("messenger", "any-json")
@pytest.mark.parametrize("shape", WHOLE)
def test_every_field_of_a_shape_may_be_missing_null_or_of_another_type(shape: str) -> None:
    """Each is taken with 200; whatever is not understood is kept whole."""
    for place in places(WHOLE[shape])[1:]:
        for odd in (*ODD, ...):
            body = orjson.loads(orjson.dumps(WHOLE[shape]))
            holder = body
            for key in place[:-1]:
                holder = holder[key]
            if odd is not ...:
                holder[place[-1]] = odd
            elif isinstance(holder, dict):
                del holder[place[-1]]
            read = decode(json.dumps(body).encode())
            translation = translate(read, NAMED, FakeClock().now())
            for event in translation.events:
                assert adapter(INBOUND_EVENTS).validate_json(encode(event)) == event
            for note in translation.notes:
                if isinstance(note, IncompleteNote | UnaddressedNote):
                    assert adapter(INBOUND_EVENTS).validate_json(encode(note.event)) == note.event


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused_but_never_an_error(raw: bytes) -> None:
    found = post(raw, webhooks.sign(raw, SECRET))
    assert (found.status, len(found.records)) in {(200, 1), (400, 0)}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=50), st.text(max_size=80).filter(lambda text: text.isascii() and text.isprintable()))
def test_nothing_unproven_is_taken(raw: bytes, signature: str) -> None:
    found = post(raw, signature)
    assert (found.status, found.records) == (401, [])


def test_a_body_that_repeats_a_long_name_does_not_grow_without_bound() -> None:
    now = FakeClock().now()
    names = [1_000_000, *([2000] * 999)]
    values = [
        webhooks.comment(POST, f"55_{place}", now, author={"id": "7", "name": "n" * length}, text="Oi")
        for place, length in enumerate(names)
    ]
    changes = [webhooks.feed(value) for value in values]
    events = translate(webhooks.body("page", webhooks.entry(PAGE, now, changes=changes)), NAMED, now).events
    assert len(events) == 1000
    assert {event.model_dump()["data"]["contact"]["name"] for event in events} == {"n" * 256}
