"""Recognises records that a relay published twice.

A relay that dies between Kafka's acknowledgement and the deletion of its outbox rows publishes those rows
again, in order, after what it had published. The events of one subject are numbered from 1 without gaps, and
arrive in order the first time: a number that is not greater than the last one of its subject is a duplicate. Events
without a number (0) are compared by id.
"""


class DuplicateFilter:
    """Remembers the last number of each subject (and the last ids), at least `limit` of them.

    Two dictionaries: when the younger is full it becomes the older, and the older is forgotten. A duplicate follows
    its original within one failover of the relay (seconds), so `limit` is chosen by what may be published in that time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def is_new(self, subject: str, sequence: int, event_id: str) -> bool:
        """Whether this is the first appearance; it is remembered."""
        key, number = (subject, sequence) if sequence > 0 else (event_id, 1)
        last = self._young.get(key)
        if last is None:
            last = self._old.get(key, 0)
        if number <= last:
            return False
        self._young[key] = number
        if len(self._young) >= self._limit:
            self._old, self._young = self._young, {}
        return True

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
