"""Kafka: accounts that changed in another process are read again, in every process of the service."""

from collections.abc import Sequence
from typing import Protocol

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from atd_schemas.settings_changes import ChannelAccountChanged
from atd_schemas.topics import SETTINGS_CHANGES, adapter
from atd_schemas.views import ChannelKind


class Directory(Protocol):
    """The accounts that this process has in memory."""

    async def reload(self, account_ids: Sequence[str]) -> None: ...


class AccountChanges:
    """Handles `settings.changes.v1`: accounts of these kinds that changed are read again."""

    def __init__(self, kinds: Sequence[ChannelKind], directory: Directory) -> None:
        self._kinds = kinds
        self._directory = directory

    async def __call__(self, records: "Sequence[ConsumerRecord[bytes, bytes]]") -> None:
        """Whatever is not about an account of these kinds is passed over."""
        changed = dict.fromkeys(found for one in records if (found := self._account_in(one.value)) is not None)
        if changed:
            await self._directory.reload(list(changed))

    def _account_in(self, value: bytes | None) -> str | None:
        try:
            event = adapter(SETTINGS_CHANGES).validate_json(value or b"")
        except ValidationError:
            return None  # a change of a later version, or a tombstone; the refresh finds accounts anyway
        if isinstance(event, ChannelAccountChanged) and event.data.channel in self._kinds:
            return event.data.account_id
        return None
