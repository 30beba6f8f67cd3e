"""The hybrid logical clock of aggregates, by which the rows of a key are published."""

from datetime import datetime


def next_order(now: datetime, *before: int) -> int:
    """Compute the `order` of a change: the time in microseconds, and always greater than every order in `before`.

    `before` has the stored orders of all aggregates that the transaction changes. Each of them stores the result in
    the same transaction, under its optimistic version; a new aggregate has none before.
    """
    return max(int(now.timestamp() * 1_000_000), *(order + 1 for order in before), 0)
