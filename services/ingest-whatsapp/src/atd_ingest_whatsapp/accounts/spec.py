"""What channelkit must know of WhatsApp's accounts."""

import secrets
from collections.abc import Sequence

from pydantic import SecretStr

from atd_channelkit.accounts.spec import ChannelSpec, Reference, Secret, StoredAccount
from atd_channelkit.webhooks.reader import verify_token_reference
from atd_ingest_whatsapp.accounts.guide import GUIDE
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.accounts.views import (
    NewWhatsAppChannel,
    WhatsAppChannel,
    WhatsAppChannelChanges,
    WhatsAppCheckResult,
)
from atd_ingest_whatsapp.named import BUSINESS_ACCOUNT, NUMBER
from atd_schemas.services import INGEST_WHATSAPP


def open_account(stored: StoredAccount) -> Account:
    """The account with its credentials."""
    row, given = stored.document, stored.secrets
    return Account(
        **stored.common(),
        phone_number_id=row["phone_number_id"],
        business_account_id=row["business_account_id"],
        app_secret=given["app_secret"].encode(),
        access_token=SecretStr(given["access_token"]),
        verify_token=SecretStr(given["verify_token"]),
        previous_app_secrets=tuple((one.encode(), until) for one, until in stored.replaced.get("app_secret", ())),
        display_phone_number=row["display_phone_number"],
        read_receipts=row["settings"].get("read_receipts", True),
    )


def references_of(account: Account) -> Sequence[Reference]:
    """By what Meta names an account: its number, its business account, and the verify token of its address."""
    return (
        (NUMBER, account.phone_number_id),
        (BUSINESS_ACCOUNT, account.business_account_id),
        verify_token_reference(account.verify_token.get_secret_value()),
    )


SPEC = ChannelSpec(
    service=INGEST_WHATSAPP,
    new_channel=NewWhatsAppChannel,
    changes=WhatsAppChannelChanges,
    channel=WhatsAppChannel,
    check_result=WhatsAppCheckResult,
    open=open_account,
    references=references_of,
    indexed={NUMBER: "phone_number_id", BUSINESS_ACCOUNT: "business_account_id"},
    unique=NUMBER,
    fields=("phone_number_id", "business_account_id"),
    facts=("display_phone_number", "verified_name"),
    secrets=(
        Secret(name="access_token", reconnects=True),
        Secret(name="app_secret", overlaps=True),
        Secret(name="verify_token", generate=lambda: secrets.token_urlsafe(24), shown=True),
    ),
    guides=(GUIDE,),
)
