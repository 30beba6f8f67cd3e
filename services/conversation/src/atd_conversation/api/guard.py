"""Keeps those who see only a part of the tenant away from the rest, on every route at once.

What a route's path names (a conversation, message, file or contact) is looked at before the route runs: what the caller
does not see is 404, as if it did not exist. Lists and counts take over the condition of the caller's `Sight`, and
commands look again inside their transaction. A test goes through all routes; one without a decision fails it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import Request

from atd_conversation.domain.sight import Sight
from atd_conversation.store.sights import Sights
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_conversation.api.parts import Parts
    from atd_servicekit.mongo import Session

_ANYBODY = Requires()
_CALLED = {
    "conversation_id": "Conversation",
    "message_id": "Message",
    "attachment_id": "File",
    "contact_id": "Contact",
    "scheduled_id": "Scheduled message",
}


def sight_of(identity: Identity) -> Sight:
    """What an identity sees. Who has no limit, and that are bots and the system too, sees the whole tenant."""
    return Sight(identity.tenant_id, None if identity.visibility == "all" else identity.actor_id)


async def keep_to_sight(parts: "Parts", identity: Identity, session: "Session | None" = None, /, **named: str) -> None:
    """Look at what is named (`conversation_id="…"`) once more, in the transaction that changes it.

    For what was taken away since the guard has looked, and for what a body names. Raises `Problem` 404.
    """
    sight = sight_of(identity)
    if sight.limited:
        await _check(parts.sights, sight, named, session)


async def _check(sights: Sights, sight: Sight, named: Mapping[str, str], session: "Session | None" = None) -> None:
    for name, sees in sights.by_name.items():
        if name in named and not await sees(sight, named[name], session):
            raise not_found(f"{_CALLED[name]} not found.")


class SightGuard:
    """The dependency of every route. Costs nothing where the path names nothing or the caller sees everything."""

    def __init__(self, sights: Sights) -> None:
        self._sights = sights

    async def __call__(self, request: Request) -> None:
        """Raises `Problem` 404 for what the caller does not see; 401 as `Requires` does."""
        named = request.path_params
        if not named:
            return
        sight = sight_of(await _ANYBODY(request))
        if sight.limited:
            await _check(self._sights, sight, named)
