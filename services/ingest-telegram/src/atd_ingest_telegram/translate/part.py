"""One item of an update with what it is read by: whose it is, which chat it is of, and who is meant. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.items import BodyItem
from atd_channelkit.webhooks.moments import moment
from atd_channelkit.webhooks.values import Json, id_of
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.message_refs import message_ref
from atd_ingest_telegram.translate.values import name_of, number_id, username_of
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundAuthor, InboundContact, InboundThread, inbound_subject
from atd_schemas.services import INGEST_TELEGRAM

GROUPS = ("group", "supergroup")
CHANNEL = "channel"


@dataclass(slots=True, kw_only=True)
class Part(BodyItem):
    """A message, a click, or another item of an update.

    `now` is when it is read, `received_at` when it came, `update_id` the id of the update, as a text.
    """

    account: Account
    now: datetime
    received_at: datetime
    update_id: str

    def moment(self, name: str = "date") -> datetime:
        """When it happened, by its date `name`; when that cannot be, which is a problem, when the update came."""
        at, dated = moment(self.item.get(name), self.received_at)
        if not dated:
            self.problem("is no moment that can be; the arrival was taken", f".{name}")
        return at

    def optional(self, name: str) -> Json | None:
        """The object under `name`, if there is one; what is there and is none is a problem."""
        return None if self.item.get(name) is None else self.object(name)

    def required_id(self, name: str, holder: Json | None = None) -> int | None:
        """The id under `name`; a problem when there is none."""
        found = number_id((self.item if holder is None else holder).get(name))
        if found is None:
            self.problem("is no id", f".{name}")
        return found


@dataclass(frozen=True, slots=True)
class Chat:
    """Where an item is: its id, and the customer, who in a group is the group itself.

    `connection` is the business account's whose chat it is.
    """

    id: int
    type: str
    contact: InboundContact
    connection: str | None = None

    @property
    def in_group(self) -> bool:
        return self.contact.group

    def ref(self, message_id: int) -> str:
        """Our name of one of its messages."""
        return message_ref(self.id, message_id, self.connection)


def chat_of(part: Part, chat: Any) -> Chat | None:
    """The chat of an item; a problem, and nothing, when it has none that can be answered."""
    if not isinstance(chat, dict):
        part.problem("is not an object", ".chat")
        return None
    chat_id = number_id(chat.get("id"))
    if chat_id is None:
        part.problem("is no id", ".chat.id")
        return None
    kind = chat.get("type")
    kind = kind if isinstance(kind, str) else "private" if chat_id > 0 else "supergroup"
    contact = InboundContact(
        external_id=str(chat_id), name=name_of(chat), username=username_of(chat), group=kind in GROUPS
    )
    return Chat(chat_id, kind, contact, id_of(part.item.get("business_connection_id")))


def author_of(part: Part) -> InboundAuthor | None:
    """Who wrote a message in a group: a person, or a chat in whose name it was written."""
    for name in ("sender_chat", "from"):
        if (sender := part.optional(name)) is not None:
            sender_id = number_id(sender.get("id"))
            return InboundAuthor(external_id=None if sender_id is None else str(sender_id), name=name_of(sender))
    return None


def is_ours(part: Part, name: str = "from") -> bool:
    """Whether it was our own bot."""
    sender = part.item.get(name)
    return isinstance(sender, dict) and str(sender.get("id")) == part.account.bot_id


def thread_of(part: Part) -> InboundThread | None:
    """The strand of the chat: a business account's chat, or a topic of a group.

    An id of a thread is no topic by itself: in other groups it only says which replies belong together.
    """
    if (connection := part.item.get("business_connection_id")) is not None:
        if (connection_id := id_of(connection)) is None:
            part.problem("is no id", ".business_connection_id")
            return None
        return InboundThread(id=connection_id, kind="business")
    if part.item.get("is_topic_message") is not True:
        return None
    thread_id = part.required_id("message_thread_id")
    return None if thread_id is None else InboundThread(id=str(thread_id), kind="topic", title=_topic_title(part))


def topic_beginning(part: Part) -> Json | None:
    """The service message that a topic begins with, which Telegram names where nothing is answered."""
    replied = part.item.get("reply_to_message")
    if isinstance(replied, dict) and isinstance(created := replied.get("forum_topic_created"), dict):
        return created
    return None


def _topic_title(part: Part) -> str | None:
    created = topic_beginning(part)
    return None if created is None else part.label(created.get("name"))


def change_ref(part: Part, ref: str) -> str:
    """The id of a change of a message: the update's, which is the same whenever it is sent again."""
    return f"{ref}:{part.update_id}"


def update_id_of(update: Json) -> str:
    """The id of an update; of one without any that can be, a digest of what it says."""
    found = number_id(update.get("update_id"))
    if found is not None:
        return str(found)
    return hashlib.sha256(json.dumps(update, sort_keys=True).encode()).hexdigest()[:16]


def envelope(
    part: Part, external_id: str, what: str, contact: InboundContact, at: datetime, *, by_business: bool = False
) -> dict[str, Any]:
    """The fields around an event. The same thing at Telegram gives the same id, however often it is told."""
    return {
        "id": provider_event_id(part.account.id, external_id, what),
        "tenant_id": part.account.tenant_id,
        "occurred_at": at,
        "recorded_at": part.now,
        "source": INGEST_TELEGRAM.name,
        "subject": inbound_subject(part.account.id, contact.external_id),
        "actor": SYSTEM if by_business else Actor(type="contact", name=contact.name),
    }


def of_account(part: Part) -> dict[str, Any]:
    """What the data of every event says of the account."""
    return {"account_id": part.account.id, "account_name": part.account.name, "channel": part.account.kind}
