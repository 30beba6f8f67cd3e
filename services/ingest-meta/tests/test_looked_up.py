"""A comment or an Instagram message whose answer was lost is found again, or stays uncertain: never written twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from atd_channelkit.answers import Accepted, Uncertain
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.comments import CommentSender
from atd_ingest_meta.graph.lookups import Lookups
from atd_schemas.outbound import OutboundMessageData
from atd_testing.clock import FakeClock
from atd_testing.meta import Behaviour, FakeMeta, create_fake_meta

PAGE = "300100200300400"
POST = f"{PAGE}_5550001"
ANA = {"id": "7001112223334445", "name": "Ana Souza"}
LOST = Behaviour(kind="cut_after")


class Known:
    """The ids that calls were answered, in memory."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def remember(self, account_id: str, external_id: str, now: datetime) -> None:  # noqa: ARG002 - as SentIds
        self.ids.add(external_id)

    async def unknown(self, account_id: str, external_ids: Any) -> frozenset[str]:  # noqa: ARG002 - as SentIds
        return frozenset(external_ids) - self.ids


def _any(stand_in: Any) -> Any:
    return stand_in


class Commenting:
    """A page that comments, at a fake of Meta."""

    def __init__(self, graph_of: Callable[[FakeMeta], GraphApi], account: Account) -> None:
        self.fake = create_fake_meta()
        self.account = replace(account, access_token=type(account.access_token)(f"{PAGE}.token"))
        graph, in_memory, links = graph_of(self.fake), _any(Known()), _any(None)
        lookups = Lookups(graph, in_memory, FakeClock())
        self.sender = CommentSender(graph=graph, links=links, lookups=lookups)

    async def write(self, text: str, *, reply_to: str | None = None, since: datetime, uncertain: bool = False) -> Any:
        data = OutboundMessageData(
            account_id="a-1",
            channel="facebook",
            text=text,
            kind="text",
            recipient=ANA["id"],
            conversation_id="c-1",
            message_id="m-1",
            thread_id=POST,
            reply_to_external_id=reply_to,
        )
        return await self.sender.write(self.account, Send(data, "m-1", asked_at=since, uncertain=uncertain), data)

    def said(self, text: str, above: str = POST) -> str:
        """A customer's comment."""
        return self.fake.customers.comment(above, ANA["id"], ANA["name"], text).id

    @property
    def own(self) -> list[str]:
        """The page's own comments."""
        return [one.id for one in self.fake.state.comments.values() if one.author["id"] == PAGE]


@pytest.fixture
def commenting(graph_of: Callable[[FakeMeta], GraphApi], comments: Account) -> Commenting:
    return Commenting(graph_of, comments)


@pytest.mark.proves("facebook", "links-and-answers")
@pytest.mark.parametrize(
    "text", ["R$ 30", "Veja https://loja.example/verao", "Com quebra\n\nde linha ", "👍🏽"], ids=repr
)
@pytest.mark.parametrize("depth", [0, 1, 2], ids=["on the post", "answers a comment", "answers an answer"])
@pytest.mark.parametrize(
    "lost",
    [Behaviour(kind="error", code=20, subcode=1772107, accept=True), LOST],
    ids=["400 although created", "no answer"],
)
async def test_a_comment_that_was_created_without_an_answer_is_exactly_one(
    commenting: Commenting, text: str, depth: int, lost: Behaviour
) -> None:
    since, above = commenting.fake.state.now(), None
    for _ in range(depth):
        above = commenting.said("Quanto custa?", above or POST)
    commenting.fake.state.behaviours = [lost.model_copy()]
    answer = await commenting.write(text, reply_to=above, since=since)
    assert [answer] == [Accepted(one) for one in commenting.own]
    again = await commenting.write(text, reply_to=above, since=since, uncertain=True)
    assert isinstance(again, Accepted)
    assert len(commenting.own) == 2, "another send that says the same is another comment"


@pytest.mark.proves("facebook", "viral-post")
async def test_a_comment_below_a_viral_post_that_may_be_further_down_stays_uncertain_and_is_not_written_again(
    commenting: Commenting,
) -> None:
    since = commenting.fake.state.now()
    for number in range(150):
        commenting.said(f"eu quero {number}")
    assert isinstance(await commenting.write("R$ 30", since=since, uncertain=True), Uncertain)
    assert commenting.own == []


async def test_comments_of_before_the_command_do_not_keep_a_comment_from_being_written(commenting: Commenting) -> None:
    for number in range(150):
        commenting.said(f"eu quero {number}")
    for one in commenting.fake.state.comments.values():
        one.created -= timedelta(hours=1)
    answer = await commenting.write("R$ 30", since=commenting.fake.state.now(), uncertain=True)
    assert [answer] == [Accepted(one) for one in commenting.own]
