"""What the ledger holds and what an attempt can lead to: data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

State = Literal["due", "sending", "uncertain", "done", "failed"]
"""`due`: to be sent when its turn comes. `sending`: an attempt is under way. `uncertain`: an attempt may have arrived.
`done` and `failed` are final."""

Scope = Literal["lane", "group"]

UNCERTAIN = "uncertain"
"""What attempts are counted as that may have arrived, those that a process did not live to finish included."""

FAULT = "fault"
"""What errors of our own are counted as."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """One send to be written down.

    `id` is stable (a message's id): the same row added twice is one row. `group` is what is throttled together (an
    account, an endpoint), `lane` what is kept in order (a conversation), within one group. `order` grows within a lane
    and is the same whenever the row is added: the event's sequence, or the Kafka offset. `payload` is what sending
    takes, anything that BSON can hold; it is removed when the row is finished. `about` is the little that `on_finished`
    needs beside the outcome, and stays as long as the row.
    After `send_until` it is not sent any more, but fails, whatever it waits for; `None`: there is no such time.
    """

    id: str
    tenant_id: str
    group: str
    lane: str
    order: int
    payload: Mapping[str, Any]
    traceparent: str | None = None
    send_until: datetime | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """One send as the sender gets it; not to be changed by it.

    `attempt` is the number of the attempt under way, 1 for the first. `counts` says how many of the earlier ones ended
    as each kind of outcome: a budget counts the kind that it is for, never all attempts. `reason` is the last one's.

    Of what is sent in several steps, `progress` is what the last step that was taken left (`Advanced`), and `proofs`
    has what proves steps of which the answer did not come, by their number.
    """

    id: str
    tenant_id: str
    group: str
    lane: str
    shard: int
    order: int
    attempt: int
    payload: dict[str, Any]
    created_at: datetime
    traceparent: str | None
    state: State
    at: datetime
    claim: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    send_until: datetime | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    proofs: Mapping[str, Any] = field(default_factory=dict)

    def nth(self, kind: str) -> int:
        """Which one of its kind the outcome of this attempt would be, 1 for the first."""
        return self.counts.get(kind, 0) + 1


@dataclass(frozen=True, slots=True)
class Finished:
    """A row that has come to its end, for `on_finished`. `reason` and `detail` are of the failure, if it is one.

    `result` of a failed row is its progress: what had arrived before.
    """

    id: str
    tenant_id: str
    group: str
    lane: str
    about: Mapping[str, Any]
    traceparent: str | None
    state: Literal["done", "failed"]
    attempts: int
    finished_at: datetime
    result: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived; `result` is kept on the row (the provider's id of the message)."""

    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advanced:
    """A step of it arrived and there are more: the next one is made at once, with this as the row's `progress`.

    The budgets begin anew with each step.
    """

    progress: dict[str, Any]
    kind: ClassVar[str] = "advanced"


@dataclass(frozen=True, slots=True)
class Retry:
    """It surely did not arrive and may later: the lane waits until `at`, or with it the whole group (a throttle).

    `kind` is what it is counted as (`Row.counts`).
    """

    at: datetime
    reason: str
    scope: Scope = "lane"
    kind: str = "retry"


@dataclass(frozen=True, slots=True)
class Failed:
    """It never will arrive; the lane goes on. `reason` is a stable code, `detail` a sentence."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have arrived: the lane waits for proof (`Ledger.resolve`) until `resolve_by`, then it is repeated."""

    resolve_by: datetime
    reason: str
    kind: ClassVar[str] = UNCERTAIN


@dataclass(frozen=True, slots=True)
class Suspended:
    """Nothing of this group can arrive until somebody acts (reconnects the account) and `Ledger.resume` is called."""

    reason: str
    kind: ClassVar[str] = "suspended"


Outcome = Delivered | Advanced | Retry | Failed | Uncertain | Suspended


@dataclass(frozen=True, slots=True)
class Gate:
    """Why a group waits: until a moment, or until it is resumed."""

    until: datetime | None = None
    suspended: bool = False
    reason: str = ""

    def closed(self, now: datetime) -> bool:
        return self.suspended or (self.until is not None and self.until > now)
