"""Conversations: one matter of one customer on one channel account, and every change it can go through.

A method that changes something returns the event's type and its changed fields through `Change`; nothing here
publishes or stores. `sequence` counts the events; the store saves only over the sequence that was read, so of two
attendants who act at once the later one decides again on what the earlier one left.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from atd_conversation.domain.arrivals import arrived
from atd_conversation.domain.automation.memory import NOTHING_REMEMBERED
from atd_conversation.domain.automation.ratings import RatingRequest
from atd_conversation.domain.conversation_change import Change, details_of
from atd_conversation.domain.conversation_joining import JoinedConversation
from atd_conversation.domain.conversation_record import CommentRef
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.names import UNNAMED, Names
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.reply_window import Act, ReplyWindow, why_closed
from atd_conversation.domain.strands import thread_view, with_news, without_known_picture
from atd_schemas.content_base import Content
from atd_schemas.contents import EMPTY, MessageKind
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.inbound import InboundMessageData
from atd_schemas.views import (
    AuthorView,
    AutomaticRef,
    ChannelRef,
    ContactRef,
)

MAX_FAVOURITES = 500
"""Attendants who can have one conversation among their favourites."""

MAX_MENTIONED = 500
"""Attendants whom the notes of one conversation mention."""


@dataclass(slots=True)
class Conversation(JoinedConversation):
    """A conversation that can be changed; `domain/conversation_record.py` says what there is to change."""

    @classmethod
    def open(
        cls,
        conversation_id: str,
        number: int,
        tenant_id: str,
        contact: ContactRef,
        data: InboundMessageData,
        now: datetime,
        *,
        reply_window: ReplyWindow | None = None,
        previous: "Conversation | None" = None,
        names: Names = UNNAMED,
        filed: bool = False,
    ) -> tuple["Conversation", Change]:
        """A new conversation, waiting in the queue, because this message came.

        What a blocked customer writes needs a place and opens nothing: the conversation is closed from the beginning.
        So is one that is `filed`: a public comment that opens none.
        On a channel with a reply window it is closed until the customer writes, unless they wrote in the `previous`
        conversation lately: the company's own messages open none.
        """
        conversation = cls(
            id=conversation_id,
            tenant_id=tenant_id,
            number=number,
            status="queued",
            channel=ChannelRef(kind=data.channel, account_id=data.account_id, name=data.account_name),
            contact=contact,
            recipient=data.contact.external_id,
            profile_name=data.contact.name,
            opened_at=now,
            last_activity_at=now,
            names=names,
            memory=previous.memory if previous is not None else NOTHING_REMEMBERED,
            thread=thread_view(data.thread, data.attachments),
        )
        if reply_window is not None:
            before = previous is not None and previous.window_ends()
            conversation._extend_window(before or reply_window.closed(now))
        conversation.filed = filed and not contact.blocked
        if contact.blocked or filed:
            conversation.status, conversation.closed_at = "closed", now
            conversation._placed(now)
            return conversation, conversation._change("conversation.closed", ("status", "closed_at"))
        conversation._placed(now)
        return conversation, conversation._change("conversation.opened")

    def takes(self, moment: datetime, within: timedelta = REOPEN_WITHIN) -> bool:
        """Whether a customer's message of this moment belongs here and does not open a new conversation.

        Closed conversations take it `within` this time after the closing.

        A blocked customer opens none, and what was filed is opened itself.
        """
        recent = self.closed_at is None or moment <= self.closed_at + within
        return self.current and (recent or self.filed or bool(self.contact.blocked))

    def receive(
        self,
        message_id: str,
        data: InboundMessageData,
        *,
        occurred_at: datetime,
        now: datetime,
        reply_to: str | None = None,
        quotes: str | None = None,
        reply_window: ReplyWindow | None = None,
        needs_nobody: bool = False,
        deleted_at: datetime | None = None,
    ) -> list[Change]:
        """Take a customer's message in; reopens the conversation where it was closed.

        What a blocked customer writes is kept, and changes nothing else. `reply_window` is how long it may be answered
        with free text; None: without end. `needs_nobody`: it is an answer to a question of the product's (a rating), or
        a public comment that is filed: nothing is reopened, nothing is unread, nobody waits.
        """
        blocked = self.contact.blocked
        quiet = blocked or needs_nobody
        changes = [self._reopen(now)] if self.status == "closed" and not quiet else []
        changes += [] if quiet else self.wake(now)
        changes += self.learn_thread(data)
        changes += self.hear_reachable(None, occurred_at)
        self.recipient = data.contact.external_id
        self.channel = _renamed(self.channel, data.account_name)
        message = arrived(
            message_id,
            self.tenant_id,
            self.id,
            without_known_picture(data, self.thread),
            sender=self._sender(data),
            occurred_at=occurred_at,
            now=now,
            reply_to=reply_to,
            quotes=quotes,
            deleted_at=deleted_at,
        )
        if self.is_public and deleted_at is None:
            self.last_comment = CommentRef(message_id, data.external_id)
        if blocked:
            return [*changes, self.add_notice(message, "message.received")]
        moment = min(occurred_at, now)  # a provider's clock ahead gives no more time
        if reply_window is not None:
            self._extend_window(reply_window.end(moment))
        if not needs_nobody:
            self.waiting_since = self.waiting_since or moment
        change = self._add("message.received", message, now)
        if needs_nobody:
            return [*changes, change]
        if self.unread_count == 0:
            self.first_unread_sequence = change.sequence
        self.unread_count += 1
        return [*changes, change, *self._cancel_until_reply()]

    def _sender(self, data: InboundMessageData) -> AuthorView:
        """Who wrote: the customer; in a group, the one of its people whom the channel names."""
        author = data.author
        name = author.name if author is not None and author.name else self.contact.name
        return AuthorView(type="contact", id=self.contact.id, name=name)

    def learn_thread(self, data: InboundMessageData) -> list[Change]:
        """Take over what a message tells of its strand: a topic has another name, a post its text at last."""
        known = with_news(self.thread, thread_view(data.thread, data.attachments))
        if known == self.thread:
            return []
        self.thread = known
        return [self._change("conversation.updated", ("thread",))]

    def hear_of(
        self, act: Act, *, occurred_at: datetime, now: datetime, reply_window: ReplyWindow | None
    ) -> list[Change]:
        """The customer did something that is no message, from which on they can be answered, where it counts so."""
        if reply_window is None or act not in reply_window.opened_by or self.contact.blocked:
            return []
        before = self.window_ends()
        self._extend_window(reply_window.end(min(occurred_at, now)))
        if self.window_ends() == before:
            return []
        told = ("reply_window_expires_at",) if self.free_until is None else ("reply_window_expires_at", "free_until")
        return [self._change("conversation.updated", told)]

    def hear_reachable(self, reason: str | None, at: datetime) -> list[Change]:
        """The customer cannot be written to, for this reason, or can (None). The latest news stands."""
        if self.reachable_at is not None and at < self.reachable_at:
            return []
        if reason is not None or self.unreachable is not None:
            self.reachable_at = at
        if reason == self.unreachable:
            return []
        self.unreachable = reason
        return [self._change("conversation.updated", ("unreachable",))]

    def echo(self, message: Message, now: datetime) -> Change:
        """Take in what the company wrote with the phone that shares the number: who writes has read, too.

        It is no first response of an attendant, opens no reply window, and leaves a closed conversation closed.
        """
        self._answered()
        self.waiting_since = self.closed_waiting_since = None
        self._hear_person()
        return self._add("message.sent", message, now)

    def send(
        self,
        message_id: str,
        *,
        actor: Actor,
        text: str | None,
        now: datetime,
        kind: MessageKind = "text",
        content: Content = EMPTY,
        attachments: tuple[Attachment, ...] = (),
        reply_to: str | None = None,
        client_id: str | None = None,
        free: bool = True,
        reply_window: ReplyWindow | None = None,
        field_name: str = "text",
    ) -> list[Change]:
        """Answer the customer. The message is `pending` until the channel has taken it.

        `free` messages need an open reply window, templates do not; `reply_window` is the channel's, None where it has
        none; `field_name` is what a refusal names.
        Raises `Refusal`: `conversation_closed`, `window_closed`.
        """
        by_person = actor.type == "attendant"
        self.check_open(now, free=free, reply_window=reply_window, by_person=by_person, field_name=field_name)
        accepted = self.accept(actor.id)
        message = self._by(actor, message_id, "outbound", text, now, kind=kind, reply_to=reply_to)
        message.content, message.attachments = content, attachments
        message.status, message.client_id = "pending", client_id
        self._answered(actor.id)
        if actor.type == "attendant":
            self._hear_person()
            self.waiting_since = self.woke_at = None
            self.first_response_at = self.first_response_at or now
        return [*accepted, self._add("message.sent", message, now)]

    def send_automatic(
        self, message_id: str, *, why: AutomaticRef, text: str, content: Content | None, now: datetime
    ) -> Change:
        """Let the product say something by itself, in whatever status: `window_is_open` is asked before.

        It is no answer of a person's: who waits goes on waiting, what is unread stays so, and it is no first response.
        """
        kind: MessageKind = "text" if content is None else "interactive"
        message = self._by(SYSTEM, message_id, "outbound", text, now, kind=kind)
        message.content = EMPTY if content is None else content
        message.status, message.automatic = "pending", why
        message.reply_to = self.last_comment.message_id if self.last_comment else None
        return self._add("message.sent", message, now)

    def ask_rating(self, request: RatingRequest) -> Change:
        """The customer is asked how it was; the message that asks is another change."""
        self.rating_request = request
        details = {"attendant": details_of(request.attendant), "asked_by": request.asked_by}
        return self._change("rating.requested", ("rating_request",), details=details)

    def rate(self, request: RatingRequest) -> Change:
        """The customer has answered the request, corrected the answer, or commented on it."""
        before = self.rated
        self.rating_request = self.rated = request
        changed = ("rating", "rating_details") if before is None or before.rating != request.rating else ()
        details = {"attendant": details_of(request.attendant), "rating": request.rating, "comment": request.comment}
        return self._change("conversation.rated", changed or ("rating_details",), details=details)

    def check_open(
        self,
        now: datetime,
        *,
        free: bool = True,
        reply_window: ReplyWindow | None = None,
        by_person: bool = True,
        field_name: str | None = None,
    ) -> None:
        """Whether the customer can be written to now, on a channel with this `reply_window`.

        Where the channel has one and the customer has never written, it is closed: earlier versions left it absent.

        Raises `Refusal`: `conversation_closed`, and for `free` messages `window_closed`, naming `field_name`.
        """
        if self.status == "closed":
            how = "reopen it to answer" if self.current else "the customer has a newer one; answer there"
            raise Refusal("conversation_closed", f"The conversation is closed; {how}.")
        if free and self.awaits_customer:
            detail = "A comment is answered in private once; wait until the customer answers."
            raise Refusal("window_closed", detail, field_name)
        if free and not self.window_is_open(now, reply_window, by_person=by_person):
            person_may = not by_person and self.window_is_open(now, reply_window)
            templates = reply_window is not None and reply_window.templates
            raise Refusal("window_closed", why_closed(person_may=person_may, templates=templates), field_name)

    def note(
        self,
        message_id: str,
        *,
        actor: Actor,
        text: str | None,
        now: datetime,
        kind: MessageKind = "text",
        attachments: tuple[Attachment, ...] = (),
        reply_to: str | None = None,
        client_id: str | None = None,
        mentions: tuple[str, ...] = (),
    ) -> list[Change]:
        """Write down something for colleagues, some of whom it mentions; it never leaves the company."""
        accepted = self.accept(actor.id)
        message = self._by(actor, message_id, "note", text, now, kind=kind, reply_to=reply_to)
        message.attachments, message.client_id, message.mentions = attachments, client_id, mentions
        change = self._add("message.sent", message, now)
        theirs = {who: self.mentions.get(who) or change.sequence for who in mentions if who != actor.id}
        if theirs:
            self.mentions = {**self.mentions, **theirs}
            if len(self.mentions) > MAX_MENTIONED:
                raise Refusal("too_many", f"No more than {MAX_MENTIONED} people can be mentioned here.", "mentions")
        return [*accepted, change]

    def lose_messages(self, tags: tuple[str, ...]) -> list[Change]:
        """Messages of this closed conversation are removed; `tags` are those that what is left of them bears.

        Lists show no last message, nobody has anything to read, and of a rating the comment goes too.
        """
        changed = [*self._answered()]
        self.mentions = {}
        for name, value in (("last_message", None), ("tags", tags)):
            if getattr(self, name) != value:
                setattr(self, name, value)
                changed.append(name)
        if self.rated is not None and self.rated.comment is not None:
            self.rated = replace(self.rated, comment=None)
            changed.append("rating_details")
        if self.rating_request is not None and self.rating_request.comment is not None:
            self.rating_request = replace(self.rating_request, comment=None)
        return [self._change("conversation.updated", tuple(dict.fromkeys(changed)))] if changed else []

    def rename_contact(self, contact: ContactRef, profile_name: str | None) -> None:
        """The contact is shown by another name from now on."""
        self.contact = contact
        self.profile_name = profile_name

    def move_to(self, contact: ContactRef) -> Change:
        """The customer is this contact, as has turned out."""
        details = {"from": _person(self.contact), "to": _person(contact)}
        self.contact = contact
        return self._change("conversation.updated", ("contact",), details=details)


def _person(contact: ContactRef) -> dict[str, Any]:
    return {"id": contact.id, "name": contact.name}


def _renamed(channel: ChannelRef, name: str) -> ChannelRef:
    return channel if channel.name == name else channel.model_copy(update={"name": name})
