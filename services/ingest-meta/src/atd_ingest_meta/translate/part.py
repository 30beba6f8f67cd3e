"""One item of a body with what it is read by: whose it is, when it came, and what its events have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from atd_channelkit.webhooks.items import BodyItem
from atd_channelkit.webhooks.moments import moment
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.ids import USER_REF, meta_id
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundContact, inbound_subject

SOURCE = "ingest-meta"

_TIMES = ("edited_time", "created_time")


@dataclass(slots=True)
class Part(BodyItem):
    """An item of `messaging`, or the value of a change: `now` is when the body is read, `received_at` when it came.

    `entry_id` is the page or Instagram account that the entry names, `sent_at` the time of the entry. `standby`:
    another app answers the customer.
    """

    account: Account
    now: datetime
    received_at: datetime
    entry_id: str = ""
    sent_at: Any = None
    standby: bool = False

    source: ClassVar[str] = SOURCE

    def moment(self) -> datetime:
        """When it happened, else when Meta sent it; when neither can be, which is a problem, when the body came."""
        told = self.item.get("timestamp")
        if told is None:
            told = next((self.item[name] for name in _TIMES if self.item.get(name) is not None), None)
        at, dated = moment(told, self.received_at)
        if not dated:
            at, dated = moment(self.sent_at, self.received_at)
        if not dated:
            self.problem("is no moment that can be; the arrival was taken", ".timestamp")
        return at

    def is_own(self, person: str | None) -> bool:
        """Whether an id is the account's own: it is never a customer."""
        return person is not None and person in (self.account.own_id, self.entry_id)

    def person(self, name: str) -> str | None:
        """The id of the sender or recipient."""
        holder = self.item.get(name)
        if not isinstance(holder, dict):
            return None
        found = meta_id(holder.get("id"))
        if found is not None:
            return found
        ref = meta_id(holder.get("user_ref"))
        return None if ref is None else USER_REF + ref

    def envelope(self, external_id: str, what: str, contact: InboundContact, *, by_business: bool) -> dict[str, Any]:
        """The envelope of an event: the same for the same thing of Meta's, however often it comes."""
        return {
            "id": provider_event_id(self.account.id, external_id, what),
            "tenant_id": self.account.tenant_id,
            "occurred_at": self.moment(),
            "recorded_at": self.now,
            "source": SOURCE,
            "subject": inbound_subject(self.account.id, contact.external_id),
            "actor": SYSTEM if by_business else Actor(type="contact", id=contact.external_id, name=contact.name),
        }

    def common(self, external_id: str, contact: InboundContact) -> dict[str, Any]:
        """The data that messages, activities and changes have in common."""
        return {
            "account_id": self.account.id,
            "account_name": self.account.name,
            "channel": self.account.kind,
            "external_id": external_id,
            "contact": contact,
        }

    def of_change(self, external_id: str, target: str, contact: InboundContact, *, by_business: bool) -> dict[str, Any]:
        """The data that all changes of an earlier message have in common."""
        return {**self.common(external_id, contact), "target_external_id": target, "by_business": by_business}
