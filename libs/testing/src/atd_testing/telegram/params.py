"""The parameters of a call: JSON, a form, a form with files or the query, as the Bot API takes all of them."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile

from atd_testing.telegram.errors import bad_request
from atd_testing.telegram.state import Json

_OBJECTS = frozenset(
    {
        "reply_markup",
        "reply_parameters",
        "media",
        "reaction",
        "allowed_updates",
        "entities",
        "caption_entities",
        "link_preview_options",
        "message_ids",
    }
)
_NUMBERS = frozenset(
    {
        "message_id",
        "message_thread_id",
        "offset",
        "limit",
        "timeout",
        "latitude",
        "longitude",
        "duration",
        "max_connections",
    }
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A part of the request that has bytes."""

    name: str
    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Params:
    """What a call says. `files` are its uploads by the name of their part."""

    values: Json
    files: dict[str, Upload]

    def text(self, name: str) -> str:
        """A text; an empty one when it is missing."""
        found = self.values.get(name)
        return found if isinstance(found, str) else "" if found is None else str(found)

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number. Refuses anything else."""
        found = self.values.get(name, default)
        try:
            return int(found)  # type: ignore[arg-type]  # whatever it is, the next line answers
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def degrees(self, name: str) -> float:
        """A number. Refuses anything else."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Whether something is asked for."""
        return self.values.get(name) in (True, "true", "True", "1", 1)

    def object(self, name: str) -> Any:
        """An object or a list; `None` when it is missing."""
        return self.values.get(name)

    @property
    def chat_id(self) -> int:
        """The chat. Refuses a missing one."""
        if "chat_id" not in self.values:
            raise bad_request("chat_id is empty")
        try:
            return int(self.values["chat_id"])
        except (TypeError, ValueError):
            raise bad_request("chat not found") from None


async def read_params(request: Request) -> Params:
    """Read the parameters. Refuses a body that cannot be read."""
    values: Json = {name: _typed(name, value) for name, value in request.query_params.items()}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            said = orjson.loads(await request.body() or b"{}")
        except orjson.JSONDecodeError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(said, dict):
            raise bad_request("object expected as JSON value")
        return Params(values | said, {})
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return Params(values, {})
    files: dict[str, Upload] = {}
    async with request.form(max_part_size=64 * 1024 * 1024) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                files[name] = Upload(value.filename or name, kind, await value.read())
            else:
                values[name] = _typed(name, value)
    return Params(values, files)


def _typed(name: str, value: str) -> Any:
    try:
        if name in _OBJECTS:
            return orjson.loads(value)
        if name in _NUMBERS:
            return float(value) if "." in value else int(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None
    return value
