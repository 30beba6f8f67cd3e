"""What is collected of a body while it is read."""

from dataclasses import dataclass, field

from atd_channelkit.webhooks.translation import SendProof
from atd_ingest_meta.translate.notes import Note
from atd_schemas.envelope import Envelope


@dataclass(slots=True)
class Found:
    """Events that are told at once, notes, and the sends that echoes prove."""

    events: list[Envelope] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    confirmed: list[SendProof] = field(default_factory=list)
