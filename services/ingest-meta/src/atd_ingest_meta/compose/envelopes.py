"""To whom a message of Messenger or Instagram goes, and why it may: what stands around its `message`.

Source: Meta's Send API (v25.0). Within 24 hours of the customer's last act a message is a `RESPONSE`; later, up to
seven days, only what a person wrote goes out, with the tag `HUMAN_AGENT`. The other tags were withdrawn in April 2026:
they are never sent.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atd_channelkit.answers import Unsendable
from atd_ingest_meta.ids import USER_REF
from atd_schemas.outbound import OutboundMessageData

Json = dict[str, Any]

COMMENT_PREFIX = "comment:"
"""Before the id of a public comment as recipient: a customer who has no other address here yet."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands beside `message` in a call."""

    fields: Json

    def around(self, message: Json, reply_to: str | None = None) -> Json:
        """The body of a call."""
        body: Json = {**self.fields, "message": message}
        if reply_to is not None:
            body["reply_to"] = {"mid": reply_to}
        return body


def recipient_of(recipient: str) -> Json:
    """The customer as the Send API wants to be told."""
    for prefix, name in ((COMMENT_PREFIX, "comment_id"), (USER_REF, "user_ref")):
        if recipient.startswith(prefix):
            return {name: recipient.removeprefix(prefix)}
    return {"id": recipient}


def envelope_of(data: OutboundMessageData, now: datetime) -> Envelope | Unsendable:
    """What stands around a message that is sent at `now`, or why it may not be."""
    if data.private_reply_to is not None:
        return Envelope({"recipient": {"comment_id": data.private_reply_to}, "messaging_type": "RESPONSE"})
    whom = {"recipient": recipient_of(data.recipient)}
    if data.reply_until is not None and now >= data.reply_until:
        return _closed("The customer has not written for too long.")
    if data.free_until is None or now < data.free_until:
        return Envelope({**whom, "messaging_type": "RESPONSE"})
    if not data.by_person:
        return _closed("The customer has not written for 24 hours: only a person may write now.")
    return Envelope({**whom, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"})


def _closed(detail: str) -> Unsendable:
    return Unsendable("window_closed", detail, "window")
