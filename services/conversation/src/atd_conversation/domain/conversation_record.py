"""What there is to know of a conversation, and how it is shown. How it changes is in `domain/conversation.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from atd_conversation.domain.automation.memory import NOTHING_REMEMBERED, Memory
from atd_conversation.domain.automation.ratings import RatingRequest
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import UNNAMED, Names, refs
from atd_conversation.domain.read_marks import ReadMark, Unread, Window, read_keys, unread_for
from atd_conversation.domain.reply_window import ReplyWindow, WindowEnd
from atd_conversation.domain.strands import current_of
from atd_schemas.conversation import ConversationRef, ScheduledRef
from atd_schemas.views import (
    ChannelRef,
    ContactRef,
    ConversationState,
    ConversationStatus,
    ConversationView,
    LastMessage,
    Named,
    Priority,
    ReadMarkView,
    ServiceLevelView,
    ThreadView,
    TransferView,
)

COMMENT_ADDRESS = "comment:"
"""What the address of somebody begins with of whom only a public comment is known, until they write in private."""


@dataclass(frozen=True, slots=True)
class CommentRef:
    """A public comment: our id of it, and the channel's."""

    message_id: str
    external_id: str


@dataclass(slots=True)
class ConversationRecord:
    """The state of a conversation. `recipient` is what a reply is addressed to, exactly as the channel told it.

    `current` is true for the newest conversation of its contact on its account, in its strand (`thread`; none: what the
    customer writes in private): the one that a message goes to.
    `order` is the hybrid clock of its events (see `atd_servicekit.outbox`). `unread_count` counts the customer's
    messages since the last answer, `first_unread_sequence` is the place of the first one, and `marks` say who has read
    how many of them (`domain/read_marks.py`). `mentions`: by attendant the place of the first note that mentions them
    and that they have not read; 0: they have read all. `waiting_since`: since when the customer waits for an answer;
    only people answer (attendants, and who holds the company's phone): notes, bots and the product itself do not end
    the waiting. `scheduled_count` messages wait to be said later, and of them `until_reply` are cancelled when the
    customer writes first. `closed_waiting_since` is what it was when it was closed, for the one who takes that back.
    `snoozed_until`: when a snoozed conversation comes back by itself; absent: when the customer writes. `woke_at`: when
    it last did so, until somebody deals with it. `drafted_by` are the attendants who have begun to write here.
    `tags` are the ids of those that its messages have; `names` is what ids were called when it was read.
    `reply_window_expires_at`: until when a person can answer; `free_until`, where it is earlier: until when a rule can.
    `memory` is what automatic messages have to know of the customer's thread: it goes on from the conversation before.
    `filed`: nothing written here opened it, it is closed until somebody wants it. `last_comment` is the customer's last
    message in a public thread, which answers stand below.
    `credited` had the conversation when it was closed last; `rating_request` is what the customer was asked last,
    `rated` the latest request that they have answered. `unreachable`: why the customer cannot be written to, if so;
    `reachable_at`: when it was heard that they cannot, or can again. `team` with what it was called when it was put
    there. `placement`: the sequence of the last change of status, team or assignee; 0 where an earlier version made it.
    `by_hand`: the sequence at which `priority` and `type` were last set, and a label (`labels`) last taken off, by
    somebody and not by routing. `queued_at`: since when it waits in the queue where it is; `queue_position`: the place
    in that queue which the customer was told last. `transfer`: it was handed over, and not accepted yet.
    `service_level`: how it stands against the company's targets, as routing has worked it out.
    """

    id: str
    tenant_id: str
    number: int
    status: ConversationStatus
    channel: ChannelRef
    contact: ContactRef
    recipient: str
    opened_at: datetime
    last_activity_at: datetime
    profile_name: str | None = None
    picture_told: str | None = None
    assignee: Named | None = None
    priority: Priority = "normal"
    favourites: frozenset[str] = frozenset()
    drafted_by: frozenset[str] = frozenset()
    scheduled_count: int = 0
    until_reply: tuple[ScheduledRef, ...] = ()
    marks: Mapping[str, ReadMark] = field(default_factory=dict)
    mentions: Mapping[str, int] = field(default_factory=dict)
    unread_count: int = 0
    first_unread_sequence: int | None = None
    waiting_since: datetime | None = None
    closed_waiting_since: datetime | None = None
    last_message: LastMessage | None = None
    reply_window_expires_at: datetime | None = None
    free_until: datetime | None = None
    first_response_at: datetime | None = None
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    woke_at: datetime | None = None
    current: bool = True
    sequence: int = 0
    order: int = 0
    type_id: str | None = None
    tags: tuple[str, ...] = ()
    names: Names = field(default=UNNAMED, repr=False, compare=False)
    memory: Memory = NOTHING_REMEMBERED
    credited: Named | None = None
    rating_request: RatingRequest | None = None
    rated: RatingRequest | None = None
    thread: ThreadView | None = None
    unreachable: str | None = None
    reachable_at: datetime | None = None
    filed: bool = False
    last_comment: CommentRef | None = None
    team: Named | None = None
    placement: int = 0
    by_hand: Mapping[str, int] = field(default_factory=dict)
    queued_at: datetime | None = None
    queue_position: int | None = None
    transfer: TransferView | None = None
    service_level: ServiceLevelView | None = None

    @property
    def thread_id(self) -> str | None:
        """The strand that answers go to; None: the customer's private one."""
        return self.thread.id if self.thread is not None else None

    @property
    def is_public(self) -> bool:
        """Whether everybody can read what is written here."""
        return self.thread is not None and self.thread.public

    @property
    def awaits_customer(self) -> bool:
        """Whether a comment was answered here, and its author must write before anything else is said."""
        return self.recipient.startswith(COMMENT_ADDRESS)

    @property
    def place(self) -> str:
        """Whose messages it takes, where and in which strand, while it is the current one."""
        return current_of(self.channel.account_id, self.contact.id, self.thread_id)

    @property
    def window(self) -> Window:
        """The customer's messages since the last answer."""
        return Window(self.unread_count, self.first_unread_sequence)

    def unread_for(self, reader_id: str | None) -> Unread:
        """What is unread for an attendant; None: for whoever has read nothing here."""
        return unread_for(self.window, self.marks.get(reader_id or ""))

    @property
    def seen_by_nobody(self) -> bool:
        """Whether the customer wrote something that nobody has read."""
        return self.unread_count > 0 and all(self.unread_for(who).messages for who in self.marks)

    def read_keys(self) -> tuple[str, ...]:
        """By what readers' counts are found; see `domain/read_marks.py`."""
        return tuple(sorted(read_keys(self.window, self.marks, self.mentions)))

    def window_is_open(self, now: datetime, reply_window: ReplyWindow | None, *, by_person: bool = True) -> bool:
        """Whether free text can be sent, on a channel with this `reply_window`, by a person or by itself."""
        if self.awaits_customer:
            return False
        expires = self.window_end(by_person=by_person) or (None if reply_window is None else self.opened_at)
        return expires is None or now <= expires

    def window_ends(self) -> WindowEnd | None:
        """Both ends of the reply window; None where there is none."""
        end = self.reply_window_expires_at
        return None if end is None else WindowEnd(end, self.free_until)

    def window_end(self, *, by_person: bool) -> datetime | None:
        """Until when a person can answer, or a rule, a bot or a question for a rating; None: without end."""
        return self.reply_window_expires_at if by_person else (self.free_until or self.reply_window_expires_at)

    def view(self, reader_id: str | None = None) -> ConversationView:
        """What `reader_id` sees; None for events, which have no reader."""
        unread = self.unread_for(reader_id)
        mark = self.marks.get(reader_id or "")
        return ConversationView(
            id=self.id,
            number=self.number,
            status=self.status,
            channel=self.channel,
            contact=self._contact_view(),
            assignee=self.assignee,
            team=None if self.team is None else self.names.teams.get(self.team.id, self.team),
            type=self.names.types.get(self.type_id) if self.type_id else None,
            priority=self.priority,
            favourite=reader_id is not None and reader_id in self.favourites,
            scheduled_count=self.scheduled_count,
            draft=reader_id is not None and reader_id in self.drafted_by,
            unread_count=unread.messages,
            first_unread_sequence=unread.first,
            read_mark=None if mark is None else ReadMarkView(**asdict(mark)),
            mentioned=(reader_id or "") in self.mentions,
            mention_sequence=self.mentions.get(reader_id or "") or None,
            waiting_since=self.waiting_since,
            last_message=self.last_message,
            reply_window_expires_at=self.reply_window_expires_at,
            free_until=self.free_until,
            queue_position=self.queue_position,
            opened_at=self.opened_at,
            first_response_at=self.first_response_at,
            closed_at=self.closed_at,
            snoozed_until=self.snoozed_until,
            woke_at=self.woke_at,
            last_activity_at=self.last_activity_at,
            tag_ids=self._tag_ids(),
            rating=self.rated.rating if self.rated else None,
            rating_details=self.rated.rating_view() if self.rated else None,
            rating_request=self.rating_request.view() if self.rating_request else None,
            thread=self.thread,
            unreachable=self.unreachable,
            queued_at=self.queued_at,
            transfer=self.transfer,
            service_level=self.service_level,
            placement=self.placement,
            sequence=self.sequence,
        )

    def state(self, message: Message, changed: Sequence[str] = ()) -> ConversationState:
        """What the event of a message, of which this changed, tells of its conversation."""
        last = self.last_message
        is_other = last is not None and last.id != message.id and "text" in changed
        return ConversationState(
            unread_count=self.unread_count,
            first_unread_sequence=self.first_unread_sequence,
            waiting_since=self.waiting_since,
            reply_window_expires_at=self.reply_window_expires_at,
            free_until=self.free_until,
            first_response_at=self.first_response_at,
            last_activity_at=self.last_activity_at,
            woke_at=self.woke_at,
            last_preview=last.preview if last is not None and last.id == message.id else None,
            tag_ids=self._tag_ids(),
            last_message=last if is_other else None,
        )

    def reference(self) -> ConversationRef:
        """What the event of a message says its conversation is."""
        labels = self.contact.labels
        return ConversationRef(
            channel=self.channel.kind,
            account_id=self.channel.account_id,
            contact_id=self.contact.id,
            status=self.status,
            team_id=self.team.id if self.team else None,
            type_id=self.type_id,
            assignee_id=self.assignee.id if self.assignee else None,
            label_ids=tuple(one.id for one in labels) if labels else (),
        )

    def _contact_view(self) -> ContactRef:
        """The contact with what its labels are called now."""
        if not self.contact.labels:
            return self.contact
        labels = refs((one.id for one in self.contact.labels), self.names.labels)
        return self.contact.model_copy(update={"labels": labels})

    def _tag_ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in refs(self.tags, self.names.tags)) if self.tags else ()
