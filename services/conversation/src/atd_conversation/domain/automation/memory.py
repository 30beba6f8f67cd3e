"""What is remembered of a customer's thread, so that no rule fires too often and no two machines talk for ever.

The thread is that of a contact on a channel account: its memory goes on from conversation to conversation, closed ones
too. It is a value: every change makes another one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from atd_servicekit.text_folding import folded

MOST_IN_A_ROW = 2
"""Automatic messages without a person's word between them."""

MOST_IN_A_DAY = 10
"""Automatic messages in 24 hours, whatever the other side writes, until an attendant does."""

TOO_FAST = timedelta(seconds=5)
"""Nobody reads a message and answers it within this time."""

SURE = 2
"""How much speaks for a machine until it is taken for one.

A quick answer counts 1, for a person may have been typing; words that came before count 2.
"""

LONGEST_PERIOD = timedelta(days=90)
"""For which it is remembered that a rule has fired."""

MOST_REMEMBERED = 100
"""Rules of which it is remembered when they fired."""

_DAY = timedelta(days=1)
_TEXTS = 4
_LONG_TEXT = 20


@dataclass(frozen=True, slots=True)
class Memory:
    """`fired`: when each rule fired last. `sent`: the automatic messages of the last day.

    Since a person wrote last: `in_a_row` automatic messages were sent, and `machine` says how much speaks for a machine
    at the other end (see `SURE`); the latest message of both is of `last_at`. `texts` are digests of what the other
    side wrote since an attendant did. `stopped`: it has been said that nothing more is sent. `quick`: how many messages
    came at once since ours, one after the other: a machine answers, and a person goes on typing.
    """

    fired: Mapping[str, datetime] = field(default_factory=dict)
    sent: tuple[datetime, ...] = ()
    in_a_row: int = 0
    last_at: datetime | None = None
    machine: int = 0
    texts: tuple[str, ...] = ()
    stopped: bool = False
    quick: int = 0

    def heard(self, text: str | None, occurred_at: datetime) -> "Memory":
        """The customer's side wrote. It ends the row, unless a machine can have written it, or it came before."""
        if self.in_a_row == 0:
            return self
        digest = text_digest(text)
        texts = self.texts if digest is None else (*(one for one in self.texts if one != digest), digest)[-_TEXTS:]
        repeated, fast = digest is not None and digest in self.texts, self._is_too_fast(occurred_at)
        if fast and not repeated and self.quick and self.in_a_row < MOST_IN_A_ROW:  # ours came while they were typing
            return replace(self, in_a_row=0, machine=0, quick=0, stopped=False, texts=texts)
        if repeated or fast:
            latest = max(self.last_at or occurred_at, occurred_at)
            return replace(
                self,
                machine=self.machine + (SURE if repeated else 1),
                quick=self.quick + 1,
                texts=texts,
                last_at=latest,
            )
        if self.last_at is not None and occurred_at < _whole_second(self.last_at):
            return replace(self, texts=texts)
        return replace(self, in_a_row=0, machine=0, quick=0, stopped=False, texts=texts)

    def answered(self) -> "Memory":
        """A person of the company wrote: whoever is at the other end, a person has taken it up."""
        if not (self.in_a_row or self.machine or self.sent or self.texts):
            return self
        return Memory(fired=self.fired)

    def said(self, rule_id: str, now: datetime, text: str | None = None) -> "Memory":
        """An automatic message was sent by a rule, because the other side wrote `text`."""
        recent = {key: at for key, at in self.fired.items() if now - at <= LONGEST_PERIOD and key != rule_id}
        kept = dict(sorted(recent.items(), key=lambda pair: pair[1])[-MOST_REMEMBERED + 1 :])
        digest = text_digest(text)
        texts = self.texts if digest is None or digest in self.texts else (*self.texts, digest)[-_TEXTS:]
        return replace(
            self,
            fired={**kept, rule_id: now},
            sent=(*self._of_the_day(now), now)[-MOST_IN_A_DAY:],
            in_a_row=self.in_a_row + 1,
            last_at=now,
            texts=texts,
            quick=0,
        )

    def marked_stopped(self) -> "Memory":
        """It has been said that nothing more is sent."""
        return replace(self, stopped=True)

    def is_looping(self, now: datetime) -> bool:
        """Whether it looks as if a machine answers at the other end."""
        return (self.in_a_row >= MOST_IN_A_ROW and self.machine >= SURE) or len(self._of_the_day(now)) >= MOST_IN_A_DAY

    def may_follow(self, now: datetime) -> bool:
        """Whether an answer to what the customer's side wrote may be sent."""
        return self.in_a_row < MOST_IN_A_ROW and not self.is_looping(now)

    def fired_within(self, rule_id: str, period: timedelta, now: datetime) -> bool:
        """Whether a rule has fired within a period."""
        at = self.fired.get(rule_id)
        return at is not None and now < at + period

    def joined(self, other: "Memory") -> "Memory":
        """What is remembered once two threads go on as one: nothing is said more often because of it."""
        fired = dict(other.fired)
        for key, at in self.fired.items():
            fired[key] = max(at, fired.get(key, at))
        later = max((one.last_at for one in (self, other) if one.last_at), default=None)
        return Memory(
            fired=fired,
            sent=tuple(sorted((*self.sent, *other.sent))[-MOST_IN_A_DAY:]),
            in_a_row=max(self.in_a_row, other.in_a_row),
            last_at=later,
            machine=max(self.machine, other.machine),
            texts=tuple(dict.fromkeys((*other.texts, *self.texts)))[-_TEXTS:],
            stopped=self.stopped or other.stopped,
            quick=max(self.quick, other.quick),
        )

    def _is_too_fast(self, occurred_at: datetime) -> bool:
        """Providers tell whole seconds, rounded down."""
        return self.last_at is not None and _whole_second(self.last_at) <= occurred_at < self.last_at + TOO_FAST

    def _of_the_day(self, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self.sent if now - at < _DAY)


NOTHING_REMEMBERED = Memory()


def text_digest(text: str | None) -> str | None:
    """By which a text is known again without being kept.

    Case, accents and spaces do not matter, nor the numbers of a longer text: machines count their messages.
    """
    words = " ".join(folded(text or "").split())
    if not words:
        return None
    if len(words) >= _LONG_TEXT:
        words = "".join("#" if one.isdigit() else one for one in words)
        while "##" in words:
            words = words.replace("##", "#")
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
