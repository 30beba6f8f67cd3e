"""The search over stored messages: every way through the indexes finds what a plain loop over all messages finds."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_conversation.domain.message import Message
from atd_conversation.domain.message_question import question_of
from atd_conversation.domain.message_terms import fold
from atd_conversation.domain.searchable import accepts, terms_of
from atd_conversation.store import message_search, message_walks
from atd_conversation.store.indexes import MESSAGES
from atd_conversation.store.message_documents import message_document, message_of
from atd_conversation.store.message_search import MessageSearch
from atd_conversation.store.message_terms import MessageTerms
from atd_conversation.store.message_walks import HitPlace, MessageFilter
from atd_conversation.store.queries import ConversationFilter
from atd_schemas.ids import uuid7
from atd_schemas.views import AuthorView
from atd_testing.inbound import customer_message

START = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
WORDS = ("de", "que", "pedido", "pedidos", "compra", "comprei", "ação", "civil", "impressora", "raro")
WEIGHTS = (40, 30, 10, 5, 5, 5, 5, 5, 2, 0.3)
QUESTIONS = (
    "de",
    "raro",
    "ped",
    "pedido",
    "com",
    "comprei",
    "de pedido",
    "raro de",
    '"ação civil"',
    '"de que" com',
    "xyz",
)


class Corpus:
    """Messages of one tenant, and the plain way to find them."""

    def __init__(self, parts: Any, tenant_id: str) -> None:
        self.parts = parts
        self.tenant_id = tenant_id
        self.search = MessageSearch(parts.db, parts.queries)
        self.messages: list[Message] = []
        self.assignees: dict[str, str | None] = {}

    async def fill(self, seed: int, conversations: int = 12, messages: int = 400) -> "Corpus":
        chance = random.Random(seed)
        ids = []
        for number in range(1, conversations + 1):
            conversation_id, assignee = uuid7(), chance.choice(("bia", "caio", None))
            ids.append((conversation_id, number))
            self.assignees[conversation_id] = assignee
        rows = []
        for sequence in range(messages):
            conversation_id, number = chance.choice(ids)
            # some share their second, some lie months apart
            at = START + timedelta(seconds=chance.choice((sequence // 7, sequence * 40_000)))
            message = self._message(chance, conversation_id, sequence, at)
            self.messages.append(message)
            rows.append(message_document(message, number))
        await self.parts.db[MESSAGES].insert_many(rows)
        await self.parts.db.conversations.insert_many([self._conversation(*one) for one in ids])
        return self

    def _message(self, chance: random.Random, conversation_id: str, sequence: int, at: datetime) -> Message:
        text = " ".join(chance.choices(WORDS, WEIGHTS, k=chance.randint(1, 6)))
        direction: Any = chance.choice(("inbound", "outbound", "note"))
        return Message(
            id=uuid7(),
            tenant_id=self.tenant_id,
            conversation_id=conversation_id,
            account_id="acc",
            direction=direction,
            kind="text",
            text=text,
            author=AuthorView(type="attendant", id=chance.choice(("bia", "caio")), name="x"),
            occurred_at=at,
            recorded_at=at,
            sequence=sequence,
        )

    def _conversation(self, conversation_id: str, number: int) -> dict[str, Any]:
        last = max((one.occurred_at for one in self.messages if one.conversation_id == conversation_id), default=START)
        assignee = self.assignees[conversation_id]
        row = {"_id": conversation_id, "tenant_id": self.tenant_id, "number": number, "status": "closed"}
        return row | {"last_activity_at": last} | ({"assignee": {"id": assignee}} if assignee else {})

    def expected(self, typed: str, wanted: MessageFilter) -> list[str]:
        question = question_of(typed)

        def fits(message: Message) -> bool:
            terms = terms_of(message)
            met = all(
                any(term in one.exact or (one.beginning and term.startswith(one.beginning)) for term in terms)
                for one in question.wanted
            )
            some, assignee = wanted.conversations, self.assignees[message.conversation_id]
            return (
                met
                and accepts(question, message)
                and wanted.since <= message.occurred_at < wanted.until
                and wanted.direction in (None, message.direction)
                and wanted.author in (None, message.author.id)
                and (some is None or (some.assignee in (None, assignee) or (some.assignee == "none" and not assignee)))
                and (wanted.conversation is None or wanted.conversation[0] == message.conversation_id)
            )

        found = sorted((one for one in self.messages if fits(one)), key=lambda m: (m.occurred_at, m.id), reverse=True)
        return [one.id for one in found]

    async def found(self, typed: str, wanted: MessageFilter, limit: int = 7) -> list[str]:
        """All pages of a search."""
        ids: list[str] = []
        after: HitPlace | None = None
        while True:
            page = await self.search.page(self.tenant_id, question_of(typed), wanted, limit=limit, after=after)
            assert len(page.messages) <= limit
            ids += [one.id for one in page.messages]
            if page.after is None:
                return ids
            assert after is None or page.after < after
            after = page.after


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Steps so small that few messages take every way and every turn."""
    few: dict[str, Any] = {
        "_RARE": 10,
        "_SEVERAL": 25,
        "_BATCH": 3,
        "_KEYS": 6,
        "_CONVERSATIONS": 2,
        "_OF_CONVERSATIONS": 9,
        "_MOST_BATCH": 12,
    }
    for name, value in (few | request.param).items():
        monkeypatch.setattr(message_search if name == "LOOKED_AT" else message_walks, name, value)


EVERY_WAY = pytest.mark.parametrize(
    "small_steps",
    [{}, {"_WIDE": 0.0}, {"_WIDE": 1.1}, {"_RARE": 1, "_SEVERAL": 2, "_WIDE": 1.1}, {"_RARE": 1, "_SEVERAL": 10_000}],
    ids=["mixed", "by-terms", "by-conversations", "always-by-conversations", "never-at-once"],
    indirect=True,
)


@EVERY_WAY
@pytest.mark.usefixtures("small_steps")
async def test_every_way_finds_what_a_plain_loop_finds(parts: Any) -> None:
    corpus = await Corpus(parts, "one").fill(seed=1)
    await Corpus(parts, "two").fill(seed=2, messages=50)
    conversation = next(iter(corpus.assignees))
    everything = MessageFilter(until=UNTIL)
    filters = (
        everything,
        MessageFilter(until=UNTIL, conversations=ConversationFilter(assignee="bia")),
        MessageFilter(until=UNTIL, conversations=ConversationFilter(assignee="none"), direction="note"),
        MessageFilter(until=UNTIL, conversations=ConversationFilter(assignee="nobody")),
        MessageFilter(until=UNTIL, conversation=(conversation, 1)),
        MessageFilter(until=UNTIL, direction="inbound", author="bia"),
        MessageFilter(since=START + timedelta(days=20), until=START + timedelta(days=90)),
    )
    for typed in QUESTIONS:
        for wanted in filters:
            assert await corpus.found(typed, wanted) == corpus.expected(typed, wanted), (typed, wanted)
            counted = await corpus.search.count("one", question_of(typed), wanted)
            assert counted == (len(corpus.expected(typed, wanted)), True), (typed, wanted)
    assert len(corpus.expected("de", everything)) > 200
    assert await corpus.found("de", everything, limit=100) == corpus.expected("de", everything)


@pytest.mark.parametrize("small_steps", [{"LOOKED_AT": 20}], indirect=True)
@pytest.mark.usefixtures("small_steps")
async def test_a_phrase_that_is_hardly_ever_there_is_looked_for_in_steps(parts: Any) -> None:
    corpus = await Corpus(parts, "one").fill(seed=3)
    everything = MessageFilter(until=UNTIL)
    expected = corpus.expected('"que que que"', everything)
    assert 0 < len(expected) < 60
    assert await corpus.found('"que que que"', everything, limit=100) == expected
    counted = await corpus.search.count("one", question_of('"que que que"'), everything)
    assert counted.exact is False
    assert counted.total <= len(expected)


async def test_more_than_can_be_counted_is_said_to_be_at_least_so_many(
    parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await Corpus(parts, "one").fill(seed=4)
    monkeypatch.setattr(message_search, "COUNTED", 30)
    for some in (None, ConversationFilter(assignee="bia")):
        counted = await corpus.search.count("one", question_of("de"), MessageFilter(until=UNTIL, conversations=some))
        assert counted == (30, False)


async def test_another_tenant_finds_nothing(parts: Any) -> None:
    corpus = await Corpus(parts, "one").fill(seed=5, messages=40)
    conversation = (next(iter(corpus.assignees)), 1)
    for wanted in (
        MessageFilter(until=UNTIL),
        MessageFilter(until=UNTIL, conversation=conversation),
        MessageFilter(until=UNTIL, conversations=ConversationFilter(assignee="bia")),
    ):
        assert (await corpus.search.page("two", question_of("de"), wanted, limit=9)).messages == []
        assert await corpus.search.count("two", question_of("de"), wanted) == (0, True)


async def test_an_edit_and_a_deletion_change_what_is_found_in_the_same_write(parts: Any) -> None:
    await parts.take(customer_message("one", "acc", "w1", text="a impressora quebrou"))
    (row,) = await parts.all(MESSAGES)
    assert "impressor" in row["terms"]
    assert row["number"] == 1
    message = message_of(row)
    from atd_conversation.domain.unit_of_work import UnitOfWork  # noqa: PLC0415 - used here alone

    async def change(decide: Any) -> list[str]:
        unit = UnitOfWork()
        unit.touch_message(message)
        decide(message)
        now = datetime.now(UTC)
        await parts.mongo.transaction(lambda session: parts.store.save(session, unit, now))
        (after,) = await parts.all(MESSAGES)
        message.version = after["version"]
        terms: list[str] = after["terms"]
        return terms

    edited = await change(lambda one: one.edit("text", "o teclado", one.content, START))
    assert edited == ["o", "teclado", "tecl"]
    assert await change(lambda one: setattr(one, "forwarded", "once")) == edited
    assert await change(lambda one: one.delete(START)) == []


async def test_messages_of_earlier_versions_get_their_terms_in_the_background(parts: Any) -> None:
    await parts.take(*(customer_message("one", "acc", f"w{n}", text=f"pedido n{n}") for n in range(5)))
    rows = await parts.all(MESSAGES)
    await parts.db[MESSAGES].update_many({}, {"$unset": {"terms": "", "number": ""}})
    search = MessageSearch(parts.db, parts.queries)
    wanted = MessageFilter(until=datetime.now(UTC) + timedelta(hours=1))
    assert (await search.page("one", question_of("pedido"), wanted, limit=9)).messages == []
    assert await MessageTerms(parts.db).add() == 5
    assert await MessageTerms(parts.db).add() == 0
    assert await parts.all(MESSAGES) == rows
    assert len((await search.page("one", question_of("pedido"), wanted, limit=9)).messages) == 5


def test_a_message_is_found_by_what_it_says_now() -> None:
    corpus = Corpus.__new__(Corpus)
    corpus.tenant_id = "one"
    message = corpus._message(random.Random(1), "k", 1, START)
    assert terms_of(replace(message, text="Ação")) == [fold("Ação"), "aca"]
