"""Records that a relay published twice.

A relay that dies between Kafka's acknowledgement and the deletion of its outbox rows publishes those rows
again, in order, behind what it had published. The events of one subject are numbered from 1 without gaps, and
first appearances are in order: a number that is not above the last one of its subject is a repetition. Topics
without numbers (0) are told apart by event id.
"""


class Seen:
    """Remembers the last numbers of the subjects (and the last ids) seen, at least `limit` of them.

    Two generations of dictionaries: when the younger is full it becomes the older, and the older is forgotten. A
    repetition comes at most one failover of the relay (seconds) behind its original, so `limit` is chosen from
    what may be published in that time.
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
