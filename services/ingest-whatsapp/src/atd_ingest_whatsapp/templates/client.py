"""Meta's list of the templates of a business account, read whole."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from atd_channelkit.answers import Refused, Unsent
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.graph.answers import OK, json_object, refused
from atd_ingest_whatsapp.graph.connection import GraphConnection, authorization
from atd_ingest_whatsapp.templates.model import Listed, listed_of

TEMPLATES_LIMIT = 6000
"""Templates that a verified business account can have."""

_PAGE = 100
_FIELDS = "id,name,language,status,category,components,parameter_format,quality_score,rejected_reason"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The templates of a business account; not `complete` when there were more than can be."""

    templates: tuple[Listed, ...]
    complete: bool


class TemplateClient:
    """Reads lists of templates from the Graph API."""

    def __init__(self, connection: GraphConnection, *, timeout: timedelta) -> None:
        """`timeout` bounds a whole list; the connection's own bounds each page."""
        self._graph = connection
        self._timeout = timeout.total_seconds()

    async def templates(self, account: Account) -> Catalogue | Refused | Unsent:
        """All templates of the account's business account. Never raises for what the network or Meta do."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._all(account)
        except TimeoutError:
            return Unsent("the list took too long")

    async def _all(self, account: Account) -> Catalogue | Refused | Unsent:
        found: list[Listed] = []
        after: str | None = None
        for _ in range(TEMPLATES_LIMIT // _PAGE + 1):
            page = await self._page(account, after)
            if isinstance(page, Refused | Unsent):
                return page
            items = page.get("data")
            found.extend(one for item in (items if isinstance(items, list) else ()) if (one := listed_of(item)))
            following = _following(page)
            if following is None or following == after:
                return Catalogue(tuple(found[:TEMPLATES_LIMIT]), complete=len(found) <= TEMPLATES_LIMIT)
            after = following
        return Catalogue(tuple(found[:TEMPLATES_LIMIT]), complete=False)

    async def _page(self, account: Account, after: str | None) -> dict[str, Any] | Refused | Unsent:
        # The address of the next page is built here: the one that Meta gives could lead the token elsewhere.
        query = {"fields": _FIELDS, "limit": str(_PAGE)} | ({} if after is None else {"after": after})
        try:
            answer = await self._graph.http.get(
                self._graph.url(f"{account.business_account_id}/message_templates"),
                params=query,
                headers=authorization(account),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unsent(type(error).__name__)
        body = json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return refused(answer.status_code, refusal)
        if answer.status_code != OK or not isinstance(body.get("data"), list):
            return Unsent(f"HTTP {answer.status_code} without a list")
        return body


def _following(page: dict[str, Any]) -> str | None:
    """The cursor of the next page, if there is one."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next") or not page["data"]:
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None
