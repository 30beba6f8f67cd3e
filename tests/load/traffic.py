"""What the driver sends: proven webhooks with one text message each, built before the clock starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from atd_testing.meta import webhooks as meta
from atd_testing.telegram import SECRET_HEADER
from atd_testing.whatsapp.builders import sign, text_webhook, wamid

MARK = b"bench#"
"""Stands before the eight digits of a message's number in its text."""

_DIGITS = 8
_WORDS = "Bom dia, gostaria de saber o prazo de entrega do meu pedido, por favor."
# Visits the customers in an order in which neighbours are far apart; a prime, so that it visits all of them.
_STRIDE = 7919


@dataclass(frozen=True, slots=True)
class Account:
    """Where webhooks of one channel account go, and what proves them.

    `name` is what the provider calls the account (a phone number id, a page); `port` is its service's, if the plan's is
    another one.
    """

    name: str
    secret: str
    path: str
    kind: str = "whatsapp"
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send and how.

    Attributes:
        run: makes the message ids of this measurement different from those of every other.
        at: the provider's time of every message, unix seconds.
        customers: each belongs to one of the accounts.
        connections: requests on their way at once, each on its own connection.
        rate: messages per second on average, at random moments; None: as fast as they are accepted.
        seconds: nothing new is sent after so long, even when messages are left.
        backlog: messages that may be sent and not yet arrived; None: any number.
        name_customer: append the customer to the path, for the raw application, which does not look into a body.
    """

    host: str
    port: int
    run: str
    messages: int
    at: int
    accounts: tuple[Account, ...]
    customers: int = 2000
    connections: int = 64
    rate: float | None = None
    seconds: float = 3600.0
    backlog: int | None = None
    name_customer: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Plan:
        return cls(**{**found, "accounts": tuple(Account(**one) for one in found["accounts"])})


def order_of(plan: Plan) -> Iterator[tuple[int, int, Account]]:
    """Of each message its number, its customer, and the account that the customer writes to."""
    for number in range(plan.messages):
        customer = number * _STRIDE % plan.customers
        yield number, customer, plan.accounts[customer % len(plan.accounts)]


def text_of(number: int) -> str:
    """The text of message `number`."""
    return f"{MARK.decode()}{number:0{_DIGITS}d} {_WORDS}"


def number_in(data: bytes) -> int:
    """The number of the first message whose text is in `data`; -1 when there is none."""
    at = data.find(MARK)
    if at < 0:
        return -1
    at += len(MARK)
    return int(data[at : at + _DIGITS])


def requests(plan: Plan) -> Iterator[bytes]:
    """Every request of the plan as it goes over the wire, proven, with the headers that Meta sends."""
    moment = datetime.fromtimestamp(plan.at, UTC)
    for number, customer, account in order_of(plan):
        written = Written(f"{plan.run}-{number:0{_DIGITS}d}", number, customer, text_of(number), moment)
        body, proof = WEBHOOKS[account.kind](account, written)
        path = f"{account.path}/{customer}" if plan.name_customer else account.path
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {plan.host}:{account.port or plan.port}\r\nAccept: */*\r\n"
            "User-Agent: facebookexternalua\r\nAccept-Encoding: deflate, gzip\r\nContent-Type: application/json\r\n"
            f"{proof}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


@dataclass(frozen=True, slots=True)
class Written:
    """One message: an id that no other has, its number, whose it is, what it says and when it was written."""

    id: str
    number: int
    customer: int
    text: str
    at: datetime


def _whatsapp(account: Account, one: Written) -> tuple[bytes, str]:
    body = text_webhook(
        account.name,
        one.text,
        one.at,
        sender=f"55119{10_000_000 + one.customer:08d}",
        message_id=wamid(one.id),
        name=f"Cliente {one.customer:05d}",
    )
    return body, _signed(account, body)


def _signed(account: Account, body: bytes) -> str:
    return f"X-Hub-Signature-256: {sign(body, account.secret)}"


def _telegram(account: Account, one: Written) -> tuple[bytes, str]:
    person = {"id": 5_500_000_000 + one.customer, "first_name": "Cliente", "last_name": f"{one.customer:05d}"}
    message = {
        "message_id": one.number + 1,
        "date": int(one.at.timestamp()),
        "from": {**person, "is_bot": False, "language_code": "pt-br"},
        "chat": {**person, "type": "private"},
        "text": one.text,
    }
    update = {"update_id": 880_000_000 + one.number, "message": message}
    return orjson.dumps(update), f"{SECRET_HEADER}: {account.secret}"


def _messaging(kind: Literal["page", "instagram"]) -> Callable[[Account, Written], tuple[bytes, str]]:
    def webhook(account: Account, one: Written) -> tuple[bytes, str]:
        said = meta.message(f"m_{one.id}", one.text)
        item = meta.item(f"700{one.customer:08d}", account.name, one.at, message=said)
        body = meta.encode(meta.body(kind, meta.entry(account.name, one.at, messaging=[item])))
        return body, _signed(account, body)

    return webhook


def _comment(account: Account, one: Written) -> tuple[bytes, str]:
    """Each customer writes below a post of their own: how many may open a conversation there is not the question."""
    post = f"{account.name}_{one.customer}"
    author = {"id": f"700{one.customer:08d}", "name": f"Cliente {one.customer:05d}"}
    value = meta.comment(post, f"{one.customer}_{one.id}", one.at, author=author, text=one.text)
    body = meta.encode(meta.body("page", meta.entry(account.name, one.at, changes=[meta.feed(value)])))
    return body, _signed(account, body)


WEBHOOKS: Mapping[str, Callable[[Account, Written], tuple[bytes, str]]] = {
    "whatsapp": _whatsapp,
    "telegram": _telegram,
    "messenger": _messaging("page"),
    "instagram": _messaging("instagram"),
    "facebook": _comment,
}
"""By kind of channel: the body of a message, and the header that proves it."""
