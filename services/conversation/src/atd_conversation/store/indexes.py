"""The collections and their indexes. Every query of this package names the index it walks."""

from pymongo import IndexModel

CONTACTS = "contacts"
IDENTITIES = "identities"
CONVERSATIONS = "conversations"
MESSAGES = "messages"
EARLY_RECEIPTS = "early_receipts"
EARLY_CHANGES = "early_changes"
ATTACHMENTS = "attachments"
COUNTERS = "counters"
CHANNEL_ACCOUNTS = "channel_accounts"
ATTENDANTS = "attendants"
TEMPLATES = "templates"

_DAY = 24 * 3600

BY_STATUS = "by_status"
BY_ASSIGNEE = "by_assignee"
BY_FAVOURITE = "by_favourite"
BY_CONTACT = "by_contact"

INDEXES: dict[str, list[IndexModel]] = {
    CONTACTS: [],
    IDENTITIES: [IndexModel([("contact_id", 1)])],
    CONVERSATIONS: [
        IndexModel([("tenant_id", 1), ("number", 1)], unique=True),
        # one conversation per contact and account takes the next message
        IndexModel([("current_of", 1)], unique=True, partialFilterExpression={"current_of": {"$exists": True}}),
        IndexModel([("tenant_id", 1), ("status", 1), ("last_activity_at", -1), ("_id", -1)], name=BY_STATUS),
        IndexModel(
            [("tenant_id", 1), ("assignee.id", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_ASSIGNEE,
            partialFilterExpression={"assignee.id": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("favourites", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_FAVOURITE,
            partialFilterExpression={"favourites": {"$exists": True}},
        ),
        IndexModel([("tenant_id", 1), ("contact.id", 1), ("opened_at", -1)], name=BY_CONTACT),
    ],
    MESSAGES: [
        IndexModel([("conversation_id", 1), ("sequence", 1)], unique=True),
        # receipts name our messages by the provider's id
        IndexModel(
            [("account_id", 1), ("sent_as", 1)], unique=True, partialFilterExpression={"sent_as": {"$exists": True}}
        ),
    ],
    EARLY_RECEIPTS: [IndexModel([("at", 1)], expireAfterSeconds=8 * _DAY)],
    EARLY_CHANGES: [IndexModel([("at", 1)], expireAfterSeconds=8 * _DAY)],
    ATTACHMENTS: [
        # uploads that no message took
        IndexModel([("unused_since", 1)], partialFilterExpression={"unused_since": {"$exists": True}}),
    ],
    COUNTERS: [],
    CHANNEL_ACCOUNTS: [],
    ATTENDANTS: [],
    TEMPLATES: [],
}
