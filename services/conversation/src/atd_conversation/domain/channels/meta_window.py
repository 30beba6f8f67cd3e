"""The reply window of Meta's private channels of a page: Messenger and Instagram.

Source: Meta's pages of the Messenger Platform (v25.0). Whatever the customer does opens it: a message, a tap, a
reaction, a link followed. After a day only a person may answer (`HUMAN_AGENT`), for a week in all.
"""

from datetime import timedelta

from atd_conversation.domain.reply_window import ReplyWindow

META_WINDOW = ReplyWindow(
    free=timedelta(hours=24),
    person=timedelta(days=7),
    opened_by=("message", "reaction", "referral", "opt_in", "other"),
)
