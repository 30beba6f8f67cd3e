"""What is known of a batch before it is decided about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from atd_conversation.domain.channels import Channels, MessageIds
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.identities import identity_keys, is_phone, keys_of_ids, phone_key
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import Names
from atd_conversation.domain.unit_of_work import Row
from atd_conversation.intake.batch import Arrival, Batch, ChangeEvent, PersonEvent
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundContactChange, InboundMessage, InboundReceipt, InboundReceiptUntil

AccountEvent = PersonEvent | InboundReceipt | InboundReceiptUntil | ChangeEvent
"""Events that name a person on one account."""


def provider_key(account_id: str, external_id: str) -> str:
    """The row of `early_receipts` or `early_changes` about a provider's id.

    In `early_receipts` either a receipt waits for a message that is not known to have been sent yet (`status`,
    `failure`), or the row says which message of ours it is (`message_id`, `attempt`). Being one row, of a receipt that
    arrives and a send that is recorded at the same time one sees the other. In `early_changes` changes wait for their
    message: whoever wrote either looks for the other afterwards, and the later of both finds it.
    """
    return f"{account_id}:{external_id}"


def openings_key(event: Arrival) -> str:
    """The row of `post_openings` that says when the post of a public comment has opened conversations."""
    thread = event.data.thread
    return f"{event.data.account_id}:{thread.id if thread else ''}"


@dataclass(slots=True)
class Loaded:
    """What the database knows of a batch. The decision changes these objects and hands them to the unit.

    `ids_of` has the contacts of which every identity key and every conversation is known: those of which the batch may
    find out that two are one, and those that it makes. `redirected` are keys that still name a contact (the value)
    which another one has replaced; `contact_ids` names the other one. `shown_names` has the tenants of whom something
    bears a tag, label or type.
    """

    channels: Channels
    handled: set[str] = field(default_factory=set)
    contact_ids: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    ids_of: dict[str, set[str]] = field(default_factory=dict)
    redirected: dict[str, str] = field(default_factory=dict)
    current: dict[str, Conversation] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    sent_as: dict[tuple[str, str], Message] = field(default_factory=dict)
    early_receipts: dict[str, Row] = field(default_factory=dict)
    early_changes: dict[str, Row] = field(default_factory=dict)
    openings: dict[str, Row] = field(default_factory=dict)
    shown_names: dict[str, Names] = field(default_factory=dict)
    spellings: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _message_ids: dict[str, str] = field(default_factory=dict)
    _by_conversation: dict[str, list[Message]] = field(default_factory=dict)
    _sorted: int = 0

    def message_id_of(self, event: PersonEvent) -> str:
        """The id of the message that comes of an event, if any does; worked out once.

        It is the event's own for a remark, and for a message that was understood (see `InboundMessage`).
        """
        is_main = not isinstance(event, Arrival) or self.is_main(event)
        if is_main and isinstance(event, InboundMessage) and event.data.kind != "unsupported":
            return event.id
        message_id = self._message_ids.get(event.id)
        if message_id is None:
            if not isinstance(event, Arrival):
                message_id = event.id
            elif is_main:
                message_id = event.message_id()
            else:
                message_id = provider_event_id(event.data.account_id, self.main_name(event), "message")
            self._message_ids[event.id] = message_id
        return message_id

    def is_main(self, event: Arrival) -> bool:
        """Whether the id of a new message can be its main one."""
        return self._message_names(event).is_main(event.data.external_id)

    def main_name(self, event: Arrival) -> str:
        """The main id of a new message: the same message is stored once, by whichever of its ids it comes."""
        names = self.names_of_new(event)
        return names[0] if names else event.data.external_id

    def names_of_new(self, event: Arrival) -> tuple[str, ...]:
        """Every id of a new message that follows from the customer's ids in the event, the main one first."""
        contact = event.data.contact
        phone = (contact.phone.removeprefix("+"),) if contact.phone else ()
        ids = (contact.external_id, *contact.aliases, *phone)
        return self._message_names(event).spellings(event.data.external_id, ids)

    def _message_names(self, event: Arrival) -> MessageIds:
        return self.channels.of(event.data.channel).message_ids

    def names(self, account_id: str, external_id: str) -> tuple[str, ...]:
        """The ids under which a message may be stored, as far as they are known; as told first."""
        others = self.spellings.get((account_id, external_id))
        return (external_id,) if others is None else tuple(dict.fromkeys((external_id, *others)))

    def waits_as(self, account_id: str, external_id: str) -> str:
        """The row in which what is told of a message waits: the one of its main id."""
        others = self.spellings.get((account_id, external_id))
        return provider_key(account_id, others[0] if others else external_id)

    def keys(self, event: PersonEvent | ChangeEvent) -> tuple[str, ...]:
        """Every key under which the person may be known from now on, worked out once."""
        keys = self._keys.get(event.id)
        if keys is None:
            data = event.data
            key_of = self.channels.of(data.channel).key_of_id
            keys = identity_keys(key_of, event.tenant_id, data.channel, data.account_id, data.contact)
            self._keys[event.id] = keys
        return keys

    def owners(self, event: AccountEvent) -> list[str]:
        """The keys of the customer of whom something waits: by them it can be erased."""
        if isinstance(event, InboundReceiptUntil):
            return list(self.keys_of_ids(event, (event.data.recipient,)))
        if isinstance(event, InboundReceipt):
            return list(self.keys_of_ids(event, (event.data.recipient, *event.data.aliases)))
        return list(self.keys(event))

    def shared_key(self, event: PersonEvent) -> str | None:
        """The key of the phone that the person gave when asked for it: theirs, unless it names somebody already."""
        phone = event.data.contact.shared_phone
        return None if phone is None else f"{event.tenant_id}|{phone_key(phone)}"

    def known_by(self, event: PersonEvent) -> tuple[str, ...]:
        """The keys that say who the person is, the surest first: of somebody who goes by other ids now, those before.

        Nobody is ever given another's user id; a phone can be somebody else's by now, so it decides last. Of a user id
        that has changed the new one says who it is too.
        """
        if not isinstance(event, InboundContactChange):
            keys = self.keys(event)
        else:
            keys = self.keys_of_ids(event, event.data.previous)
            if event.data.reason == "user_id_changed":
                keys += tuple(key for key in self.keys(event) if not is_phone(key))
        if len(keys) == 1:
            return keys
        return tuple(sorted(keys, key=is_phone))

    def learnt_from(self, event: PersonEvent) -> tuple[str, ...]:
        """The keys that name the person from now on, unless they name somebody else.

        Not a phone that they gave up: it will be somebody else's.
        """
        if not isinstance(event, InboundContactChange):
            return self.keys(event)
        return (*self.keys(event), *(key for key in self.known_by(event) if not is_phone(key)))

    def given_up(self, event: PersonEvent) -> tuple[str, ...]:
        """The keys of phones that an event says its person has no more."""
        if not isinstance(event, InboundContactChange) or event.data.reason != "number_changed":
            return ()
        kept = self.keys(event)
        return tuple(key for key in self.known_by(event) if is_phone(key) and key not in kept)

    def keys_of_ids(self, event: AccountEvent, ids: Sequence[str]) -> tuple[str, ...]:
        """The keys of ids that belong to one person on the event's account."""
        data = event.data
        key_of = self.channels.of(data.channel).key_of_id
        return keys_of_ids(key_of, event.tenant_id, data.channel, data.account_id, ids)

    def contact_id_of(self, keys: Sequence[str]) -> str | None:
        """The contact that one of the keys names; the most certain key decides."""
        return next((self.contact_ids[key] for key in keys if key in self.contact_ids), None)

    def redirect(self) -> bool:
        """Let keys of contacts that were merged name the contacts that go on; whether there were any."""
        merged = {each.id: each.merged.into for each in self.contacts.values() if each.merged}
        found = [key for key, contact_id in self.contact_ids.items() if contact_id in merged]
        for key in found:
            self.redirected.setdefault(key, self.contact_ids[key])
            self.contact_ids[key] = merged[self.contact_ids[key]]
        return bool(found)

    def present(self, contact_id: str) -> str:
        """The contact that goes on for this one, if it was merged."""
        contact = self.contacts.get(contact_id)
        return contact_id if contact is None or contact.merged is None else self.present(contact.merged.into)

    def beside(self, event: PersonEvent, contact_id: str) -> list[str]:
        """The other contacts that an event names beside the one that it is about."""
        keys = self.keys(event)
        if isinstance(event, InboundContactChange):
            keys += self.known_by(event)
        named = (self.contact_ids.get(key, contact_id) for key in keys)
        return [other for other in dict.fromkeys(named) if other != contact_id]

    def add_conversation(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        if conversation.current:
            self.current[conversation.place] = conversation

    def messages_of(self, conversation_id: str) -> list[Message]:
        """The messages of a conversation that are known, in their order; sorted once for all conversations."""
        if self._sorted != len(self.messages):
            self._sorted, self._by_conversation = len(self.messages), {}
            for message in sorted(self.messages.values(), key=lambda one: one.sequence):
                self._by_conversation.setdefault(message.conversation_id, []).append(message)
        return self._by_conversation.get(conversation_id, [])

    def tenants_with_names(self) -> set[str]:
        """Whose names are needed: those of whom something bears a tag, label or type, or is a team's."""
        bearing = [one.tenant_id for one in self.contacts.values() if one.labels]
        bearing += [one.tenant_id for one in self.messages.values() if one.tags]
        for one in self.conversations.values():
            if one.type_id is not None or one.tags or one.contact.labels or one.team is not None:
                bearing.append(one.tenant_id)
        return set(bearing)

    def bind(self, names: dict[str, Names]) -> None:
        """Let everything of these tenants show what its ids are called."""
        self.shown_names = names
        everything: list[Contact | Conversation | Message] = [*self.contacts.values(), *self.conversations.values()]
        for one in [*everything, *self.messages.values()]:
            if one.tenant_id in names:
                one.names = names[one.tenant_id]

    def add_message(self, message: Message) -> None:
        known = self.messages.setdefault(message.id, message)
        for external_id in known.external_ids:
            self.sent_as[known.account_id, external_id] = known

    def take_stored_for_handled(self, batch: Batch) -> None:
        """An event whose message is there was handled, unless it says more of it than was understood then."""
        for event in batch.people:
            stored = self.messages.get(self.message_id_of(event))
            if stored is not None and not (isinstance(event, Arrival) and understands(event, stored)):
                self.handled.add(event.id)

    def target(self, account_id: str, external_id: str) -> Message | None:
        """The message that a provider calls so, whoever wrote it: by this id, else by the other ids of the message."""
        for name in self.names(account_id, external_id):
            found = self._target(account_id, name)
            if found is not None:
                return found
        return None

    def _target(self, account_id: str, external_id: str) -> Message | None:
        theirs = self.messages.get(provider_event_id(account_id, external_id, "message"))
        if theirs is not None:
            return theirs if theirs.same_as is None else self.messages.get(theirs.same_as)
        ours = self.sent_as.get((account_id, external_id))
        if ours is not None:
            return ours
        row = self.early_receipts.get(provider_key(account_id, external_id), {})
        return self.messages.get(row.get("message_id", ""))


def understands(event: Arrival, stored: Message) -> bool:
    """Whether the event says more of a stored message than was understood of it before."""
    if stored.kind != "unsupported" or event.data.kind == "unsupported":
        return False
    return stored.deleted_at is None and stored.same_as is None


def senders(
    loaded: Loaded, people: Sequence[PersonEvent], several: list[tuple[PersonEvent, list[str]]] | None = None
) -> Iterator[tuple[PersonEvent, str, bool]]:
    """Each event with the contact that it will be taken for, and whether that is a contact already.

    Walks in the order of the batch: a message that tells two ids of one person decides about a later one that tells
    only one of them. Whoever writes for the first time goes by their first key; other news of strangers are left out,
    and so are messages that are there. `several` takes the events that name more than one, with all that they name.
    """
    known = dict(loaded.contact_ids)
    contacts = set(loaded.contact_ids.values())
    for event in people:
        is_arrival = isinstance(event, Arrival)
        if is_arrival and loaded.messages and loaded.message_id_of(event) in loaded.messages:
            continue
        keys, known_by = loaded.keys(event), loaded.known_by(event)
        contact_id = next((known[key] for key in known_by if key in known), None)
        if contact_id is None:
            if not is_arrival:
                continue
            contact_id = keys[0]
        if several is not None and len(keys) + len(known_by) > 2:  # noqa: PLR2004 - two names of one id
            named = dict.fromkeys([known[key] for key in (*known_by, *keys) if key in known])
            if len(named) > 1:
                several.append((event, list(named)))
        for key in loaded.learnt_from(event):
            known.setdefault(key, contact_id)
        if (shared := loaded.shared_key(event)) is not None:
            known.setdefault(shared, contact_id)
        yield event, contact_id, contact_id in contacts
