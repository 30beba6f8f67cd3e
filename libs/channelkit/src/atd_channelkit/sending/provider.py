"""What a channel provides for sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Answer
from atd_channelkit.sending.rows import SendData

A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


@dataclass(frozen=True, slots=True)
class Send:
    """One call to make.

    Attributes:
        data: what conversation asks for: a message, a reaction or a mark as read.
        reference: identifies the send; a provider that returns it in receipts proves sends whose answer was lost.
        files: the provider's ids of uploaded files, by our attachment ids; empty for channels without uploads.
    """

    data: SendData
    reference: str
    files: Mapping[str, str] = field(default_factory=dict)


class ProviderClient(Protocol[A_contra]):
    """Calls one provider."""

    async def send(self, account: A_contra, send: Send) -> Answer:
        """Make one call. Never raises for what the network or the provider do.

        A channel that has no reactions, marks as read, files or some kind of message answers `Unsendable`.
        """
        ...
