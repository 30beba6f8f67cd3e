"""Hears of changed attendants in every process, whichever changed them: from `settings.changes.v1`.

The process that changes a role or deactivates somebody knows at once; the others would go on with what they have
cached, and an open WebSocket with what was true when it was opened.
"""

from collections.abc import Callable, Sequence

import structlog
from pydantic import ValidationError

from atd_gateway.channels.directory import RawRecord
from atd_schemas.settings_changes import AttendantChanged

_TYPE = b"settings.attendant"


class AttendantChanges:
    """Calls `changed` with the id of each attendant whom a record is about."""

    def __init__(self, changed: Callable[[str], None], skipped: Callable[[], None]) -> None:
        """`skipped` is called for each record that cannot be read; it is ignored."""
        self._changed = changed
        self._skipped = skipped

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Read records of `settings.changes.v1`."""
        for record in records:
            value = record.value or b""
            if _TYPE in value:  # templates are most of the topic, and cheaper to pass over than to parse
                self._take(value, record)

    def _take(self, value: bytes, record: RawRecord) -> None:
        try:
            change = AttendantChanged.model_validate_json(value)
        except ValidationError as error:
            if any(one["loc"] == ("type",) for one in error.errors(include_input=False)):
                return  # another change, which mentions these words
            self._skipped()
            structlog.get_logger().warning("attendants.skipped", partition=record.partition, offset=record.offset)
            return
        self._changed(change.data.attendant_id)
