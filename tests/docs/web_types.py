"""The types of the API that the web client uses, from the documents of the applications themselves.

`make web-types` (`python -m tests.docs web-types`) writes them; nothing has to run for it. The document is the one at
`/api/openapi.json`, and `openapi-typescript`, a development dependency of the client, turns it into TypeScript.
"""

import asyncio
import json
import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from atd_gateway.app import create_app
from atd_gateway.domain.openapi import merge_openapi
from atd_gateway.domain.routes import RouteTable, needs_token, routes_of
from atd_gateway.settings import GatewaySettings, services_behind
from atd_schemas.services import GATEWAY, channel_services
from atd_testing.keys import service_keys
from deploy.web.client import CLIENT, Client
from tests.docs.tables import ROOT, SERVICES

TYPES = ROOT / CLIENT / "src" / "shared" / "api" / "schema.d.ts"

Document = dict[str, Any]


async def own_document() -> Document:
    """What the gateway describes itself."""
    return gateway_application().openapi()


async def service_documents() -> dict[str, Document]:
    """What each service behind the gateway describes."""
    return {name: app.openapi() for name, app in applications_behind().items()}


def gateway_application() -> FastAPI:
    """The gateway's public application, which nothing has started."""
    return create_app(GatewaySettings(**service_keys(GATEWAY.name)))


def applications_behind() -> dict[str, FastAPI]:
    """The application of each service behind the gateway, which nothing has started."""
    return {
        one.name: import_module(f"{one.module}.app").create_app(SERVICES[one.name](**service_keys(one.name)))
        for one in services_behind()
    }


async def api_document() -> Document:
    """What `/api/openapi.json` answers when every service is up."""
    table = RouteTable(routes_of())
    kinds = {one.name: one.channels for one in channel_services()}
    return merge_openapi(
        await own_document(), await service_documents(), table, kinds, lambda path: needs_token(path, table)
    )


def web_types(document: Document) -> str:
    """The TypeScript of a document. Raises `ClientError` when the client's packages cannot be installed or used."""
    client = Client(ROOT / CLIENT, os.environ)
    client.install()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        source.write_text(json.dumps(document), encoding="utf-8")
        client.run("openapi-typescript", str(source), "--output", str(target))
        return target.read_text(encoding="utf-8")


def rewrite_types() -> list[Path]:
    """Write the types anew; returns the file if it has changed."""
    text = web_types(asyncio.run(api_document()))
    if TYPES.exists() and TYPES.read_text(encoding="utf-8") == text:
        return []
    TYPES.parent.mkdir(parents=True, exist_ok=True)
    TYPES.write_text(text, encoding="utf-8")
    return [TYPES]
