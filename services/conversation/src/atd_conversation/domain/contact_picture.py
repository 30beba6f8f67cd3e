"""Customers' pictures: which one is shown, and when another one is asked for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from atd_conversation.domain.message_files import THUMBNAILED
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundFileData

MOST_ASKED = 8
"""Pictures that are remembered as asked for, the latest: each is asked for once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a customer's picture.

    `file_id` is the file that is shown, `account_id` the account that showed it, `asked` the channels' ids of those
    that were asked for.
    """

    file_id: str | None = None
    account_id: str | None = None
    asked: tuple[str, ...] = ()

    def wants(self, told: str, account_id: str) -> bool:
        """Whether a picture that a channel tells of is worth fetching.

        A customer of several accounts keeps the picture of the one that showed it first.
        """
        return told not in self.asked and (self.file_id is None or self.account_id == account_id)

    def asking(self, told: str) -> "Picture":
        return replace(self, asked=(*self.asked, told)[-MOST_ASKED:])

    def takes(self, account_id: str) -> bool:
        """Whether a picture that has come from this account is shown."""
        return self.file_id is None or self.account_id == account_id

    def value(self) -> dict[str, Any] | None:
        """What is shown, as `Contact.values` has it; None: nothing."""
        return {"file_id": self.file_id, "account_id": self.account_id} if self.file_id is not None else None

    def showing(self, value: Mapping[str, Any] | None) -> "Picture":
        """The same with what `value` says is shown."""
        shown = value or {"file_id": None, "account_id": None}
        return replace(self, **shown)

    def shown_by(self, contact_id: str) -> bool:
        """Whether the file was fetched for this contact, and not for one that it goes on for."""
        return self.file_id in {picture_file_id(contact_id, one) for one in self.asked}


def of_both(mine: Picture | None, theirs: Picture | None) -> Picture | None:
    """The picture of a contact that goes on for another one too: its own, else the other's."""
    if theirs is None or theirs.file_id is None or (mine is not None and mine.file_id is not None):
        return mine
    return replace(theirs, asked=mine.asked if mine is not None else ())


def picture_file_id(contact_id: str, told: str) -> str:
    """The id of the file of a picture that a channel told of; records that were merged do not share files."""
    return uuid5("picture", contact_id, told)


def picture_url(picture: Picture | None) -> str | None:
    """Where clients see the picture, as other files small and cached; another one has another address."""
    if picture is None or picture.file_id is None:
        return None
    return f"/api/v1/attachments/{picture.file_id}/thumbnail"


def is_picture(told: InboundFileData) -> bool:
    """Whether what came can be shown: bytes that are no picture have no size in pixels, whatever their type says."""
    return told.mime_type in THUMBNAILED and bool(told.width) and bool(told.height)
