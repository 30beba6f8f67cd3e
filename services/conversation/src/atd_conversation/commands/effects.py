"""What a decision leads to: events, commands to channels, and the answer to a refusal."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from atd_conversation.domain.automation.acting import Effect, Scene
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import conversation_event
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.timeline import TimelineEntry
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.directory import Directory
from atd_schemas.envelope import SYSTEM, Actor, Envelope
from atd_schemas.topics import Topic
from atd_servicekit.problems import FieldError, Problem
from atd_servicekit.tracing import current_traceparent
from atd_servicekit.versions import Overtaking

T = TypeVar("T")

_STATUSES = {
    "not_failed": 409,
    "not_waiting": 409,
    "already_merged": 409,
    "not_merged": 409,
    "not_closed": 409,
    "not_sent": 409,
    "not_transferred": 409,
    "already_asked": 409,
    "already_replied_privately": 409,
}
"""Of refusals that speak of the present state and not of the request."""


def publish_changes(
    unit: UnitOfWork,
    conversation: Conversation,
    changes: Sequence[Change],
    actor: Actor,
    now: datetime,
    request_id: str,
    traceparent: str | None = None,
) -> None:
    """Let the events of these changes go out with the unit. `traceparent`: their trace; None: the present one."""
    for change in changes:
        event = conversation_event(conversation, change, actor=actor, now=now, causation_id=request_id)
        unit.tell(event, traceparent or current_traceparent(), change.details)


def publish_effects(
    unit: UnitOfWork,
    channels: Channels,
    scene: Scene,
    effects: Iterable[Effect],
    *,
    asked_by: Actor | None = None,
    traceparent: str | None = None,
) -> None:
    """Save and tell what the product does by itself: each effect at once, before the next one is made.

    `asked_by`: who asked for a rating by hand; the message that asks is the product's all the same.
    """
    conversation = scene.conversation
    for effect in effects:
        message = effect.change.message
        actor = asked_by if asked_by is not None and message is None else SYSTEM
        publish_changes(unit, conversation, [effect.change], actor, scene.now, scene.cause, traceparent)
        if message is not None:
            unit.new_messages.append(message)
        topic = channels.topic(conversation.channel.kind)
        if effect.command is not None and topic is not None:
            send_command(unit, topic, effect.command, traceparent)


def send_command(unit: UnitOfWork, topic: Topic, command: Envelope, traceparent: str | None = None) -> None:
    """Let a command to the channel service that listens to `topic` go out with the unit."""
    unit.publish(topic, command, traceparent or current_traceparent())


async def channel_topic(channels: Channels, directory: Directory, tenant_id: str, conversation: Conversation) -> Topic:
    """Where commands for the conversation's channel go.

    Raises `Problem` 422 `channel_not_supported` or `channel_removed`.
    """
    topic = channels.topic(conversation.channel.kind)
    if topic is None:
        raise refused(Refusal("channel_not_supported", "Sending on this channel is not supported yet."))
    if await directory.account_is_deleted(tenant_id, conversation.channel.account_id):
        raise refused(Refusal("channel_removed", "The channel account of this conversation was removed."))
    return topic


def decided(decide: Callable[[], T]) -> T:
    """What was decided. Raises the `Problem` of a `Refusal`."""
    try:
        return decide()
    except Refusal as refusal:
        raise refused(refusal) from None


def refused(refusal: Refusal) -> Problem:
    """422: the request is understood and the rules do not allow it. 409: not in the present state."""
    field_name, detail = refusal.field_name, refusal.detail
    errors = [FieldError(field_name, detail)] if field_name else []
    is_sentence = detail[:1].isupper()
    said = detail if is_sentence or not field_name else f"{field_name}: {detail}"
    return Problem(_STATUSES.get(refusal.code, 422), refusal.code, said, errors=errors)


def overtakings(told: Iterable[TimelineEntry]) -> list[Overtaking]:
    """What a 409 says of the changes since a version."""
    return [
        Overtaking(one.type, one.sequence, one.at, one.changed, one.actor.type, one.actor.id, one.actor.name)
        for one in told
    ]
