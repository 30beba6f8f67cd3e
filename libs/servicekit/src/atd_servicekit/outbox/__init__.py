"""The outbox: state and its events commit in one transaction; a relay publishes them in order per key.

A transaction adds one row per shard that it touches (`rows.py`), with the records of that shard in order. Rows have an
`order`, a hybrid logical clock that aggregates keep (`order.py`): the order of a key's rows is the order of commits,
whatever the clocks of the processes say. Each shard is published by the process that holds its lease, each on its own
(`shard_relay.py`), in two ways:

- From memory: what this process committed goes to Kafka without being read. `add` keeps the rows of a transaction, and
  the commit hands them to the shard (`transactions.py`).
- From the database: what another process committed, what does not fit into memory, what was there before the lease was
  ours, what a commit of unknown outcome may have left. A shard that may be behind lists its rows by `order`, and reads
  those that memory does not have (`stored_rows.py`).

The rule that keeps a key in order, wherever its rows come from: **a row is given to the producer only after every
earlier row of its keys was given to it by this process, or is acknowledged.** A list of the stored rows, sorted by
`order`, has every earlier row that is not acknowledged. Memory knows it by the aggregates: a row may go without a list
only if each of its aggregates is new, or was read at the very order of the row that this process sent last for the key
(`shard_queue.py`). A key and an order together name one transaction, so the same microsecond in two processes
confuses nobody. Each process keeps the rule by itself, so the first appearances of a key's rows are in order even while
two processes publish one shard: leases save repeats, order does not depend on them. After a failure a shard forgets
what it knows and begins with the database.

Rows are deleted in the background after the acknowledgement (`deletion.py`): a process that is killed in between
publishes them once more, in order, after what was published. A record that Kafka refuses for good stops its own
key and topic (`refused_records.py`).
"""

from atd_servicekit.outbox.order import next_order
from atd_servicekit.outbox.relay import Relay
from atd_servicekit.outbox.rows import OUTBOX, OUTBOX_INDEXES, OUTBOX_SHARDS
from atd_servicekit.outbox.transactions import Outbox

__all__ = ["OUTBOX", "OUTBOX_INDEXES", "OUTBOX_SHARDS", "Outbox", "Relay", "next_order"]
