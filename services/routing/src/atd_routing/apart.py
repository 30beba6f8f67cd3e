"""Work on many things at once, none of which keeps the others from theirs."""

import traceback
from collections.abc import Awaitable, Callable, Sequence

import structlog

from atd_servicekit.faults import Fault, fault_of


async def apart(act: Callable[[Sequence[str]], Awaitable[None]], ids: Sequence[str]) -> list[str]:
    """Have `act` take these ids at once; where that never succeeds, one by one; the ids with which it never will.

    What is away, slow or set up wrongly is no fault of theirs: it is raised.
    """
    try:
        await act(ids)
    except Exception as error:
        if fault_of(error) is not Fault.RECORD:
            raise
        if len(ids) > 1:
            return [bad for one in ids for bad in await apart(act, [one])]
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        structlog.get_logger().error("apart.failed", subject=ids[0], error=type(error).__name__, where=where)
        return list(ids)
    return []
