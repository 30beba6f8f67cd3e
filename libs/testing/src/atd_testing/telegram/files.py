"""The files of the fake Bot API: of customers, and those that a bot sent. No I/O."""

import hashlib
import itertools
import mimetypes
from collections import OrderedDict
from dataclasses import dataclass, field

MAX_BYTES = 256 * 1024 * 1024
MEGABYTE = 1024 * 1024
DOWNLOAD_LIMIT = 20 * MEGABYTE
PHOTO_LIMIT = 10 * MEGABYTE
UPLOAD_LIMIT = 50 * MEGABYTE


@dataclass(slots=True)
class BotFile:
    """One file. `size` is what Telegram says of it, which can be more than there is of `data`; `downloads` are whole.

    `address`: what getFile answers as the path instead of the file's own. `broken`: getFile always fails.
    """

    file_id: str
    file_unique_id: str
    path: str
    data: bytes = field(repr=False)
    mime_type: str
    name: str | None
    size: int
    origin: str
    bot_id: int
    downloads: int = 0
    address: str | None = None
    broken: bool = False

    @property
    def sha256(self) -> str:
        """In hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def is_too_large(self) -> bool:
        """Whether bots cannot have it."""
        return self.size > DOWNLOAD_LIMIT


class BotFiles:
    """Files by id; the oldest go when there are too many bytes."""

    def __init__(self, first: int) -> None:
        self._numbers = itertools.count(first)
        self._files: OrderedDict[str, BotFile] = OrderedDict()
        self._held = 0

    def add(
        self,
        bot_id: int,
        data: bytes,
        mime_type: str,
        *,
        folder: str = "documents",
        name: str | None = None,
        size: int | None = None,
        origin: str = "customer",
    ) -> BotFile:
        """Add a file; `size` (bytes) is what Telegram says where it is not the size of `data`."""
        number = next(self._numbers)
        ending = mimetypes.guess_extension(mime_type.partition(";")[0]) or ".bin"
        made = BotFile(
            file_id=f"AgACAgEAAxk{number:013d}BAAM{bot_id % 10_000:04d}",
            file_unique_id=f"AQAD{number:013d}",
            path=f"{folder}/file_{number}{ending}",
            data=data,
            mime_type=mime_type,
            name=name,
            size=len(data) if size is None else size,
            origin=origin,
            bot_id=bot_id,
        )
        self._files[made.file_id] = made
        self._held += len(data)
        while self._held > MAX_BYTES and len(self._files) > 1:
            _, gone = self._files.popitem(last=False)
            self._held -= len(gone.data)
        return made

    def get(self, bot_id: int, file_id: str) -> BotFile | None:
        """The file; an id works for its own bot alone."""
        found = self._files.get(file_id)
        return found if found is not None and found.bot_id == bot_id else None

    def at(self, bot_id: int, path: str) -> BotFile | None:
        """The file at this path."""
        return next((one for one in self._files.values() if one.path == path and one.bot_id == bot_id), None)

    def all(self) -> list[BotFile]:
        """Every file, the oldest first."""
        return list(self._files.values())

    def clear(self) -> None:
        """Remove every file."""
        self._files.clear()
        self._held = 0
