"""The addresses of webhooks: as routes that FastAPI knows and describes, and past FastAPI's layers for speed."""

from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from atd_channelkit.webhooks.endpoint import WebhookEndpoint, Webhooks
from atd_channelkit.webhooks.openapi import describe_webhooks
from atd_servicekit.identity import Public
from atd_servicekit.metrics import Metrics
from atd_servicekit.middleware import RequestContext
from atd_servicekit.tracing import Tracing

_PROVEN = Public("the provider's signature or secret, or the verify token, is checked instead")


def add_webhooks(app: FastAPI, path: str, webhooks: Webhooks[Any], metrics: Metrics, tracing: Tracing) -> None:
    """Serve the webhooks of a channel below `path`.

    As routes they refuse other methods and say what they need; requests reach them without the layers of `app`, which
    cost more than the webhook itself.
    """
    methods = ["POST"] if webhooks.reader.challenge is None else ["GET", "POST"]
    addresses = [f"{path}/{{account_id}}", *([] if webhooks.reader.mentioned is None else [path])]
    endpoints = [_PROVEN.mark(WebhookEndpoint(address, webhooks)) for address in addresses]
    for endpoint in endpoints:
        app.router.routes.append(Route(endpoint.path, endpoint, methods=methods))
    describe_webhooks(app, path, webhooks.channel, webhooks.reader)
    in_context = [RequestContext(endpoint, metrics, tracing) for endpoint in endpoints]
    of_account, of_all = in_context[0], None if webhooks.reader.mentioned is None else in_context[1]
    app.middleware_stack = serve_directly(
        app.build_middleware_stack(), path, of_account, of_all, methods=frozenset(methods)
    )


def serve_directly(
    behind: ASGIApp, address: str, of_account: ASGIApp, of_all: ASGIApp | None, *, methods: frozenset[str]
) -> ASGIApp:
    """An application that passes webhooks on without the layers of `behind`."""
    prefix = f"{address}/"
    start = len(prefix)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in methods:
            path: str = scope["path"]
            if path.startswith(prefix) and "/" not in path[start:]:
                scope["path_params"] = {"account_id": path[start:]}
                return await of_account(scope, receive, send)
            if of_all is not None and path == address:
                scope["path_params"] = {}
                return await of_all(scope, receive, send)
        return await behind(scope, receive, send)

    return served
