"""Everything that is read has somebody who takes it in."""

from pathlib import Path
from typing import get_args

import atd_schemas
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.intake import HANDLERS
from atd_conversation.intake.batch import Arrival, Batch, ChangeEvent, PersonEvent
from atd_schemas.inbound import InboundEvent, InboundFile, InboundReceipt, InboundReceiptUntil
from atd_schemas.services import PUBLIC_CHANNELS
from atd_schemas.topics import INBOUND_EVENTS, adapter


def test_every_type_of_inbound_event_has_a_handler() -> None:
    union, _ = get_args(InboundEvent)
    assert set(HANDLERS) == set(get_args(union))


def test_every_type_of_inbound_event_is_loaded_for() -> None:
    union, _ = get_args(InboundEvent)
    sorted_out = {*get_args(ChangeEvent), *get_args(PersonEvent), InboundReceipt, InboundReceiptUntil, InboundFile}
    assert sorted_out == set(get_args(union))
    assert set(get_args(Arrival)) < set(get_args(PersonEvent))


def test_a_batch_holds_every_event_of_it_once() -> None:
    folder = Path(atd_schemas.__file__).parent / "examples" / INBOUND_EVENTS.name
    events = [adapter(INBOUND_EVENTS).validate_json(file.read_bytes()) for file in sorted(folder.glob("*.json"))]
    assert events
    batch = Batch.of(events)
    held = [*batch.people, *batch.receipts, *batch.watermarks, *batch.changes, *batch.files]
    assert sorted(map(id, held)) == sorted(map(id, events))


def test_every_channel_whose_threads_all_can_read_has_its_events_apart() -> None:
    assert {kind for kind, rules in CHANNEL_RULES.items() if rules.public} == set(PUBLIC_CHANNELS)
