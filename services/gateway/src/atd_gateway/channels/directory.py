"""Knows which service has which channel account, from the changes that the services publish.

Every process reads the compacted topic `settings.changes.v1` from its beginning, so the directory is complete up to
the last event that it has read. An account that was created a moment ago is added by the answer that created it; in
another process it is unknown for the time that its event takes (`finding.py` asks the services then).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from atd_schemas.services import Service, service_of_channel
from atd_schemas.settings_changes import ChannelAccountChanged


@dataclass(frozen=True, slots=True)
class Place:
    """The service and the tenant of an account."""

    service: str
    tenant_id: str


class ChannelDirectory:
    """The service of each channel account, in memory.

    A deleted account keeps its place: its service answers 404 for it, as for what never was.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services
        self._places: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def find(self, account_id: str) -> Place | None:
        """The account's place, if it is known."""
        return self._places.get(account_id)

    def add(self, account_id: str, place: Place) -> None:
        """Add an account that was seen at its service."""
        self._places[account_id] = place

    def take(self, change: ChannelAccountChanged) -> None:
        """Remember what a service has published."""
        service = service_of_channel(change.data.channel, self._services)
        if service is not None:
            self.add(change.data.account_id, Place(service.name, change.tenant_id))
