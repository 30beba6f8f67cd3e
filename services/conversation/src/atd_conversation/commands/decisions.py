"""Doing what routing has decided, where it may still be done.

A batch is one unit of work: its conversations are read once, the decisions are applied in their order, and everything
is saved together. What was overtaken is dropped without a word: the change that overtook it is an event that routing
hears, and decides on again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from atd_conversation.automations import Automations
from atd_conversation.commands.effects import publish_changes, publish_effects
from atd_conversation.commands.labels import LabelCommands
from atd_conversation.domain.automation.acting import Scene, after_status, is_occasion
from atd_conversation.domain.automation.routed import said_id, say
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.classifying import close_classified
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.decisions import DecisionLoader
from atd_conversation.store.directory import Directory
from atd_conversation.store.followed import FollowedContacts
from atd_conversation.store.unit import UnitStore
from atd_schemas.routing import Assigned, Closed, Queued, RoutingDecision, Saying, ServiceLevelSet, Set, SetData
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record

if TYPE_CHECKING:
    from atd_conversation.domain.contact import Contact
    from atd_servicekit.mongo import Session

Outcome = Literal["applied", "unchanged", "overtaken", "refused", "missing"]
"""What became of a decision. `refused`: the rules do not allow it, such as assigning what is closed."""


class Count(Protocol):
    """Counts what became of a decision."""

    def __call__(self, decision_type: str, outcome: Outcome) -> None: ...


@dataclass(slots=True)
class Taking:
    """One pass over a batch. `said` are the messages that are there of those that say something once."""

    session: "Session"
    now: datetime
    conversations: dict[str, Conversation]
    said: set[str]
    unit: UnitOfWork = field(default_factory=UnitOfWork)
    contacts: "dict[str, Contact | None]" = field(default_factory=dict)
    gone: dict[str, bool] = field(default_factory=dict)


class Decisions:
    """Takes batches of decisions, each in the transaction whose session it is given."""

    def __init__(
        self,
        loader: DecisionLoader,
        store: UnitStore,
        directory: Directory,
        contacts: FollowedContacts,
        labels: LabelCommands,
        channels: Channels,
        automations: Automations,
        clock: Clock,
    ) -> None:
        self._loader = loader
        self._store = store
        self._directory = directory
        self._contacts = contacts
        self._labels = labels
        self._channels = channels
        self._automations = automations
        self._clock = clock

    async def take(self, session: "Session", records: Sequence[Record[Any]]) -> list[tuple[str, Outcome]]:
        """Apply the decisions that were not taken before; the type of each and what became of it.

        One that places its conversation is `overtaken` when it comes again; of the others it is noted that they were.

        Raises `StaleVersion` when somebody else changed the same meanwhile.
        """
        first = {record.event.id: record for record in reversed(records)}
        decisions = [record.event for record in first.values()]
        wanted = {one.data.conversation_id for one in decisions}
        once = {said_id(one.data.conversation_id, saying.once) for one in decisions for saying in one.data.say}
        noted = {one.id for one in decisions if not is_taken_once(one)}
        there = await self._loader.load(session, noted, wanted, once)
        new = [one for one in records if first[one.event.id] is one and one.event.id not in there.handled]
        if not new:
            return []
        taking = Taking(session, self._clock.now(), there.conversations, there.said)
        outcomes = [(record.event.type, await self._take_one(taking, record)) for record in new]
        taking.unit.handled.extend(one.event.id for one in new if one.event.id in noted)
        taking.unit.drop_unchanged()
        await self._store.save(session, taking.unit, taking.now)
        return outcomes

    async def _take_one(self, taking: Taking, record: Record[Any]) -> Outcome:
        decision: RoutingDecision = record.event
        conversation = taking.conversations.get(decision.data.conversation_id)
        if conversation is None or conversation.tenant_id != decision.tenant_id:
            return "missing"
        if not conversation.holds(decision.data.condition):
            return "overtaken"
        taking.unit.touch(conversation)
        sequence = conversation.sequence
        try:
            await self._apply(taking, conversation, decision, record.traceparent)
        except Refusal:
            return "refused"
        return "unchanged" if conversation.sequence == sequence else "applied"

    async def _apply(
        self, taking: Taking, conversation: Conversation, decision: RoutingDecision, traceparent: str | None
    ) -> None:
        """Raises `Refusal`, and has changed nothing then."""
        unit, now, before = taking.unit, taking.now, conversation.status
        if isinstance(decision, Closed):
            await self._say(taking, conversation, decision, traceparent)
        changes = changes_of(conversation, decision, now)
        publish_changes(unit, conversation, changes, decision.actor, now, decision.id, traceparent)
        labels_stand = conversation.is_set_since("labels", decision.data.condition.fields_as_of)
        if isinstance(decision, Set) and decision.data.label_ids and not labels_stand:
            await self._label(taking, conversation, decision)
        if is_occasion(before, conversation.status):
            scene = await self._scene(taking, conversation, decision.id)
            effects = after_status(scene, before, decision.actor)
            publish_effects(unit, self._channels, scene, effects, traceparent=traceparent)
        if not isinstance(decision, Closed):
            await self._say(taking, conversation, decision, traceparent)

    async def _say(
        self, taking: Taking, conversation: Conversation, decision: RoutingDecision, traceparent: str | None
    ) -> None:
        if not decision.data.say:
            return
        scene = await self._scene(taking, conversation, decision.id)
        effects = say(scene, decision.data.say, taking.said)
        publish_effects(taking.unit, self._channels, scene, effects, traceparent=traceparent)
        new = {message.id for message in taking.unit.new_messages} - taking.said
        told = _position_told(conversation, decision.data.say, new)
        if told is not None:
            changes = conversation.tell_position(told)
            publish_changes(taking.unit, conversation, changes, decision.actor, taking.now, decision.id, traceparent)
        taking.said |= new

    async def _label(self, taking: Taking, conversation: Conversation, decision: Set) -> None:
        """Put the labels on the customer that there are, and that they do not have; beyond the most, none is."""
        contact_id, tenant_id = conversation.contact.id, conversation.tenant_id
        if contact_id not in taking.contacts:
            found = await self._contacts.present(tenant_id, contact_id, taking.session)
            taking.contacts[contact_id] = found and taking.contacts.get(found.id, found)
            if found is not None:
                taking.contacts.setdefault(found.id, taking.contacts[contact_id])
        contact, known = taking.contacts[contact_id], conversation.names.labels
        labels = [label for label_id in decision.data.label_ids if (label := known.get(label_id)) is not None]
        if contact is None or not labels:
            return
        news, cause = False, decision.id
        for label in labels:
            try:
                news |= self._labels.mark(taking.unit, contact, label, decision.actor, taking.now, on=True, cause=cause)
            except Refusal:
                break
        if news:
            loaded = taking.conversations
            await self._labels.show(
                taking.session, taking.unit, contact, decision.actor, taking.now, loaded, cause=cause
            )

    async def _scene(self, taking: Taking, conversation: Conversation, cause: str) -> Scene:
        """Where something is said without a person."""
        tenant_id, channel = conversation.tenant_id, conversation.channel
        if channel.account_id not in taking.gone:
            gone = await self._directory.account_is_deleted(tenant_id, channel.account_id)
            taking.gone[channel.account_id] = gone
        served = self._channels.topic(channel.kind) is not None
        return Scene(
            conversation=conversation,
            automation=await self._automations.of(tenant_id),
            rules=self._channels.of(channel.kind),
            now=taking.now,
            cause=cause,
            served=served and not taking.gone[channel.account_id],
            blocked=bool(conversation.contact.blocked),
        )


def is_taken_once(decision: RoutingDecision) -> bool:
    """Whether a decision holds no more once it is taken, so that nobody need note that it was.

    It places the conversation anew, over the placement that it names. What it says with that has ids of its own.
    """
    return isinstance(decision, Assigned | Queued) and decision.data.condition.placement is not None


def changes_of(conversation: Conversation, decision: RoutingDecision, now: datetime) -> list[Change]:
    """What a decision changes of its conversation. Raises `Refusal`."""
    if isinstance(decision, Assigned):
        data = decision.data
        return conversation.assign(data.attendant, now, team=data.team, why=_why(reason=data.reason))
    if isinstance(decision, Queued):
        rule = decision.data.rule
        why = _why(reason=decision.data.reason, rule=rule.model_dump() if rule else None)
        return conversation.wait_in(decision.data.team, now, why=why)
    if isinstance(decision, Set):
        return _fields_set(conversation, decision.data)
    if isinstance(decision, Closed):
        type_id = decision.data.type_id if decision.data.type_id in conversation.names.types else None
        return close_classified(conversation, type_id, now, needs_type=False)
    if isinstance(decision, ServiceLevelSet):
        return conversation.show_service_level(decision.data.service_level, decision.data.happened)
    return []


def _fields_set(conversation: Conversation, wanted: SetData) -> list[Change]:
    """Set type and priority, but for what somebody has set by hand since it was decided."""
    changes, as_of = [], wanted.condition.fields_as_of
    is_known = wanted.type_id is not None and wanted.type_id in conversation.names.types
    if is_known and not conversation.is_set_since("type", as_of):
        changes += conversation.classify(wanted.type_id, by_hand=False)
    if wanted.priority is not None and not conversation.is_set_since("priority", as_of):
        changes += conversation.prioritise(wanted.priority, by_hand=False)
    return changes


def _why(**told: Any) -> Mapping[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _position_told(conversation: Conversation, sayings: Sequence[Saying], new: Collection[str]) -> int | None:
    """The place in the queue that one of the new messages tells the customer."""
    for one in sayings:
        position = one.values.get("position", "")
        if one.purpose == "queue_position" and position.isdecimal() and said_id(conversation, one.once) in new:
            return int(position)
    return None
