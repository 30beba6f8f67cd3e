"""What channelkit must know of Meta's accounts."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from atd_channelkit.accounts.spec import ChannelSpec, Reference, Secret, StoredAccount
from atd_channelkit.webhooks.reader import verify_token_reference
from atd_ingest_meta.accounts.guides import GUIDES
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.accounts.views import (
    InstagramCredentials,
    MetaChannel,
    MetaChannelChanges,
    MetaCheckResult,
    NewMetaChannel,
    PageCredentials,
)
from atd_ingest_meta.named import INSTAGRAM, PAGE
from atd_schemas.services import INGEST_META

CLAIM = "claim"
"""The unique reference: a page may be connected once for each kind (`messenger:300100200300400`)."""


def open_account(stored: StoredAccount) -> Account:
    """The account with its credentials."""
    row, given = stored.document, stored.secrets
    token = given["access_token" if row["kind"] == "instagram" else "page_access_token"]
    return Account(
        **stored.common(),
        page_id=row["page_id"],
        instagram_id=row["instagram_id"],
        app_secret=given["app_secret"].encode(),
        access_token=SecretStr(token),
        verify_token=SecretStr(given["verify_token"]),
        previous_app_secrets=tuple((one.encode(), until) for one, until in stored.replaced.get("app_secret", ())),
        login=row["settings"].get("login", "facebook"),
        read_receipts=row["settings"].get("read_receipts", True),
    )


def references_of(account: Account) -> Sequence[Reference]:
    """By what Meta names an account: its page or Instagram account, and the verify token of its address."""
    kind = INSTAGRAM if account.kind == "instagram" else PAGE
    return ((kind, account.own_id), verify_token_reference(account.verify_token.get_secret_value()))


def claimed(kind: str, credentials: Any) -> Mapping[str, Any]:
    """What a new account claims, which one account alone may have; a change claims nothing else."""
    match credentials:
        case PageCredentials():
            return {CLAIM: f"{kind}:{credentials.page_id}"}
        case InstagramCredentials():
            return {CLAIM: f"{kind}:{credentials.instagram_id}"}
        case _:
            return {}


SPEC = ChannelSpec(
    service=INGEST_META,
    new_channel=NewMetaChannel,
    changes=MetaChannelChanges,
    channel=MetaChannel,
    check_result=MetaCheckResult,
    open=open_account,
    references=references_of,
    indexed={PAGE: "page_id", INSTAGRAM: "instagram_id", CLAIM: CLAIM},
    unique=CLAIM,
    fields=("page_id", "instagram_id"),
    facts=("page_name", "username"),
    derived=claimed,
    secrets=(
        Secret(name="page_access_token", reconnects=True),
        Secret(name="access_token", reconnects=True),
        Secret(name="app_secret", overlaps=True),
        Secret(name="verify_token", generate=lambda: secrets.token_urlsafe(24), shown=True),
    ),
    guides=GUIDES,
)
