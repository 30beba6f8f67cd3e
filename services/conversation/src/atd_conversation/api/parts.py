"""What the routes share: what they are built from, who may call, and how a version travels."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel

from atd_conversation.commands import Commands
from atd_conversation.store.directory import Directory
from atd_conversation.store.queries import Queries
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.problems import invalid, request_id_of
from atd_servicekit.runtime import Runtime

Reader = Annotated[Identity, Depends(Requires("conversations:read"))]
Writer = Annotated[Identity, Depends(Requires("conversations:write"))]
Assigner = Annotated[Identity, Depends(Requires("conversations:assign"))]
ContactReader = Annotated[Identity, Depends(Requires("contacts:read"))]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the routes."""

    runtime: Runtime
    queries: Queries
    commands: Commands
    directory: Directory
    idempotency: Idempotency


def expected_version(
    if_match: Annotated[
        str | None,
        Header(description='The `ETag` that was read, `"7"`: the change is refused with 412 when it is no longer so'),
    ] = None,
) -> int | None:
    """The version that the caller saw last, or None when it does not care."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not text.isdigit():
        raise invalid("If-Match", 'must be the ETag of the resource, such as "7"')
    return int(text)


ExpectedVersion = Annotated[int | None, Depends(expected_version)]


def request_id(request: Request) -> str:
    """The request's id: the cause of the events that it leads to."""
    return request_id_of(request) or ""


RequestId = Annotated[str, Depends(request_id)]


def tagged(response: Response, version: int) -> None:
    """Tell the version of what is answered."""
    response.headers["ETag"] = f'"{version}"'


def as_json(model: BaseModel) -> bytes:
    """The model as an answer's body."""
    return model.__pydantic_serializer__.to_json(model)


def json_response(body: bytes, status: int, headers: dict[str, str] | None = None) -> PlainResponse:
    """An answer whose body is JSON already."""
    return PlainResponse(body, status_code=status, headers=headers, media_type="application/json")
