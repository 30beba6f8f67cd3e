"""One that fails by itself keeps nobody else from their work; what is away keeps everybody."""

from collections.abc import Sequence

import pytest

from atd_routing.apart import apart
from atd_servicekit.errors import InfrastructureFault


async def test_all_but_those_that_fail_by_themselves_are_done() -> None:
    done: list[str] = []

    async def act(ids: Sequence[str]) -> None:
        if "bad" in ids:
            raise ValueError("cannot be looked at")
        done.extend(ids)

    assert await apart(act, ["a", "bad", "b"]) == ["bad"]
    assert done == ["a", "b"]
    assert await apart(act, ["c", "d"]) == []
    assert done == ["a", "b", "c", "d"]


async def test_what_is_away_is_nobodys_fault() -> None:
    async def act(_ids: Sequence[str]) -> None:
        raise InfrastructureFault("away")

    with pytest.raises(InfrastructureFault):
        await apart(act, ["a", "b"])
