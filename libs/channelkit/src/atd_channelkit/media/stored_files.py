"""Attendants' files in our store, as they are opened to be sent."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from atd_channelkit.answers import Refused
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileMissing, OpenFile, file_key


class Files(Protocol):
    """Our file store."""

    async def open(self, key: str) -> OpenFile: ...


OpenAttachment = Callable[[OutboundAttachment], Awaitable[OpenFile | Refused]]
"""Opens a file of the message that is sent, to stream it into the call. Whoever gets it reads it to its end or closes
it (`OpenFile.aclose`)."""


async def open_stored(files: Files, tenant_id: str, attachment_id: str) -> OpenFile | Refused:
    """Open a file of the store, or say what becomes of a message whose file cannot be read."""
    try:
        return await files.open(file_key(tenant_id, attachment_id))
    except FileMissing:
        return Refused("media", "file_missing", "The file is not in the file store any more.")
    except InfrastructureFault:
        return file_store_away()


def file_store_away() -> Refused:
    """The bytes did not come, or stopped coming: the same is tried again."""
    return Refused("transient", "file_store_away", "The file store did not answer.")


async def no_file(_: OutboundAttachment) -> OpenFile | Refused:
    """For a send that has no files."""
    return Refused("media", "file_missing", "There are no files here.")
