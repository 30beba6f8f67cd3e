"""What public comments open, and what is filed."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.domain.automation.acting import Scene, after_status, ask_by_hand
from atd_conversation.domain.automation.policies import Automation, RatingPolicy
from atd_conversation.domain.automation.rules import AutomaticReply
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.contact_record import Block
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.public_comments import CommentPolicy, OpeningRule
from atd_conversation.domain.refusals import Refusal
from atd_schemas.outbound import OutboundMessage
from atd_schemas.topics import OUTBOUND_BY_CHANNEL
from atd_testing.inbound import NOON, phone_message

from .test_strands import comment, post, thread_of
from .world import BIA, HOUR, A, T, World, told, types


def company(mode: Literal["all", "questions", "words", "none"] = "all", most: int = 50, **more: Any) -> World:
    """What a company has decided of public comments."""
    return World(automation=Automation(comments=CommentPolicy(OpeningRule(mode, max_per_hour=most)), **more))


def state(conversation: Conversation) -> tuple[Any, ...]:
    return (conversation.status, conversation.unread_count, conversation.waiting_since)


FILED = ("closed", 0, None)


def test_what_opens_nothing_is_filed_with_its_customer_and_its_text() -> None:
    world = company("questions")
    unit = world.batch(comment("c1", thread=post(), text="lindo!"))
    assert types(unit) == ["contact.created", "conversation.closed", "message.received"]
    filed = world.conversation()
    assert (state(filed), filed.filed, filed.current) == (FILED, True, True)
    assert filed.last_message is not None
    assert [m.text for m in world.messages.values()] == ["lindo!"]


def test_every_event_of_what_is_filed_says_that_nobody_has_to_look() -> None:
    """Clients ring for conversations that are not closed."""
    world = company("none")
    for number in (1, 2):
        events = told(world.batch(comment(f"c{number}", thread=post(), text="lindo!")))
        about = [event.data.conversation_state for event in events if event.type == "message.received"]
        assert [(one.unread_count, one.waiting_since) for one in about] == [FILED[1:]]
        assert [event.data.conversation.status for event in events if event.type.startswith("conversation.")] in (
            ["closed"],
            [],
        )
        assert not [event.type for event in events if event.type in ("conversation.opened", "conversation.reopened")]


def test_the_person_who_writes_again_and_asks_opens_what_was_filed() -> None:
    world = company("questions")
    world.batch(comment("c1", thread=post(), text="lindo!"))
    world.batch(comment("c2", thread=post(), text="que lindo", occurred_at=NOON + 30 * HOUR))
    assert (len(world.conversations), state(world.conversation())) == (1, FILED)
    unit = world.batch(comment("c3", thread=post(), text="tem no 38?", occurred_at=NOON + 60 * HOUR))
    assert types(unit) == ["conversation.reopened", "message.received"]
    assert state(world.conversation()) == ("queued", 1, NOON + 60 * HOUR)
    world.batch(comment("c4", thread=post(), text="lindo!", occurred_at=NOON + 61 * HOUR))
    assert world.conversation().unread_count == 2, "what is open takes everything"


def test_what_was_filed_is_opened_by_hand_and_waits_for_what_comes_then() -> None:
    world = company("none")
    world.batch(comment("c1", thread=post()))
    filed = world.conversation()
    world.tell(filed, filed.reopen(NOON))
    assert (filed.status, filed.filed) == ("queued", False)
    world.batch(comment("c2", thread=post()))
    assert state(world.conversation())[:2] == ("queued", 1)


def test_a_closed_public_conversation_is_reopened_by_what_matches_alone_and_by_answers_to_the_company() -> None:
    world = company("questions")
    world.batch(comment("c1", thread=post(), text="quanto custa?"))
    values = {"customer": "ana", "channel": "facebook", "thread": post()}
    world.batch(phone_message(T, A, "p1", reply_to_external_id="c1", **values))
    world.close(world.conversation())
    world.batch(comment("c2", thread=post(), text="lindo", occurred_at=NOON + HOUR))
    assert state(world.conversation()) == FILED
    world.batch(comment("c3", thread=post(), text="obrigado", reply_to_external_id="p1", occurred_at=NOON + HOUR))
    assert state(world.conversation())[:2] == ("queued", 1)


def test_what_the_page_writes_itself_opens_nothing() -> None:
    world = company()
    world.batch(phone_message(T, A, "p1", customer="ana", channel="facebook", thread=post()))
    assert state(world.conversation()) == FILED


def test_private_messages_and_topics_open_whatever_the_rule_says() -> None:
    world = company("none")
    world.batch(comment("m1"), comment("m2", thread=post(public=False)))
    assert {c.status for c in world.conversations.values()} == {"queued"}


def test_a_blocked_customers_comment_is_counted_for_nothing() -> None:
    world = company(most=1)
    world.batch(comment("m1", "rui"))
    (contact,) = world.contacts.values()
    contact.set_block(Block(at=NOON))
    world.batch(comment("c1", "rui", thread=post()))
    world.batch(comment("c2", "ana", thread=post()))
    assert thread_of(world, "c1").status == "closed"
    assert thread_of(world, "c2").status == "queued"


@given(
    posts=st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 5), st.integers(0, 150)), min_size=1, max_size=60),
    most=st.integers(1, 3),
    size=st.integers(1, 7),
)
@settings(max_examples=40, deadline=None)
def test_a_post_never_opens_more_than_it_may_and_nothing_is_lost(
    posts: list[tuple[str, int, int]], most: int, size: int
) -> None:
    world = company(most=most)
    written = sorted(posts, key=lambda one: one[2])
    opened: list[tuple[str, Any]] = []
    for start in range(0, len(written), size):
        events = [
            comment(f"c{start + n}", f"p{who}", thread=post(which), occurred_at=NOON + timedelta(minutes=minute))
            for n, (which, who, minute) in enumerate(written[start : start + size])
        ]
        unit = world.batch(*events)
        now = max(event.occurred_at for event in events)
        threads = {c.id: c.thread_id or "" for c in world.conversations.values()}
        opened += [
            (threads[event.subject], now)
            for event in told(unit)
            if event.type in ("conversation.opened", "conversation.reopened")
        ]
    assert len(world.messages) == len(posts)
    assert len(world.contacts) == len({who for _, who, _ in posts})
    for which, moment in opened:
        within = [one for post_id, one in opened if post_id == which and moment <= one < moment + HOUR]
        assert len(within) <= most
    for conversation in world.conversations.values():
        assert conversation.status == "queued" or state(conversation) == FILED


def answers(unit: Any) -> list[OutboundMessage]:
    topic = OUTBOUND_BY_CHANNEL["facebook"]
    return [one.event for one in unit.outgoing if one.topic == topic and isinstance(one.event, OutboundMessage)]


@pytest.mark.parametrize(("channels", "said"), [((), False), (("whatsapp",), False), (("facebook", "whatsapp"), True)])
def test_only_a_rule_that_names_the_channel_answers_in_public_and_below_the_comment(channels: Any, said: bool) -> None:
    rule = AutomaticReply(id="r1", name="Fora", trigger="new_conversation", text="Oi", channels=channels)
    world = company(replies=(rule,))
    sent = answers(world.batch(comment("c1", thread=post())))
    assert [(one.data.reply_to_external_id, one.data.thread_id) for one in sent] == ([("c1", "p1")] if said else [])


def test_what_is_filed_is_answered_by_no_rule() -> None:
    rule = AutomaticReply(id="r1", name="Fora", trigger="new_conversation", text="Oi", channels=frozenset({"facebook"}))
    assert answers(company("none", replies=(rule,)).batch(comment("c1", thread=post()))) == []


def test_nobody_is_asked_for_a_rating_in_public_and_no_comment_is_one() -> None:
    world = company(ratings=RatingPolicy(enabled=True))
    world.batch(comment("c1", thread=post()))
    conversation = world.conversation()
    conversation.close(NOON)
    scene = Scene(conversation, world.automation[T], CHANNEL_RULES["facebook"], NOON, "r")
    assert list(after_status(scene, "queued", BIA)) == []
    with pytest.raises(Refusal, match="in public"):
        ask_by_hand(scene, BIA)
