"""An update: which kind it is of, and what it says."""

from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.events import message_event
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_telegram.accounts.model import Account
from atd_schemas.inbound import InboundContact
from atd_schemas.services import INGEST_TELEGRAM


def translate(payload: Any, account: Account, now: datetime, _received_at: datetime | None = None) -> Translation:
    """What a decoded update says."""
    message = payload.get("message") if isinstance(payload, dict) else None
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(chat, dict) or not isinstance(message.get("text"), str):
        return Translation((), ("update: is not known to this version",))
    external_id = f"{chat.get('id')}:{message.get('message_id')}"
    contact = InboundContact(external_id=str(chat.get("id")), name=chat.get("first_name"))
    times = (now, now)
    return Translation(
        (message_event(account, INGEST_TELEGRAM.name, external_id, contact, times, kind="text", text=message["text"]),)
    )
