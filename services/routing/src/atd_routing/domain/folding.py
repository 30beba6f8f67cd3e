"""From a conversation's events to routing's copy of it.

A `ConversationChanged` has the whole conversation, a `MessageChanged` what the message did to it. Events of one
conversation come in order and may come again: one that is not newer than the copy changes nothing.
"""

from atd_routing.domain.conversation import MAX_FIRST_TEXT, RoutedConversation
from atd_routing.domain.scene import Before
from atd_schemas.conversation import ConversationChanged, MessageChanged
from atd_schemas.views import ConversationView

PENDING = "pending"
"""The timer of a decided placement that was not heard back of."""

RETURN = "return"
"""The timer of a conversation whose customer is back and whose attendant cannot take it."""


def before_of(copy: RoutedConversation | None) -> Before:
    """How the conversation is before an event."""
    if copy is None:
        return Before(known=False)
    return Before(True, copy.status, copy.team_id, copy.assignee_id, copy.placement)


def fold(copy: RoutedConversation | None, event: ConversationChanged | MessageChanged) -> RoutedConversation | None:
    """The copy as the event leaves it: the same object, or a new one where the conversation was not known.

    None: nothing of it is news, or it is a message of a conversation of which nothing else was heard yet.
    """
    if copy is not None and event.sequence and event.sequence <= copy.sequence:
        return None
    if isinstance(event, ConversationChanged):
        return _conversation(copy, event)
    return None if copy is None else _message(copy, event)


def _conversation(copy: RoutedConversation | None, event: ConversationChanged) -> RoutedConversation:
    view = event.data.conversation
    known = copy is not None
    if copy is None:
        copy = RoutedConversation(
            id=view.id,
            tenant_id=event.tenant_id,
            number=view.number,
            status=view.status,
            channel=view.channel.kind,
            account_id=view.channel.account_id,
            contact_id=view.contact.id,
            opened_at=view.opened_at,
        )
    before = before_of(copy if known else None)
    _take_view(copy, view)
    copy.sequence = event.sequence or view.sequence
    moved = (copy.status, copy.team_id, copy.assignee_id) != (before.status, before.team_id, before.assignee_id)
    if view.placement:
        copy.placement = view.placement
    elif moved:  # an event of a version that did not tell
        copy.placement = copy.sequence
    if not known or copy.placement != before.placement or moved:
        _moved(copy, before, event)
    return copy


def _take_view(copy: RoutedConversation, view: ConversationView) -> None:
    copy.status = view.status
    copy.channel = view.channel.kind
    copy.account_id = view.channel.account_id
    copy.contact_id = view.contact.id
    copy.contact_name = view.contact.name
    copy.label_ids = tuple(label.id for label in view.contact.labels)
    copy.type_id = view.type.id if view.type else None
    copy.priority = view.priority
    copy.team_id = view.team.id if view.team else None
    copy.assignee_id = view.assignee.id if view.assignee else None
    copy.queued_at = view.queued_at
    copy.waiting_since = view.waiting_since
    copy.first_response_at = view.first_response_at
    copy.snoozed_until = view.snoozed_until
    copy.opened_at = view.opened_at
    copy.closed_at = view.closed_at
    copy.transfer = view.transfer
    copy.public = bool(view.thread and view.thread.public)
    copy.unread_count = view.unread_count
    if copy.last_spoke is None and view.last_message is not None and view.last_message.direction == "inbound":
        copy.last_spoke = "customer"
        copy.last_customer_at = view.last_message.occurred_at


def _moved(copy: RoutedConversation, before: Before, event: ConversationChanged) -> None:
    """It is somewhere else now: what was decided on where it was is over."""
    copy.pending = None
    copy.set_timer(PENDING, None)
    copy.set_timer(RETURN, None)
    if copy.status == "queued" and copy.queued_at is None:  # an event of a version that did not tell
        copy.queued_at = event.recorded_at
    if copy.status == "closed":
        copy.timers, copy.not_for, copy.queued_at = {}, frozenset(), None
        return
    if copy.assignee_id is not None:
        if copy.assignee_id != before.assignee_id:
            copy.assigned_at = event.occurred_at
            copy.not_for = frozenset()
        copy.knew = copy.assignee_id
    elif before.assignee_id is not None and event.actor.type == "attendant":
        copy.not_for |= {before.assignee_id}  # they, or a supervisor, took it from them


def _message(copy: RoutedConversation, event: MessageChanged) -> RoutedConversation:
    copy.sequence = event.sequence
    state = event.data.conversation_state
    if state is not None:
        copy.waiting_since = state.waiting_since
        copy.first_response_at = state.first_response_at
        copy.unread_count = state.unread_count
    message = event.data.message
    if event.type == "message.received":
        copy.last_spoke, copy.last_customer_at = "customer", event.occurred_at
        if not copy.first_text and message.text:
            copy.first_text = message.text[:MAX_FIRST_TEXT]
    elif event.type == "message.sent" and message.direction == "outbound" and message.automatic is None:
        author = message.author.type
        if author in ("attendant", "system"):  # the company's own phone has no author that is known, and is a person's
            copy.last_spoke, copy.last_answer_at = "attendant", event.occurred_at
        elif author == "bot":
            copy.last_spoke = "bot"
    return copy
