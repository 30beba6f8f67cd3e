"""What the gateway keeps in its own database `atd_gateway`."""

from collections.abc import Mapping, Sequence

from pymongo import IndexModel

from atd_gateway.store.audit import AUDIT_INDEXES, AuditLog
from atd_gateway.store.channel_keys import CHANNEL_KEY_INDEXES, MongoChannelKeys
from atd_gateway.store.people import PEOPLE_INDEXES, MongoPeople
from atd_gateway.store.sessions import SESSION_INDEXES, MongoSessions

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **PEOPLE_INDEXES,
    **SESSION_INDEXES,
    **CHANNEL_KEY_INDEXES,
    **AUDIT_INDEXES,
}
"""Every index of the gateway, by collection."""

__all__ = ["INDEXES", "AuditLog", "MongoChannelKeys", "MongoPeople", "MongoSessions"]
