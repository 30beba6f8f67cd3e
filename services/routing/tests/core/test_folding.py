"""What routing keeps of a conversation follows from its events, in any number of repeats."""

from typing import Any, get_args

import pytest

from atd_routing.domain.conversation import Pending, RoutedConversation
from atd_routing.domain.folding import PENDING, RETURN, fold
from atd_routing.domain.tenant import Tenant
from atd_routing.engine import _matters
from atd_routing.handlers import ConversationHandler
from atd_schemas.conversation import ConversationEventType, MessageEventType
from atd_schemas.envelope import Actor
from atd_schemas.topics import encode
from atd_servicekit.clock import SystemClock
from atd_servicekit.tenant_cache import TenantCache

from .talks import NOON, Talk


def person(attendant_id: str) -> Actor:
    return Actor(type="attendant", id=attendant_id)


def folded(*events: Any, copy: RoutedConversation | None = None) -> RoutedConversation:
    for event in events:
        copy = fold(copy, event) or copy
    assert copy is not None
    return copy


def test_a_new_conversation_is_known_whole() -> None:
    talk = Talk("t", team_id="vendas", priority="high", labels=("vip",))
    copy = folded(talk.opened())
    assert (copy.id, copy.team_id, copy.priority, copy.label_ids, copy.waits) == (
        talk.id,
        "vendas",
        "high",
        ("vip",),
        True,
    )
    assert (copy.queued_at, copy.waiting_since, copy.placement, copy.sequence) == (NOON, NOON, 1, 1)


def test_a_repeat_and_what_is_older_change_nothing() -> None:
    talk = Talk("t")
    first, second = talk.opened(), talk.assigned("ana")
    copy = folded(first, second)
    assert fold(copy, first) is None
    assert fold(copy, second) is None
    assert copy.assignee_id == "ana"


def test_a_message_of_an_unknown_conversation_waits_for_its_next_event() -> None:
    talk = Talk("t")
    talk.opened()
    assert fold(None, talk.said()) is None


@pytest.mark.parametrize(
    ("more", "spoke", "waits"),
    [
        ({"by": "contact"}, "customer", True),
        ({"by": "attendant"}, "attendant", False),
        ({"by": "bot"}, "bot", True),
        ({"by": "attendant", "note": True}, "customer", True),
        ({"by": "system", "automatic": True}, "customer", True),
    ],
)
def test_notes_and_what_is_said_by_itself_are_no_speaking(more: Any, spoke: str, waits: bool) -> None:
    talk = Talk("t")
    copy = folded(talk.opened(), talk.said("Bom dia"), talk.after(minutes=5).said(**more))
    assert copy.last_spoke == spoke
    assert (copy.waiting_since is not None) is waits
    assert copy.first_text == "Bom dia"


def test_what_was_decided_ends_with_the_next_change_of_placement_whoever_made_it() -> None:
    talk = Talk("t", team_id="vendas")
    copy = folded(talk.opened())
    copy.pending = Pending("d", 1, "ana", "vendas", NOON)
    copy.set_timer(PENDING, NOON)
    folded(talk.said(), copy=copy)
    assert copy.pending is not None
    after = folded(talk.assigned("bia", person("bia")), copy=copy)
    assert (after.pending, after.timers, after.assignee_id) == (None, {}, "bia")


@pytest.mark.parametrize(("by", "kept_from"), [(person("ana"), {"ana"}), (person("rui"), {"ana"}), (None, set())])
def test_who_gave_it_back_by_hand_does_not_get_it_by_itself(by: Actor | None, kept_from: set[str]) -> None:
    talk = Talk("t", team_id="vendas")
    events = [talk.opened(), talk.assigned("ana"), talk.queued("vendas", *([by] if by else []))]
    copy = folded(*events)
    assert copy.not_for == kept_from
    assert folded(talk.assigned("bia"), copy=copy).not_for == set()


def test_closing_ends_every_timer() -> None:
    talk = Talk("t")
    copy = folded(talk.opened(), talk.assigned("ana"))
    copy.timers, copy.not_for = {"silence": NOON, RETURN: NOON}, frozenset({"bia"})
    folded(talk.closed(), copy=copy)
    assert (copy.timers, copy.not_for, copy.active, copy.knew) == ({}, frozenset(), False, "ana")


def test_events_of_a_version_that_did_not_tell_the_placement_are_understood() -> None:
    talk = Talk("t")
    first = talk.opened()
    second = talk.assigned("ana")
    for event in (first, second):
        old = event.data.conversation.model_copy(update={"placement": 0, "queued_at": None})
        object.__setattr__(event.data, "conversation", old)
    copy = folded(first)
    assert (copy.placement, copy.queued_at) == (1, NOON)
    assert folded(second, copy=copy).placement == 2


async def test_messages_of_a_company_that_has_set_nothing_are_not_even_parsed() -> None:
    """Only while that is known for certain, and nothing else of it: how an event begins is what tells."""
    settings = {"unset": 0, "routed": 1}

    async def revision(tenant_id: str) -> int:
        return settings[tenant_id]

    async def read(tenant_id: str) -> Tenant:
        return Tenant(tenant_id, settings[tenant_id])

    tenants = TenantCache(revision, read, SystemClock())
    engine: Any = None
    handler = ConversationHandler(engine, tenants)
    told = {name: Talk(name) for name in settings}
    opened = {name: encode(talk.opened()) for name, talk in told.items()}
    said = {name: encode(talk.said()) for name, talk in told.items()}
    assert not handler.passes_over(said["unset"]), "not known yet"
    for name in settings:
        await tenants.of(name)
    passed = [name for name in settings if handler.passes_over(said[name])]
    assert passed == ["unset"]
    assert not handler.passes_over(opened["unset"])
    assert not handler.passes_over(b"{" + said["unset"])
    for kind in get_args(MessageEventType):
        assert handler.passes_over(encode(told["unset"].said().model_copy(update={"type": kind})))
    tenants.forget("unset")
    assert not handler.passes_over(said["unset"])


def test_every_type_of_event_is_heard_or_left_out_on_purpose() -> None:
    talk = Talk("t")
    opened, said = talk.opened(), talk.said()
    nothing_shown = opened.data.model_copy(update={"changed": ("draft",)})
    opened = opened.model_copy(update={"data": nothing_shown})
    routed, unset = Tenant("t", revision=1), Tenant("t")
    kinds = [opened.model_copy(update={"type": kind}) for kind in get_args(ConversationEventType)]
    assert all(_matters(event, routed) for event in kinds)
    left_out = {event.type for event in kinds if not _matters(event, unset)}
    assert left_out == {
        "conversation.rated",
        "conversation.scheduled",
        "rating.requested",
        "conversation.classified",
        "conversation.updated",
    }
    messages = [said.model_copy(update={"type": kind}) for kind in get_args(MessageEventType)]
    assert all(_matters(event, routed) for event in messages)
    assert not any(_matters(event, unset) for event in messages)
