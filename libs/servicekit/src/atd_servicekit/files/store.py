"""The interface of a store of files."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Protocol


class FileMissing(Exception):
    """There is no file under this key."""


class FileTooLarge(Exception):
    """The bytes went over the limit; nothing was kept. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was written. `size` is in bytes, `sha256` in hex, both of the bytes that came."""

    key: str
    size: int
    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is read. `size` is the whole file's; `chunks` are the bytes that were asked for.

    Whoever does not read `chunks` to the end calls `aclose`; closing what was read to the end does no harm.
    Reading raises `InfrastructureFault` when the bytes stop coming: a short answer never looks like a whole file.
    """

    size: int
    content_type: str
    chunks: AsyncIterator[bytes]

    async def aclose(self) -> None:
        """Release the connection or the cursor behind `chunks`."""
        close = getattr(self.chunks, "aclose", None)
        if close is not None:
            await close()


class FileStore(Protocol):
    """A component. Faults of the network or the servers are raised as `InfrastructureFault`."""

    async def start(self) -> None:
        """Connect. Raises `StartupFailed` for what only a person can correct."""
        ...

    async def stop(self) -> None: ...

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile:
        """Write a file, replacing what was there; a reader sees the old one or the new one, never a part.

        What `chunks` raises is raised again, and nothing is kept, nor when the task is cancelled. Raises
        `FileTooLarge` when more than `limit` bytes come; what was there before stays.
        """
        ...

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> OpenFile:
        """Read the bytes from `start` to before `end` (default: all); past the end there are none.

        Raises `FileMissing`.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        ...


def file_key(tenant_id: str, attachment_id: str, variant: str = "") -> str:
    """Build the key of an attachment, or of something made of it (`thumbnail`)."""
    return f"{tenant_id}/{attachment_id}" + (f".{variant}" if variant else "")
