"""Hears in every process what any process or service changes in the settings: from `settings.changes.v1`.

The process that deactivates somebody knows at once; the others would go on with what they have cached, and an open
WebSocket with what was true when it was opened.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from atd_gateway.raw_record import RawRecord

Change = TypeVar("Change", bound=BaseModel)


class SettingsStream(Generic[Change]):
    """Hands on the changes of one kind."""

    def __init__(self, kind: type[Change], changed: Callable[[Change], None], skipped: Callable[[], None]) -> None:
        """`skipped` is called for each record of this kind that cannot be read; it is ignored."""
        self._kind = kind
        self._type = str(kind.model_fields["type"].default)
        self._changed = changed
        self._skipped = skipped

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Read records of `settings.changes.v1`."""
        named = self._type.encode()
        for record in records:
            value = record.value or b""
            if named in value:  # templates are most of the topic, and cheaper to pass over than to parse
                self._take(value, record)

    def _take(self, value: bytes, record: RawRecord) -> None:
        try:
            change = self._kind.model_validate_json(value)
        except ValidationError as error:
            if any(one["loc"] == ("type",) for one in error.errors(include_input=False)):
                return  # another change, which mentions these words
            self._skipped()
            place = {"partition": record.partition, "offset": record.offset}
            structlog.get_logger().warning("settings.skipped", kind=self._type, **place)
            return
        self._changed(change)
