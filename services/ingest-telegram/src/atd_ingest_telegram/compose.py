"""From messages of ours to calls of the Bot API. Pure."""

from atd_channelkit.answers import Unsendable
from atd_schemas.outbound import OutboundMessageData


def find_unsendable(_data: OutboundMessageData) -> Unsendable | None:
    """Why a message cannot be sent; `None` when it can."""
    return Unsendable("kind_not_supported", "This version sends nothing to Telegram yet.")
