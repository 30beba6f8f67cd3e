"""Attendants at work: `attendant.devices.v1` (which browsers are open) and `attendant.events.v1` (who is there).

The gateway tells of devices and decides nothing; routing makes of all devices of a person, and of what they chose, how
available they are, and tells everybody.
"""

from typing import Literal

from atd_schemas.envelope import Envelope, Schema, Timestamp
from atd_schemas.views import AvailabilityView

DEVICE_SECONDS = 30.0
"""How often the gateway tells again that a device is there."""

DEVICE_GRACE_SECONDS = 90.0
"""After this silence a device is gone: its gateway may have died, or a network was changed."""


class DeviceData(Schema):
    """One WebSocket of an attendant. `used_at`: when somebody last touched it, as far as it has told; None: not known.

    `gone`: it was closed. A browser that lost its network for a moment comes back as another device.
    """

    attendant_id: str
    device_id: str
    used_at: Timestamp | None = None
    gone: bool = False


class DeviceSeen(Envelope):
    """A device of an attendant is there, or is gone. `subject` is the attendant; the newest word of a device stands."""

    type: Literal["attendant.device"] = "attendant.device"
    data: DeviceData


AttendantEventType = Literal[
    "attendant.online", "attendant.away", "attendant.busy", "attendant.offline", "attendant.updated"
]
"""`attendant.updated`: as available as before, but with another reason, in other teams, or with or without `room`."""


class AttendantData(Schema):
    """How available somebody is from now on. `changed` names the fields that differ from before."""

    attendant: AvailabilityView
    changed: tuple[str, ...] = ()


class AttendantChanged(Envelope):
    """Somebody has become available, or less so. `subject` is the attendant; `sequence` counts their events."""

    type: AttendantEventType
    data: AttendantData
