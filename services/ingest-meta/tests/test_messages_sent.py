"""What is sent to Messenger and Instagram at a fake of Meta: parts, private replies, windows, lost answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from atd_channelkit.answers import Accepted, Refused, Uncertain, Unsendable
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.lookups import Lookups
from atd_ingest_meta.graph.messages import MessageSender
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData
from atd_testing.clock import FakeClock
from atd_testing.meta import Behaviour, FakeMeta, create_fake_meta

PAGE = "300100200300400"
POST = f"{PAGE}_5550001"
ANA = "7001112223334445"
AUTHOR = {"id": "9001112223334445", "name": "Ana Souza"}
"""Of the comment: Meta calls the same person otherwise in private."""


def picture(number: int) -> OutboundAttachment:
    return OutboundAttachment(id=f"file-{number}", name="foto.jpg", mime_type="image/jpeg", size=3, sha256="00")


class Known:
    """The ids that calls were answered, in memory."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def remember(self, account_id: str, external_id: str, now: datetime) -> None:  # noqa: ARG002 - as SentIds
        self.ids.add(external_id)

    async def unknown(self, account_id: str, external_ids: Any) -> frozenset[str]:  # noqa: ARG002 - as SentIds
        return frozenset(external_ids) - self.ids


class Links:
    """Addresses of files, as `FileLinks` makes them."""

    def link(self, tenant_id: str, file: OutboundAttachment) -> str:
        return f"https://atendimento.example/{tenant_id}/{file.id}"


class NoPace:
    """Holds nothing up."""

    def message(self, *_: Any) -> None:
        return None


class Sending:
    """An account that sends, at a fake of Meta."""

    def __init__(self, graph_of: Callable[[FakeMeta], GraphApi], account: Account) -> None:
        self.fake = create_fake_meta()
        self.fake.state.rules.fetches = False
        self.account = replace(account, access_token=type(account.access_token)(f"{account.own_id}.token"))
        self.graph, self.clock = graph_of(self.fake), FakeClock(self.fake.state.now())
        given: Any = (Known(), Links(), NoPace())
        known, links, pace = given
        self.sender = MessageSender(
            graph=self.graph,
            links=links,
            lookups=Lookups(self.graph, known, self.clock),
            pace=pace,
            clock=self.clock,
            timeout=timedelta(seconds=5),
        )

    async def send(self, text: str | None, *, part: int = 0, uncertain: bool = False, **more: Any) -> Any:
        given = {"kind": "text", "recipient": ANA, "conversation_id": "c-1", "message_id": "m-1", **more}
        data = OutboundMessageData(account_id="a-1", channel=self.account.kind, text=text, **given)
        send = Send(data, "m-1", asked_at=self.clock.now(), uncertain=uncertain, part=part)
        return await self.sender.send(self.account, send, data)

    @property
    def sent(self) -> list[Any]:
        return list(self.fake.state.sent)


@pytest.fixture
def messenger_sends(graph_of: Callable[[FakeMeta], GraphApi], messenger: Account) -> Sending:
    return Sending(graph_of, messenger)


@pytest.fixture
def instagram_sends(graph_of: Callable[[FakeMeta], GraphApi], instagram: Account) -> Sending:
    return Sending(graph_of, replace(instagram, login="instagram", page_id=None))


@pytest.mark.proves("instagram", "third-part-fails")
async def test_of_a_text_and_two_photos_the_third_call_fails_and_a_retry_makes_it_alone(
    instagram_sends: Sending,
) -> None:
    album: Any = {"kind": "image", "attachments": (picture(1), picture(2))}
    first = await instagram_sends.send("Veja", **album)
    second = await instagram_sends.send("Veja", part=1, **album)
    assert (first.complete, second.complete) == (False, False)
    instagram_sends.fake.state.behaviours = [Behaviour(kind="error", code=613)]
    assert isinstance(await instagram_sends.send("Veja", part=2, **album), Refused)
    third = await instagram_sends.send("Veja", part=2, **album)
    assert third.complete
    assert [one.kind for one in instagram_sends.sent] == ["image", "image", "text"]
    assert len({first.external_id, second.external_id, third.external_id}) == 3
    assert await instagram_sends.send("Veja", part=3, **album) == Accepted()
    assert len(instagram_sends.sent) == 3


@pytest.mark.proves("instagram", "lost-answer-one-message")
@pytest.mark.parametrize("what", ["text", "image"])
async def test_an_instagram_message_whose_answer_was_lost_is_found_and_one(instagram_sends: Sending, what: str) -> None:
    more: Any = {"kind": "image", "attachments": (picture(1),)} if what == "image" else {}
    instagram_sends.fake.state.behaviours = [Behaviour(kind="cut_after")]
    answer = await instagram_sends.send(None if what == "image" else "Olá!", **more)
    assert [answer] == [Accepted(one.message_id) for one in instagram_sends.sent]


async def test_an_instagram_message_that_cannot_be_looked_up_is_not_sent_again(instagram_sends: Sending) -> None:
    instagram_sends.fake.state.behaviours = [Behaviour(kind="error", code=2, on="conversations")]
    assert isinstance(await instagram_sends.send("Olá!", uncertain=True), Uncertain)
    assert instagram_sends.sent == []


@pytest.mark.proves("messenger", "private-reply-person")
async def test_a_private_reply_tells_the_persons_id_and_a_second_one_is_refused_for_good(
    messenger_sends: Sending,
) -> None:
    comment = messenger_sends.fake.customers.comment(POST, AUTHOR["id"], AUTHOR["name"], "Preço?")
    private: Any = {"private_reply_to": comment.id, "recipient": f"comment:{comment.id}"}
    answer = await messenger_sends.send("R$ 30", **private)
    [sent] = messenger_sends.sent
    assert sent.body["recipient"] == {"comment_id": comment.id}
    assert answer.aliases == (sent.recipient,)
    assert sent.recipient != AUTHOR["id"]
    again = await messenger_sends.send("E mais", **private)
    assert isinstance(again, Refused)
    assert (again.failure, again.code, again.passes) == ("recipient", "10900", False)
    assert len(messenger_sends.sent) == 1


async def test_a_private_reply_to_a_comment_of_more_than_a_week_ago_is_refused_for_good(
    messenger_sends: Sending,
) -> None:
    comment = messenger_sends.fake.customers.comment(POST, AUTHOR["id"], AUTHOR["name"], "Preço?")
    comment.created -= timedelta(days=8)
    answer = await messenger_sends.send("R$ 30", private_reply_to=comment.id, recipient=f"comment:{comment.id}")
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code, answer.passes) == ("recipient", "10902", False)


async def test_a_private_reply_in_several_messages_is_refused_before_the_call(messenger_sends: Sending) -> None:
    answer = await messenger_sends.send("a " * 1500, private_reply_to="55_1", recipient="comment:55_1")
    assert isinstance(answer, Unsendable)
    assert messenger_sends.fake.state.calls == 0


@pytest.mark.proves("messenger", "windows-at-meta")
@pytest.mark.parametrize("hours", [2, 30, 192])
@pytest.mark.parametrize("who", ["attendant", "bot", "survey"])
async def test_meta_with_its_windows_takes_whatever_is_sent_and_what_it_would_refuse_is_never_asked(
    messenger_sends: Sending, hours: int, who: str
) -> None:
    fake, now = messenger_sends.fake, messenger_sends.clock.now()
    fake.state.rules.windows = True
    acted = now - timedelta(hours=hours)
    fake.state.talks[PAGE, ANA].acted = acted
    ends = timedelta(days=7) if who == "attendant" else timedelta(hours=24)
    answer = await messenger_sends.send(
        "Oi", free_until=acted + timedelta(hours=24), reply_until=acted + ends, by_person=who == "attendant"
    )
    if hours == 2 or (hours == 30 and who == "attendant"):
        assert isinstance(answer, Accepted)
        tag = messenger_sends.sent[0].body.get("tag")
        assert tag == (None if hours == 2 else "HUMAN_AGENT")
    else:
        assert isinstance(answer, Unsendable)
        assert (answer.failure, fake.state.calls) == ("window", 0)


@pytest.mark.parametrize("ends", [None, timedelta(days=7)])
async def test_a_machine_never_writes_with_the_tag_of_people_whatever_end_it_was_told(
    messenger_sends: Sending, ends: timedelta | None
) -> None:
    acted = messenger_sends.clock.now() - timedelta(hours=30)
    until = None if ends is None else acted + ends
    answer = await messenger_sends.send(
        "Oi", free_until=acted + timedelta(hours=24), reply_until=until, by_person=False
    )
    assert isinstance(answer, Unsendable)
    assert (answer.failure, messenger_sends.fake.state.calls) == ("window", 0)
