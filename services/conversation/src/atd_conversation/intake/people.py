"""Who the customer is: contacts are found or created, get new ids, and change."""

from collections.abc import Mapping, Sequence

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.automation.policies import DEFAULT_AUTOMATION, Automation
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.identities import is_phone
from atd_conversation.domain.strands import place_of
from atd_conversation.intake.batch import Arrival, PersonEvent
from atd_conversation.intake.joining import contact_named, join_proven
from atd_conversation.intake.loaded import Loaded, senders
from atd_conversation.intake.pictures import ask_for_picture
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.content_base import Content
from atd_schemas.envelope import SYSTEM
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundContactChange, InboundPreference, InboundReceipt
from atd_schemas.notices import NoticeContent, NumberChangedContent


def numbers_needed(
    loaded: Loaded, people: Sequence[PersonEvent], automation: Mapping[str, Automation] | None = None
) -> dict[str, int]:
    """By tenant: how many new conversations these events can open, at the most."""
    places: dict[str, set[str]] = {}
    decided = automation or {}
    unclear = _after_given_up(loaded, people)
    for event, contact_id, _ in senders(loaded, people):
        if not isinstance(event, Arrival):
            continue
        place = place_of(event.data, event.id if event.id in unclear else contact_id)
        current = loaded.current.get(place)
        within = decided.get(event.tenant_id, DEFAULT_AUTOMATION).reopen_within
        if current is None or not current.takes(event.occurred_at, within):
            places.setdefault(event.tenant_id, set()).add(place)
    return {tenant_id: len(found) for tenant_id, found in places.items()}


def _after_given_up(loaded: Loaded, people: Sequence[PersonEvent]) -> set[str]:
    """The events that can be of a stranger, because the batch tells before them that a phone of theirs was given up.

    Those too that name somebody by an id that such an event told: each of them may open a conversation of its own.
    """
    keys: set[str] = set()
    found: set[str] = set()
    for event in people:
        named = {*loaded.keys(event), *loaded.known_by(event)}
        if (shared := loaded.shared_key(event)) is not None:
            named.add(shared)
        if not keys.isdisjoint(named):
            keys |= named
            found.add(event.id)
        keys.update(loaded.given_up(event))
    return found


def contact_id_for(intake: Intake, event: Arrival, cause: Cause) -> str:
    """The id of the customer's record, made now if nobody knows them; new names of them are learnt."""
    keys = intake.loaded.keys(event)
    contact_id = contact_named(intake, event, cause)
    if contact_id is None:
        contact = Contact.new(intake.new_id(), event.tenant_id, event.data.contact, intake.now)
        contact_id = contact.id
        intake.loaded.contacts[contact_id] = intake.unit.new_contacts[contact_id] = contact
        intake.loaded.ids_of[contact_id] = set()
        intake.emit_contact(contact, "contact.created", (), cause)
    for key in keys:
        intake.identify(key, event.tenant_id, contact_id)
    return contact_id


def learn(intake: Intake, conversation: Conversation, event: Arrival, cause: Cause) -> None:
    """Take over what a customer tells of themselves; only who may have news was loaded."""
    seen = event.data.contact
    contact = intake.loaded.contacts.get(conversation.contact.id)
    if contact is None:
        return
    profile_name = contact.profile_name
    changed = contact.learn(seen) + _learn_shared_phone(intake, contact, event)
    if changed or contact.profile_name != profile_name:
        intake.unit.touch_contact(contact)
    conversation.rename_contact(contact.ref(), seen.name or conversation.profile_name)
    ask_for_picture(intake, conversation, contact, event, cause)
    if changed:
        intake.emit_contact(contact, "contact.updated", changed, cause)


def _learn_shared_phone(intake: Intake, contact: Contact, event: Arrival) -> tuple[str, ...]:
    """A number that the customer gave when asked for it is theirs, unless another contact has it."""
    phone, key = event.data.contact.shared_phone, intake.loaded.shared_key(event)
    if phone is None or key is None:
        return ()
    is_new = intake.identify(key, contact.tenant_id, contact.id)
    changed = contact.take_shared_phone(phone, is_theirs=intake.loaded.contact_ids[key] == contact.id)
    return ("identities", *changed) if is_new else changed


def take_contact_change(intake: Intake, event: InboundContactChange, cause: Cause) -> None:
    """Somebody goes by other ids: these name the same contact from now on, unless they name another one.

    An id that somebody else has stays theirs, and so does a phone, unless both turn out to be one person. A phone that
    they gave up names nobody until somebody writes with it.
    """
    loaded = intake.loaded
    contact_id = contact_named(intake, event, cause)
    if contact_id is None:
        return
    keys = loaded.keys(event)
    learnt = [key for key in loaded.learnt_from(event) if intake.identify(key, event.tenant_id, contact_id)]
    changed: tuple[str, ...] = ("identities",) if learnt else ()
    contact, phone = loaded.contacts[contact_id], event.data.contact.phone
    before = contact.phone
    is_theirs = phone is not None and loaded.contact_ids[keys[0]] == contact_id
    if phone and is_theirs and (event.data.reason == "number_changed" or before is None):
        changed += contact.renumber(phone)
    given_up = _given_up(intake, event, contact, is_theirs=is_theirs)
    for key in given_up:
        intake.give_up(key)
    if given_up and not learnt:
        changed = ("identities", *changed)
    if changed:
        intake.unit.touch_contact(contact)
        intake.emit_contact(contact, "contact.updated", changed, cause)
    for conversation in strands_of(loaded, contact_id, event.data.account_id):
        _readdress(intake, conversation, event, frozenset(given_up))
        if not conversation.is_public:
            _add_notice(intake, conversation, event, before, cause)


def strands_of(loaded: Loaded, contact_id: str, account_id: str) -> list[Conversation]:
    """The conversations that take what a contact writes on an account, the private one first."""
    found = [
        one for one in loaded.current.values() if (one.contact.id, one.channel.account_id) == (contact_id, account_id)
    ]
    return sorted(found, key=lambda one: one.thread_id or "")


def _given_up(intake: Intake, event: InboundContactChange, contact: Contact, *, is_theirs: bool) -> tuple[str, ...]:
    """The keys of phones that the contact gave up (`is_theirs`: the new one is known as theirs).

    None when whoever has the phone may have got it afterwards: the news can come again, long after it was taken in.
    """
    loaded = intake.loaded
    ids = [key for key in loaded.known_by(event) if not is_phone(key)]
    by_id = any(loaded.contact_ids.get(key) == contact.id for key in ids)
    if not (is_theirs or by_id or contact.created_at <= event.occurred_at):
        return ()
    return tuple(key for key in loaded.given_up(event) if loaded.contact_ids.get(key) == contact.id)


def _readdress(
    intake: Intake, conversation: Conversation, event: InboundContactChange, given_up: frozenset[str]
) -> None:
    """Answers go to the new address.

    Also where another contact is known by that address, if the former one was given up: nobody is there any more.
    """
    data = event.data
    intake.unit.touch(conversation)
    address = intake.loaded.keys_of_ids(event, (data.contact.external_id,))
    former = intake.loaded.keys_of_ids(event, (conversation.recipient,))
    if intake.loaded.contact_id_of(address) == conversation.contact.id or not given_up.isdisjoint(former):
        conversation.recipient = data.contact.external_id


def _add_notice(
    intake: Intake, conversation: Conversation, event: InboundContactChange, phone_before: str | None, cause: Cause
) -> None:
    """The thread says what happened; each strand of the customer has its own line."""
    data = event.data
    content: Content = NoticeContent(type=data.reason)
    if data.reason == "number_changed":
        content = NumberChangedContent(type=data.reason, previous_phone=phone_before, phone=data.contact.phone)
    message = notice_message(
        event.id if conversation.thread_id is None else uuid5("notice", event.id, conversation.id),
        conversation.tenant_id,
        conversation.id,
        data.account_id,
        content,
        occurred_at=event.occurred_at,
        now=intake.now,
    )
    intake.emit(conversation, conversation.add_notice(message), cause, actor=SYSTEM)
    intake.unit.new_messages.append(message)


def take_preference(intake: Intake, event: InboundPreference, cause: Cause) -> None:
    """What a contact wants of advertising; nobody becomes a contact by that."""
    loaded = intake.loaded
    contact_id = contact_named(intake, event, cause)
    if contact_id is None:
        return
    for key in loaded.keys(event):
        intake.identify(key, event.tenant_id, contact_id)
    contact = loaded.contacts[contact_id]
    intake.unit.touch_contact(contact)
    changed = contact.choose(event.data.choice, event.occurred_at)
    if changed:
        intake.emit_contact(contact, "contact.updated", changed, cause)


def note_recipient_keys(intake: Intake, event: InboundReceipt, contact_id: str) -> None:
    """A receipt can contain other ids of the recipient."""
    for key in intake.loaded.keys_of_ids(event, event.data.aliases):
        intake.recipient_keys.setdefault(key, (event.tenant_id, contact_id))


def note_proofs(intake: Intake, event: InboundReceipt, cause: Cause) -> None:
    """What a private answer to a comment was delivered to is its author: the channel has proven it."""
    for key in intake.loaded.keys_of_ids(event, event.data.aliases):
        intake.proofs.setdefault(key, cause)


def learn_recipient_keys(intake: Intake) -> None:
    """To be called after the last event: the ids in a receipt decide about later batches only.

    Who a message is from was worked out before the batch, when numbers were reserved for the conversations it opens.
    """
    loaded = intake.loaded
    for key, (tenant_id, contact_id) in intake.recipient_keys.items():
        present, other = loaded.present(contact_id), loaded.contact_ids.get(key)
        if key in intake.proofs and other is not None and other != present:
            join_proven(intake, present, other, intake.proofs[key])
        else:
            intake.identify(key, tenant_id, present)
