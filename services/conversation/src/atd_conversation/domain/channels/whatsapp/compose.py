"""The message that a draft makes on WhatsApp."""

from atd_conversation.domain.channels.composing import composer
from atd_conversation.domain.channels.whatsapp.limits import FILES
from atd_conversation.domain.channels.whatsapp.templates import compose_template

compose = composer(FILES, template=compose_template)
"""See `ChannelRules.compose`."""
