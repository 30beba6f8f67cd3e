"""New messages: a customer's, and those that the company wrote with the phone that shares the number."""

from datetime import datetime

from atd_conversation.domain.arrivals import arrived
from atd_conversation.domain.attachments import announced, out_of_reach
from atd_conversation.domain.automation.policies import DEFAULT_AUTOMATION
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import UNNAMED
from atd_conversation.domain.strands import place_of, without_known_picture
from atd_conversation.intake.automation import Arriving, rating_answer, reply_automatically, take_rating_answer
from atd_conversation.intake.batch import Arrival
from atd_conversation.intake.changes import can_quote, wait_for_quoted
from atd_conversation.intake.deletions import taken_back
from atd_conversation.intake.files import fetch
from atd_conversation.intake.loaded import understands
from atd_conversation.intake.people import contact_id_for, learn
from atd_conversation.intake.public_comments import is_filed
from atd_conversation.intake.receipts import apply_early_receipt, take_own_echo
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import InboundEcho, InboundMessage


def take_message(intake: Intake, event: InboundMessage, cause: Cause) -> None:
    """A customer's message goes to their conversation, or opens one."""
    message_id = intake.loaded.message_id_of(event)
    known = intake.loaded.messages.get(message_id)
    if known is not None:
        _understand(intake, known, event, cause)
        return
    event, deleted_at = taken_back(intake.loaded, event)
    contact_id = _contact_id(intake, event, cause)
    answered = None if deleted_at else rating_answer(intake, event, contact_id)
    filed = _is_filed(intake, event, contact_id, deleted_at)
    arrival = None if answered or filed or deleted_at else Arriving.of(intake, event, contact_id)
    conversation = answered.conversation if answered else _conversation(intake, event, contact_id, cause, filed=filed)
    intake.unit.touch(conversation)
    learn(intake, conversation, event, cause)
    reply_to, quotes = _quoted(intake, conversation, event)
    changes = conversation.receive(
        message_id,
        event.data,
        occurred_at=intake.moment(event),
        now=intake.now,
        reply_to=reply_to,
        quotes=quotes,
        reply_window=intake.loaded.channels.of(conversation.channel.kind).reply_window,
        needs_nobody=filed or answered is not None,
        deleted_at=deleted_at,
    )
    for change in changes:
        if change.message is not None:
            change.message.attachments = out_of_reach(change.message.attachments, intake.texts(conversation))
        intake.emit(conversation, change, cause)
        if change.message is not None:
            _put(intake, change.message)
            if change.message.attachments:
                fetch(intake, conversation, change.message, change.message.attachments, cause)
    if answered:
        take_rating_answer(intake, answered, event, cause)
    elif arrival:
        reply_automatically(intake, arrival, conversation, event, cause)


def take_echo(intake: Intake, event: InboundEcho, cause: Cause) -> None:
    """What the company's phone wrote is a message of ours; one that we sent ourselves is known already."""
    loaded, data = intake.loaded, event.data
    message_id = loaded.message_id_of(event)
    known = loaded.messages.get(message_id)
    if known is not None:
        _understand(intake, known, event, cause)
        return
    sent = loaded.target(data.account_id, data.external_id)
    if sent is not None:
        take_own_echo(intake, sent, event, cause)
        return
    event, deleted_at = taken_back(loaded, event)
    data, contact_id = event.data, _contact_id(intake, event, cause)
    filed = _is_filed(intake, event, contact_id, deleted_at)
    conversation = _conversation(intake, event, contact_id, cause, filed=filed)
    intake.unit.touch(conversation)
    learn(intake, conversation, event, cause)
    reply_to, quotes = _quoted(intake, conversation, event)
    for change in conversation.learn_thread(data):
        intake.emit(conversation, change, cause, actor=SYSTEM)
    message = arrived(
        message_id,
        conversation.tenant_id,
        conversation.id,
        without_known_picture(data, conversation.thread),
        sender=None,
        occurred_at=intake.moment(event),
        now=intake.now,
        reply_to=reply_to,
        quotes=quotes,
        deleted_at=deleted_at,
    )
    message.attachments = out_of_reach(message.attachments, intake.texts(conversation))
    apply_early_receipt(intake, message, data.external_id)
    change = conversation.echo(message, intake.now)
    intake.emit(conversation, change, cause, actor=SYSTEM)
    _put(intake, message)
    fetch(intake, conversation, message, message.attachments, cause)


def _is_filed(intake: Intake, event: Arrival, contact_id: str, deleted_at: datetime | None) -> bool:
    """Whether a public comment opens no conversation; one that was removed before it came never does."""
    thread = event.data.thread
    return (deleted_at is not None and thread is not None and thread.public) or is_filed(intake, event, contact_id)


def _contact_id(intake: Intake, event: Arrival, cause: Cause) -> str:
    """Whose message it is; their record is made now if nobody knows them."""
    known = intake.unit.identities_learnt
    contact_id = contact_id_for(intake, event, cause)
    if intake.unit.identities_learnt > known or not intake.loaded.is_main(event):
        # what waits for the message may wait under an id that only these ids of the customer make out to be the same
        account_id = event.data.account_id
        intake.unit.other_names |= {(account_id, name) for name in intake.loaded.names_of_new(event)}
    return contact_id


def _conversation(
    intake: Intake, event: Arrival, contact_id: str, cause: Cause, *, filed: bool = False
) -> Conversation:
    """The conversation that takes the message, opened now if there is none. `filed`: the message opens none.

    What is filed stays in the customer's conversation below the post, however old that is.
    """
    conversation = intake.loaded.current.get(place_of(event.data, contact_id))
    within = intake.automation.get(event.tenant_id, DEFAULT_AUTOMATION).reopen_within
    if conversation is None or not (filed or conversation.takes(intake.moment(event), within)):
        conversation = _open(intake, event, contact_id, conversation, cause, filed=filed)
    return conversation


def _open(
    intake: Intake,
    event: Arrival,
    contact_id: str,
    previous: Conversation | None,
    cause: Cause,
    *,
    filed: bool,
) -> Conversation:
    if previous is not None:
        intake.unit.touch(previous)
        previous.current = False
    contact = intake.loaded.contacts.get(contact_id)
    ref = contact.ref() if contact is not None else previous.contact if previous is not None else None
    if ref is None:
        raise LookupError(f"contact {contact_id} has an identity and no record")
    if contact is not None:
        intake.unit.touch_contact(contact)  # whoever finds out meanwhile that it is another one must see this
    number = next(intake.numbers[event.tenant_id])
    opened, change = Conversation.open(
        intake.new_id(),
        number,
        event.tenant_id,
        ref,
        event.data,
        intake.now,
        reply_window=intake.loaded.channels.of(event.data.channel).reply_window,
        previous=previous,
        names=intake.loaded.shown_names.get(event.tenant_id, UNNAMED),
        filed=filed,
    )
    intake.unit.new_conversations[opened.id] = opened
    intake.loaded.add_conversation(opened)
    intake.emit(opened, change, cause)
    return opened


def _quoted(intake: Intake, conversation: Conversation, event: Arrival) -> tuple[str | None, str | None]:
    """The id of the message that this one answers; else the provider's id of one that is not here.

    It may come later, and then the answer hears of it. Another customer's message is never shown, now or later.
    """
    account_id, external_id = event.data.account_id, event.data.reply_to_external_id
    if external_id is None:
        return None, None
    quoted = intake.loaded.target(account_id, external_id)
    if quoted is None:
        wait_for_quoted(intake, event)
        return None, external_id
    if not can_quote(intake, event.tenant_id, conversation.id, quoted):
        return None, external_id
    return quoted.id, None


def _put(intake: Intake, message: Message) -> None:
    intake.unit.new_messages.append(message)
    intake.loaded.messages[message.id] = message
    if message.direction == "outbound":
        intake.loaded.add_message(message)


def _understand(intake: Intake, known: Message, event: Arrival, cause: Cause) -> None:
    """A message that is there has come again: this time it may be understood."""
    if not understands(event, known):
        return
    conversation = intake.loaded.conversations[known.conversation_id]
    before = {one.id for one in known.attachments}
    attachments = out_of_reach(announced(event.data.kind, event.data.attachments), intake.texts(conversation))
    intake.unit.touch_message(known)
    changed = known.understand(event.data, attachments, *_quoted(intake, conversation, event))
    intake.revised(known, "message.updated", changed, cause)
    fetch(intake, conversation, known, tuple(one for one in attachments if one.id not in before), cause)
