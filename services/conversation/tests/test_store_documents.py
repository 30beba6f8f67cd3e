"""Documents: what is written is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
from bson.codec_options import CodecOptions
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.store.attachments import stored_attachment_document, stored_attachment_of
from atd_conversation.store.documents import (
    contact_document,
    contact_of,
    conversation_document,
    conversation_fields,
    conversation_of,
)
from atd_conversation.store.message_documents import message_document, message_fields, message_of
from atd_conversation.store.reader_counts import ALL_STATUSES
from atd_conversation.store.unit import _changes
from atd_schemas.contents import EMPTY, AnswerContent, PlainContent, ProductRef, Referral, Row
from atd_schemas.inbound import InboundAttachment
from atd_schemas.views import AuthorView, ChannelRef, ContactRef, LastMessage, MessageError, Named, Reaction
from atd_testing.inbound import NOON

_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)

ids = st.uuids().map(str)
words = st.text(max_size=20)
moments = st.integers(0, 4_000_000_000_000).map(lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms))
named = st.none() | st.builds(Named, id=ids, name=st.none() | words)
counts = st.integers(0, 2**53)
contacts = st.builds(
    Contact,
    id=ids,
    tenant_id=ids,
    name=st.none() | words,
    profile_name=st.none() | words,
    phone=st.none() | words,
    created_at=moments,
    email=st.none() | words,
    sequence=counts,
    order=counts,
    marketing=st.sampled_from([None, "allowed", "stopped"]),
    marketing_at=st.none() | moments,
)
last_messages = st.builds(
    LastMessage, id=ids, kind=st.just("text"), preview=words, direction=st.just("inbound"), occurred_at=moments
)
conversations = st.builds(
    Conversation,
    id=ids,
    tenant_id=ids,
    number=counts,
    status=st.sampled_from(ALL_STATUSES),
    channel=st.builds(ChannelRef, kind=st.just("whatsapp"), account_id=ids, name=words),
    contact=st.builds(ContactRef, id=ids, name=st.none() | words),
    recipient=words,
    opened_at=moments,
    last_activity_at=moments,
    profile_name=st.none() | words,
    assignee=named,
    priority=st.sampled_from(["low", "normal", "high", "urgent"]),
    favourites=st.just(frozenset()),
    unread_count=counts,
    waiting_since=st.none() | moments,
    closed_waiting_since=st.none() | moments,
    last_message=st.none() | last_messages,
    reply_window_expires_at=st.none() | moments,
    first_response_at=st.none() | moments,
    closed_at=st.none() | moments,
    current=st.booleans(),
    sequence=counts,
    order=counts,
)
contents = st.just(EMPTY) | st.builds(
    PlainContent, product=st.builds(ProductRef, sku=st.none() | words, catalog_id=st.none() | words)
)
forms = st.dictionaries(
    st.sampled_from(["latitude", "$set", "a.b", "reply"]),
    st.recursive(
        st.none() | words | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "title"]), inner),
        max_leaves=5,
    ),
)
hashes = st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)
failures = st.none() | st.builds(
    MessageError,
    code=words,
    message=words,
    texts=st.dictionaries(st.sampled_from(["pt-BR", "en"]), words, max_size=2),
    detail=st.none() | words,
)
sources = st.builds(
    InboundAttachment, id=ids, provider_id=ids, name=st.none() | words, size=st.none() | counts, url=st.none() | words
)
attachments = st.builds(
    Attachment,
    id=ids,
    name=words,
    mime_type=words,
    size=st.none() | counts,
    state=st.sampled_from(["pending", "ready", "failed"]),
    sha256=hashes,
    source=st.none() | sources,
    error=failures,
    attempt=st.integers(0, 9),
)
authors = st.builds(AuthorView, type=st.just("contact"), id=st.none() | ids, name=st.none() | words)
messages = st.builds(
    Message,
    id=ids,
    tenant_id=ids,
    conversation_id=ids,
    account_id=ids,
    direction=st.sampled_from(["inbound", "outbound", "note"]),
    kind=st.just("text"),
    text=st.none() | words,
    author=authors,
    occurred_at=moments,
    recorded_at=moments,
    content=contents,
    reply_to=st.none() | ids,
    forwarded=st.sampled_from(["no", "once", "often"]),
    status=st.sampled_from([None, "pending", "sent", "failed"]),
    error=st.none() | st.builds(MessageError, code=words, message=words),
    external_id=st.none() | ids,
    sequence=counts,
    attachments=st.lists(attachments, max_size=2).map(tuple),
    reactions=st.lists(st.builds(Reaction, emoji=words, author=authors), max_size=2).map(tuple),
    referral=st.none() | st.builds(Referral, source_id=words, headline=st.none() | words),
    edited_at=st.none() | moments,
    deleted_at=st.none() | moments,
    attempt=st.integers(0, 9),
    reacted_at=st.dictionaries(st.sampled_from(["contact", "business"]), moments),
    version=counts,
)
stored_attachments = st.builds(
    StoredAttachment,
    tenant_id=ids,
    attachment=attachments,
    created_at=moments,
    conversation_id=st.none() | ids,
    message_id=st.none() | ids,
    uploaded_by=st.none() | ids,
)


def through_bson(document: Any) -> Any:
    return bson.decode(bson.encode(document), _OPTIONS)


@given(contacts)
def test_a_contact_is_read_as_it_was_written(contact: Contact) -> None:
    assert contact_of(through_bson(contact_document(contact))) == contact


@given(conversations)
def test_a_conversation_is_read_as_it_was_written(conversation: Conversation) -> None:
    assert conversation_of(through_bson(conversation_document(conversation))) == conversation


@given(messages)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    assert message_of(through_bson(message_document(message, 1))) == message


@given(st.lists(messages, min_size=2, max_size=2))
def test_any_change_of_a_message_is_saved_as_it_is(states: list[Message]) -> None:
    before, after = states
    document = message_document(before, 1)
    update = _changes(message_fields(before), message_fields(after))
    document.update(update["$set"])
    for name in update.get("$unset", {}):
        document.pop(name, None)
    never = ("id", "tenant_id", "conversation_id", "account_id", "author", "occurred_at", "recorded_at", "sequence")
    kept = {name: getattr(before, name) for name in (*never, "direction")}
    assert message_of(through_bson(document)) == replace(after, **kept)


@given(stored_attachments)
def test_a_file_is_read_as_it_was_written(stored: StoredAttachment) -> None:
    assert stored_attachment_of(through_bson(stored_attachment_document(stored))) == stored


@given(st.lists(conversations, min_size=2, max_size=2), st.integers(0, 2**53))
def test_any_change_of_a_conversation_is_saved_as_it_is(states: list[Conversation], order: int) -> None:
    before, after = states
    document = conversation_document(before)
    update = _changes(conversation_fields(before), conversation_fields(after))
    document.update(update["$set"])
    for name in update.get("$unset", {}):
        document.pop(name, None)
    kept = {name: getattr(before, name) for name in ("id", "tenant_id", "number", "opened_at")}
    assert conversation_of(through_bson(document)) == replace(after, **kept)


def test_a_failed_file_of_an_earlier_version_still_says_why() -> None:
    stored = StoredAttachment("t1", Attachment("f1", "a", "image/jpeg", None, "failed"), NOON)
    document = stored_attachment_document(stored)
    del document["error"]
    read = stored_attachment_of(
        {**document, "failure": {"code": "131052", "reason": "media", "detail": "gone"}}
    ).attachment
    assert read.error is not None
    assert (read.error.code, read.error.provider_code, read.error.detail) == ("file_unavailable", "131052", "gone")
    assert stored_attachment_of({**document, "failure": None}).attachment.error is None


@given(words, forms)
def test_the_fields_of_a_form_are_read_as_they_were_written(title: str, form: Any) -> None:
    content = AnswerContent(reply=Row(id="1", title=title), form=form)
    message = Message(
        "m", "t", "c", "a", "inbound", "interactive", title, AuthorView(type="contact"), NOON, NOON, content
    )
    assert message_of(through_bson(message_document(message, 1))) == message


@given(forms)
def test_content_of_an_earlier_version_that_fits_no_kind_stays_as_it_is(content: Any) -> None:
    message = Message("m", "t", "c", "a", "inbound", "location", None, AuthorView(type="contact"), NOON, NOON)
    document = {
        **message_document(message, 1),
        "content": content,
        "referral": {"source_id": "1", "mood": 1, "body": 5},
    }
    read = message_of(through_bson(document))
    assert read.content.model_dump() == content
    assert read.referral == Referral(source_id="1")
    assert message_of(through_bson(message_document(read, 1))) == read
