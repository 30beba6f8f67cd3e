"""Counts, hashes and bounds the bytes of an upload, and cuts them into even blocks."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterable

from atd_servicekit.files.store import FileTooLarge, StoredFile

_STEP_BYTES = 256 * 1024


class UploadStream:
    """The bytes of one upload. `limit` is in bytes."""

    def __init__(self, chunks: AsyncIterable[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self._digest = hashlib.sha256()
        self.size = 0

    async def blocks(self, block_bytes: int) -> AsyncGenerator[bytes, None]:
        """Blocks of `block_bytes`, the last one shorter; none for an empty file.

        Holds one block, whatever the pieces that come. Raises `FileTooLarge` before it hands out the block that
        goes over the limit.
        """
        held = bytearray()
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise FileTooLarge(self._limit)
            rest = memoryview(chunk)
            while rest:
                step = rest[: min(_STEP_BYTES, block_bytes - len(held))]
                self._digest.update(step)
                held += step
                rest = rest[len(step) :]
                if len(held) == block_bytes:
                    yield bytes(held)
                    held.clear()
        if held:
            yield bytes(held)

    def stored(self, key: str, content_type: str) -> StoredFile:
        """What came, once it came to its end."""
        return StoredFile(key=key, size=self.size, sha256=self._digest.hexdigest(), content_type=content_type)
