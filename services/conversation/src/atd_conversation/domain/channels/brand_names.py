"""What the channels are called, where people read or write it."""

from collections.abc import Mapping

from atd_schemas.views import ChannelKind

CHANNEL_NAMES: Mapping[ChannelKind, str] = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "messenger": "Messenger",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "web": "Site",
    "app": "App",
}

NAMES_OF_PHONES = ("whatsapp", "zap")
"""Words for channels whose addresses are phone numbers: people write them over a column of phones."""
