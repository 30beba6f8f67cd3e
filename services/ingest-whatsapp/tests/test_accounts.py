"""Documents of accounts: those that are in MongoDB from before open as they did."""

from datetime import UTC, datetime, timedelta
from typing import Any

from atd_channelkit.accounts.credentials import Credentials
from atd_channelkit.accounts.documents import shown
from atd_ingest_whatsapp.accounts.spec import SPEC
from atd_ingest_whatsapp.accounts.views import WhatsAppChannel
from atd_servicekit.crypto import FieldCipher

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def test_a_replaced_app_secret_of_before_proves_webhooks_until_its_time() -> None:
    credentials = Credentials(FieldCipher({"key": b"k" * 32}), SPEC)

    def seal(name: str, value: str) -> str:
        return credentials.seal("account-1", name, value)

    before: dict[str, Any] = {
        "_id": "account-1",
        "tenant_id": "tenant-1",
        "kind": "whatsapp",
        "name": "Loja",
        "status": "active",
        "status_reason": None,
        "phone_number_id": "700800900100200",
        "business_account_id": "200300400500600",
        "sealed": {
            "access_token": seal("access_token", "token"),
            "app_secret": seal("app_secret", "current"),
            "verify_token": seal("verify_token", "verify"),
        },
        "previous_app_secrets": [{"sealed": seal("app_secret", "replaced"), "until": LATER}],
        "display_phone_number": None,
        "verified_name": None,
        "settings": {"read_receipts": True},
        "version": 4,
        "order": 1,
        "deleted": False,
        "created_at": NOW,
        "updated_at": NOW,
        "checked_at": None,
    }
    account = credentials.open(before)
    assert account.app_secrets(NOW) == (b"current", b"replaced")
    assert account.app_secrets(LATER) == (b"current",)
    answer = shown(SPEC, before, "https://example.com", NOW, {})
    assert isinstance(answer, WhatsAppChannel)
    assert answer.previous_app_secrets_until == LATER
    assert [one for one in ("current", "replaced", "verify'") if one in repr(account)] == []
    assert "replaced" not in repr(answer)
