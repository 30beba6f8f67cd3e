"""What customers' messages lead to without a person: automatic replies, the protocol number, ratings."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from atd_conversation.domain.automation.acting import Scene, after_status, ask_by_hand
from atd_conversation.domain.automation.policies import FILE_TEXTS, Automation, FilePolicy, RatingPolicy
from atd_conversation.domain.automation.rules import AutomaticReply
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import conversation_event
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import AnswerContent, Row
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import InboundAttachment, InboundMessage, SendFailure
from atd_schemas.views import AutomaticRef, Named
from atd_testing.inbound import NOON, customer_message, file_fetched, phone_message, reachable

from .world import BIA, HOUR, A, B, T, World, asked, told, types

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def rule(trigger: Any, text: str = "Olá, {{contact.first_name}}", **more: Any) -> AutomaticReply:
    return AutomaticReply(**{"id": trigger, "name": trigger, "trigger": trigger, "text": text, **more})


def world_with(*rules: AutomaticReply, **policy: Any) -> World:
    return World(automation=Automation(replies=rules, ratings=RatingPolicy(enabled=True, **policy)))


def close(world: World, conversation: Conversation, now: datetime = NOON, *, blocked: bool = False) -> list[Any]:
    """As the command does it: close, and all that follows; the effects."""
    before = conversation.status
    world.tell(conversation, conversation.close(now))
    effects = []
    for effect in after_status(_scene(world, conversation, now, blocked=blocked), before, BIA):
        message = effect.change.message
        event = conversation_event(conversation, effect.change, actor=SYSTEM, now=now, causation_id=None)
        world.events.append(event)
        if message is not None:
            world.messages[message.id] = message
        if effect.command is not None:
            world.commands.append(effect.command)
        effects.append(effect)
    return effects


def _scene(world: World, conversation: Conversation, now: datetime = NOON, *, blocked: bool = False) -> Scene:
    return Scene(
        conversation=conversation,
        automation=world.automation.get(T, Automation()),
        rules=CHANNEL_RULES["whatsapp"],
        now=now,
        cause="request",
        blocked=blocked,
    )


def texts(unit: Any) -> list[str | None]:
    return [command.data.text for command in asked(unit) if command.type == "outbound.message"]


# --- automatic replies


def test_a_first_message_is_greeted_by_name_and_changes_nothing_for_people() -> None:
    world = world_with(rule("new_conversation"))
    unit = world.batch(customer_message(T, A, "w1"))
    assert texts(unit) == ["Olá, Ana"]
    assert types(unit) == ["contact.created", "conversation.opened", "message.received", "message.sent"]
    sent = told(unit)[-1]
    assert (sent.actor.type, sent.data.message.author.type, sent.data.message.status) == (
        "system",
        "system",
        "pending",
    )
    assert sent.data.message.automatic.model_dump() == {
        "kind": "reply",
        "rule_id": "new_conversation",
        "rule_name": "new_conversation",
    }
    conversation = world.conversation()
    assert (conversation.unread_count, conversation.waiting_since) == (1, NOON)
    assert (conversation.first_response_at, conversation.status) == (None, "queued")


def test_a_redelivered_batch_says_nothing_again() -> None:
    world = world_with(rule("new_conversation"))
    batch = [customer_message(T, A, "w1"), customer_message(T, A, "w2", text="horário")]
    assert texts(world.batch(*batch)) == ["Olá, Ana"]
    assert world.batch(*batch).outgoing == []


def test_a_message_that_comes_twice_in_a_batch_is_answered_once() -> None:
    first = customer_message(T, A, "w1", text="protocolo")
    assert texts(World().batch(first, first)) == ["O protocolo desta conversa é 1."]


def test_a_new_contact_is_somebody_who_has_never_written_anywhere() -> None:
    world = world_with(rule("new_contact"))
    assert texts(world.batch(customer_message(T, A, "w1"))) == ["Olá, Ana"]
    assert texts(world.batch(customer_message(T, B, "w2", occurred_at=NOON + DAY))) == []


def test_reopening_is_no_new_conversation_and_queues_again() -> None:
    world = world_with(rule("new_conversation"), rule("queued", "Na fila"))
    assert texts(world.batch(customer_message(T, A, "w1"))) == ["Olá, Ana", "Na fila"]
    world.send(world.conversation(), "m-bia")
    world.close(world.conversation())
    assert texts(world.batch(customer_message(T, A, "w2", occurred_at=NOON + HOUR))) == ["Na fila"]
    assert texts(world.batch(customer_message(T, A, "w3", occurred_at=NOON + 2 * HOUR, text="mais uma"))) == []


def test_the_protocol_number_is_told_on_request_by_default() -> None:
    unit = World().batch(customer_message(T, A, "w1", text="Qual o número do PROTOCOLO?"))
    assert texts(unit) == ["O protocolo desta conversa é 1."]
    assert told(unit)[-1].data.message.automatic.kind == "protocol"


@pytest.mark.parametrize("text", ["protocolar", "protocolos", "oi", None])
def test_other_words_are_no_request_for_it(text: str | None) -> None:
    assert texts(World().batch(customer_message(T, A, "w1", text=text))) == []


def test_the_companys_phone_is_not_answered() -> None:
    world = world_with(rule("new_conversation"), rule("keyword", words=("oi",)))
    assert texts(world.batch(phone_message(T, A, "w1", text="oi, protocolo"))) == []


def test_nothing_is_sent_when_the_window_has_closed() -> None:
    late = customer_message(T, A, "w1", text="protocolo")
    assert texts(World().batch(late, now=NOON + 25 * HOUR)) == []


def test_sixty_messages_of_one_second_are_answered_at_most_twice() -> None:
    batch = [customer_message(T, A, f"w{n}", text=f"protocolo {n}") for n in range(60)]
    world = World()
    assert len(texts(world.batch(*batch))) == 2
    assert world.conversation().unread_count == 60


def robot(world: World, *, pause: timedelta, text: str, turns: int, closes: bool = False) -> int:
    """How often the product speaks to a machine which answers everything after `pause`."""
    now, said = NOON, 0
    for turn in range(turns):
        now += pause
        unit = world.batch(customer_message(T, A, f"robot{turn}", text=text.format(turn), occurred_at=now))
        said += len(texts(unit))
        if closes:
            conversation = next(each for each in world.conversations.values() if each.current)
            said += sum(effect.command is not None for effect in close(world, conversation, now))
    return said


def test_another_machine_whose_answers_open_a_conversation_each_time_is_stopped() -> None:
    world = World(automation=Automation(replies=(rule("new_conversation"), rule("queued", "Na fila"))))
    assert robot(world, pause=2 * DAY, text="Recebemos a sua mensagem", turns=12, closes=True) == 2
    assert len(world.conversations) == 12
    stopped = [m for m in world.messages.values() if getattr(m.content, "type", "") == "automatic_replies_stopped"]
    assert [(m.direction, m.text) for m in stopped] == [("system", None)]


def test_the_closing_message_and_the_rating_are_part_of_a_loop() -> None:
    world = world_with(rule("closed", "Encerramos"), rule("new_conversation"))
    robot(world, pause=2 * DAY, text="Recebemos a sua mensagem", turns=12, closes=True)
    assert sum(command.type == "outbound.message" for command in world.commands) <= 4


def test_a_fast_machine_is_stopped_and_a_person_goes_on() -> None:
    world = world_with(rule("keyword", "Das 8 às 18", words=("horário",)))
    assert robot(world, pause=SECOND, text="seu horário {} foi anotado", turns=20) == 2
    person = customer_message(T, A, "p1", text="Qual o horário de vocês?", occurred_at=NOON + HOUR)
    assert texts(world.batch(person)) == ["Das 8 às 18"]


def test_an_attendants_word_lets_a_rule_speak_again() -> None:
    world = world_with(rule("keyword", "Das 8 às 18", words=("horário",)))
    assert robot(world, pause=HOUR, text="horário", turns=5) == 2
    world.send(world.conversation(), "m-bia")
    again = customer_message(T, A, "again", text="horário", occurred_at=NOON + 6 * HOUR)
    assert texts(world.batch(again)) == ["Das 8 às 18"]


def test_at_most_once_in_its_period_over_closed_conversations_too() -> None:
    world = world_with(rule("new_conversation", period=3 * DAY))
    assert texts(world.batch(customer_message(T, A, "w1"))) == ["Olá, Ana"]
    world.send(world.conversation(), "m-bia")
    world.close(world.conversation())
    unit = world.batch(customer_message(T, A, "w2", text="outra vez", occurred_at=NOON + 2 * DAY))
    assert (texts(unit), len(world.conversations)) == ([], 2)
    world.close(next(each for each in world.conversations.values() if each.current))
    assert texts(world.batch(customer_message(T, A, "w3", text="e agora", occurred_at=NOON + 4 * DAY))) == ["Olá, Ana"]


# --- ratings


@pytest.fixture
def rated() -> World:
    """Bia has closed Ana's conversation, and Ana is asked."""
    world = world_with()
    world.batch(customer_message(T, A, "w1"))
    world.tell(world.conversation(), world.conversation().assign(Named(id="bia", name="Bia"), NOON))
    world.send(world.conversation(), "m-bia")
    close(world, world.conversation())
    return world


def test_closing_asks_by_a_list_where_the_channel_has_one(rated: World) -> None:
    conversation, command = rated.conversation(), rated.commands[-1]
    request = conversation.rating_request
    assert request is not None
    assert (request.attendant, request.asked_by, request.expires_at) == (
        Named(id="bia", name="Bia"),
        "closing",
        NOON + 24 * HOUR,
    )
    assert next(row.id for row in command.data.content.sections[0].rows) == f"rating:{request.id}:5"
    assert [event.type for event in rated.events[-3:]] == ["conversation.closed", "rating.requested", "message.sent"]
    assert rated.events[-2].data.conversation.rating_request.attendant.id == "bia"
    assert (conversation.status, conversation.waiting_since, conversation.unread_count) == ("closed", None, 0)


def tap(world: World, name: str, value: int, at: datetime, **more: Any) -> Any:
    request = world.conversation().rating_request
    assert request is not None
    reply = Row(id=f"rating:{request.id}:{value}", title=str(value))
    return world.batch(
        customer_message(
            T, A, name, kind="interactive", text=None, content=AnswerContent(reply=reply), occurred_at=at, **more
        )
    )


@pytest.mark.parametrize("by", ["tap", "number"])
def test_an_answer_rates_and_reopens_nothing(rated: World, by: str) -> None:
    at = NOON + 2 * HOUR
    unit = (
        tap(rated, "r1", 4, at) if by == "tap" else rated.batch(customer_message(T, A, "r1", text="4", occurred_at=at))
    )
    assert types(unit) == ["message.received", "conversation.rated", "message.sent"]
    event = told(unit)[1]
    assert (event.actor.type, event.data.changed) == ("contact", ("rating", "rating_details"))
    assert (event.data.conversation.rating, event.data.conversation.rating_details.attendant.id) == (4, "bia")
    assert texts(unit) == ["Obrigado pela sua avaliação."]
    conversation = rated.conversation()
    assert (conversation.status, conversation.unread_count, conversation.waiting_since) == ("closed", 0, None)


def test_the_rating_is_of_whoever_closed_whatever_happens_after(rated: World) -> None:
    conversation = rated.conversation()
    rated.tell(conversation, conversation.reopen(NOON))
    rated.tell(conversation, conversation.assign(None, NOON))
    rated.tell(conversation, conversation.assign(Named(id="caio", name="Caio"), NOON))
    unit = tap(rated, "r1", 5, NOON + 2 * HOUR)
    (event,) = [event for event in told(unit) if event.type == "conversation.rated"]
    assert event.data.conversation.rating_details.attendant.id == "bia"
    assert event.data.conversation.assignee.id == "caio"
    assert rated.conversation().status == "open"


def test_what_is_no_rating_reopens_and_a_number_after_it_still_rates(rated: World) -> None:
    unit = rated.batch(customer_message(T, A, "r1", text="Faltou uma coisa", occurred_at=NOON + HOUR))
    assert "conversation.reopened" in types(unit)
    assert rated.conversation().unread_count == 1
    rated.batch(customer_message(T, A, "r2", text="5", occurred_at=NOON + HOUR + MINUTE))
    assert rated.conversation().view().rating == 5
    assert rated.conversation().unread_count == 1


def test_a_number_is_no_rating_once_an_attendant_has_written(rated: World) -> None:
    rated.batch(customer_message(T, A, "r1", text="Faltou uma coisa", occurred_at=NOON + HOUR))
    rated.send(rated.conversation(), "m-bia-2")
    rated.batch(customer_message(T, A, "r2", text="5", occurred_at=NOON + 2 * HOUR))
    assert rated.conversation().view().rating is None
    assert rated.conversation().unread_count == 1


def test_it_expires(rated: World) -> None:
    unit = rated.batch(customer_message(T, A, "r1", text="5", occurred_at=NOON + 24 * HOUR + MINUTE))
    assert "conversation.rated" not in types(unit)
    assert "conversation.opened" in types(unit)


def test_a_second_answer_corrects_for_ten_minutes(rated: World) -> None:
    tap(rated, "r1", 2, NOON + HOUR)
    unit = tap(rated, "r2", 5, NOON + HOUR + 10 * MINUTE)
    assert types(unit) == ["message.received", "conversation.rated"]
    assert (rated.conversation().view().rating, rated.conversation().status) == (5, "closed")
    unit = tap(rated, "r3", 1, NOON + 2 * HOUR)
    assert "conversation.rated" not in types(unit)
    assert (rated.conversation().view().rating, rated.conversation().status) == (
        5,
        "queued" if not rated.conversation().assignee else "open",
    )


def test_a_rating_by_a_tap_finds_an_older_conversation() -> None:
    world = world_with(expires_after=5 * DAY)
    world.batch(customer_message(T, A, "w1"))
    first = world.conversation()
    close(world, first)
    question = first.rating_request
    assert question is not None
    world.messages[question.message_id].external_id = "wamid.question"
    world.batch(customer_message(T, A, "w2", text="outro assunto", occurred_at=NOON + 2 * DAY))
    reply = Row(id=f"rating:{question.id}:3", title="3")
    world.batch(
        customer_message(
            T,
            A,
            "r1",
            kind="interactive",
            text=None,
            content=AnswerContent(reply=reply),
            reply_to_external_id="wamid.question",
            occurred_at=NOON + 2 * DAY + HOUR,
        )
    )
    assert world.conversations[first.id].view().rating == 3
    assert len(world.conversations) == 2


def test_a_comment_that_was_asked_for_belongs_to_the_rating() -> None:
    world = world_with(ask_comment=True)
    world.batch(customer_message(T, A, "w1"))
    close(world, world.conversation())
    unit = world.batch(customer_message(T, A, "r1", text="2", occurred_at=NOON + HOUR))
    assert texts(unit) == ["Obrigado pela sua avaliação. Quer contar o motivo? Responda aqui."]
    unit = world.batch(customer_message(T, A, "r2", text="Demorou demais", occurred_at=NOON + HOUR + MINUTE))
    assert types(unit) == ["message.received", "conversation.rated"]
    details = world.conversation().view().rating_details
    assert details is not None
    assert (details.value, details.comment, world.conversation().status) == (2, "Demorou demais", "closed")
    unit = world.batch(customer_message(T, A, "r3", text="E o meu pedido?", occurred_at=NOON + HOUR + 2 * MINUTE))
    assert "conversation.reopened" in types(unit)


def test_a_question_is_no_comment() -> None:
    world = world_with(ask_comment=True)
    world.batch(customer_message(T, A, "w1"))
    close(world, world.conversation())
    world.batch(customer_message(T, A, "r1", text="2", occurred_at=NOON + HOUR))
    unit = world.batch(customer_message(T, A, "r2", text="E o meu pedido?", occurred_at=NOON + HOUR + MINUTE))
    assert "conversation.reopened" in types(unit)


@pytest.mark.parametrize(
    ("blocked", "now", "reason"), [(True, NOON, "blocked"), (False, NOON + 25 * HOUR, "window_closed")]
)
def test_who_is_not_asked_and_why_is_said(blocked: bool, now: datetime, reason: str) -> None:
    world = world_with()
    world.batch(customer_message(T, A, "w1"))
    (effect,) = close(world, world.conversation(), now, blocked=blocked)
    assert effect.command is None
    assert effect.change.message is not None
    assert effect.change.message.content.model_dump() == {"type": "rating_not_asked", "reason": reason}
    assert world.conversation().rating_request is None


@pytest.mark.parametrize(
    ("before", "after", "said"), [("open", "queued", []), ("open", "closed", [("rating_not_asked", "unreachable")])]
)
def test_who_cannot_be_reached_gets_nothing_that_can_only_fail(
    before: Any, after: Any, said: list[tuple[str, str]]
) -> None:
    world = world_with(rule("queued", "Na fila"), rule("closed", "Até logo"))
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked", occurred_at=NOON + MINUTE))
    conversation = world.conversation()
    conversation.status = after
    effects = list(after_status(_scene(world, conversation), before, BIA))
    assert all(one.command is None for one in effects)
    contents = [one.change.message.content.model_dump() for one in effects if one.change.message]
    assert [(one["type"], one["reason"]) for one in contents] == said


def test_who_comes_back_is_answered_again() -> None:
    world = world_with(rule("keyword", "Oi de novo", words=("voltei",)))
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked", occurred_at=NOON + MINUTE))
    unit = world.batch(customer_message(T, A, "w2", text="voltei", occurred_at=NOON + HOUR))
    assert texts(unit) == ["Oi de novo"]


def test_an_attendant_cannot_ask_who_cannot_be_reached_for_a_rating() -> None:
    world = world_with()
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked", occurred_at=NOON + MINUTE))
    close(world, world.conversation())
    with pytest.raises(Refusal) as refused:
        list(ask_by_hand(_scene(world, world.conversation()), BIA))
    assert refused.value.code == "contact_unreachable"


def test_a_closing_that_was_taken_back_at_once_asks_once(rated: World) -> None:
    rated.tell(rated.conversation(), rated.conversation().reopen(NOON))
    assert close(rated, rated.conversation()) == []


def test_a_later_closing_asks_again_for_itself(rated: World) -> None:
    rated.batch(customer_message(T, A, "r1", text="5", occurred_at=NOON + HOUR))
    rated.batch(customer_message(T, A, "w2", text="Mais uma coisa", occurred_at=NOON + 2 * HOUR))
    conversation = rated.conversation()
    rated.tell(conversation, conversation.assign(Named(id="caio", name="Caio"), NOON))
    close(rated, conversation, NOON + 3 * HOUR)
    assert conversation.rating_request is not None
    assert conversation.rating_request.attendant == Named(id="caio", name="Caio")
    assert conversation.view().rating == 5


def test_with_ratings_off_nobody_is_asked() -> None:
    world = World()
    world.batch(customer_message(T, A, "w1"))
    assert close(world, world.conversation()) == []


# --- a file that the channel does not hand over


def video(number: int, at: datetime = NOON, *, too_large: bool = True, channel: str = "telegram") -> InboundMessage:
    """A video of a customer, with words below it."""
    told = customer_message(T, A, f"55:{number}", text="Veja o vídeo", at=at)
    file = InboundAttachment(
        id=f"f{number}", provider_id=f"p{number}", mime_type="video/mp4", unavailable="too_large" if too_large else None
    )
    data = told.data.model_copy(update={"channel": channel, "kind": "video", "attachments": (file,)})
    return told.model_copy(update={"data": data})


def test_a_customer_is_told_that_a_file_is_too_large_and_what_the_limit_is() -> None:
    world = World(automation=Automation())
    (said,) = texts(world.batch(video(1)))
    assert said is not None
    assert "(20 MB)" in said
    message = world.conversation().last_message
    assert message is not None
    assert world.messages[message.id].automatic == AutomaticRef(
        kind="file_too_large", rule_id="file-too-large", rule_name="file-too-large"
    )


def test_of_files_that_are_too_large_a_customer_is_told_once_an_hour() -> None:
    world = World(automation=Automation())
    assert len(texts(world.batch(video(1), video(2)))) == 1
    assert texts(world.batch(video(3, NOON + 30 * MINUTE), now=NOON + 30 * MINUTE)) == []
    assert len(texts(world.batch(video(4, NOON + 61 * MINUTE), now=NOON + 61 * MINUTE))) == 1


@pytest.mark.parametrize("language", FILE_TEXTS)
def test_a_company_can_choose_the_language_its_own_words_or_silence(language: Any) -> None:
    def said(policy: FilePolicy) -> list[str | None]:
        return texts(World(automation=Automation(files=policy)).batch(video(1)))

    (plain,) = said(FilePolicy(language=language))
    assert plain == FILE_TEXTS[language].partition("{{")[0] + "20 MB" + FILE_TEXTS[language].partition("}}")[2]
    assert said(FilePolicy(language=language, text="Mande menor, {{contact.first_name}}")) == ["Mande menor, Ana"]
    assert said(FilePolicy(enabled=False)) == []


def test_nothing_is_said_of_a_file_that_can_be_fetched_nor_where_nobody_may_be_written_to() -> None:
    assert texts(World(automation=Automation()).batch(video(1, too_large=False))) == []
    late = NOON + 25 * HOUR
    assert texts(World(automation=Automation()).batch(video(1, channel="messenger"), now=late)) == []


@pytest.mark.parametrize(
    ("channel", "failure", "gone", "is_told"),
    [
        ("telegram", "too_large", False, True),
        ("telegram", "too_large", True, False),
        ("telegram", "expired", False, False),
        ("whatsapp", "too_large", False, False),
    ],
)
def test_a_customer_who_can_be_reached_is_told_too_when_only_fetching_shows_that_a_file_is_too_large(
    channel: str, failure: str, *, gone: bool, is_told: bool
) -> None:
    world = World(automation=Automation())
    world.batch(video(1, too_large=False, channel=channel))
    if gone:
        world.batch(reachable(T, A, "blocked", occurred_at=NOON + MINUTE))
    message = next(one for one in world.messages.values() if one.attachments)
    failed = file_fetched(T, A, message.id, "f1", "failed", failure=SendFailure(code=failure, reason="media"))
    unit = world.batch(failed.model_copy(update={"data": failed.data.model_copy(update={"channel": channel})}))
    assert types(unit) == ["message.updated", *(["message.sent"] if is_told else [])]
    assert len(texts(unit)) == is_told
