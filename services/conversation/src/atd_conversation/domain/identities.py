"""Identity keys: by what a person is recognised within a tenant.

A phone number or an e-mail address that the channel has proven is one key whatever channel and account it comes by, so
that a customer is one contact. Other ids hold within their channel, or within one account of it: each channel's rules
say so. What a person only claims about themselves is never a key.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from atd_conversation.domain.phones import known_spellings, number_of
from atd_schemas.inbound import InboundContact
from atd_schemas.views import ChannelKind

KeyOfId = Callable[[ChannelKind, str, str], str]
"""The key of an id of a channel, without the tenant: (kind of channel, account id, external id)."""


def phone_key(phone: str) -> str:
    """The key of a proven phone number (E.164), the same on every channel and for all its spellings."""
    return f"phone|{number_of(phone)}"


def email_key(email: str) -> str:
    """The key of a proven e-mail address, the same on every channel."""
    return f"email|{email.strip().lower()}"


def account_key(channel: ChannelKind, account_id: str, external_id: str) -> str:
    """The key of an id that holds within one account."""
    return f"{channel}|{account_id}|{external_id}"


def identity_keys(
    key_of: KeyOfId, tenant_id: str, channel: ChannelKind, account_id: str, contact: InboundContact
) -> tuple[str, ...]:
    """Every key under which this person may be known, the most certain first, without repeats."""
    keys = [f"phone|{spelling}" for spelling in known_spellings(contact.phone)] if contact.phone else []
    if contact.email:
        keys.append(email_key(contact.email))
    keys += [key_of(channel, account_id, external_id) for external_id in (contact.external_id, *contact.aliases)]
    return tuple(f"{tenant_id}|{key}" for key in dict.fromkeys(keys))


def keys_of_ids(
    key_of: KeyOfId, tenant_id: str, channel: ChannelKind, account_id: str, ids: Sequence[str]
) -> tuple[str, ...]:
    """The keys of somebody of whom only ids are known, the most certain first as given."""
    return tuple(f"{tenant_id}|{key}" for key in dict.fromkeys(key_of(channel, account_id, one) for one in ids))


def is_phone(key: str) -> bool:
    """Whether an identity key (with its tenant) is a phone number."""
    return key.split("|", 2)[1] == "phone"


def can_be_one(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether two contacts with these identity keys can be one person.

    Not when each has an id of one kind (phone, e-mail, user id of a channel) and they share none: a number is given to
    somebody else after a time, and then a message names the new owner's user id beside the phone of the former one.
    """
    ids, others = _by_kind(first), _by_kind(second)
    return all(not ids[kind].isdisjoint(others[kind]) for kind in ids.keys() & others.keys())


def _by_kind(keys: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        kind, _, value = key.rpartition("|")
        found[kind].add(number_of(value) if is_phone(key) else value)
    return found


def id_of_key(key: str) -> str | None:
    """The id in a key of `identity_keys`, a phone number in digits; None for an e-mail address."""
    kind, _, rest = key.partition("|")[2].partition("|")
    return None if kind == "email" else rest.rpartition("|")[2].removeprefix("+")
