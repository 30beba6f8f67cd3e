"""What the Graph API is asked for, and what each answer means: messages, windows, comments, look-ups."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from atd_channelkit.answers import Accepted, Refused, Uncertain, Unsendable
from atd_channelkit.sending.provider import Send
from atd_channelkit.sending.texts import text_length
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose import envelope_of, parts_of
from atd_ingest_meta.compose.comments import comment_calls
from atd_ingest_meta.compose.parts import FilePart, MessagePart
from atd_ingest_meta.failures import class_of
from atd_ingest_meta.graph.answers import read_answer
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.comments import CommentSender
from atd_ingest_meta.graph.lookups import Lookups
from atd_schemas.contents import Button, ButtonsContent, LinkContent, ListContent, Row, Section
from atd_schemas.outbound import OutboundActionData, OutboundAttachment, OutboundMessageData
from atd_testing.clock import FakeClock
from atd_testing.meta import Behaviour, FakeMeta, create_fake_meta

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "300100200300400"
POST = f"{PAGE}_5550001"
ANA = "7001112223334445"
PICTURE = OutboundAttachment(id="file-1", name="foto.jpg", mime_type="image/jpeg", size=3, sha256="00")
PDF = OutboundAttachment(id="file-2", name="boleto.pdf", mime_type="application/pdf", size=3, sha256="01")


def message(text: str | None = "Olá", *, channel: Any = "messenger", **more: Any) -> OutboundMessageData:
    given = {"kind": "text", "recipient": ANA, "conversation_id": "c-1", "message_id": "m-1", **more}
    return OutboundMessageData(account_id="a-1", channel=channel, text=text, **given)


def bodies(data: OutboundMessageData) -> list[Any]:
    parts = parts_of(data)
    assert not isinstance(parts, Unsendable)
    return [one.file.id if isinstance(one, FilePart) else one.message for one in parts]


@pytest.mark.proves("messenger", "files-caption-own-messages")
def test_a_file_and_its_caption_are_two_messages_and_so_are_two_files() -> None:
    data = message("nota", kind="image", attachments=(PICTURE, PICTURE.model_copy(update={"id": "file-3"})))
    assert bodies(data) == ["file-1", "file-3", {"text": "nota"}]


@pytest.mark.proves("instagram", "no-documents")
def test_a_document_stays_one_whatever_is_in_it_and_instagram_has_none() -> None:
    [part] = parts_of(message(None, kind="document", attachments=(PICTURE,)))  # type: ignore[misc]
    assert isinstance(part, FilePart)
    assert part.type == "file"
    refused = parts_of(message(None, channel="instagram", kind="document", attachments=(PDF,)))
    assert isinstance(refused, Unsendable)


@pytest.mark.proves("messenger", "long-texts-in-parts")
@pytest.mark.proves("instagram", "long-texts-in-bytes")
@given(
    st.text(st.characters(codec="utf-8"), max_size=4000), st.sampled_from([("messenger", 2000), ("instagram", 1000)])
)
def test_no_part_of_a_text_is_over_the_limit_and_nothing_is_lost(text: str, of: tuple[str, int]) -> None:
    channel, limit = of
    parts = parts_of(message(text, channel=channel))
    if isinstance(parts, Unsendable):
        assert not text.strip()
        return
    said = [one.message["text"] for one in parts if isinstance(one, MessagePart)]
    assert max(text_length(one, "bytes" if channel == "instagram" else "characters") for one in said) <= limit
    assert "".join("".join(said).split()) == "".join(text.split())


@pytest.mark.proves("messenger", "buttons-lists-links")
def test_buttons_and_short_lists_are_quick_replies_and_others_are_cards() -> None:
    buttons = ButtonsContent(buttons=(Button(id="y", title="Sim"),))
    [asked] = bodies(message("Quer?", kind="interactive", content=buttons))
    assert asked["quick_replies"] == [{"content_type": "text", "title": "Sim", "payload": "y"}]
    rows = (Row(id="1", title="Plano família anual premium", description="R$ 30"),)
    cards = ListContent(button="Ver", sections=(Section(rows=rows),))
    text, card = bodies(message("Qual?", kind="interactive", content=cards))
    assert text == {"text": "Qual?"}
    [element] = card["attachment"]["payload"]["elements"]
    assert (element["title"], element["subtitle"], element["buttons"][0]["payload"]) == (rows[0].title, "R$ 30", "1")
    assert len(element["buttons"][0]["title"]) <= 20
    link = LinkContent(title="Abrir", url="https://example.com")
    [page] = bodies(message("Veja", kind="interactive", content=link))
    assert page["attachment"]["payload"]["buttons"] == [
        {"type": "web_url", "title": "Abrir", "url": "https://example.com"}
    ]


@pytest.mark.proves("messenger", "windows-person-machine")
@pytest.mark.parametrize("hours", [2, 30, 192])
@pytest.mark.parametrize("by_person", [True, False])
def test_last_act_2_30_and_192_hours_ago_response_for_all_human_agent_for_people_refused_for_all(
    hours: int, by_person: bool
) -> None:
    acted = NOW - timedelta(hours=hours)
    until = acted + (timedelta(days=7) if by_person else timedelta(hours=24))
    data = message(free_until=acted + timedelta(hours=24), reply_until=until, by_person=by_person)
    found = envelope_of(data, NOW)
    if hours == 2:
        expected: Any = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE"}
    elif hours == 30 and by_person:
        expected = {"recipient": {"id": ANA}, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    else:
        assert isinstance(found, Unsendable)
        assert (found.code, found.failure) == ("window_closed", "window")
        return
    assert not isinstance(found, Unsendable)
    assert found.fields == expected


@pytest.mark.proves("messenger", "private-reply-comment-id")
def test_a_private_reply_is_by_the_comments_id_and_never_to_its_authors() -> None:
    found = envelope_of(message(private_reply_to="5550001_6660001", recipient="comment:5550001_6660001"), NOW)
    assert not isinstance(found, Unsendable)
    assert found.fields["recipient"] == {"comment_id": "5550001_6660001"}


@pytest.mark.proves("messenger", "errors-by-subcode")
@pytest.mark.parametrize(
    ("code", "subcode", "failure"),
    [
        (10, 2018278, "window"),
        (10, 2534022, "window"),
        (10, None, "permission"),
        (100, 2018001, "recipient"),
        (100, 33, "recipient"),
        (100, 2018008, "media"),
        (190, 460, "token"),
        (200, 2069030, "token"),
        (200, 2018108, "permission"),
        (551, 1545041, "recipient"),
        (613, None, "throttle"),
        (80001, None, "throttle"),
        (1, 2853006, "transient"),
        (368, None, "account"),
        (10900, None, "recipient"),
        (10902, None, "recipient"),
        (99999, None, "unknown"),
    ],
)
def test_a_subcode_says_more_than_its_code(code: int, subcode: int | None, failure: str) -> None:
    assert class_of(code, subcode) == failure


def test_an_error_is_one_whatever_the_status_and_20_1772107_says_nothing() -> None:
    error = httpx.Response(200, json={"error": {"code": 190, "message": "x"}})
    assert isinstance(read_answer(error), Refused)
    maybe = httpx.Response(400, json={"error": {"code": 20, "error_subcode": 1772107, "message": "x"}})
    assert isinstance(read_answer(maybe), Uncertain)
    assert isinstance(read_answer(httpx.Response(200, content=b"<html>")), Uncertain)
    assert isinstance(read_answer(httpx.Response(502, content=b"<html>")), Uncertain)


@pytest.mark.proves("facebook", "deeds-on-comments")
def test_deeds_on_comments_are_single_calls_that_can_be_repeated() -> None:
    deed = OutboundActionData(
        account_id="a-1",
        channel="facebook",
        conversation_id="c-1",
        message_id="m-1",
        recipient=ANA,
        action="hide",
        target_external_ids=("5550001_6660001",),
    )
    [call] = comment_calls(deed)  # type: ignore[misc]
    assert (call.method, call.path, call.body) == ("POST", "5550001_6660001", {"is_hidden": True})


class Known:
    """The ids that calls were answered, in memory."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def remember(self, account_id: str, external_id: str, now: datetime) -> None:  # noqa: ARG002 - as SentIds
        self.ids.add(external_id)

    async def unknown(self, account_id: str, external_ids: Any) -> frozenset[str]:  # noqa: ARG002 - as SentIds
        return frozenset(external_ids) - self.ids


class InProcess:
    """A connection to a fake in this process."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response | Uncertain:
        try:
            return await self.http.request(method, f"/{path}", **options)
        except httpx.HTTPError as error:
            return Uncertain(type(error).__name__)


ACCOUNT = Account(
    id="a-1",
    tenant_id="t-1",
    kind="facebook",
    name="Loja",
    status="active",
    version=1,
    page_id=PAGE,
    app_secret=b"secret",
    access_token=SecretStr(f"{PAGE}.token"),
    verify_token=SecretStr("verify"),
)


@pytest_asyncio.fixture
async def commenting() -> AsyncIterator[tuple[CommentSender, FakeMeta]]:
    fake = create_fake_meta()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fake), base_url="http://fake") as http:
        api: Any = InProcess(http)
        graph = GraphApi(api, api, "v25.0")
        known: Any = Known()
        links: Any = None
        yield CommentSender(graph=graph, links=links, lookups=Lookups(graph, known, FakeClock())), fake


def comment_send(text: str, asked_at: datetime, *, uncertain: bool = False) -> Send:
    data = message(text, channel="facebook", thread_id=POST)
    return Send(data, "m-1", asked_at=asked_at, uncertain=uncertain)


@pytest.mark.proves("facebook", "lost-answer-one-comment")
@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(kind="error", code=20, subcode=1772107, accept=True), Behaviour(kind="cut_after")],
    ids=["400 20/1772107 although created", "the answer is lost"],
)
async def test_a_comment_that_was_created_without_an_answer_is_found_and_exactly_one(
    commenting: tuple[CommentSender, FakeMeta], behaviour: Behaviour
) -> None:
    sender, fake = commenting
    fake.state.behaviours = [behaviour.model_copy()]
    send = comment_send("R$ 30", fake.state.now())
    assert isinstance(send.data, OutboundMessageData)
    answer = await sender.write(ACCOUNT, send, send.data)
    [made] = fake.state.comments.values()
    assert answer == Accepted(made.id)


@pytest.mark.proves("facebook", "read-before-repeat")
async def test_before_a_repeat_own_comments_are_read_and_another_sends_comment_is_not_taken(
    commenting: tuple[CommentSender, FakeMeta],
) -> None:
    sender, fake = commenting
    first = comment_send("Obrigado", fake.state.now())
    assert isinstance(first.data, OutboundMessageData)
    told = await sender.write(ACCOUNT, first, first.data)
    again = comment_send("Obrigado", fake.state.now(), uncertain=True)
    assert isinstance(again.data, OutboundMessageData)
    second = await sender.write(ACCOUNT, again, again.data)
    assert isinstance(told, Accepted)
    assert isinstance(second, Accepted)
    assert told.external_id != second.external_id
    assert len(fake.state.comments) == 2


@pytest.mark.proves("facebook", "failed-look-up-sends-nothing")
async def test_a_look_up_that_fails_leaves_the_comment_uncertain_and_sends_nothing(
    commenting: tuple[CommentSender, FakeMeta],
) -> None:
    sender, fake = commenting
    fake.state.behaviours = [Behaviour(kind="error", code=2, on="comments")]
    send = comment_send("Oi", fake.state.now(), uncertain=True)
    assert isinstance(send.data, OutboundMessageData)
    assert isinstance(await sender.write(ACCOUNT, send, send.data), Uncertain)
    assert not fake.state.comments
