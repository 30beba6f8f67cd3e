"""Asks Meta whether credentials work, and whether they speak for the page or account that they are said to."""

from typing import Any

from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.answers import text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.subscriptions import Subscriptions
from atd_servicekit.problems import FieldError, Problem


class GraphChecker:
    """Checks the credentials of an account (see `Checker` of channelkit)."""

    def __init__(self, graph: GraphApi, subscriptions: Subscriptions) -> None:
        self._graph = graph
        self._subscriptions = subscriptions

    async def check(self, account: Account) -> Works | Refused | Unsent | Uncertain:
        """Ask Meta. Raises `Problem` 422 when the token works, but for another page or account."""
        if account.uses_instagram_login:
            return await self._check_instagram_login(account)
        return await self._check_page(account)

    async def _check_page(self, account: Account) -> Works | Refused | Unsent | Uncertain:
        """`/me` is the page itself for the token of a page, and somebody for that of a person."""
        fields = "id,name,instagram_business_account{id,username}"
        said = await self._graph.get(account, "me", fields=fields)
        if not isinstance(said, dict):
            return said
        if text_in(said, "id") != account.page_id:
            raise _another("page_id", "The token is not of this page, but of another page or of a person.")
        missing = await self._subscriptions.missing_permissions(account)
        facts: dict[str, Any] = {"page_name": text_in(said, "name"), "missing_permissions": list(missing)}
        if account.kind == "instagram":
            linked = said.get("instagram_business_account")
            if text_in(linked, "id") != account.instagram_id:
                raise _another("instagram_id", "This Instagram account is not linked to the page.")
            facts["username"] = text_in(linked, "username")
        return Works(facts)

    async def _check_instagram_login(self, account: Account) -> Works | Refused | Unsent | Uncertain:
        """`user_id` is the id that webhooks use; `id` is known to this app alone."""
        said = await self._graph.get(account, "me", fields="id,user_id,username")
        if not isinstance(said, dict):
            return said
        user_id = text_in(said, "user_id")
        if user_id == account.instagram_id:
            return Works({"username": text_in(said, "username")})
        if text_in(said, "id") == account.instagram_id:
            raise _another(
                "instagram_id", f"This is the account's id within the app (`id`); webhooks use its user_id: {user_id}."
            )
        raise _another("instagram_id", "The token is not of this Instagram account.")


def _another(field: str, words: str) -> Problem:
    return Problem(422, "another_account", words, errors=[FieldError(f"credentials.{field}", words)])
