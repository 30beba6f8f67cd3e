"""The channel accounts of WhatsApp: their fields, credentials, and what is kept beside them."""

from atd_ingest_whatsapp.accounts.model import Account

__all__ = ["Account"]
