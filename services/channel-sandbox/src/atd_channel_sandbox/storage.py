"""Keeps messages (as JSON lines) and files over a restart. Both are bounded."""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import BaseModel, ValidationError

from atd_channel_sandbox.message_store import MessageStore
from atd_channel_sandbox.model import Customer, PhoneMessage
from atd_testing.whatsapp.media import MediaFile, MediaStore

MAX_LINES = 20_000
_OWNER_ONLY = 0o600


class Journal:
    """Appends every change of a message or customer; rewritten when most of its lines are out of date."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "messages.jsonl"
        self._lines = 0
        self._file = self._path.open("ab")

    def read_into(self, messages: MessageStore, customers: dict[str, Customer]) -> None:
        """Read messages and customers. A line that a kill cut off is skipped."""
        with self._path.open("rb") as file:
            for line in file:
                self._lines += 1
                with contextlib.suppress(ValidationError, orjson.JSONDecodeError):
                    found = orjson.loads(line)
                    if "key" in found:
                        customer = Customer.model_validate(found)
                        customers[customer.key] = customer
                    else:
                        messages.put(PhoneMessage.model_validate(found))
        self.rewrite(messages, customers)

    def append(self, change: BaseModel, messages: MessageStore, customers: dict[str, Customer]) -> None:
        """Save a message or a customer as they are now."""
        self._file.write(change.model_dump_json(exclude_defaults=True).encode() + b"\n")
        self._file.flush()
        self._lines += 1
        if self._lines > MAX_LINES + 2 * len(messages):
            self.rewrite(messages, customers)

    def rewrite(self, messages: MessageStore, customers: dict[str, Customer]) -> None:
        """Write each message once."""
        fresh = self._path.with_suffix(".new")
        everything = [*customers.values(), *messages]
        with fresh.open("wb") as file:
            file.writelines(one.model_dump_json(exclude_defaults=True).encode() + b"\n" for one in everything)
        self._file.close()
        fresh.replace(self._path)
        self._file = self._path.open("ab")
        self._lines = len(everything)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class FileMetadata(BaseModel):
    """What is known of a file beside its bytes."""

    id: str
    mime_type: str
    filename: str | None
    origin: str
    phone_number_id: str | None
    created_at: datetime
    expires_at: datetime


class FileStore:
    """Keeps the fake's files on disk: `<id>` and `<id>.json`. One thread of its own writes them, in order."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "media"
        self._directory.mkdir(parents=True, exist_ok=True)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="file-store")

    def attach(self, store: MediaStore) -> None:
        """Restore the files into the fake's store, and follow its changes."""
        store.on_drop = self._dropped
        for path in sorted(self._directory.glob("*.json")):
            with contextlib.suppress(ValidationError, OSError):
                metadata = FileMetadata.model_validate_json(path.read_bytes())
                data = path.with_suffix("").read_bytes()
                store.restore(MediaFile(data=data, **metadata.model_dump()))
        store.on_add = self._added

    def _added(self, file: MediaFile) -> None:
        self._writer.submit(self._write, file)

    def _dropped(self, media_id: str) -> None:
        self._writer.submit(self._remove, media_id)

    def _write(self, file: MediaFile) -> None:
        metadata = FileMetadata.model_validate(file, from_attributes=True)
        path = self._directory / file.id
        path.write_bytes(file.data)
        path.with_suffix(".json").write_bytes(metadata.model_dump_json().encode())

    def _remove(self, media_id: str) -> None:
        path = self._directory / media_id
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def close(self) -> None:
        """Wait until everything is written."""
        self._writer.shutdown(wait=True)


def write_private(path: Path, data: bytes) -> None:
    """Replace a file that only its owner may read."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
        file.write(data)
    fresh.replace(path)
