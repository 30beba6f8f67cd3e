"""The states of a conversation as a figure, made by doing everything to one that can be done, in every state."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.refusals import Refusal
from atd_schemas.inbound import InboundContact, InboundMessageData
from atd_schemas.views import ContactRef, ConversationStatus, Named

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "routing.md"

NOON = datetime(2026, 3, 2, 15, tzinfo=UTC)
ANA, BIA, SALES, SUPPORT = (Named(id=one, name=one) for one in ("ana", "bia", "sales", "support"))
WORDS = InboundMessageData(
    account_id="a1",
    account_name="Loja",
    channel="whatsapp",
    contact=InboundContact(external_id="5511999990000", name="Caio"),
    external_id="wamid.1",
    kind="text",
    text="Oi",
)

STATES: Mapping[ConversationStatus, str] = {
    "queued": "in a queue (na fila)",
    "open": "with an attendant (em atendimento)",
    "snoozed": "put aside (adiada)",
    "closed": "closed (encerrada)",
}

Deed = Callable[[Conversation], object]

DEEDS: tuple[tuple[str, Deed], ...] = (
    ("the customer writes", lambda one: one.receive("m2", WORDS, occurred_at=NOON, now=NOON)),
    ("the queue gives it, or somebody takes it (assumir)", lambda one: one.assign(ANA, NOON, team=SALES)),
    ("nobody answers, is there or accepts it", lambda one: one.wait_in(one.team, NOON) if one.assignee else ()),
    ("transfer to an attendant (transferir)", lambda one: one.transfer_to(BIA, None, NOON, by=ANA)),
    ("a rule, or a transfer to a team", lambda one: one.transfer_to(None, SUPPORT, NOON, by=ANA)),
    ("put aside (adiar)", lambda one: one.snooze(NOON + timedelta(hours=1), NOON)),
    ("the time comes", lambda one: one.wake(NOON)),
    ("close (encerrar), or long silence", lambda one: one.close(NOON)),
    ("reopen (reabrir)", lambda one: one.reopen(NOON)),
)

Edge = tuple[str, str]


def edges() -> dict[Edge, list[str]]:
    """What leads from state to state, by name, in the order of `DEEDS`; a way that changes nothing is none."""
    first, _ = Conversation.open("k1", 1, "t1", ContactRef(id="c1", name="Caio"), WORDS, NOON)
    found: dict[Edge, list[str]] = {}
    seen, left = set[object](), [first]
    while left:
        conversation = left.pop()
        if _state(conversation) in seen:
            continue
        seen.add(_state(conversation))
        for name, deed in DEEDS:
            after = _after(conversation, deed)
            if after is None or _state(after) == _state(conversation):
                continue
            left.append(after)
            names = found.setdefault((conversation.status, after.status), [])
            if name not in names:
                names.append(name)
    order = [name for name, _ in DEEDS]
    return {edge: sorted(names, key=order.index) for edge, names in found.items()}


def _after(conversation: Conversation, deed: Deed) -> Conversation | None:
    """The conversation after a deed; None where that is refused."""
    after = deepcopy(conversation)
    try:
        deed(after)
    except Refusal:
        return None
    return after


def _state(conversation: Conversation) -> tuple[str | None, ...]:
    """All that a deed depends on: in which state it is, whose, and in which team's queue."""
    assignee, team = conversation.assignee, conversation.team
    return conversation.status, assignee.id if assignee else None, team.id if team else None


def figure() -> str:
    """The figure as Mermaid draws it."""
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f"    {status}: {words}" for status, words in STATES.items()]
    lines.append("    [*] --> queued: the customer writes")
    order = list(STATES)
    for before, after in sorted(edges(), key=lambda edge: [order.index(one) for one in edge]):  # type: ignore[arg-type]
        lines.append(f"    {before} --> {after}: {'<br/>'.join(edges()[before, after])}")
    return "\n".join([*lines, "```", ""])


_MARKED = re.compile(r"(<!-- figure: states -->\n).*?(<!-- end -->)", re.DOTALL)


def with_figure(text: str) -> str:
    """The document with its figure made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}{figure()}{found[2]}", text)
