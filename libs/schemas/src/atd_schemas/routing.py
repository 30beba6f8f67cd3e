"""`routing.decisions.v1`: what routing wants done with a conversation. Conversation does it, if it may still be done.

Routing decides on what it has heard; conversation is ahead of that. So every decision says what it was made on, and one
that was overtaken is dropped without a word: what overtook it is an event of the conversation, which routing hears and
decides on again. A person is never overruled by a decision that did not know of their deed.
"""

from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema
from atd_schemas.views import Named, Priority, ServiceLevelView

AutomaticText = Literal[
    "outside_hours", "greeting", "queue_position", "silence_reminder", "silence_closing", "queue_overdue"
]
"""What routing has said without a person: that it is outside hours, that a team or somebody is there now, the place in
the queue, that the customer did not answer, that the conversation ends because of it, that it takes longer."""

AssignReason = Literal[
    "round_robin", "least_busy", "longest_idle", "last_attendant", "skill", "pulled", "rule", "returned", "taken_over"
]
"""Why somebody got the conversation: by the team's strategy; because they know the customer; because they asked for the
next one; by a rule; it came back to them after a transfer that nobody accepted."""

QueueReason = Literal["rule", "no_answer", "offline", "deactivated", "not_accepted", "returned", "team_closed", "bot"]
"""Why it waits in a queue: by a rule; who had it did not answer, went away, or is no attendant any more; a transfer was
not accepted; the customer of an earlier conversation came back and its attendant cannot take it; it left a bot."""


class Condition(Schema):
    """What the decision was made on; absent fields do not matter.

    `placement`: nobody has changed whose it is, its team or its status since (`ConversationView.placement`).
    `sequence`: nothing at all has happened since (`ConversationView.sequence`).
    `fields_as_of`: fields that somebody has set by hand after this `sequence` are left as they are; the others are set.
    """

    placement: int | None = None
    sequence: int | None = None
    fields_as_of: int | None = None


class Saying(Schema):
    """A text to the customer, with variables; `values` are those that routing knows, by name.

    `once`: the customer is told it once for each value of this, however often it is decided. It is left out where the
    conversation cannot be written to by itself just then.
    """

    purpose: AutomaticText
    text: str
    values: dict[str, str] = Field(default_factory=dict)
    once: str
    rule: Named | None = None


class DecisionData(Schema):
    """What every decision has. `say` is said after it was done, and not said when it was dropped."""

    conversation_id: str
    condition: Condition = Condition()
    say: tuple[Saying, ...] = ()


class AssignData(DecisionData):
    """Give it to this attendant, in this team (None: as it is)."""

    attendant: Named
    team: Named | None = None
    reason: AssignReason


class QueueData(DecisionData):
    """Let it wait in the queue of this team (None: of all), with nobody's name on it."""

    team: Named | None = None
    reason: QueueReason
    rule: Named | None = None


class SetData(DecisionData):
    """Set what a rule says; absent fields stay. `label_ids` are put on the customer beside those that they have."""

    priority: Priority | None = None
    type_id: str | None = None
    label_ids: tuple[str, ...] = ()
    rule: Named | None = None


class CloseData(DecisionData):
    """End it, after what is said."""

    reason: Literal["customer_silent"]
    type_id: str | None = None


class ServiceLevelData(DecisionData):
    """How it stands against its targets from now on. `happened`: a target comes near, or was missed."""

    service_level: ServiceLevelView | None
    happened: Literal["warning", "breach"] | None = None


class Assigned(Envelope):
    """Give a conversation to somebody. `subject` is the conversation."""

    type: Literal["routing.assign"] = "routing.assign"
    data: AssignData


class Queued(Envelope):
    """Let a conversation wait in a queue. `subject` is the conversation."""

    type: Literal["routing.queue"] = "routing.queue"
    data: QueueData


class Set(Envelope):
    """Change fields of a conversation. `subject` is the conversation."""

    type: Literal["routing.set"] = "routing.set"
    data: SetData


class Closed(Envelope):
    """End a conversation. `subject` is the conversation."""

    type: Literal["routing.close"] = "routing.close"
    data: CloseData


class Said(Envelope):
    """Say something to the customer and change nothing. `subject` is the conversation."""

    type: Literal["routing.say"] = "routing.say"
    data: DecisionData


class ServiceLevelSet(Envelope):
    """Show how a conversation stands against its targets. `subject` is the conversation."""

    type: Literal["routing.service_level"] = "routing.service_level"
    data: ServiceLevelData


RoutingDecision = Annotated[Assigned | Queued | Set | Closed | Said | ServiceLevelSet, Field(discriminator="type")]
