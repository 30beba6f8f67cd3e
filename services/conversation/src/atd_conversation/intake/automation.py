"""What a customer's message leads to without a person: automatic replies, and answers to questions for a rating."""

from collections.abc import Iterator
from dataclasses import dataclass

from atd_conversation.domain.automation.acting import Effect, Scene, after_large_file, after_message, take_rating
from atd_conversation.domain.automation.policies import DEFAULT_AUTOMATION
from atd_conversation.domain.automation.ratings import Answer, RatingRequest, read_answer
from atd_conversation.domain.automation.rules import Occasion, Trigger
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.strands import place_of
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.contents import AnswerContent
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import InboundFile, InboundMessage
from atd_schemas.views import ConversationStatus

_TOO_LARGE = "too_large"
"""What channels say of a file that is too large to be handed over (`InboundAttachment.unavailable`)."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """How things were before a message was taken in: of a contact that the batch has made, and its conversation."""

    is_new_contact: bool
    conversation_id: str | None
    status: ConversationStatus | None

    @classmethod
    def of(cls, intake: Intake, event: InboundMessage, contact_id: str) -> "Arriving":
        """What is there when the message of a contact comes."""
        current = intake.loaded.current.get(place_of(event.data, contact_id))
        is_new = contact_id in intake.unit.new_contacts and current is None
        return cls(is_new, current.id if current else None, current.status if current else None)

    def triggers(self, conversation: Conversation) -> frozenset[Trigger]:
        """What has happened beside the message, now that it is taken in."""
        found: set[Trigger] = set()
        is_new = conversation.id != self.conversation_id
        if is_new:
            found.add("new_conversation")
            if self.is_new_contact:
                found.add("new_contact")
        if conversation.status == "queued" and (is_new or self.status == "closed"):
            found.add("queued")
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class RatingAnswer:
    """A message that answers a request of this conversation: with a rating, or with a comment (a text)."""

    conversation: Conversation
    request: RatingRequest
    answer: Answer | str


def rating_answer(intake: Intake, event: InboundMessage, contact_id: str) -> RatingAnswer | None:
    """What a message answers, if it answers a question for a rating; else it is a message as any other."""
    return next(_rating_answers(intake, event, contact_id), None)


def _rating_answers(intake: Intake, event: InboundMessage, contact_id: str) -> Iterator[RatingAnswer]:
    data, moment = event.data, intake.moment(event)
    if data.thread is not None and data.thread.public:
        return  # nobody is asked in public
    current = intake.loaded.current.get(place_of(data, contact_id))
    quoted = None
    if data.reply_to_external_id is not None:
        quoted = intake.loaded.target(data.account_id, data.reply_to_external_id)
    asked_in = intake.loaded.conversations.get(quoted.conversation_id) if quoted else None
    for conversation in (current, asked_in) if asked_in is not current else (current,):
        request = conversation.rating_request if conversation else None
        if (
            conversation is None
            or request is None
            or conversation.contact.id != contact_id
            or conversation.contact.blocked
        ):
            continue
        answer = read_answer(data.text, data.content)
        if answer is not None and quoted is not None and quoted.id == request.message_id and not answer.is_tapped:
            answer = Answer(answer.value, answer.comment, request.id, is_tapped=True)
        policy = intake.automation.get(event.tenant_id, DEFAULT_AUTOMATION).ratings
        if answer is not None and request.takes(answer, moment, policy.correct_within):
            yield RatingAnswer(conversation, request, answer)
        elif conversation.status == "closed" and request.takes_comment(data.text, moment):
            yield RatingAnswer(conversation, request, data.text or "")


def take_rating_answer(intake: Intake, answered: RatingAnswer, event: InboundMessage, cause: Cause) -> None:
    """The conversation is rated, and the customer thanked."""
    scene = _scene(intake, answered.conversation, event)
    for number, effect in enumerate(take_rating(scene, answered.request, answered.answer, intake.moment(event))):
        if number == 0:  # the rating itself, which is the customer's; what follows is the product's
            intake.emit(answered.conversation, effect.change, cause, occurred_at=intake.moment(event))
        else:
            _tell(intake, answered.conversation, effect, cause)


def reply_automatically(
    intake: Intake, arriving: Arriving, conversation: Conversation, event: InboundMessage, cause: Cause
) -> None:
    """Say what the company has decided to have said to such a message, if anything."""
    scene = _scene(intake, conversation, event)
    triggers: frozenset[Occasion] = arriving.triggers(conversation)
    if any(file.unavailable == _TOO_LARGE for file in event.data.attachments):
        triggers |= {"file_too_large"}
    for effect in after_message(scene, _text(event), intake.moment(event), triggers):
        _tell(intake, conversation, effect, cause)


def tell_of_large_file(intake: Intake, conversation: Conversation, event: InboundFile, cause: Cause) -> None:
    """A file could not be fetched: its customer is told where the channel has a limit, and it was over that."""
    failure, rules = event.data.failure, intake.loaded.channels.of(conversation.channel.kind)
    if failure is None or failure.code != _TOO_LARGE or event.data.attempt or rules.file_limit is None:
        return
    for effect in after_large_file(_scene(intake, conversation, event)):
        intake.unit.touch(conversation)
        _tell(intake, conversation, effect, cause)


def _scene(intake: Intake, conversation: Conversation, event: InboundMessage | InboundFile) -> Scene:
    channels = intake.loaded.channels
    kind = conversation.channel.kind
    return Scene(
        conversation=conversation,
        automation=intake.automation.get(event.tenant_id, DEFAULT_AUTOMATION),
        rules=channels.of(kind),
        now=intake.now,
        cause=event.id if isinstance(event, InboundFile) else intake.loaded.message_id_of(event),
        served=channels.topic(kind) is not None,
        blocked=bool(conversation.contact.blocked),
    )


def _text(event: InboundMessage) -> str | None:
    """What the customer wrote or chose."""
    content = event.data.content
    return event.data.text or (content.reply.title if isinstance(content, AnswerContent) else None)


def _tell(intake: Intake, conversation: Conversation, effect: Effect, cause: Cause) -> None:
    change, message = effect.change, effect.change.message
    intake.emit(conversation, change, cause, actor=SYSTEM, occurred_at=intake.now)
    if message is not None:
        intake.unit.new_messages.append(message)
        intake.loaded.messages[message.id] = message
    topic = intake.loaded.channels.topic(conversation.channel.kind)
    if effect.command is not None and topic is not None:
        intake.unit.publish(topic, effect.command, cause.traceparent)
