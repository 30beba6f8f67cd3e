"""Webhooks with one text of a customer, proven, for every kind of channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from atd_testing.meta import webhooks as meta
from atd_testing.telegram import SECRET_HEADER
from atd_testing.whatsapp.builders import sign, text_webhook, wamid

CUSTOMER_PREFIX, CUSTOMER_DIGITS = "700", 8
"""How Meta calls customers here."""


@dataclass(frozen=True, slots=True)
class Written:
    """One message: an id that no other has, a number that grows, whose it is, what it says and when it was written.

    `post` is the number of the post that a comment stands below.
    """

    id: str
    number: int
    customer: int
    text: str
    at: datetime
    post: int | None = None

    @property
    def meta_id(self) -> str:
        """What Meta calls the customer."""
        return f"{CUSTOMER_PREFIX}{self.customer:0{CUSTOMER_DIGITS}d}"

    @property
    def name(self) -> str:
        """The customer's."""
        return f"Cliente {self.customer:05d}"


Webhook = tuple[bytes, str, str]
"""The body, and the header that proves it: name and value."""

MakeWebhook = Callable[[str, str, Written], Webhook]
"""Of an account, by what its provider calls it and by what proves its webhooks."""


def _whatsapp(account: str, secret: str, one: Written) -> Webhook:
    sender = f"55119{10_000_000 + one.customer:08d}"
    body = text_webhook(account, one.text, one.at, sender=sender, message_id=wamid(one.id), name=one.name)
    return _signed(secret, body)


def _signed(secret: str, body: bytes) -> Webhook:
    return body, "X-Hub-Signature-256", sign(body, secret)


def _telegram(_account: str, secret: str, one: Written) -> Webhook:
    person = {"id": 5_500_000_000 + one.customer, "first_name": "Cliente", "last_name": f"{one.customer:05d}"}
    message = {
        "message_id": one.number + 1,
        "date": int(one.at.timestamp()),
        "from": {**person, "is_bot": False, "language_code": "pt-br"},
        "chat": {**person, "type": "private"},
        "text": one.text,
    }
    return orjson.dumps({"update_id": 880_000_000 + one.number, "message": message}), SECRET_HEADER, secret


def _messaging(kind: Literal["page", "instagram"]) -> MakeWebhook:
    def webhook(account: str, secret: str, one: Written) -> Webhook:
        said = meta.message(f"m_{one.id}", one.text)
        item = meta.item(one.meta_id, account, one.at, message=said)
        return _signed(secret, meta.encode(meta.body(kind, meta.entry(account, one.at, messaging=[item]))))

    return webhook


def _comment(account: str, secret: str, one: Written) -> Webhook:
    """Each customer writes below a post of their own, unless one is named: each opens a conversation."""
    post = one.customer if one.post is None else one.post
    author = {"id": one.meta_id, "name": one.name}
    value = meta.comment(f"{account}_{post}", f"{post}_{one.id}", one.at, author=author, text=one.text)
    return _signed(secret, meta.encode(meta.body("page", meta.entry(account, one.at, changes=[meta.feed(value)]))))


WEBHOOKS: Mapping[str, MakeWebhook] = {
    "whatsapp": _whatsapp,
    "telegram": _telegram,
    "messenger": _messaging("page"),
    "instagram": _messaging("instagram"),
    "facebook": _comment,
}
"""By kind of channel."""
