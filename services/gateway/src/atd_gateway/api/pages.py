"""Serves the landing page, the API's documents and their assets. No page loads anything from another site."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from atd_gateway.api_documents import ApiDocuments
from atd_servicekit.identity import Public
from atd_servicekit.problems import not_found

_CSP_BASE = "default-src 'none'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
_CSP = _CSP_BASE + "style-src 'self'"
_CSP_DOCS = _CSP_BASE + "script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'"
# Swagger UI writes style attributes
_ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file to serve, and the same compressed."""

    content_type: str
    plain: bytes
    zipped: bytes
    etag: str


def pages_router(documents: ApiDocuments, *, landing_page: bool) -> APIRouter:
    """`/api/docs`, `/api/assets/*`, `/api/openapi.json` and `/api/events`; `/` too where no client is served there."""
    router = APIRouter(
        include_in_schema=False, dependencies=[Depends(Public("describes the product; contains no customer data"))]
    )

    if landing_page:

        @router.get("/")
        async def landing() -> Response:
            return _html(_file("landing.html"), _CSP)

    @router.get("/api/docs")
    async def docs() -> Response:
        return _html(_file("docs.html"), _CSP_DOCS)

    @router.get("/api/assets/{name}")
    async def asset(name: str, request: Request) -> Response:
        if name not in _ASSETS:
            raise not_found()
        return _asset_answer(_asset(name), request)

    @router.get("/api/openapi.json")
    async def openapi(request: Request) -> Response:
        return _json(await documents.openapi(), request)

    @router.get("/api/events")
    async def events(
        request: Request, form: Annotated[Literal["json", "html"] | None, Query(alias="format")] = None
    ) -> Response:
        document = await documents.asyncapi()
        wants_html = request.headers.get("accept", "").startswith("text/html")
        if form == "html" or (form is None and wants_html):
            return _html(_events_page(document).encode(), _CSP)
        return _json(document, request)

    return router


def _html(content: bytes, policy: str) -> Response:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def _json(document: dict[str, Any], request: Request) -> Response:
    content = orjson.dumps(document)
    etag = _etag(content)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _asset_answer(asset: _Asset, request: Request) -> Response:
    headers = {"ETag": asset.etag, "Cache-Control": _HOUR, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.zipped, media_type=asset.content_type, headers=headers)
    return Response(asset.plain, media_type=asset.content_type, headers=headers)


@cache
def _asset(name: str) -> _Asset:
    plain = _swagger_file(name) if name.startswith("swagger-ui") else _file(name)
    return _Asset(_ASSETS[name], plain, gzip.compress(plain, 6, mtime=0), _etag(plain))


@cache
def _file(name: str) -> bytes:
    return (files("atd_gateway") / "static" / name).read_bytes()


def _swagger_file(name: str) -> bytes:
    """Swagger UI as the package fastapi-offline ships it; only its files are used, not its code."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise not_found("Swagger UI is not installed.")
    return (Path(spec.origin).parent / "static" / name).read_bytes()


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:20]}"'


def _events_page(document: dict[str, Any]) -> str:
    """The AsyncAPI document as a page to read."""
    cards = "\n".join(_channel_card(document, name) for name in document["channels"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>Atendimento: events</title>\n<link rel="stylesheet" href="/api/assets/page.css">\n'
        "</head>\n<body>\n<main>\n"
        f'<h1>Events</h1>\n<p class="quiet">{escape(document["info"]["description"])} '
        f'For programs: <a href="/api/events?format=json">AsyncAPI</a>.</p>\n{cards}\n</main>\n</body>\n</html>\n'
    )


def _channel_card(document: dict[str, Any], name: str) -> str:
    channel = document["channels"][name]
    ref = f"#/channels/{name}"
    facts = {
        "Written by": _services(document, ref, "send"),
        "Read by": _services(document, ref, "receive"),
        "Messages": ", ".join(channel["messages"]),
    }
    rows = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in facts.items() if text)
    schemas = "".join(
        f"<details><summary>{escape(message)}</summary><pre>{escape(_schema(document, message))}</pre></details>"
        for message in channel["messages"]
    )
    return (
        f'<section class="card"><h2>{escape(channel["title"])}</h2>'
        f'<p class="quiet">{escape(channel["description"])}</p>'
        f"<dl>{rows}</dl>{schemas}</section>"
    )


def _services(document: dict[str, Any], ref: str, action: str) -> str:
    found = [
        key.partition(f".{action}.")[0]
        for key, one in document["operations"].items()
        if one["action"] == action and one["channel"]["$ref"] == ref
    ]
    return ", ".join(found)


def _schema(document: dict[str, Any], message: str) -> str:
    ref: str = document["components"]["messages"][message]["payload"]["$ref"]
    schema = document["components"]["schemas"][ref.rpartition("/")[2]]
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
