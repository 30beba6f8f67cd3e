"""What a channel does for the phones."""

from collections.abc import Iterable
from typing import Any, Protocol

import httpx
from fastapi import FastAPI

from atd_channel_sandbox.model import ChannelKind, Company, Customer, PhoneMessage
from atd_testing.providers.webhooks import ReceiptState

Json = dict[str, Any]


class Channel(Protocol):
    """One channel: what customers do goes to the company, by the fake of the provider.

    `outbound` names the topic of its service, below which its fake is reached (`atd_testing.every_provider`).
    """

    kind: ChannelKind
    outbound: str

    @property
    def fake(self) -> FastAPI:
        """The application that plays the provider."""
        ...

    def is_connected(self, company_id: str) -> bool:
        """Whether the webhooks of this company have an address."""
        ...

    def new_message_id(self, company: Company, customer: Customer) -> str:
        """The id of a message that a customer is about to write; it is unlike all others of all channels."""
        ...

    def write(self, message: PhoneMessage, company: Company, customer: Customer) -> None:
        """Tell the company of a customer's message."""
        ...

    def tap(self, target: PhoneMessage, company: Company, customer: Customer, chosen: str) -> bool:
        """The customer taps a button below `target`. `False`: on this channel a tap is a message of the customer."""
        ...

    def change(self, target: PhoneMessage, customer: Customer, change: Json) -> None:
        """Tell of a reaction, an edit or a deletion: `{"kind": "reaction" | "edit" | "revoke", "emoji"?, "text"?}`."""
        ...

    def report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Tell the company that its message was delivered, read or played, where the channel tells that."""
        ...

    def set_blocked(self, company: Company, customer: Customer, *, blocked: bool) -> None:
        """The customer blocks the company or takes it back, where the channel tells that."""
        ...

    async def connect(self, client: httpx.AsyncClient) -> None:
        """Connect the sandbox's own companies by the public API, as an administrator would; `client` is signed in.

        Called again at intervals: what is connected is left as it is. Raises `ConnectionFailed`.
        """
        ...


class Channels:
    """All channels, by the kind of a company."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._by_kind = {one.kind: one for one in channels}

    def of(self, company: Company) -> Channel:
        """The channel of this company."""
        return self._by_kind[company.channel]

    def all(self) -> list[Channel]:
        """Every channel, in order."""
        return list(self._by_kind.values())
