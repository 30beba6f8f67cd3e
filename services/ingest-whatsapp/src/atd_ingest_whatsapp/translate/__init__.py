"""From a webhook body to events: pure, total, and deterministic in its ids.

Whatever is understood becomes an event, or a note on our own state. Whatever is not is named by its path among the
problems, and the caller then keeps the whole body: nothing that Meta sent is lost, and a later version can read it
again with the same ids. Shapes: Meta's webhook reference for Graph API v25.0.
"""

from atd_channelkit.webhooks.problems import PROBLEMS_LIMIT
from atd_ingest_whatsapp.translate.notes import Alert, HealthNote, Note, TemplateNote
from atd_ingest_whatsapp.translate.reader import OBJECT, Event, Proven, translate

__all__ = [
    "OBJECT",
    "PROBLEMS_LIMIT",
    "Alert",
    "Event",
    "HealthNote",
    "Note",
    "Proven",
    "TemplateNote",
    "translate",
]
