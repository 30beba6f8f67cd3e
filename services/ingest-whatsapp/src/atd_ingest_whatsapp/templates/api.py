"""HTTP: the message templates of a channel account."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from atd_channelkit.accounts.api import Manager, Reader
from atd_channelkit.accounts.service import ChannelService
from atd_channelkit.answers import Refused, Unsent
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.templates.model import view
from atd_ingest_whatsapp.templates.service import TemplateService
from atd_schemas.services import CHANNELS_PREFIX
from atd_schemas.views import TemplateStatus, TemplateView
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import Problem
from atd_servicekit.requests import DECLARED_ONLY

SearchQuery = Annotated[
    str | None,
    Query(max_length=100, description="Beginnings of words of name and body; case and accents do not matter"),
]
StatusQuery = Annotated[list[TemplateStatus] | None, Query(description="One or several; absent: all")]


class SyncResult(BaseModel):
    """What Meta's list held, and how many of our copies changed or were marked deleted."""

    synced: int
    changed: int
    deleted: int


def templates_router(channels: ChannelService[Account], templates: TemplateService) -> APIRouter:
    """`/api/v1/channels/{account_id}/templates`, as the gateway hands it on."""
    router = APIRouter(prefix=CHANNELS_PREFIX, tags=["templates"])

    @router.get("/{account_id}/templates", dependencies=[DECLARED_ONLY])
    async def list_templates(
        account_id: str,
        identity: Reader,
        q: SearchQuery = None,
        status: StatusQuery = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[TemplateView]:
        """The account's templates by name and language; those that may not be sent say so in `status`."""
        await channels.get(identity.tenant_id, account_id, reveal=False)
        after = None if cursor is None else decode_cursor(cursor, str, str)
        rows = await templates.page(
            identity.tenant_id, account_id, q=q, statuses=status or (), after=after, limit=limit + 1
        )
        items, following = cut(rows, limit, lambda row: encode_cursor(row["name"], row["language"]))
        return Page(items=[view(row) for row in items], next_cursor=following)

    @router.post("/{account_id}/templates/sync")
    async def sync_templates(account_id: str, identity: Manager) -> SyncResult:
        """Read the account's whole list at Meta now. 502 with Meta's words when it refuses, 503 without an answer."""
        answer = await templates.sync(await channels.opened(identity.tenant_id, account_id))
        if isinstance(answer, Refused):
            raise Problem(502, "provider_refused", f"Meta refused ({answer.code}): {answer.detail}")
        if isinstance(answer, Unsent):
            raise Problem(503, "provider_unreachable", f"Meta did not answer ({answer.reason}); try again later.")
        return SyncResult(synced=answer.synced, changed=answer.changed, deleted=answer.deleted)

    return router
