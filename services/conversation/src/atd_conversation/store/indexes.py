"""The collections and their indexes. Every query of this package names the index it walks."""

from pymongo import IndexModel

CONTACTS = "contacts"
IDENTITIES = "identities"
CONTACT_NOTES = "contact_notes"
CONVERSATIONS = "conversations"
MESSAGES = "messages"
EARLY_RECEIPTS = "early_receipts"
EARLY_CHANGES = "early_changes"
POST_OPENINGS = "post_openings"
ATTACHMENTS = "attachments"
COUNTERS = "counters"
CHANNEL_ACCOUNTS = "channel_accounts"
ATTENDANTS = "attendants"
TEMPLATES = "templates"
TEAMS = "teams"
AVAILABILITY = "availability"
CATALOGUE = "catalogue"
POLICIES = "policies"
SETTING_REVISIONS = "setting_revisions"
DRAFTS = "drafts"
TIMELINE = "timeline"
SCHEDULED = "scheduled_messages"
VIEW_COUNTS = "view_counts"

_DAY = 24 * 3600

BY_STATUS = "by_status"
BY_TEAM = "by_team"
BY_TENANT = "by_tenant"
BY_FREE = "by_free"
BY_ASSIGNEE = "by_assignee_and_status"
BY_FAVOURITE = "by_favourite"
BY_CONTACT = "by_contact"
BY_NUMBER = "tenant_id_1_number_1"
BY_UNREAD = "by_unread"
BY_WAITING = "by_waiting"
BY_READER = "by_reader"
BY_MENTION = "by_mention"
BY_TERM = "by_term"
BY_NAME = "by_name"
BY_KIND = "by_kind"
BY_ITEM_TERM = "by_item_term"
BY_USE = "by_use"
BY_ATTENDANT = "by_attendant_and_name"
BY_SIZE = "by_size"
BY_TYPE = "by_type"
BY_LABEL = "by_label"
BY_TAG = "by_tag"
BY_PUBLIC = "by_public"
CONTACTS_BY_LABEL = "contacts_by_label"
MESSAGES_BY_TAG = "messages_by_tag"
BY_SIGN = "by_sign"
BY_MERGE = "by_merge"
BY_UNDONE = "by_undone_merge"
BY_MERGED_INTO = "by_merged_into"
BY_IDENTITY_OWNER = "contact_id_1"
BY_NOTED_CONTACT = "by_contact"
BY_FILE = "by_conversation"
BY_COUNTED = "by_attendant"
BY_AGE = "by_age"
BY_OWNER = "by_owner"
BY_PICTURED = "by_pictured_contact"
BY_HOLDER = "by_holder"
BY_MESSAGE_TERM = "by_message_term"
IN_CONVERSATION = "conversation_id_1_sequence_1"

_OWNED = IndexModel([("who", 1)], name=BY_OWNER, partialFilterExpression={"who": {"$exists": True}})
"""Whose is what waits; rows that wait no more have no `who`."""

INDEXES: dict[str, list[IndexModel]] = {
    CONTACTS: [
        # the oldest, for how long they are kept
        IndexModel([("tenant_id", 1), ("created_at", 1), ("_id", 1)], name=BY_AGE),
        IndexModel([("tenant_id", 1), ("terms", 1)], name=BY_TERM),
        IndexModel([("tenant_id", 1), ("listed_as", 1), ("_id", 1)], name=BY_NAME),
        IndexModel(
            [("tenant_id", 1), ("attendants", 1), ("listed_as", 1), ("_id", 1)],
            name=BY_ATTENDANT,
            partialFilterExpression={"attendants": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("labels.id", 1)],
            name=CONTACTS_BY_LABEL,
            partialFilterExpression={"labels.id": {"$exists": True}},
        ),
        # what a duplicate would share
        IndexModel([("tenant_id", 1), ("signs", 1)], name=BY_SIGN),
        IndexModel(
            [("tenant_id", 1), ("merged.id", 1)],
            name=BY_MERGE,
            partialFilterExpression={"merged.id": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("merged.into", 1)],
            name=BY_MERGED_INTO,
            partialFilterExpression={"merged.into": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("undone", 1)], name=BY_UNDONE, partialFilterExpression={"undone": {"$exists": True}}
        ),
    ],
    IDENTITIES: [IndexModel([("contact_id", 1)], name=BY_IDENTITY_OWNER)],
    CONTACT_NOTES: [IndexModel([("tenant_id", 1), ("contact_id", 1), ("_id", -1)], name=BY_NOTED_CONTACT)],
    CONVERSATIONS: [
        IndexModel([("tenant_id", 1), ("number", 1)], name=BY_NUMBER, unique=True),
        # one conversation per contact and account takes the next message
        IndexModel([("current_of", 1)], unique=True, partialFilterExpression={"current_of": {"$exists": True}}),
        IndexModel([("tenant_id", 1), ("status", 1), ("last_activity_at", -1), ("_id", -1)], name=BY_STATUS),
        IndexModel(
            [("tenant_id", 1), ("assignee.id", 1), ("status", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_ASSIGNEE,
            partialFilterExpression={"assignee.id": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("favourites", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_FAVOURITE,
            partialFilterExpression={"favourites": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("mentioned", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_MENTION,
            partialFilterExpression={"mentioned": {"$exists": True}},
        ),
        # written when somebody reads, and once by the customer's next message
        IndexModel(
            [("tenant_id", 1), ("read_keys", 1), ("status", 1), ("assignee.id", 1)],
            name=BY_READER,
            partialFilterExpression={"read_keys": {"$exists": True}},
        ),
        IndexModel([("tenant_id", 1), ("contact.id", 1), ("opened_at", -1)], name=BY_CONTACT),
        IndexModel(
            [("tenant_id", 1), ("status", 1), ("waiting_since", 1), ("_id", 1)],
            name=BY_WAITING,
            partialFilterExpression={"waiting_since": {"$exists": True}},
        ),
        *(
            # what a conversation is found by beside its status; those that have none are not in it
            IndexModel(
                [("tenant_id", 1), (field, 1), ("status", 1), ("last_activity_at", -1), ("_id", -1)],
                name=name,
                partialFilterExpression={field: {"$exists": True}},
            )
            for name, field in (
                (BY_TYPE, "type_id"),
                (BY_LABEL, "contact.labels"),
                (BY_TAG, "tags"),
                (BY_TEAM, "team.id"),
            )
        ),
        # public threads, of which there can be thousands that wait for nobody
        IndexModel(
            [("tenant_id", 1), ("thread.public", 1), ("status", 1), ("last_activity_at", -1), ("_id", -1)],
            name=BY_PUBLIC,
            partialFilterExpression={"thread.public": True},
        ),
        # written when a conversation becomes unread and when it is answered, and not by the messages between
        IndexModel(
            [("tenant_id", 1), ("status", 1), ("assignee.id", 1)],
            name=BY_UNREAD,
            partialFilterExpression={"unread_count": {"$gt": 0}},
        ),
    ],
    MESSAGES: [
        IndexModel([("conversation_id", 1), ("sequence", 1)], unique=True),
        # which messages have a tag, and whether another one of the conversation does
        IndexModel(
            [("tenant_id", 1), ("tags.id", 1), ("conversation_id", 1)],
            name=MESSAGES_BY_TAG,
            partialFilterExpression={"tags.id": {"$exists": True}},
        ),
        # the search: the number tells without a look at the message whose conversation it is
        IndexModel(
            [("tenant_id", 1), ("terms", 1), ("occurred_at", -1), ("number", 1)],
            name=BY_MESSAGE_TERM,
        ),
        # receipts name our messages by the provider's id
        IndexModel(
            [("account_id", 1), ("sent_as", 1)], unique=True, partialFilterExpression={"sent_as": {"$exists": True}}
        ),
    ],
    VIEW_COUNTS: [IndexModel([("tenant_id", 1), ("attendant_id", 1)], name=BY_COUNTED)],
    TIMELINE: [IndexModel([("subject", 1), ("sequence", -1)])],
    EARLY_RECEIPTS: [IndexModel([("at", 1)], expireAfterSeconds=8 * _DAY), _OWNED],
    EARLY_CHANGES: [IndexModel([("at", 1)], expireAfterSeconds=8 * _DAY), _OWNED],
    # counted for an hour
    POST_OPENINGS: [IndexModel([("at", 1)], expireAfterSeconds=_DAY)],
    ATTACHMENTS: [
        # the room that a tenant's files take
        IndexModel([("tenant_id", 1), ("state", 1), ("size", 1)], name=BY_SIZE),
        # the oldest files that are here, for how long they are kept
        IndexModel(
            [("tenant_id", 1), ("state", 1), ("created_at", 1), ("_id", 1)],
            name=BY_AGE,
            partialFilterExpression={"conversation_id": {"$exists": True}},
        ),
        # what waits for a draft or a scheduled message
        IndexModel([("held_by", 1)], name=BY_HOLDER, partialFilterExpression={"held_by": {"$exists": True}}),
        # pictures of customers
        IndexModel([("contact_id", 1)], name=BY_PICTURED, partialFilterExpression={"contact_id": {"$exists": True}}),
        # uploads that no message took
        IndexModel([("unused_since", 1)], partialFilterExpression={"unused_since": {"$exists": True}}),
        # the files of a customer, the latest first
        IndexModel(
            [("tenant_id", 1), ("conversation_id", 1), ("created_at", -1), ("_id", -1)],
            name=BY_FILE,
            partialFilterExpression={"conversation_id": {"$exists": True}},
        ),
    ],
    CATALOGUE: [
        IndexModel([("tenant_id", 1), ("kind", 1), ("_id", 1)], name=BY_KIND),
        # of kinds that are found by words, and offered by how often they are used
        IndexModel(
            [("tenant_id", 1), ("kind", 1), ("terms", 1)],
            name=BY_ITEM_TERM,
            partialFilterExpression={"terms": {"$exists": True}},
        ),
        IndexModel(
            [("tenant_id", 1), ("kind", 1), ("uses", -1), ("_id", 1)],
            name=BY_USE,
            partialFilterExpression={"terms": {"$exists": True}},
        ),
        IndexModel([("tenant_id", 1), ("key", 1)], unique=True),
    ],
    POLICIES: [IndexModel([("tenant_id", 1)])],
    SETTING_REVISIONS: [],
    COUNTERS: [],
    CHANNEL_ACCOUNTS: [],
    ATTENDANTS: [],
    TEMPLATES: [],
    TEAMS: [IndexModel([("tenant_id", 1), ("_id", 1)], name=BY_TENANT)],
    # who could take a conversation
    AVAILABILITY: [IndexModel([("tenant_id", 1), ("state", 1), ("room", 1), ("name", 1)], name=BY_FREE)],
    SCHEDULED: [
        IndexModel([("tenant_id", 1), ("conversation_id", 1), ("state", 1), ("due_at", 1)]),
        IndexModel([("tenant_id", 1), ("author.id", 1), ("state", 1), ("due_at", 1), ("_id", 1)]),
        IndexModel([("ended_at", 1)], expireAfterSeconds=30 * _DAY),
    ],
    DRAFTS: [
        IndexModel([("tenant_id", 1), ("attendant_id", 1), ("updated_at", -1), ("_id", -1)]),
        IndexModel([("conversation_id", 1)]),
    ],
}
