"""Messages that a batch tells of by an id that is not the one under which they are stored.

A provider may have several ids for one message (`MessageIds`). They are worked out from the ids of the customer: first
those that the event has; only when nothing is found, and so in few batches, those that are stored of the customer too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atd_conversation.domain.identities import id_of_key, is_phone
from atd_conversation.intake.batch import Batch, ChangeEvent
from atd_conversation.intake.loaded import Loaded
from atd_schemas.inbound import InboundContact, InboundEcho, InboundMessage, InboundReceipt

Name = tuple[str, str]
"""Account, and the provider's id of a message."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event tells of a message by `name`; `keys` say whose it is, `ids` are the customer's in the event."""

    event: InboundMessage | InboundEcho | InboundReceipt | ChangeEvent
    name: Name
    ids: tuple[str, ...]


def told_of(batch: Batch) -> Iterator[Told]:
    """The earlier messages that a batch tells of by a provider's id: changed, quoted, sent, echoed."""
    for change in batch.changes:
        yield Told(change, (change.data.account_id, change.data.target_external_id), ids_of(change.data.contact))
    for receipt in batch.receipts:
        data = receipt.data
        if data.external_id:
            yield Told(receipt, (data.account_id, data.external_id), (data.recipient, *data.aliases))
    for arrival in batch.arrivals():
        said = arrival.data
        if said.reply_to_external_id:
            yield Told(arrival, (said.account_id, said.reply_to_external_id), ids_of(said.contact))
        if isinstance(arrival, InboundEcho):
            yield Told(arrival, (said.account_id, said.external_id), ids_of(said.contact))


def ids_of(contact: InboundContact) -> tuple[str, ...]:
    """The ids that an event has of a customer."""
    phone = (contact.phone.removeprefix("+"),) if contact.phone else ()
    return tuple(dict.fromkeys((contact.external_id, *contact.aliases, *phone)))


def spell(loaded: Loaded, told: Told, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Take every spelling that follows from these ids into account; which they are."""
    rules = loaded.channels.of(told.event.data.channel)
    found = rules.message_ids.spellings(told.name[1], ids)
    if found:
        loaded.spellings[told.name] = found
    return found


def not_found(loaded: Loaded, batch: Batch) -> list[Told]:
    """Messages with several ids that are not found by those that the events give; new messages are none of them."""
    return [
        told
        for told in told_of(batch)
        if told.name in loaded.spellings and not _needs_none(loaded, told) and loaded.target(*told.name) is None
    ]


def _needs_none(loaded: Loaded, told: Told) -> bool:
    """Whether it is found by our id, or is new itself: what the company's phone writes is new as a rule."""
    event = told.event
    if isinstance(event, InboundReceipt):
        return event.data.message_id is not None and event.data.message_id in loaded.messages
    return isinstance(event, InboundEcho) and event.data.external_id == told.name[1]


def keys_of(loaded: Loaded, told: Told) -> tuple[str, ...]:
    """The keys under which the customer of an event may be known, phones last (see `Loaded.known_by`)."""
    return tuple(sorted(loaded.keys_of_ids(told.event, told.ids), key=is_phone))


def spell_by_stored_ids(loaded: Loaded, missing: list[Told], keys: Mapping[str, str]) -> set[Name]:
    """The further spellings of messages that follow from what is stored of their customers: `keys` by contact."""
    ids: dict[str, list[str]] = {}
    for key, owner in keys.items():
        if (known := id_of_key(key)) is not None:
            ids.setdefault(owner, []).append(known)
    found: set[Name] = set()
    for told in missing:
        contact_id = loaded.contact_id_of(keys_of(loaded, told))
        if contact_id is not None:
            more = tuple(dict.fromkeys((*told.ids, *ids.get(contact_id, ()))))
            found |= {(told.name[0], one) for one in spell(loaded, told, more)}
    return found
