"""What the product does by itself in one conversation: messages, questions for ratings, notices.

Everything here is a generator: whoever goes through it tells each change before the next one is made, for an event
shows its conversation as it is then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.automation.decide import Decision, Happening, Situation, decide
from atd_conversation.domain.automation.policies import FILE_LIMIT, Automation
from atd_conversation.domain.automation.ratings import (
    Answer,
    RatingRefusal,
    RatingRequest,
    asks_by,
    question_parts,
)
from atd_conversation.domain.automation.rules import AutomaticReply, Occasion
from atd_conversation.domain.channels import ChannelRules
from atd_conversation.domain.channels.composing import shortened
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.drafts import Draft, References
from atd_conversation.domain.events import outbound_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.variables import first_name
from atd_schemas.content_base import Content
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid5
from atd_schemas.notices import RatingNotAskedContent, RepliesStoppedContent
from atd_schemas.outbound import OutboundMessage
from atd_schemas.views import AutomaticRef, ConversationStatus, Named
from atd_servicekit.text_variables import filled

VARIABLES = (
    "contact.name",
    "contact.first_name",
    "conversation.number",
    "attendant.name",
    "attendant.first_name",
    "channel.name",
)
"""Variables of automatic texts: what is known of a conversation without reading anything else."""

_TIME_TO_SEND = timedelta(seconds=10)

RATING = "rating"
"""What the memory of a thread calls the question for a rating."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A change that nobody made by hand, and the command to the channel that it leads to."""

    change: Change
    command: OutboundMessage | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something happened. `cause` is the id of the event or request; `served`: the channel can be written to."""

    conversation: Conversation
    automation: Automation
    rules: ChannelRules
    now: datetime
    cause: str
    served: bool = True
    blocked: bool = False

    @property
    def window_is_open(self) -> bool:
        """Whether there is time enough to write to the customer without a person."""
        return self.conversation.window_is_open(self.now + _TIME_TO_SEND, self.rules.reply_window, by_person=False)

    @property
    def can_write(self) -> bool:
        """Whether what is sent without a person can arrive: who cannot be reached would only get failures."""
        return self.served and self.conversation.unreachable is None and self.window_is_open

    def situation(self) -> Situation:
        """The same, as the decision has to know it. In public there must be a comment that the answer stands below."""
        public = self.conversation.is_public
        return Situation(
            channel=self.conversation.channel.kind,
            memory=self.conversation.memory,
            blocked=self.blocked,
            can_write=self.can_write and (not public or self.conversation.last_comment is not None),
            public=public,
        )


def after_message(
    scene: Scene, text: str | None, occurred_at: datetime, triggers: frozenset[Occasion]
) -> Iterator[Effect]:
    """The customer has written: which automatic replies that leads to. `triggers` are those beside `keyword`."""
    conversation = scene.conversation
    conversation.memory = conversation.memory.heard(text, occurred_at)
    happening = Happening(triggers | {"keyword"} if text else triggers, text=text)
    yield from _carry_out(scene, decide(scene.automation.rules, happening, scene.situation(), scene.now), happening)


def after_large_file(scene: Scene) -> Iterator[Effect]:
    """A file that the customer sent turned out to be too large for the channel to hand it over."""
    happening = Happening(frozenset({"file_too_large"}))
    yield from _carry_out(scene, decide(scene.automation.rules, happening, scene.situation(), scene.now), happening)


def is_occasion(before: ConversationStatus, status: ConversationStatus) -> bool:
    """Whether a change of status can lead to anything that is said without a person."""
    return status != before and (status == "closed" or (status == "queued" and before in ("bot", "open")))


def after_status(scene: Scene, before: ConversationStatus, actor: Actor) -> Iterator[Effect]:
    """The company has changed the status from `before`: what is said on queueing and closing, and asked after it."""
    status = scene.conversation.status
    if not is_occasion(before, status):
        return
    by = "person" if actor.type == "attendant" else "automatic"
    if status == "queued":
        happening = Happening(frozenset({"queued"}), written=False)
    else:
        happening = Happening(frozenset({"closed"}), by=by, written=False)  # type: ignore[arg-type]  # see above
    yield from _carry_out(scene, decide(scene.automation.rules, happening, scene.situation(), scene.now), happening)
    if status == "closed" and not scene.conversation.is_public and scene.automation.ratings.asks_after(by):  # type: ignore[arg-type]  # see above
        yield from _ask_after_closing(scene, actor)


def ask_by_hand(scene: Scene, actor: Actor) -> Iterator[Effect]:
    """Somebody has the customer asked for a rating.

    Raises `Refusal`: `not_closed`, `superseded`, `public_thread`, `already_asked`, `contact_blocked`,
    `contact_unreachable`, `window_closed`.
    """
    conversation = scene.conversation
    if conversation.status != "closed" or conversation.closed_at is None:
        raise Refusal("not_closed", "A rating is asked for after the conversation; close it first.")
    if not conversation.current:
        raise Refusal("superseded", "The customer has a newer conversation on this account.")
    if conversation.is_public:
        raise Refusal("public_thread", "Everybody reads this thread; nobody is asked for a rating in public.")
    asked = conversation.rating_request
    if asked is not None and asked.asked_at >= conversation.closed_at:
        raise Refusal("already_asked", "The customer has already been asked about this conversation.")
    if scene.blocked:
        raise Refusal("contact_blocked", "The customer is blocked; nothing is sent to them.")
    if conversation.unreachable is not None:
        raise Refusal("contact_unreachable", "The customer cannot be reached here until they come back.")
    if not scene.window_is_open:
        detail = "The time for questions by itself is over; the customer cannot be asked until they write again."
        raise Refusal("window_closed", detail)
    return _ask(scene, conversation.credited or _credit(actor), by_hand=True)


def take_rating(scene: Scene, request: RatingRequest, answer: Answer | str, occurred_at: datetime) -> Iterator[Effect]:
    """The customer has answered a request: with a rating, or with the comment (a text) that they were asked for."""
    conversation, policy = scene.conversation, scene.automation.ratings
    memory = conversation.memory
    conversation.memory = replace(memory, in_a_row=0, machine=0, quick=0, stopped=False) if memory.in_a_row else memory
    if isinstance(answer, str):
        yield Effect(conversation.rate(request.commented(answer)))
        return
    is_first = request.rated_at is None
    comment_within = policy.comment_within if policy.ask_comment else None
    rated = request.rated(answer, occurred_at, comment_within=comment_within)
    yield Effect(conversation.rate(rated))
    if is_first and scene.can_write and not scene.blocked:
        why = AutomaticRef(kind="rating_thanks")
        thanks = policy.thanks_text if rated.comment_until is not None else policy.bare_thanks_text
        yield from send(scene, uuid5("rating-thanks", request.id), why, thanks)


def values_of(conversation: Conversation) -> dict[str, str | None]:
    """What `VARIABLES` stand for in a conversation. Notes are not among them."""
    name, assignee = conversation.contact.name, conversation.assignee
    return {
        "contact.name": name,
        "contact.first_name": first_name(name),
        "conversation.number": str(conversation.number),
        "attendant.name": assignee.name if assignee else None,
        "attendant.first_name": first_name(assignee.name) if assignee else None,
        "channel.name": conversation.channel.name,
    }


def _carry_out(scene: Scene, decision: Decision, happening: Happening) -> Iterator[Effect]:
    conversation = scene.conversation
    for rule in decision.sent:
        why = AutomaticRef(kind=rule.kind, rule_id=rule.id, rule_name=rule.name)
        message_id = uuid5("automatic", conversation.id, str(conversation.sequence), rule.id)
        yield from send(scene, message_id, why, rule.text)
    conversation.memory = decision.memory
    if decision.stopped:
        name = next((one.name for one in _meant(scene, happening)), None)
        notice_id = uuid5("automatic-stopped", conversation.id, str(conversation.sequence))
        yield _notice(scene, notice_id, RepliesStoppedContent(type="automatic_replies_stopped", rule_name=name))


def _meant(scene: Scene, happening: Happening) -> tuple[AutomaticReply, ...]:
    """What would have been sent to somebody who is no machine."""
    fired = scene.situation().memory.answered()
    return decide(scene.automation.rules, happening, replace(scene.situation(), memory=fired), scene.now).sent


def _ask_after_closing(scene: Scene, actor: Actor) -> Iterator[Effect]:
    conversation = scene.conversation
    asked, last = conversation.rating_request, conversation.last_message
    if asked is not None and asked.rated_at is None and last is not None and last.id == asked.message_id:
        return  # closed, reopened and closed again, and nobody has written: the question stands there
    refusal = _refusal(scene)
    if refusal is None:
        yield from _ask(scene, conversation.credited or _credit(actor), by_hand=False)
        return
    notice_id = uuid5("rating-not-asked", conversation.id, str(conversation.sequence))
    yield _notice(scene, notice_id, RatingNotAskedContent(type="rating_not_asked", reason=refusal))


def _refusal(scene: Scene) -> RatingRefusal | None:
    """Why the customer is not asked after this closing."""
    if scene.blocked:
        return "blocked"
    if not scene.served:
        return "channel"
    if scene.conversation.unreachable is not None:
        return "unreachable"
    if not scene.window_is_open:
        return "window_closed"
    return "loop" if scene.conversation.memory.is_looping(scene.now) else None


def _ask(scene: Scene, attendant: Named | None, *, by_hand: bool) -> Iterator[Effect]:
    conversation, policy, now = scene.conversation, scene.automation.ratings, scene.now
    request_id = uuid5("rating-request", conversation.id, str(conversation.sequence))
    request = RatingRequest(
        id=request_id,
        message_id=uuid5("rating-question", request_id),
        asked_at=now,
        expires_at=now + policy.expires_after,
        asked_by="hand" if by_hand else "closing",
        attendant=attendant,
        type=conversation.names.types.get(conversation.type_id) if conversation.type_id else None,
    )
    yield Effect(conversation.ask_rating(request))
    text, content = question_parts(request_id, policy.question_text, policy.texts, asks_by(scene.rules.limits))
    yield from send(scene, request.message_id, AutomaticRef(kind="rating_request"), text, content)
    conversation.memory = conversation.memory.said(RATING, now)


def _credit(actor: Actor) -> Named | None:
    """Who closes or asks is credited where nobody had the conversation."""
    return Named(id=actor.id, name=actor.name) if actor.type == "attendant" and actor.id else None


def send(
    scene: Scene,
    message_id: str,
    why: AutomaticRef,
    text: str,
    content: Content | None = None,
    *,
    values: Mapping[str, str | None] | None = None,
) -> Iterator[Effect]:
    """Send a text with its variables (`values`) filled in; what the channel does not take is not sent."""
    conversation, now = scene.conversation, scene.now
    said = filled(text, values or {**values_of(conversation), FILE_LIMIT: scene.rules.file_limit}).text
    if content is None:
        try:
            said = scene.rules.compose(Draft(text=said), References()).text or ""
        except Refusal:
            return
    elif scene.rules.limits.interactive is not None:
        offered = scene.rules.limits.interactive
        said = shortened(said, offered.body_max, offered.body_unit)
    change = conversation.send_automatic(message_id, why=why, text=said, content=content, now=now)
    yield Effect(change, _command(scene, change.message))


def _command(scene: Scene, message: Message | None) -> OutboundMessage | None:
    if message is None:
        return None
    below = scene.conversation.last_comment
    return outbound_command(
        scene.conversation,
        message,
        now=scene.now,
        causation_id=scene.cause,
        reply_to_external_id=below.external_id if below else None,
    )


def _notice(scene: Scene, notice_id: str, content: Content) -> Effect:
    conversation = scene.conversation
    message = notice_message(
        notice_id,
        conversation.tenant_id,
        conversation.id,
        conversation.channel.account_id,
        content,
        occurred_at=scene.now,
        now=scene.now,
    )
    return Effect(conversation.add_notice(message))
