"""How much room a tenant's files take, by what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_MEDIA = frozenset({"image", "audio", "video"})


class StorageFull(Exception):
    """There is no room for these bytes; nothing was kept. `used`, `size` and `limit` are in bytes."""

    def __init__(self, *, used: int, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes do not fit: {used} of {limit} are used")
        self.used = used
        self.size = size
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Use:
    """What is kept: each content once, however many files have it."""

    bytes: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class TenantUse:
    """What a tenant's files take, all and by kind (see `kind_of`)."""

    total: Use = Use()
    kinds: Mapping[str, Use] = field(default_factory=dict)


def kind_of(key: str, content_type: str) -> str:
    """The variant of a file that was made of another (`thumbnail`), else image, audio, video or document."""
    variant = key.rpartition("/")[2].partition(".")[2]
    main = content_type.partition("/")[0].strip().lower()
    return variant or (main if main in _MEDIA else "document")


def tenant_of(key: str) -> str:
    """The tenant of a key that `file_key` built."""
    return key.partition("/")[0]
