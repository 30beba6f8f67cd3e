"""Who may still answer, and how it goes out: by who writes, by the channel, and by when the customer did something."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

import pytest

from atd_conversation.domain.automation.acting import Scene
from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import outbound_command, reaction_command
from atd_conversation.domain.message_actions import react, retry
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.reply_window import Act
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundMessageData
from atd_schemas.outbound import OutboundMessageData
from atd_schemas.views import AutomaticRef, ContactRef
from atd_testing.inbound import NOON, customer_message

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATTENDANT = Actor(type="attendant", id="bia", name="Bia")
BOT = Actor(type="bot", id="b1", name="Robô")
SURVEY = Actor(type="system")
WHO = {"attendant": ATTENDANT, "bot": BOT, "survey": SURVEY}
AGES = {"2 h": 2 * HOUR, "30 h": 30 * HOUR, "8 days": 8 * DAY}
META, WHATSAPP, ENDLESS = ("messenger", "instagram"), ("whatsapp",), ("telegram", "facebook")


def conversation_on(kind: str, *, written: bool = True) -> Conversation:
    data: InboundMessageData = customer_message("t1", "a1", "x1").data.model_copy(update={"channel": kind})
    rules = CHANNEL_RULES[kind]
    contact = ContactRef(id="k1", name="Ana")
    conversation, _ = Conversation.open("c1", 1, "t1", contact, data, NOON, reply_window=rules.reply_window)
    if written:
        conversation.receive("m1", data, occurred_at=NOON, now=NOON, reply_window=rules.reply_window)
    return conversation


def said_by(who: str, conversation: Conversation, now: datetime) -> OutboundMessageData:
    """What the channel service is told, when this one answers now. Raises `Refusal`."""
    rules = CHANNEL_RULES[conversation.channel.kind]
    if who == "survey":
        scene = Scene(conversation, Automation(), rules, now, "e1")
        if not scene.window_is_open:
            raise Refusal("window_closed", "no time")
        change = conversation.send_automatic(
            "s1", why=AutomaticRef(kind="rating_request"), text="Como foi?", content=None, now=now
        )
    else:
        (change,) = conversation.send("s1", actor=WHO[who], text="Olá", now=now, reply_window=rules.reply_window)
    assert change.message is not None
    return outbound_command(conversation, change.message, now=now, causation_id="r1", reply_to_external_id=None).data


class Case(NamedTuple):
    who: str
    age: str
    kinds: tuple[str, ...]
    goes: bool


TABLE = [
    *(Case(who, "2 h", (*META, *WHATSAPP, *ENDLESS), goes=True) for who in WHO),
    *(Case(who, age, ENDLESS, goes=True) for who in WHO for age in ("30 h", "8 days")),
    *(Case(who, age, WHATSAPP, goes=False) for who in WHO for age in ("30 h", "8 days")),
    Case("attendant", "30 h", META, goes=True),
    Case("bot", "30 h", META, goes=False),
    Case("survey", "30 h", META, goes=False),
    *(Case(who, "8 days", META, goes=False) for who in WHO),
]
ROWS = [
    pytest.param(*case[:2], kind, case.goes, id=f"{case.who}-{case.age}-{kind}")
    for case in TABLE
    for kind in case.kinds
]


def test_the_table_has_every_age_author_and_channel_once() -> None:
    cells = [(who, age, kind) for who, age, kinds, _ in TABLE for kind in kinds]
    assert sorted(cells) == sorted((who, age, kind) for who in WHO for age in AGES for kind in CHANNEL_RULES)


@pytest.mark.parametrize(("who", "age", "kind", "goes"), ROWS)
def test_who_may_answer_how_long_after_the_customers_last_act(who: str, age: str, kind: str, *, goes: bool) -> None:
    conversation, now = conversation_on(kind), NOON + AGES[age]
    if not goes:
        with pytest.raises(Refusal) as refused:
            said_by(who, conversation, now)
        assert refused.value.code == "window_closed"
        return
    told = said_by(who, conversation, now)
    assert told.by_person is (who == "attendant")
    assert told.reply_until is None or now <= told.reply_until


@pytest.mark.parametrize("kind", META)
def test_a_person_is_told_apart_from_a_rule_by_what_the_channel_service_gets(kind: str) -> None:
    by_person = said_by("attendant", conversation_on(kind), NOON + HOUR)
    assert (by_person.free_until, by_person.reply_until) == (NOON + DAY, NOON + 7 * DAY)
    for who in ("bot", "survey"):
        by_rule = said_by(who, conversation_on(kind), NOON + HOUR)
        assert (by_rule.free_until, by_rule.reply_until) == (NOON + DAY, NOON + DAY)


@pytest.mark.parametrize("kind", META)
def test_readers_see_until_when_a_person_may_answer_and_until_when_a_rule(kind: str) -> None:
    view = conversation_on(kind).view()
    assert (view.free_until, view.reply_window_expires_at) == (NOON + DAY, NOON + 7 * DAY)
    never = conversation_on(kind, written=False).view()
    assert never.free_until == never.reply_window_expires_at == NOON
    assert conversation_on("whatsapp").view().free_until is None


def test_a_refusal_says_what_helps() -> None:
    def detail(kind: str, who: str, age: timedelta) -> str:
        with pytest.raises(Refusal) as refused:
            said_by(who, conversation_on(kind), NOON + age)
        return refused.value.detail

    assert "Only a person may answer" in detail("messenger", "bot", 30 * HOUR)
    assert "until the customer writes again" in detail("messenger", "attendant", 8 * DAY)
    assert "template" not in detail("messenger", "attendant", 8 * DAY)
    assert "only templates" in detail("whatsapp", "attendant", 30 * HOUR)


@pytest.mark.parametrize("kind", CHANNEL_RULES)
@pytest.mark.parametrize("act", get_args(Act))
def test_every_act_of_the_customer_opens_the_window_where_the_provider_counts_it(kind: str, act: Any) -> None:
    conversation, now = conversation_on(kind), NOON + 10 * DAY
    window = CHANNEL_RULES[kind].reply_window
    if act == "message":
        conversation.receive(
            "m2", customer_message("t1", "a1", "x2").data, occurred_at=now, now=now, reply_window=window
        )
        opened = window is not None
    else:
        opened = bool(conversation.hear_of(act, occurred_at=now, now=now, reply_window=window))
    assert opened is (window is not None and (act == "message" or kind in META))
    assert (conversation.window_end(by_person=True) == (window and window.end(now).person)) is (
        opened or window is None
    )


def test_an_act_that_comes_late_or_from_a_blocked_customer_opens_nothing() -> None:
    conversation, window = conversation_on("messenger"), CHANNEL_RULES["messenger"].reply_window
    assert conversation.hear_of("reaction", occurred_at=NOON - HOUR, now=NOON, reply_window=window) == []
    conversation.contact = ContactRef(id="k1", name="Ana", blocked=True)
    assert conversation.hear_of("reaction", occurred_at=NOON + HOUR, now=NOON + HOUR, reply_window=window) == []


def test_the_provider_clock_ahead_gives_no_more_time() -> None:
    conversation, window = conversation_on("messenger"), CHANNEL_RULES["messenger"].reply_window
    (change,) = conversation.hear_of("reaction", occurred_at=NOON + DAY, now=NOON + HOUR, reply_window=window)
    assert change.changed == ("reply_window_expires_at", "free_until")
    assert conversation.free_until == NOON + HOUR + DAY


@pytest.mark.parametrize(("who", "goes"), [("attendant", True), ("bot", False)])
def test_trying_again_counts_as_written_by_whoever_wrote_it(who: str, *, goes: bool) -> None:
    conversation, rules = conversation_on("messenger"), CHANNEL_RULES["messenger"]
    (sent,) = conversation.send("s1", actor=WHO[who], text="Olá", now=NOON, reply_window=rules.reply_window)
    assert sent.message is not None
    sent.message.status = "failed"
    if goes:
        assert retry(conversation, sent.message, rules, NOON + 30 * HOUR)
        return
    with pytest.raises(Refusal) as refused:
        retry(conversation, sent.message, rules, NOON + 30 * HOUR)
    assert refused.value.code == "window_closed"


def test_a_reaction_is_no_message_of_a_person() -> None:
    """It carries no tag, so that it ends with the first of the two ends."""
    conversation = conversation_on("messenger")
    (sent,) = conversation.send(
        "s1", actor=ATTENDANT, text="Olá", now=NOON, reply_window=CHANNEL_RULES["messenger"].reply_window
    )
    assert sent.message is not None
    sent.message.external_id = "m_1"
    command = reaction_command(conversation, sent.message, "❤", actor=ATTENDANT, now=NOON, causation_id="r1")
    assert command.data.reply_until == NOON + DAY
    with pytest.raises(Refusal) as refused:
        react(conversation, sent.message, "❤", CHANNEL_RULES["messenger"], ATTENDANT, NOON + 30 * HOUR)
    assert refused.value.code == "window_closed"
    assert "a message can still be sent" in refused.value.detail
