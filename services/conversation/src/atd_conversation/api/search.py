"""One box for everything: a conversation by its number, customers, and words in all messages, newest first."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from atd_conversation.api.conversations import not_too_wide
from atd_conversation.api.guard import sight_of
from atd_conversation.api.parts import Parts, Reader
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_question import LONGEST_QUESTION, Question, protocol_of, question_of
from atd_conversation.domain.names import same
from atd_conversation.domain.periods import period_of_days
from atd_conversation.domain.search_terms import asked_terms
from atd_conversation.domain.searchable import Field as FieldName
from atd_conversation.domain.searchable import snippets_of
from atd_conversation.store.message_search import COUNTED
from atd_conversation.store.message_walks import BEGINNING, HitPlace, MessageFilter
from atd_conversation.store.queries import ConversationFilter
from atd_schemas.views import ChannelKind, ContactView, ConversationView, MessageView
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import CursorQuery, LimitQuery, Page, decode_cursor, encode_cursor
from atd_servicekit.problems import invalid
from atd_servicekit.requests import DECLARED_ONLY

DEFAULT_HITS = 20
MOST_CONTACTS = 5
"""Customers that one answer shows beside the messages."""

_CONTACTS_READ = "contacts:read"
_AHEAD = timedelta(hours=1)
"""How far the clock that dates messages may be ahead of this one."""


class SearchSegment(BaseModel):
    """A piece of a text; `hit` when it is what was asked for. Never markup: the text is to be shown as it is."""

    text: str
    hit: bool


class SearchSnippet(BaseModel):
    """The part of a text of the message that has what was asked for: its text, a file's name, a contact card."""

    field: FieldName
    segments: list[SearchSegment]


class SearchHit(BaseModel):
    """A message, and where it has what was asked for."""

    message: MessageView
    snippets: list[SearchSnippet]


class SearchGroup(BaseModel):
    """Messages of one conversation, newest first."""

    conversation: ConversationView
    messages: list[SearchHit]


class SearchPage(Page[SearchGroup]):
    """Messages grouped by conversation, newest first: the next page can go on with a conversation of this one.

    `limit` counts messages. A page can have fewer while `next_cursor` goes on: it looked through as many as one answer
    may. `conversation` has the number that was typed; it and `contacts` are on the first page alone.
    """

    conversation: ConversationView | None = None
    contacts: list[ContactView] = Field(default_factory=list, description="Customers by name, phone, e-mail, document")


class SearchCount(BaseModel):
    """How many messages are found, counted up to `limit`; not `exact`: at least so many."""

    total: int
    exact: bool
    limit: int = COUNTED


class Asked(BaseModel):
    """What is searched, and where."""

    model_config = {"arbitrary_types_allowed": True}

    typed: str
    question: Question
    conversations: ConversationFilter
    conversation_id: str | None
    direction: Literal["inbound", "outbound", "note"] | None
    author: str | None
    first: date | None
    last: date | None


def asked(
    identity: Reader,
    q: Annotated[
        str,
        Query(
            max_length=LONGEST_QUESTION,
            description="Words, beginnings of words, numbers, and phrases in quotes; all of them must be there",
        ),
    ],
    channel: Annotated[ChannelKind | None, Query()] = None,
    account_id: Annotated[str | None, Query(max_length=64)] = None,
    assignee: Annotated[str | None, Query(max_length=64, description="`me`, `none` or an attendant's id")] = None,
    contact_id: Annotated[str | None, Query(max_length=64)] = None,
    type_id: Annotated[str | None, Query(alias="type", max_length=64, description="With those under it")] = None,
    label: Annotated[str | None, Query(max_length=64, description="The id of a label of the customer")] = None,
    tag: Annotated[str | None, Query(max_length=64, description="The id of a tag of the message")] = None,
    conversation_id: Annotated[str | None, Query(max_length=64, description="Only in this conversation")] = None,
    direction: Annotated[Literal["inbound", "outbound", "note"] | None, Query()] = None,
    author: Annotated[str | None, Query(max_length=64, description="`me` or the id of who wrote the message")] = None,
    first: Annotated[date | None, Query(alias="from", description="First day, in the company's time zone")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, in the company's time zone")] = None,
) -> Asked:
    """The question and its filters."""
    if first is not None and last is not None and last < first:
        raise invalid("to", "must not be before `from`")
    return Asked(
        typed=q,
        question=question_of(q),
        conversations=ConversationFilter(
            channel=channel,
            account_id=account_id,
            assignee=identity.actor_id if assignee == "me" else assignee,
            contact_id=contact_id,
            type_id=type_id,
            label_id=label,
            tag_id=tag,
            sight_of=sight_of(identity).only_of,
        ),
        conversation_id=conversation_id,
        direction=direction,
        author=identity.actor_id if author == "me" else author,
        first=first,
        last=last,
    )


def search_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/search` and `GET /api/v1/search/count`."""
    router = APIRouter(prefix="/api/v1/search", tags=["search"])

    @router.get("", summary="Find messages, customers and a conversation", dependencies=[DECLARED_ONLY])
    async def search(
        identity: Reader,
        wanted: Annotated[Asked, Depends(asked)],
        limit: LimitQuery = DEFAULT_HITS,
        cursor: CursorQuery = None,
    ) -> SearchPage:
        after = HitPlace(*decode_cursor(cursor, datetime, str)) if cursor else None
        answer = SearchPage(items=[])
        if after is None:
            answer.conversation = await _by_number(parts, identity, wanted)
            answer.contacts = await _contacts(parts, identity, wanted)
        filters = await _filter(parts, identity, wanted)
        if filters is None:
            return answer
        with not_too_wide():
            hits = await parts.search.page(identity.tenant_id, wanted.question, filters, limit=limit, after=after)
        answer.items = await _groups(parts, identity, wanted.question, hits.messages)
        answer.next_cursor = encode_cursor(*hits.after) if hits.after else None
        return answer

    @router.get("/count", summary="How many messages are found", dependencies=[DECLARED_ONLY])
    async def count(identity: Reader, wanted: Annotated[Asked, Depends(asked)]) -> SearchCount:
        filters = await _filter(parts, identity, wanted)
        if filters is None:
            return SearchCount(total=0, exact=True)
        with not_too_wide():
            counted = await parts.search.count(identity.tenant_id, wanted.question, filters)
        return SearchCount(total=counted.total, exact=counted.exact)

    return router


async def _filter(parts: Parts, identity: Identity, wanted: Asked) -> MessageFilter | None:
    """Which messages are searched; None for none: nothing is asked for, or of a conversation that is not there."""
    if not wanted.question:
        return None
    some = wanted.conversations
    conversation = None
    if wanted.conversation_id is not None:
        found = await parts.queries.conversation(identity.tenant_id, wanted.conversation_id)
        if found is None or not await parts.queries.numbers_within(identity.tenant_id, some, [found.number]):
            return None
        conversation = (found.id, found.number)
    period = period_of_days(wanted.first, wanted.last, parts.zone)
    soon = parts.runtime.clock.now() + _AHEAD
    names = await parts.queries.names(identity.tenant_id)
    return MessageFilter(
        until=min(period.until or soon, soon),
        since=max(period.since or BEGINNING, BEGINNING),
        conversations=None if some == ConversationFilter() else some,
        conversation=conversation,
        direction=wanted.direction,
        author=wanted.author,
        tags=same(some.tag_id, names.tags) if some.tag_id else (),
    )


async def _by_number(parts: Parts, identity: Identity, wanted: Asked) -> ConversationView | None:
    number = protocol_of(wanted.typed)
    if number is None or wanted.conversation_id is not None:
        return None
    found = await parts.queries.by_number(identity.tenant_id, number)
    if found is None or not sight_of(identity).sees(found.assignee.id if found.assignee else None):
        return None
    return found.view(identity.actor_id)


async def _contacts(parts: Parts, identity: Identity, wanted: Asked) -> list[ContactView]:
    terms = asked_terms(wanted.typed)
    narrowed = wanted.conversation_id is not None or wanted.conversations.contact_id is not None
    if not terms or narrowed or not identity.may(_CONTACTS_READ):
        return []
    with not_too_wide():
        found = await parts.queries.contacts.search(sight_of(identity), terms, limit=MOST_CONTACTS)
    return [one.view() for one in found]


async def _groups(
    parts: Parts, identity: Identity, question: Question, messages: Iterable[Message]
) -> list[SearchGroup]:
    by_conversation: dict[str, list[SearchHit]] = {}
    for message in messages:
        snippets = [
            SearchSnippet(
                field=each.field, segments=[SearchSegment(text=one.text, hit=one.hit) for one in each.segments]
            )
            for each in snippets_of(question, message)
        ]
        hit = SearchHit(message=message.view(), snippets=snippets)
        by_conversation.setdefault(message.conversation_id, []).append(hit)
    found = await parts.queries.by_ids(identity.tenant_id, list(by_conversation))
    return [
        SearchGroup(conversation=found[one].view(identity.actor_id), messages=hits)
        for one, hits in by_conversation.items()
        if one in found
    ]
