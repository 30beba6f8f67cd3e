"""What a channel provides for sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Answer
from atd_channelkit.media.stored_files import OpenAttachment, no_file
from atd_channelkit.sending.references import part_reference
from atd_channelkit.sending.rows import SendData

A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


@dataclass(frozen=True, slots=True)
class Send:
    """One call to make.

    Attributes:
        data: what conversation asks for: a message, a reaction or a mark as read.
        reference: identifies the send; a provider that returns it in receipts proves sends whose answer was lost.
        files: the provider's ids of uploaded files, by our attachment ids; empty for channels without uploads.
        part: of a message that takes several calls, how many have been accepted: the one to make now, from 0. When
            nothing is left, as after a proof of the last one, the answer is `Accepted()`, without a call.
        sent_ids: what the provider called the parts before, as far as this attempt made them.
        open_file: opens a file of the message, for channels that send its bytes in the call itself.
        asked_at: when conversation's command came: nothing that the provider has from before can be this.
        uncertain: an earlier attempt may have been handled. Where a provider can be asked what it has, it is asked
            before anything is sent again.
    """

    data: SendData
    reference: str
    files: Mapping[str, str] = field(default_factory=dict)
    part: int = 0
    sent_ids: tuple[str, ...] = ()
    open_file: OpenAttachment = no_file
    asked_at: datetime | None = None
    uncertain: bool = False

    @property
    def part_reference(self) -> str:
        """The reference of this part alone: a receipt of it proves the part and not the whole message."""
        return part_reference(self.reference, self.part)


class ProviderClient(Protocol[A_contra]):
    """Calls one provider."""

    async def send(self, account: A_contra, send: Send) -> Answer:
        """Make one call. Never raises for what the network or the provider do.

        A message that takes several calls (a long text, files with a text) answers each with `complete=False` but the
        last; its parts follow from the data alone, so that part `send.part` is the same whoever makes it.

        A channel that has no reactions, marks as read, files or some kind of message answers `Unsendable`.
        """
        ...
