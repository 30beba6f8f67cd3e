"""What routing wants said to a customer: that the company is closed, their place in the queue, and so on."""

from collections.abc import Collection, Iterator, Sequence

from atd_conversation.domain.automation.acting import Effect, Scene, send, values_of
from atd_conversation.domain.conversation import Conversation
from atd_schemas.ids import uuid5
from atd_schemas.routing import Saying
from atd_schemas.views import AutomaticRef


def said_id(conversation: Conversation | str, once: str) -> str:
    """The id of the message that says something once: it is there, or it is not."""
    conversation_id = conversation if isinstance(conversation, str) else conversation.id
    return uuid5("routing-said", conversation_id, once)


def say(scene: Scene, sayings: Sequence[Saying], known: Collection[str]) -> Iterator[Effect]:
    """Say what has not been said (`known`: ids of messages that are there), where the customer can be written to.

    Nothing is said by itself in public, to who is blocked, outside of the time for rules, where two machines talk to
    each other, or when it is over.
    """
    conversation, told = scene.conversation, set(known)
    for one in sayings:
        message_id = said_id(conversation, one.once)
        if message_id in told or not _may_say(scene):
            continue
        told.add(message_id)
        rule_id, rule_name = (one.rule.id, one.rule.name) if one.rule else (None, None)
        why = AutomaticRef(kind=one.purpose, rule_id=rule_id, rule_name=rule_name)
        effects = list(send(scene, message_id, why, one.text, values={**values_of(conversation), **one.values}))
        if effects:
            conversation.memory = conversation.memory.said(f"routing.{one.purpose}", scene.now)
        yield from effects


def _may_say(scene: Scene) -> bool:
    conversation = scene.conversation
    closed = conversation.status == "closed" or conversation.is_public
    return not closed and not scene.blocked and scene.can_write and not conversation.memory.is_looping(scene.now)
