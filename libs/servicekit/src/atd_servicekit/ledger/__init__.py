"""The send ledger: what goes to a provider or to a customer's URL is written down first, then sent by workers.

A Kafka handler adds rows and returns, so the partition goes on. Rows are sent per lane strictly in order, with bounded
concurrency per group; one throttled lane, one dead endpoint delays itself alone. The claim of an attempt is written
before the call, so after a crash it is known which calls may have arrived: those are `uncertain`, and wait for proof
before they are repeated.

How it works, and why so:

- One document per send, three writes in its life (added, claimed, finished; a fourth where an `on_finished` hook is
  told), all of them many at a time. There is no document per lane: that would cost two writes more for each send.
- Shards of groups are leased, so one process at a time sends for a group: its concurrency, and any rate that `send`
  keeps in memory, hold over all processes. It holds in memory the lanes whose turn it is (`ready_queue.py`, pure) and
  reads a lane when something is added to it, or when a poll finds that it is due. A process that adds rows for a group
  of another one calls it (`calls.py`), which takes milliseconds and costs a process that is alone nothing.
- A poll reads one group's due rows from an index alone. Rows that stand behind a waiting row of their lane are put
  out of its way for a minute when they fill a page (`park`), so a blocked lane never hides the others.
- Gates (a throttled or suspended group) are kept in MongoDB: a restart and other processes respect them. Each reason
  ends by itself: a throttle by time alone, a suspension by `resume`.
- A row's time (`send_until`) is looked at before each attempt, and by a sweep over an index of it at every poll: a row
  fails in time whatever it waits for (`overdue.py`).
- What takes several calls (a long text in parts) is one row: after each call that was taken, what it left is written
  (`Advanced`), and the next one is made in the same place of the lane. Proof of one of them is noted on the row.
- Outcomes are committed in groups: while one bulk write is under way, the next ones gather.
- A finished row is small: its payload goes in the write that finishes it, and its keys leave every index but those of
  its id and of its end. It stays for `kept_for`, so that the same row added again is known. Nothing else needs it: a
  proof or receipt that comes later finds a finished row or none, which is the same.
- Nothing depends on a process ending well. What it leaves behind is found by the polls of whoever leases its shards:
  rows in `sending` become `uncertain`, finished rows that nobody reported are reported again.
"""

from atd_servicekit.ledger.ledger import FAULT_BACKOFF, Ledger
from atd_servicekit.ledger.overdue import OnOverdue
from atd_servicekit.ledger.rows import (
    FAULT,
    UNCERTAIN,
    Advanced,
    Delivered,
    Failed,
    Finished,
    Gate,
    NewRow,
    Outcome,
    Retry,
    Row,
    Suspended,
    Uncertain,
)
from atd_servicekit.ledger.store import ledger_indexes

__all__ = [
    "FAULT",
    "FAULT_BACKOFF",
    "UNCERTAIN",
    "Advanced",
    "Delivered",
    "Failed",
    "Finished",
    "Gate",
    "Ledger",
    "NewRow",
    "OnOverdue",
    "Outcome",
    "Retry",
    "Row",
    "Suspended",
    "Uncertain",
    "ledger_indexes",
]
