"""Files of messages: a narrow store of bytes, with two implementations.

The store is infrastructure as Kafka is: a channel service writes what a customer sent, conversation writes what an
attendant uploads, both read. What a file is, whose it is and whether it is ready is conversation's to know (see
record 9). A key is written once per attempt and read many times; writing it again replaces it whole. The same bytes of
one tenant are kept once (record 32).
"""

from atd_servicekit.files.deduplicated import DeduplicatedStore
from atd_servicekit.files.factory import create_file_store
from atd_servicekit.files.pictures import HEAD_BYTES, PictureProbe, PictureSize, picture_size
from atd_servicekit.files.scanning import (
    ClamAv,
    FileInfected,
    NoScanner,
    NotScannable,
    Scanner,
    ScannerAway,
    create_scanner,
)
from atd_servicekit.files.settings import FileStoreSettings
from atd_servicekit.files.store import FileMissing, FileStore, FileTooLarge, OpenFile, StoredFile, file_key
from atd_servicekit.files.usage import StorageFull, TenantUse, Use

__all__ = [
    "HEAD_BYTES",
    "ClamAv",
    "DeduplicatedStore",
    "FileInfected",
    "FileMissing",
    "FileStore",
    "FileStoreSettings",
    "FileTooLarge",
    "NoScanner",
    "NotScannable",
    "OpenFile",
    "PictureProbe",
    "PictureSize",
    "Scanner",
    "ScannerAway",
    "StorageFull",
    "StoredFile",
    "TenantUse",
    "Use",
    "create_file_store",
    "create_scanner",
    "file_key",
    "picture_size",
]
