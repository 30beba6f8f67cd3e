"""What a batch of inbound events leads to: one pass over the batch, in order, changing what was loaded.

No I/O and no clock: the handler loads before and saves after.
"""

from atd_conversation.intake.changes import waiting
from atd_conversation.intake.passing import HANDLERS, settle, take_in
from atd_conversation.intake.people import numbers_needed
from atd_conversation.intake.state import Intake

__all__ = ["HANDLERS", "Intake", "numbers_needed", "settle", "take_in", "waiting"]
