"""One item of a body with what it is read by: whose it is, who is meant, and where problems are named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.items import BodyItem
from atd_channelkit.webhooks.moments import moment
from atd_channelkit.webhooks.translation import IN_GROUP
from atd_channelkit.webhooks.values import NAME_LIMIT, Json, id_of
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.failures import code_of
from atd_ingest_whatsapp.translate.values import phone_of
from atd_schemas.inbound import InboundContact

_OF_GROUPS = ("group_id", "recipient_participant_id")


@dataclass(slots=True)
class Part(BodyItem):
    """A message, a status, or an item of another list: `now` is when the body is read, `received_at` when it came.

    `by_business`: it was done on the company's own phone, and the customer is whom it was sent to.
    """

    account: Account
    people: Mapping[str, Json]
    now: datetime
    received_at: datetime
    by_business: bool = False

    def errors(self) -> list[Json]:
        """The `errors` that Meta put beside the item."""
        found = self.item.get("errors")
        return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []

    def name_errors(self) -> None:
        """Make a problem of each of its `errors`, for an item that is understood in spite of them."""
        for i, error in enumerate(self.errors()):
            self.problem(f"error {code_of(error)}", f".errors[{i}]")

    def moment(self) -> datetime:
        """When it happened, by its `timestamp`; when that cannot be, which is a problem, when the body came."""
        at, dated = moment(self.item.get("timestamp"), self.received_at)
        if not dated:
            self.problem("is no moment that can be; the arrival was taken", ".timestamp")
        return at

    def is_in_group(self) -> bool:
        """Whether it is of a group, which is a problem: see `IN_GROUP`."""
        item = self.item
        if any(item.get(name) for name in _OF_GROUPS) or item.get("recipient_type") == "group":
            self.problem(IN_GROUP)
            return True
        return False

    def customer(self) -> InboundContact | None:
        """The customer: who wrote, or whom the company wrote to."""
        if self.by_business:
            return contact_of(id_of(self.item.get("to")), id_of(self.item.get("to_user_id")), self.people)
        return contact_of(id_of(self.item.get("from")), id_of(self.item.get("from_user_id")), self.people)


def people_of(contacts: Any) -> Mapping[str, Json]:
    """The `contacts` of a value by each of their ids."""
    if not isinstance(contacts, list):
        return {}
    return {key: person for person in contacts if isinstance(person, dict) for key in _ids(person)}


def _ids(person: Json) -> Iterator[str]:
    for name in ("wa_id", "user_id"):
        if (found := id_of(person.get(name))) is not None:
            yield found


def contact_of(wa_id: str | None, user_id: str | None, people: Mapping[str, Json]) -> InboundContact | None:
    """A person: the `wa_id` where it is not hidden, else the business-scoped user id; the other is an alias."""
    person = people.get(wa_id or user_id or "") or people.get(user_id or "") or {}
    wa_id = wa_id or id_of(person.get("wa_id"))
    user_id = user_id or id_of(person.get("user_id"))
    external_id = wa_id or user_id
    if external_id is None:
        return None
    profile = person.get("profile")
    return InboundContact(
        external_id=external_id,
        aliases=(user_id,) if wa_id and user_id and wa_id != user_id else (),
        name=_name(profile) if isinstance(profile, dict) else None,
        phone=phone_of(wa_id),
    )


def _name(profile: Json) -> str | None:
    for name in ("name", "username"):
        if isinstance(found := profile.get(name), str) and found:
            return found[:NAME_LIMIT]
    return None
