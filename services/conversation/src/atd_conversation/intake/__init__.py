"""What a batch of inbound events leads to: one pass over the batch, in order, changing what was loaded.

Pure: no I/O and no clock; the handler loads before and saves after.
"""

from atd_conversation.intake.batch import Batch
from atd_conversation.intake.changes import waiting
from atd_conversation.intake.dispatch import HANDLERS, apply_waiting_changes, take_in
from atd_conversation.intake.people import numbers_needed
from atd_conversation.intake.state import Cause, Intake

__all__ = ["HANDLERS", "Batch", "Cause", "Intake", "apply_waiting_changes", "numbers_needed", "take_in", "waiting"]
