"""From an update to events: pure, total, and deterministic in its ids.

Whatever is understood becomes an event. Whatever is not is named by its path among the problems, and the caller then
keeps the whole update: nothing that Telegram sent is lost, and a later version can read it again with the same ids.
Shapes: the Bot API 10.1.
"""

from atd_ingest_telegram.translate.updates import translate

__all__ = ["translate"]
