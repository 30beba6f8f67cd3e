"""A note never leaves: whatever people and the product do, its text is in nothing that goes out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.automation.acting import VARIABLES, Scene, after_status, ask_by_hand, values_of
from atd_conversation.domain.automation.policies import Automation, ProtocolPolicy, RatingPolicy
from atd_conversation.domain.automation.rules import TRIGGERS, AutomaticReply
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import outbound_command
from atd_conversation.domain.message_actions import react, retry
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.transcripts import Transcript, entry_of, is_shown, text_of, words_of
from atd_conversation.domain.transcripts.entries import Audience
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.topics import OUTBOUND_WHATSAPP, encode
from atd_schemas.views import Named
from atd_testing.inbound import NOON, customer_message

from .intake.world import BIA, A, T, World

SECRET = "nao-conte-a-ninguem"
PHONE = "5511988887777"
WORDS = words_of("pt-BR", "America/Sao_Paulo")
WHATSAPP = CHANNEL_RULES["whatsapp"]
EVERYTHING_ON = Automation(
    replies=tuple(
        AutomaticReply(
            id=trigger,
            name=trigger,
            trigger=trigger,
            text=" ".join(f'{{{{{name}|"-"}}}}' for name in VARIABLES),
            words=("palavra",) if trigger == "keyword" else (),
        )
        for trigger in TRIGGERS
    ),
    protocol=ProtocolPolicy(on_opening=True),
    ratings=RatingPolicy(enabled=True, after="anyone", ask_comment=True, question="{{attendant.name}}: de 1 a 5?"),
)


class Company:
    """One customer's thread, and everything that was given to the channel."""

    def __init__(self) -> None:
        self.world = World(automation=EVERYTHING_ON)
        self.now: datetime = NOON
        self.count = 0
        self.sent: list[bytes] = []
        self.note(SYSTEM)  # no conversation yet: nothing happens
        self.customer("Oi")

    @property
    def conversation(self) -> Conversation | None:
        return next((each for each in self.world.conversations.values() if each.current), None)

    def next_id(self) -> str:
        self.count += 1
        return f"m{self.count}"

    def customer(self, text: str) -> None:
        self._take(customer=PHONE, text=text)

    def _take(self, **told: Any) -> None:
        self.now += timedelta(minutes=7)
        message = customer_message(T, A, self.next_id(), occurred_at=self.now, **told)
        unit = self.world.batch(message, now=self.now)
        self.sent += [encode(one.event) for one in unit.outgoing if one.topic == OUTBOUND_WHATSAPP]

    def joined(self) -> None:
        """They write under another id, a note is written there, and a message proves that both are one."""
        self._take(customer="BR.1", text="Sou eu")
        for each in [one for one in self.world.conversations.values() if one.current]:
            text = f"{SECRET} {{{{contact.name}}}}"
            self._keep(each.note(self.next_id(), actor=BIA, text=text, now=self.now), BIA, each)
        self._take(customer="BR.1", aliases=(PHONE,), text="Este é o meu número")

    def tomorrow(self) -> None:
        self.now += timedelta(hours=25)

    def note(self, actor: Actor = BIA) -> None:
        if self.conversation is not None:
            text = f"{SECRET} palavra protocolo 5 {{{{contact.name}}}}"
            self._keep(self.conversation.note(self.next_id(), actor=actor, text=text, now=self.now), actor)

    def answer(self) -> None:
        assert self.conversation is not None
        sent = self.conversation.send(
            self.next_id(), actor=BIA, text="Bom dia", now=self.now, reply_window=WHATSAPP.reply_window
        )
        self._keep(sent, BIA)

    def act_on_notes(self) -> None:
        """Reacting to a note and sending it again are refused, and would send something otherwise."""
        conversation = self.conversation
        assert conversation is not None
        for message in list(self.world.messages.values()):
            if message.direction == "note":
                for act in (
                    lambda m: react(conversation, m, "👍", WHATSAPP, BIA, self.now),
                    lambda m: retry(conversation, m, WHATSAPP, self.now),
                ):
                    try:
                        self._keep(act(message), BIA)
                    except Refusal:
                        continue
                    raise AssertionError("a note was acted on as a message")

    def assign(self, attendant: Named | None) -> None:
        assert self.conversation is not None
        self._change(lambda each: each.assign(attendant, self.now))

    def close(self, actor: Actor) -> None:
        self._change(lambda each: each.close(self.now), actor)

    def reopen(self) -> None:
        self._change(lambda each: each.reopen(self.now))

    def ask_rating(self) -> None:
        assert self.conversation is not None
        self._effects(ask_by_hand(self._scene(self.conversation), BIA))

    def _change(self, decide: Callable[[Conversation], list[Change]], actor: Actor = BIA) -> None:
        conversation = self.conversation
        assert conversation is not None
        before = conversation.status
        self._keep(decide(conversation), actor)
        self._effects(after_status(self._scene(conversation), before, actor))

    def _scene(self, conversation: Conversation) -> Scene:
        return Scene(conversation, EVERYTHING_ON, WHATSAPP, self.now, cause=self.next_id())

    def _effects(self, effects: Any) -> None:
        for effect in effects:
            self._keep([effect.change], SYSTEM)
            if effect.command is not None:
                self.sent.append(encode(effect.command))

    def _keep(self, changes: list[Change], actor: Actor, conversation: Conversation | None = None) -> None:
        """As the commands do: save messages, and give to the channel what is the customer's."""
        conversation = conversation or self.conversation
        assert conversation is not None
        self.world.tell(conversation, changes)
        for change in changes:
            message = change.message
            if message is None:
                continue
            self.world.messages[message.id] = message
            if message.direction == "outbound" and actor.type == "attendant":
                command = outbound_command(
                    conversation, message, now=self.now, causation_id="r", reply_to_external_id=None
                )
                self.sent.append(encode(command))


ACTS: dict[str, Callable[[Company], None]] = {
    "note": Company.note,
    "note of a rule": lambda company: company.note(SYSTEM),
    "answer": Company.answer,
    "act on notes": Company.act_on_notes,
    "customer writes": lambda company: company.customer("E agora?"),
    "customer says the word": lambda company: company.customer("palavra"),
    "customer asks for the number": lambda company: company.customer("protocolo"),
    "customer rates": lambda company: company.customer("5"),
    "another record is joined": Company.joined,
    "a day passes": Company.tomorrow,
    "assign": lambda company: company.assign(Named(id="bia", name="Bia")),
    "back to the queue": lambda company: company.assign(None),
    "close": lambda company: company.close(BIA),
    "close by a rule": lambda company: company.close(SYSTEM),
    "reopen": Company.reopen,
    "ask for a rating": Company.ask_rating,
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=40))
def test_a_note_never_leaves(acts: list[str]) -> None:
    company = Company()
    for act in acts:
        try:
            ACTS[act](company)
        except Refusal:
            continue  # not allowed in this state
    assert company.conversation is not None
    for command in company.sent:
        assert SECRET.encode() not in command
    for conversation in company.world.conversations.values():
        assert SECRET not in conversation.view().model_dump_json()  # list rows, and what a webhook tells of it
        assert not any(SECRET in str(value) for value in values_of(conversation).values())
        assert SECRET not in transcript_of(company, conversation)


def transcript_of(company: Company, conversation: Conversation, audience: Audience = "customer") -> str:
    """The text that the customer gets; each message also as if it quoted each note. A PDF has the same entries."""
    messages = [one for one in company.world.messages.values() if one.conversation_id == conversation.id]
    notes = [one for one in messages if one.direction == "note"]
    entries = [
        entry_of(one, audience, WORDS, customer="Ana", quoted=quoted)
        for one in messages
        if is_shown(one, audience)
        for quoted in (None, *notes[:2])
    ]
    head = Transcript(audience, conversation.number, "Ana", "WhatsApp", ("Bia",), NOON, None, WORDS)
    return "".join(text_of(head, entries))


def test_the_property_looks_at_something() -> None:
    company = Company()
    acts = ("note", "answer", "customer asks for the number", "answer", "close", "customer rates", "note of a rule")
    for act in acts:
        ACTS[act](company)
    sent = b" ".join(company.sent).decode()
    for part in ("Bom dia", "de 1 a 5?", "Obrigado", "protocolo desta conversa"):
        assert part in sent
    notes = [message for message in company.world.messages.values() if message.direction == "note"]
    assert [SECRET in (note.text or "") for note in notes] == [True, True]
    assert company.conversation is not None
    assert SECRET in transcript_of(company, company.conversation, "internal")
    assert "Bom dia" in transcript_of(company, company.conversation)
    company.joined()
    assert [one.merged is not None for one in company.world.contacts.values()].count(True) == 1
