"""The time in a delivery's id: ids begin with the millisecond in which their event was recorded. Pure.

So a period of the ledger is a range of ids, in every index that ends in them.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGITS = 12
_LATEST = (1 << 48) - 1


def first_id_at(moment: datetime) -> str:
    """What no id of an event recorded before `moment` reaches, and every later one does (to the millisecond)."""
    return _prefix(-((_EPOCH - moment) // _MILLISECOND))


def id_range(since: datetime, until: datetime) -> tuple[str, str]:
    """From, and before: the ids of events recorded from `since` to before `until`."""
    return first_id_at(since), first_id_at(until)


def ids_of_millisecond(moment: datetime) -> tuple[str, str]:
    """From, and before: the ids of events recorded in the millisecond of `moment`."""
    number = (moment - _EPOCH) // _MILLISECOND
    return _prefix(number), _prefix(number + 1)


def recorded_at(delivery_id: str) -> datetime:
    """When the event of a delivery was recorded, to the millisecond; works for UUIDv7 as well.

    Raises `ValueError` for what is no id.
    """
    digits = delivery_id.replace("-", "")[:_DIGITS]
    if len(digits) != _DIGITS:
        raise ValueError("too short for an id")
    try:
        return _EPOCH + int(digits, 16) * _MILLISECOND
    except OverflowError:
        raise ValueError("later than any moment") from None


def _prefix(number: int) -> str:
    digits = f"{min(max(number, 0), _LATEST):0{_DIGITS}x}"
    return f"{digits[:8]}-{digits[8:]}"
