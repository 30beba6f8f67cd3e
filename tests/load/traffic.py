"""What the driver sends: proven webhooks with one text message each, built before the clock starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tests.harness.webhooks import WEBHOOKS, Written

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
    another one. Comments stand below `post`, where one is named, else below one for each customer.
    """

    name: str
    secret: str
    path: str
    kind: str = "whatsapp"
    port: int | None = None
    post: int | None = None


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
        numbered: texts have their message's number, by which a sink knows it; without it none counts the message.
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
    numbered: bool = True

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
    first = plan.at % 100_000 * 100_000  # Telegram's numbers grow: those of a later measurement are others
    for number, customer, account in order_of(plan):
        text = text_of(number) if plan.numbered else _WORDS
        written = Written(f"{plan.run}-{number:0{_DIGITS}d}", first + number, customer, text, moment, account.post)
        body, header, proof = WEBHOOKS[account.kind](account.name, account.secret, written)
        path = f"{account.path}/{customer}" if plan.name_customer else account.path
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {plan.host}:{account.port or plan.port}\r\nAccept: */*\r\n"
            "User-Agent: facebookexternalua\r\nAccept-Encoding: deflate, gzip\r\nContent-Type: application/json\r\n"
            f"{header}: {proof}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body
