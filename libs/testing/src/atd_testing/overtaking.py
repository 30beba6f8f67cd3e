"""Many people who save one setting at once: the same for every service that tells them who was first."""

import asyncio
from typing import Any

from atd_testing.service import TenantClient

MANAGER = ("conversations:read", "conversations:write", "settings:manage")


async def save_at_once(desk: TenantClient, method: str, path: str, edits: list[dict[str, Any]], version: int) -> None:
    """Six people save over the same version at once: one wins, each other one is told who did, and which fields.

    The fields of `edits` must all differ from what is there.
    """
    people = [
        TenantClient(desk.service, desk.tenant, permissions=MANAGER, actor_id=f"p{n}", actor_name=f"P{n}")
        for n in range(6)
    ]
    seen, sent = {"If-Match": f'"{version}"'}, [edits[n % len(edits)] for n in range(6)]
    answers = await asyncio.gather(
        *(one.ask(method, path, body, headers=seen) for one, body in zip(people, sent, strict=True))
    )
    (winner,) = [n for n, answer in enumerate(answers) if answer.is_success]
    assert sent[winner].items() <= (await desk.get(path)).items()
    for answer in (one for n, one in enumerate(answers) if n != winner):
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["version"]) == (409, "conflict", version + 1)
        assert sorted(problem["changed"]) == sorted(sent[winner])
        (change,) = problem["changes"]
        assert change["actor"] == {"type": "attendant", "id": f"p{winner}", "name": f"P{winner}"}


async def save_policy_at_once(desk: TenantClient, path: str, edits: list[dict[str, Any]]) -> None:
    """The same of a policy that nobody has set yet; saved once more as it is, it stays at that version."""
    await save_at_once(desk, "PUT", path, edits, 0)
    again = await desk.ask("PUT", path, await desk.get(path), headers={"If-Match": '"1"'})
    assert again.headers["ETag"] == '"1"', "nothing was changed"
