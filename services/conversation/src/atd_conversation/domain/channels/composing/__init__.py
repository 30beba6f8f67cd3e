"""The message that a draft makes within the limits of a channel: what every channel has in common.

A channel gives its `ContentLimits`, and a composer of templates where it has any; nothing here names one.
"""

from atd_conversation.domain.channels.composing.compose import Compose, composer
from atd_conversation.domain.channels.composing.files import FileRules
from atd_conversation.domain.channels.composing.texts import check_length, length_in, shortened

__all__ = ["Compose", "FileRules", "check_length", "composer", "length_in", "shortened"]
