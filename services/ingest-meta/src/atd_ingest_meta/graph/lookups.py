"""Asks Meta whether a send whose answer was lost was done, where no echo carries our reference.

Comments of a page and messages on Instagram: what Meta has is read, and what says the same, is ours, is not older than
the command and was made by no other send of ours is it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from atd_channelkit.answers import Accepted, Refused, Uncertain, Unsent
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose.comments import NewComment
from atd_ingest_meta.compose.parts import FilePart, Part
from atd_ingest_meta.graph.answers import rows_in, text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.ids import comment_id
from atd_ingest_meta.sent import SentIds
from atd_servicekit.clock import Clock

Missing = Refused | Unsent | Uncertain

CLOCKS_DIFFER_BY = timedelta(seconds=30)
"""By how much our clock may be before Meta's."""

_COMMENTS_READ = 100
_MESSAGES_READ = 20


class Lookups:
    """Finds what was sent. A lost answer of the look-up itself proves nothing: the send stays uncertain."""

    def __init__(self, graph: GraphApi, sent: SentIds, clock: Clock) -> None:
        self._graph = graph
        self._sent = sent
        self._clock = clock

    async def found(self, account: Account, external_id: str) -> Accepted:
        """Keep what a send made, so that no other one takes it for its own."""
        await self._sent.remember(account.id, external_id, self._clock.now())
        return Accepted(external_id)

    async def comment(
        self, account: Account, wanted: NewComment, post_id: str | None, since: datetime | None
    ) -> str | Missing | None:
        """The id of our comment below this parent; `None` when it is not there."""
        parent = await self._holder(account, wanted.parent, post_id)
        if not isinstance(parent, str):
            return parent
        said = await self._graph.get(
            account,
            f"{parent}/comments",
            fields="id,from,message,created_time,attachment",
            filter="stream",
            order="reverse_chronological",
            limit=str(_COMMENTS_READ),
        )
        if not isinstance(said, dict):
            return said
        rows = [{**row, "id": comment_id(row.get("id"), post_id)} for row in rows_in(said)]
        return await self._found(account, rows, lambda row: _is_comment(row, account, wanted), since, _COMMENTS_READ)

    async def _holder(self, account: Account, parent: str, post_id: str | None) -> str | Missing:
        """Below what a comment hangs: an answer to an answer is put below the comment at the top."""
        if parent == post_id:
            return parent
        said = await self._graph.get(account, parent, fields="id,parent{id}")
        if not isinstance(said, dict):
            return said
        return text_in(said.get("parent"), "id") or parent

    async def message(self, account: Account, whom: str, part: Part, since: datetime | None) -> str | Missing | None:
        """The id of our message to this customer; `None` when it is not there."""
        fields = f"messages.limit({_MESSAGES_READ}){{id,from,message,created_time,attachments}}"
        said = await self._graph.get(
            account, f"{account.sending_id}/conversations", platform="instagram", user_id=whom, fields=fields
        )
        if not isinstance(said, dict):
            return said
        rows = [one for talk in rows_in(said) for one in rows_in(talk.get("messages"))]
        return await self._found(account, rows, lambda row: _is_message(row, account, part), since, _MESSAGES_READ)

    async def _found(
        self,
        account: Account,
        rows: Sequence[Mapping[str, Any]],
        is_it: Callable[[Mapping[str, Any]], bool],
        since: datetime | None,
        limit: int,
    ) -> str | Uncertain | None:
        """The row that is ours; where others have pushed it out of what Meta shows at once, nothing is known."""
        found = await self._oldest(account, (row for row in rows if is_it(row) and _not_before(row, since)))
        return found if found is not None or _reaches_back(rows, since, limit) else Uncertain("too much came since")

    async def _oldest(self, account: Account, rows: Iterable[Mapping[str, Any]]) -> str | None:
        """Of several that say the same, the first that no other send made."""
        made = {one: _made_at(row) for row in rows if (one := text_in(row, "id")) is not None}
        unknown = await self._sent.unknown(account.id, made)
        return min(unknown, key=lambda one: str(made[one]), default=None)


def _is_comment(row: Mapping[str, Any], account: Account, wanted: NewComment) -> bool:
    if text_in(row.get("from"), "id") != account.page_id:
        return False
    has_picture = isinstance(row.get("attachment"), dict)  # also that of a page which the text links to
    return _same(text_in(row, "message"), wanted.text) and (has_picture or wanted.picture is None)


def _is_message(row: Mapping[str, Any], account: Account, part: Part) -> bool:
    if text_in(row.get("from"), "id") != account.own_id:
        return False
    if isinstance(part, FilePart) or "attachment" in part.message:
        return bool(row.get("attachments")) or not text_in(row, "message")
    return _same(text_in(row, "message"), part.message.get("text", ""))


def _same(one: str | None, other: str) -> bool:
    """Whether two texts say the same; white space is changed on the way."""
    return (one or "").split() == other.split()


def _not_before(row: Mapping[str, Any], since: datetime | None) -> bool:
    made = _made_at(row)
    return since is None or made is None or made >= since - CLOCKS_DIFFER_BY


def _reaches_back(rows: Sequence[Mapping[str, Any]], since: datetime | None, limit: int) -> bool:
    """Whether rows, newest first, are all that there is, or all that was made since."""
    if len(rows) < limit:
        return True
    first, last = _made_at(rows[0]), _made_at(rows[-1])
    if since is None or first is None or last is None:
        return False
    return first >= last and last < since - CLOCKS_DIFFER_BY


def _made_at(row: Mapping[str, Any]) -> datetime | None:
    """When it was made, to the second (`2026-01-01T00:00:00+0000`)."""
    try:
        return datetime.fromisoformat(text_in(row, "created_time") or "")
    except ValueError:
        return None
