"""The channel accounts of Meta: pages and Instagram accounts, their fields and credentials."""

from atd_ingest_meta.accounts.model import Account

__all__ = ["Account"]
