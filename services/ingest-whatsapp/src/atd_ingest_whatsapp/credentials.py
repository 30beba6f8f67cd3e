"""Credentials at rest: each sealed for its account and field, so that a copied one opens nowhere else."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from atd_ingest_whatsapp.accounts import Account
from atd_servicekit.crypto import FieldCipher

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def seal(cipher: FieldCipher, account_id: str, field: str, value: str) -> str:
    """The value as it is stored."""
    return cipher.encrypt(value, context=f"channel:{account_id}:{field}")


def unseal(cipher: FieldCipher, account_id: str, field: str, sealed: str) -> str:
    """The value again. Raises `CannotDecrypt`."""
    return cipher.decrypt(sealed, context=f"channel:{account_id}:{field}")


def open_account(cipher: FieldCipher, document: "Document") -> Account:
    """An account with its credentials opened. Raises `CannotDecrypt`."""
    account_id, sealed = document["_id"], document["sealed"]
    previous: list[tuple[bytes, datetime]] = [
        (unseal(cipher, account_id, "app_secret", one["sealed"]).encode(), one["until"])
        for one in document["previous_app_secrets"]
    ]
    return Account(
        id=account_id,
        tenant_id=document["tenant_id"],
        name=document["name"],
        status=document["status"],
        phone_number_id=document["phone_number_id"],
        business_account_id=document["business_account_id"],
        version=document["version"],
        app_secret=unseal(cipher, account_id, "app_secret", sealed["app_secret"]).encode(),
        access_token=SecretStr(unseal(cipher, account_id, "access_token", sealed["access_token"])),
        verify_token=SecretStr(unseal(cipher, account_id, "verify_token", sealed["verify_token"])),
        previous_app_secrets=tuple(previous),
        display_phone_number=document["display_phone_number"],
        read_receipts=document["settings"].get("read_receipts", True),
    )
