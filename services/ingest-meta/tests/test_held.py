"""What a webhook does not say is found out: whose a comment is, whether an echo is ours, names and posts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundEcho, InboundReceipt
from atd_schemas.outbound import OutboundErase, OutboundEraseData, OutboundMessage, OutboundMessageData
from atd_schemas.services import INGEST_META
from atd_schemas.topics import outbound_topic
from atd_testing.meta import webhooks
from atd_testing.waiting import eventually

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = {"id": "7001112223334445", "name": "Ana Souza"}
RUI = {"id": "7009998887776665", "name": "Rui Lima"}


class Slow:
    """A node that answers once it is told to."""

    def __init__(self, answer: Any) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        self._answer = answer

    async def __call__(self, _request: Any) -> Any:
        self.asked.set()
        await self.go.wait()
        return self._answer


@pytest_asyncio.fixture(loop_scope="module")
async def slow() -> AsyncIterator[Any]:
    """Makes slow nodes, and lets them answer at the end."""
    made: list[Slow] = []

    def make(answer: Any) -> Slow:
        made.append(Slow(answer))
        return made[-1]

    yield make
    for one in made:
        one.go.set()


async def private(service: Service, channel: dict[str, Any], **content: Any) -> None:
    own = channel.get("instagram_id") or channel["page_id"]
    kind: Any = "instagram" if channel["kind"] == "instagram" else "page"
    person = content.pop("person", ANA["id"])
    pair = (own, person) if content.pop("by_business", False) else (person, own)
    body = webhooks.body(kind, webhooks.entry(own, NOW, messaging=[webhooks.item(*pair, NOW, **content)]))
    assert (await service.deliver("", webhooks.encode(body))).status_code == 200


async def public(service: Service, channel: dict[str, Any], *values: Any) -> None:
    changes = [webhooks.feed(value) for value in values]
    body = webhooks.body("page", webhooks.entry(channel["page_id"], NOW, changes=changes))
    assert (await service.deliver("", webhooks.encode(body))).status_code == 200


def said(channel: dict[str, Any], comment: str, author: Any, text: str | None = "Oi", **more: Any) -> Any:
    return webhooks.comment(f"{channel['page_id']}_55", comment, NOW, author=author, text=text, **more)


def page(channel: dict[str, Any]) -> dict[str, str]:
    return {"id": channel["page_id"], "name": "Loja Centro"}


@pytest.mark.proves("messenger", "names")
async def test_a_customer_is_called_by_the_name_that_meta_tells_and_asked_for_once(service: Service) -> None:
    channel = await service.connect("messenger")
    service.graph.nodes[ANA["id"]] = {"id": ANA["id"], "first_name": "Ana", "last_name": "Souza"}
    for mid in ("m_1", "m_2"):
        await private(service, channel, message=webhooks.message(mid, "Oi"))
    events = await service.of_account(channel["id"], 2)
    assert [event.data.contact.name for event in events] == ["Ana Souza"] * 2
    assert service.graph.asked.count(ANA["id"]) == 1


async def test_an_instagram_customer_has_a_name_and_a_username(service: Service) -> None:
    channel = await service.connect("instagram")
    service.graph.nodes[ANA["id"]] = {"name": "Ana", "username": "ana.souza"}
    await private(service, channel, message=webhooks.message("a_1", "Oi"))
    [event] = await service.of_account(channel["id"], 1)
    assert (event.data.contact.name, event.data.contact.username) == ("Ana", "ana.souza")


@pytest.mark.proves("messenger", "names")
async def test_a_name_that_does_not_come_in_time_delays_no_message(service: Service, slow: Any) -> None:
    channel = await service.connect("messenger")
    service.graph.nodes[ANA["id"]] = slow({"name": "Ana"})
    await private(service, channel, message=webhooks.message("m_1", "Oi"))
    [event] = await service.of_account(channel["id"], 1)
    assert (event.data.text, event.data.contact.name) == ("Oi", None)


async def test_a_refused_look_up_leaves_the_account_alone_for_a_while(service: Service) -> None:
    channel = await service.connect("messenger")
    service.graph.nodes[ANA["id"]] = {"error": {"message": "no", "code": 190}}
    await private(service, channel, message=webhooks.message("m_1", "Oi"))
    await private(service, channel, person=RUI["id"], message=webhooks.message("m_2", "Oi"))
    await service.of_account(channel["id"], 2)
    assert RUI["id"] not in service.graph.asked


@pytest.mark.proves("facebook", "post-shown")
async def test_the_post_is_shown_with_each_comment_and_asked_for_once(service: Service) -> None:
    channel = await service.connect("facebook")
    post = f"{channel['page_id']}_55"
    picture = "https://scontent.xx.fbcdn.net/p.jpg"
    service.graph.nodes[post] = {
        "message": "Nova coleção",
        "full_picture": picture,
        "permalink_url": "https://x.example",
    }
    await public(service, channel, *(said(channel, f"55_{n}", ANA) for n in range(1, 6)))
    events = await service.of_account(channel["id"], 5)
    assert {event.data.thread.post.text for event in events} == {"Nova coleção"}
    shown = [event.data.attachments for event in events]
    assert [[(one.role, one.url) for one in files] for files in shown] == [[("post", picture)]] * 5
    assert len({files[0].id for files in shown}) == 5
    assert service.graph.asked.count(post) == 1


@pytest.mark.proves("facebook", "pages-own-reply")
async def test_the_pages_own_reply_is_in_the_conversation_of_whom_it_answers(service: Service) -> None:
    channel = await service.connect("facebook")
    reply = said(channel, "55_2", page(channel), "R$ 120", parent_id="55_1")
    await public(service, channel, said(channel, "55_1", ANA, "Qual o preço?"), reply)
    echoes = [event for event in await service.of_account(channel["id"], 2) if isinstance(event, InboundEcho)]
    [echo] = echoes
    assert (echo.data.contact.external_id, echo.data.reply_to_external_id) == (ANA["id"], "55_1")
    assert echo.subject == f"{channel['id']}:{ANA['id']}"
    await public(service, channel, said(channel, "55_2", page(channel), "R$ 110", parent_id="55_1", verb="edited"))
    [edit] = [one for one in await service.of_account(channel["id"], 3) if one.type == "inbound.edit"]
    assert (edit.data.contact.external_id, edit.data.by_business, edit.data.text) == (ANA["id"], True, "R$ 110")


async def test_the_author_of_a_comment_that_is_not_known_is_asked_for(service: Service) -> None:
    channel = await service.connect("facebook")
    service.graph.nodes["55_1"] = {"id": "55_1", "from": RUI}
    await public(service, channel, said(channel, "55_2", page(channel), "R$ 120", parent_id="55_1"))
    [echo] = await service.of_account(channel["id"], 1)
    assert echo.data.contact.external_id == RUI["id"]


async def test_a_sticker_and_an_author_that_the_webhook_leaves_out_are_asked_for(service: Service) -> None:
    channel = await service.connect("facebook")
    url = "https://scontent.xx.fbcdn.net/s.png"
    sticker = {"type": "sticker", "media": {"image": {"src": url}}}
    service.graph.nodes["55_1"] = {"id": "55_1", "from": ANA, "attachment": sticker}
    service.graph.nodes["55_2"] = {"id": "55_2", "from": RUI, "message": "Oi"}
    await public(service, channel, said(channel, "55_1", ANA, None), said(channel, "55_2", None, "Oi"))
    events = {one.data.external_id: one for one in await service.of_account(channel["id"], 2)}
    first, second = events["55_1"], events["55_2"]
    assert (first.data.kind, [one.url for one in first.data.attachments]) == ("sticker", [url])
    assert (second.data.text, second.data.contact.external_id) == ("Oi", RUI["id"])


async def test_a_comment_of_somebody_whom_meta_does_not_tell_is_not_lost(service: Service) -> None:
    channel = await service.connect("facebook")
    await public(service, channel, said(channel, "55_9", None, "Quem sou eu?"))
    [event] = await service.of_account(channel["id"], 1)
    assert (event.data.text, event.data.contact.external_id) == ("Quem sou eu?", "anonymous:55_9")


def message_to(service: Service, channel: dict[str, Any], text: str) -> OutboundMessage:
    conversation = uuid7()
    return OutboundMessage(
        id=uuid7(),
        tenant_id=service.tenant,
        occurred_at=datetime.now(UTC),
        recorded_at=datetime.now(UTC),
        source="conversation",
        subject=conversation,
        data=OutboundMessageData(
            account_id=channel["id"],
            channel=channel["kind"],
            conversation_id=conversation,
            message_id=uuid7(),
            recipient=ANA["id"],
            kind="text",
            text=text,
        ),
    )


@pytest.mark.proves("instagram", "early-echo")
async def test_an_echo_that_comes_before_the_answer_of_its_send_adds_nothing(service: Service, slow: Any) -> None:
    """The one of a person who writes on the phone meanwhile is told, once the send has ended."""
    channel = await service.connect("instagram")
    sending = slow({"recipient_id": ANA["id"], "message_id": "a_ours"})
    service.graph.nodes[f"{channel['page_id']}/messages"] = sending
    await service.running.publish(outbound_topic(INGEST_META), message_to(service, channel, "Olá!"))
    await sending.asked.wait()
    for mid, text in (("a_ours", "Olá!"), ("a_phone", "Do celular")):
        await private(service, channel, by_business=True, message=webhooks.echo(mid, text, app_id=None))
    jobs = service.running.db["jobs"]
    of_channel = {"data.account_id": channel["id"]}

    async def held(number: int, **more: Any) -> bool:
        return bool(await jobs.count_documents({**of_channel, **more}) == number)

    await eventually(lambda: held(2, claim={"$exists": False}))
    sending.go.set()
    await eventually(lambda: held(0))
    events = await service.of_account(channel["id"], 2)
    assert [one.data.external_id for one in events if isinstance(one, InboundEcho)] == ["a_phone"]
    assert [one.data.external_id for one in events if isinstance(one, InboundReceipt)] == ["a_ours"]


async def test_what_the_business_writes_on_the_phone_is_told_at_once_when_nothing_is_being_sent(
    service: Service,
) -> None:
    channel = await service.connect("instagram")
    await private(service, channel, by_business=True, message=webhooks.echo("a_1", "Oi, Bia!", app_id=None))
    [echo] = await service.of_account(channel["id"], 1)
    assert isinstance(echo, InboundEcho)
    assert (echo.data.contact.external_id, echo.data.text) == (ANA["id"], "Oi, Bia!")


async def test_a_warning_of_meta_is_kept_until_it_is_taken_back(service: Service) -> None:
    channel = await service.connect("messenger")
    notes = service.running.db["policy_notes"]
    await private(service, channel, policy_enforcement={"action": "warning", "reason": "Spam"})
    kept = await notes.find_one({"_id": channel["id"]})
    assert (kept["action"], kept["reason"]) == ("warning", "Spam")
    await private(service, channel, policy_enforcement={"action": "block", "reason": "again"})
    assert (await notes.find_one({"_id": channel["id"]}))["action"] == "warning"  # of the same moment: it was first


async def test_of_a_comment_only_whose_it_is_is_kept(service: Service) -> None:
    channel = await service.connect("facebook")
    await public(service, channel, said(channel, "55_1", ANA, "Oi"))
    await service.of_account(channel["id"], 1)
    comments = service.running.db["comments"]
    kept = await eventually(lambda: comments.find_one({"_id": f"{channel['id']}:55_1"}))
    assert kept.keys() == {"_id", "contact", "expires_at"}
    assert kept["contact"] == ANA["id"]


async def test_of_an_erased_customer_nothing_says_any_more_which_comments_were_theirs(service: Service) -> None:
    channel, other = await service.connect("facebook"), await service.connect("facebook")
    for one in (channel, other):
        await public(service, one, said(one, "55_1", ANA), said(one, "55_2", ANA), said(one, "55_3", RUI))
        await service.of_account(one["id"], 3)
    conversation = uuid7()
    data = OutboundEraseData(
        account_id=channel["id"],
        channel="facebook",
        conversation_id=conversation,
        erasure_id=uuid7(),
        recipient=ANA["id"],
    )
    told: dict[str, Any] = {"tenant_id": service.tenant, "occurred_at": NOW, "recorded_at": NOW}
    await service.running.publish(
        outbound_topic(INGEST_META),
        OutboundErase(id=uuid7(), source="conversation", subject=conversation, data=data, **told),
    )
    comments = service.running.db["comments"]
    mine = {"_id": {"$regex": f"^{channel['id']}:"}}

    async def left() -> bool:
        return [row["contact"] for row in await comments.find(mine).to_list(None)] == [RUI["id"]]

    await eventually(left, message="the customer's comments are nobody's")
    assert await comments.count_documents({"_id": {"$regex": f"^{other['id']}:"}}) == 3, "of another account nothing"


@pytest.mark.proves("instagram", "early-echo")
async def test_an_echo_that_is_held_when_the_service_stops_is_told_by_the_next_one(service: Service, run: Any) -> None:
    """The send that it may be of was begun by a process that is gone: it is `uncertain` until it is resolved."""
    prefix = f"test_{uuid7().replace('-', '')}_"
    async with run(graph=service.graph, mongodb_database_prefix=prefix) as first:
        channel = await first.connect("instagram")
        rows = first.running.db["sends_rows"]
        place = {"group": channel["id"], "shard": 0, "lane": "c", "order": 1}
        later = datetime.now(UTC) + timedelta(hours=1)
        about = {"recipient": ANA["id"]}
        row = {"_id": uuid7(), "group": channel["id"], "state": "uncertain", "about": about}
        await rows.insert_one({**row, "open": {**place, "at": later}})
        echo = webhooks.echo("a_phone", "Do celular", app_id=None)
        await private(first, channel, by_business=True, message=echo)
        jobs = first.running.db["jobs"]
        await eventually(lambda: jobs.find_one({"claim": {"$exists": False}, "data.account_id": channel["id"]}))
    async with run(graph=service.graph, mongodb_database_prefix=prefix) as second:
        await second.running.db["sends_rows"].delete_many({})
        await eventually(lambda: _is_empty(second.running.db["jobs"]))
    told = [one for one in await service.of_account(channel["id"], 1) if isinstance(one, InboundEcho)]
    assert [one.data.external_id for one in told] == ["a_phone"]


async def _is_empty(collection: Any) -> bool:
    return await collection.find_one({}) is None
