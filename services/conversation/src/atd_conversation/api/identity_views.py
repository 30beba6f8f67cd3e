"""By what a customer is known: proven ids, what they said of themselves, and what attendants wrote down."""

from atd_conversation.api.contact_bodies import IdentityView
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.identities import is_phone, keys_of_ids
from atd_conversation.store.records import Belongings


def identity_views(contact: Contact, theirs: Belongings, channels: Channels) -> list[IdentityView]:
    """Proven ids first, each with the accounts on which the customer has written with it."""
    found: list[IdentityView] = []
    used: set[str] = set()
    places = {
        (one.channel.kind, one.channel.account_id, one.recipient): one.channel.name for one in theirs.conversations
    }
    for (kind, account_id, recipient), name in sorted(places.items()):
        key_of = channels.of(kind).key_of_id
        for key in keys_of_ids(key_of, contact.tenant_id, kind, account_id, (recipient,)):
            if key in theirs.contact_ids:
                used.add(key)
                view = _of_key(key)
                found.append(view.model_copy(update={"channel": kind, "account_id": account_id, "account_name": name}))
    found += [_of_key(key) for key in sorted(theirs.contact_ids) if key not in used]
    record = contact.record
    for status, phone, email in (
        ("given", record.phone, record.email),
        ("claimed", contact.claimed_phone, contact.claimed_email),
    ):
        for detail, value in (("phone", phone), ("email", email)):
            if value:
                found.append(IdentityView.model_validate({"kind": detail, "value": value, "status": status}))
    return found


def _of_key(key: str) -> IdentityView:
    """A key as `identity_keys` makes it: tenant, kind and value."""
    kind, _, value = key.partition("|")[2].partition("|")
    if is_phone(key):
        return IdentityView(kind="phone", value=value if value.startswith("+") else f"+{value}", status="verified")
    if kind == "email":
        return IdentityView(kind="email", value=value, status="verified")
    shown = {"kind": "id", "value": value.rpartition("|")[2], "status": "verified", "channel": kind}
    return IdentityView.model_validate(shown)
