"""Why conversation refuses a change: the `code` of its problem, which clients put into the reader's language."""

from typing import Literal

RefusalCode = Literal[
    "already_asked",
    "already_merged",
    "archived",
    "author_deactivated",
    "broken_variable",
    "channel_not_supported",
    "channel_removed",
    "contact_blocked",
    "conversation_closed",
    "file_infected",
    "file_scanning",
    "has_children",
    "invalid",
    "kind_not_supported",
    "merge_with_itself",
    "message_deleted",
    "message_not_sent",
    "name_taken",
    "not_closed",
    "not_failed",
    "not_merged",
    "not_waiting",
    "superseded",
    "template_not_approved",
    "too_large",
    "too_large_to_merge",
    "too_long",
    "too_many",
    "too_old",
    "type_required",
    "unknown_attachment",
    "unknown_attendant",
    "unknown_contact",
    "unknown_label",
    "unknown_message",
    "unknown_tag",
    "unknown_team",
    "unknown_template",
    "unknown_type",
    "unknown_variable",
    "unsupported_type",
    "window_closed",
    "wrong_parameters",
]
"""Every code of a message or change that the rules do not allow (422; of the present state, such as `not_failed`: 409).

Others are of HTTP itself.
"""
