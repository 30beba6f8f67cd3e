"""What the answer to a send does to its row in the ledger. Pure.

Retry budget. What the provider did not take (unreachable, its own trouble, a throttle) is tried again until the message
is `send_until` old or its customer may not be answered any more, with waits that double up to five minutes; each class
of refusal has waits and a count of its own. A throttle holds up the whole account, other trouble the conversation
alone; a refusal can name another wait (`Wait`). Refused credentials hold up the account until it is reconnected. What
waits for anything when its time is over fails then, with the refusal that it waited for (`overdue`). What may have
arrived waits `uncertain_after` for a receipt and is then sent again, but not after the fourth such attempt (refusals
prove that nothing was sent, so they do not count), and never where the provider proves nothing; a reaction or a deed is
sent again at once, because the second changes nothing. Everything else fails at once, in the provider's words.

What takes several calls is sent part by part, each with budgets of its own; what failed says how many had arrived.

A mark as read has a lane of its own, so it delays no message; it is tried four times in half a minute with every class
of trouble, and for ten minutes in all; its end is not reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, assert_never

from atd_channelkit.answers import Accepted, Answer, Refused, Uncertain, Unsendable, Unsent, Wait
from atd_channelkit.outcomes import failed, last_refusal, reason
from atd_schemas.outbound import OutboundReadData
from atd_servicekit import ledger
from atd_servicekit.backoff import Backoff

UNCERTAIN_ATTEMPTS = 4
"""After this many attempts that may have arrived nothing is repeated: a customer who gets all twice is worse off."""

READ_BACKOFF = Backoff(first=timedelta(seconds=2), factor=3.0, cap=timedelta(seconds=20), attempts=4)
"""For marks as read."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})

TYPING_FOR = timedelta(seconds=25)
"""How long providers show that an answer is being written; an older sign of it is not sent any more."""

TROUBLE = Wait(Backoff.of_seconds(1, 300), "conversation")
"""For trouble that passes."""

THROTTLE = Wait(Backoff.of_seconds(5, 300), "account")
"""For throttles."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """What decides about repeats: the setting, and whether the provider ever proves what may have been sent."""

    uncertain_after: timedelta
    proves: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: how the earlier ones ended, the time that the message has, and now."""

    counts: Mapping[str, int]
    """By kind of outcome, as in `ledger.Row.counts`."""
    since: datetime
    """When the message was accepted for sending."""
    until: datetime
    """When it is too late to send it."""
    now: datetime
    jitter: float = 0.0
    """From 0 to 1: takes up to half of a wait away."""

    def nth(self, kind: str) -> int:
        """Which one of its kind the outcome of this attempt would be, 1 for the first."""
        return self.counts.get(kind, 0) + 1


def decide(
    answer: Answer,
    attempt: Attempt,
    policy: RetryPolicy,
    *,
    repeatable: bool = False,
    progress: Mapping[str, Any] = _NOTHING,
) -> ledger.Outcome:
    """What an answer does to the row; `progress` has its parts so far. `repeatable`: a second send changes nothing."""
    match answer:
        case Accepted():
            return _accepted(answer, progress)
        case Unsendable():
            return failed(answer.failure, answer.code, answer.detail)
        case Unsent():
            return _retry(Refused("transient", "unreachable", answer.reason), attempt)
        case Uncertain():
            if repeatable:
                return _retry(Refused("transient", "unanswered", answer.reason), attempt)
            if not policy.proves or attempt.nth(ledger.UNCERTAIN) >= UNCERTAIN_ATTEMPTS:
                return unproven(answer.reason)
            return ledger.Uncertain(attempt.now + policy.uncertain_after, answer.reason)
        case Refused():
            if answer.suspends:
                return ledger.Suspended(reason(answer.failure, answer.code))
            if answer.passes:
                return _retry(answer, attempt)
            return failed(answer.failure, answer.code, answer.detail)
        case _:
            assert_never(answer)


def decide_read(answer: Answer, attempt: Attempt) -> ledger.Outcome:
    """What an answer does to a mark as read: only refused credentials concern more than its own lane."""
    match answer:
        case Accepted():
            return ledger.Delivered()
        case Unsendable():
            return failed(answer.failure, answer.code, answer.detail)
        case Unsent() | Uncertain():
            refused = Refused("transient", "unanswered", answer.reason)
        case Refused():
            refused = answer
        case _:
            assert_never(answer)
    if refused.suspends:
        return ledger.Suspended(reason(refused.failure, refused.code))
    delay = READ_BACKOFF.delay(attempt.nth(refused.failure), attempt.jitter)
    if not refused.passes or delay is None:
        return failed(refused.failure, refused.code, refused.detail)
    return ledger.Retry(attempt.now + delay, reason(refused.failure, refused.code), kind=refused.failure)


def overdue(row: ledger.Row, gate: ledger.Gate | None) -> ledger.Failed:
    """Why a row whose time is over was not sent; `gate`: what kept its account."""
    if row.counts.get(ledger.UNCERTAIN):
        return unproven("its time is over")
    if gate is not None and gate.suspended:
        return ledger.Failed(gate.reason, "The account was not reconnected in time.")
    if row.payload.get("window"):
        return failed("window", "closed_while_waiting", "The customer had to be answered before it could be sent.")
    refusal = last_refusal(row, gate) or reason("transient", "expired")
    return ledger.Failed(refusal, "It could not be sent within the time that is set for it.")


def unproven(why: str) -> ledger.Failed:
    """The end of what may have arrived and is not repeated."""
    return failed("unknown", "no_proof", f"Whether it was sent is not known ({why}).")


def current_read(read: OutboundReadData, attempt: Attempt) -> OutboundReadData:
    """The mark as read, without the sign of writing when that is not true any more."""
    if read.typing and attempt.now - attempt.since >= TYPING_FOR:
        return read.model_copy(update={"typing": False})
    return read


def advanced(
    progress: Mapping[str, Any], ids: Sequence[str], aliases: Sequence[str] = (), moved_to: str | None = None
) -> dict[str, Any]:
    """The progress of a row after one more part, which the provider calls `ids`."""
    parts, before = progress.get("parts", 0), progress.get("external_ids", ())
    told = list(dict.fromkeys([*progress.get("aliases", ()), *aliases]))
    address = moved_to or progress.get("moved_to")
    return {
        "parts": parts + 1,
        "external_ids": [*before, *ids],
        **({"aliases": told} if told else {}),
        **({"moved_to": address} if address else {}),
    }


def _accepted(accepted: Accepted, progress: Mapping[str, Any]) -> ledger.Outcome:
    if accepted.complete:
        return ledger.Delivered(_result(accepted, progress))
    return ledger.Advanced(advanced(progress, accepted.ids, accepted.aliases, accepted.moved_to))


def _result(accepted: Accepted, progress: Mapping[str, Any]) -> dict[str, object]:
    """What is kept on the row; most messages have one part with one id, and keep no more."""
    if progress or len(accepted.ids) > 1:
        whole = advanced(progress, accepted.ids, accepted.aliases, accepted.moved_to)
        if not accepted.ids:  # there was nothing left to send
            whole["parts"] -= 1
        ids = whole["external_ids"]
        return {"external_id": ids[0] if ids else None, **whole}
    result: dict[str, object] = {"external_id": accepted.ids[0] if accepted.ids else None}
    if accepted.aliases:
        result["aliases"] = list(accepted.aliases)
    if accepted.moved_to:
        result["moved_to"] = accepted.moved_to
    return result


def _retry(refused: Refused, attempt: Attempt) -> ledger.Outcome:
    wait = refused.wait or (THROTTLE if refused.failure == "throttle" else TROUBLE)
    kind = f"{refused.failure}_{wait.scope}"
    number = attempt.nth(kind)
    longest = wait.backoff.longest(number)
    if wait.backoff.ends_after(number) or attempt.now + longest > attempt.until:
        if attempt.counts.get(ledger.UNCERTAIN):
            return unproven(refused.detail)
        return failed(refused.failure, refused.code, refused.detail)
    at = attempt.now + (longest if wait.asked else longest * (1.0 - 0.5 * attempt.jitter))
    why = reason(refused.failure, refused.code)
    return ledger.Retry(at, why, "group" if wait.scope == "account" else "lane", kind)
