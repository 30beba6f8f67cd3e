"""The files of the fake Graph API: sent by customers or uploaded by the business. No I/O."""

import base64
import hashlib
import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel

MAX_BYTES = 256 * 1024 * 1024
MAX_ADDRESSES = 10_000
UPLOAD_LIFETIME = timedelta(days=30)
INBOUND_LIFETIME = timedelta(days=7)

_ID_PREFIX = "9990"
_ID_DIGITS = 17

MEGABYTE = 1024 * 1024
DOCUMENT_TYPES = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
KIND_TYPES: Mapping[str, tuple[str, ...]] = {
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "document": DOCUMENT_TYPES,
    "image": ("image/jpeg", "image/png"),
    "sticker": ("image/webp",),
    "video": ("video/mp4", "video/3gpp"),
}
"""Which types a message of each kind may carry, as Meta's media reference has them."""

KIND_MAX_BYTES: Mapping[str, int] = {
    "audio": 16 * MEGABYTE,
    "document": 100 * MEGABYTE,
    "image": 5 * MEGABYTE,
    "sticker": 500 * 1024,
    "video": 16 * MEGABYTE,
}


def essence(mime_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return mime_type.partition(";")[0].strip().lower()


def kind_of(mime_type: str) -> str | None:
    """The kind of message that carries files of this type; `None` for a type that Meta does not take."""
    wanted = essence(mime_type)
    return next((kind for kind, types in KIND_TYPES.items() if wanted in types), None)


def is_media_id(node: str) -> bool:
    """Whether a Graph id has the form of the fake's media ids."""
    return len(node) == _ID_DIGITS and node.startswith(_ID_PREFIX) and node.isdigit()


@dataclass(slots=True)
class MediaFile:
    """One file. `origin` is `customer` or `upload`; `downloads` counts complete ones."""

    id: str
    data: bytes = field(repr=False)
    mime_type: str
    filename: str | None
    origin: str
    phone_number_id: str | None
    created_at: datetime
    expires_at: datetime
    downloads: int = 0

    @property
    def sha256_hex(self) -> str:
        """As the media answer writes it."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha256_base64(self) -> str:
        """As webhooks write it."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()

    def facts(self) -> "MediaFacts":
        """Everything but the bytes."""
        return MediaFacts(
            id=self.id,
            mime_type=self.mime_type,
            filename=self.filename,
            size=len(self.data),
            sha256=self.sha256_hex,
            origin=self.origin,
            phone_number_id=self.phone_number_id,
            created_at=self.created_at,
            downloads=self.downloads,
        )


class MediaFacts(BaseModel):
    """A file as the control routes show it."""

    id: str
    mime_type: str
    filename: str | None
    size: int
    sha256: str
    origin: str
    phone_number_id: str | None
    created_at: datetime
    downloads: int


class MediaStore:
    """Files by id, at most `max_bytes` in total: the oldest are removed first.

    `on_add` is called with every new file, `on_drop` with the id of every removed one. Ids count from `first_number`.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, *, first_number: int = 1) -> None:
        self.on_add: Callable[[MediaFile], None] | None = None
        self.on_drop: Callable[[str], None] | None = None
        self._files: OrderedDict[str, MediaFile] = OrderedDict()
        self._issued: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._numbers = itertools.count(first_number)
        self._max_bytes = max_bytes
        self._held_bytes = 0

    @property
    def held_bytes(self) -> int:
        """Size of all files in bytes."""
        return self._held_bytes

    def add(
        self,
        data: bytes,
        mime_type: str,
        now: datetime,
        *,
        filename: str | None = None,
        origin: str = "customer",
        phone_number_id: str | None = None,
    ) -> MediaFile:
        """Add a file, and remove the oldest ones when there are too many bytes."""
        media_id = f"{_ID_PREFIX}{next(self._numbers):0{_ID_DIGITS - len(_ID_PREFIX)}d}"
        lifetime = UPLOAD_LIFETIME if origin == "upload" else INBOUND_LIFETIME
        made = MediaFile(media_id, data, mime_type, filename, origin, phone_number_id, now, now + lifetime)
        self.restore(made)
        if self.on_add is not None:
            self.on_add(made)
        return made

    def restore(self, file: MediaFile) -> None:
        """Add a file of an earlier run under its id."""
        self._files[file.id] = file
        self._held_bytes += len(file.data)
        while self._held_bytes > self._max_bytes and len(self._files) > 1:
            self.remove(next(iter(self._files)))

    def get(self, media_id: str, now: datetime) -> MediaFile | None:
        """The file, unless it was removed or has expired."""
        found = self._files.get(media_id)
        return found if found is not None and now < found.expires_at else None

    def remove(self, media_id: str) -> bool:
        """Remove a file; whether it existed."""
        removed = self._files.pop(media_id, None)
        if removed is not None:
            self._held_bytes -= len(removed.data)
            if self.on_drop is not None:
                self.on_drop(media_id)
        return removed is not None

    def clear(self) -> None:
        """Remove every file."""
        for media_id in list(self._files):
            self.remove(media_id)

    def all(self) -> list[MediaFile]:
        """Every file, the oldest first."""
        return list(self._files.values())

    def issue(self, media_id: str, token: str, until: datetime) -> None:
        """Remember that an address with this token was issued for the file."""
        self._issued[token] = (media_id, until)
        while len(self._issued) > MAX_ADDRESSES:
            self._issued.popitem(last=False)

    def issued(self, token: str, now: datetime) -> str | None:
        """The file of an issued address, until the address expires."""
        media_id, until = self._issued.get(token, (None, now))
        return media_id if now < until else None
