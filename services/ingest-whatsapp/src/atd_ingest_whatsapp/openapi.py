"""The description of the webhook routes, which FastAPI does not know: they are raw ASGI for speed."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}

_ACCOUNT = {
    "name": "account_id",
    "in": "path",
    "required": True,
    "description": "Id of the channel account",
    "schema": {"type": "string", "format": "uuid"},
}


def describe_webhooks(app: FastAPI) -> None:
    """Add both webhook addresses to the OpenAPI document of `app`."""
    described: Callable[[], dict[str, Any]] = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        document["paths"]["/webhooks/whatsapp/{account_id}"] = _path("account", [_ACCOUNT])
        document["paths"]["/webhooks/whatsapp"] = _path("app", [])
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _path(whose: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    def query(name: str, description: str) -> dict[str, Any]:
        return {"name": name, "in": "query", "required": True, "description": description, "schema": {"type": "string"}}

    def refusal(description: str) -> dict[str, Any]:
        return {"description": description, "content": _PROBLEM}

    return {
        "parameters": parameters,
        "get": {
            "tags": ["webhooks"],
            "summary": f"Meta's check of the {whose}'s callback address",
            "operationId": f"whatsapp_handshake_of_{whose}",
            "parameters": [
                query("hub.mode", "`subscribe`"),
                query("hub.verify_token", "The verify token of the account"),
                query("hub.challenge", "Comes back as it is"),
            ],
            "responses": {
                "200": {"description": "The challenge", "content": _TEXT},
                "403": refusal("Another verify token"),
                "404": refusal("Unknown account"),
            },
        },
        "post": {
            "tags": ["webhooks"],
            "summary": f"A webhook of Meta for the {whose}; 200 once Kafka has everything in it",
            "operationId": f"whatsapp_webhook_of_{whose}",
            "parameters": [
                {
                    "name": "X-Hub-Signature-256",
                    "in": "header",
                    "required": True,
                    "description": "`sha256=` and the HMAC-SHA256 of the raw body with the app secret, in hex",
                    "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
                }
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {
                "200": {"description": "Stored durably", "content": _TEXT},
                "400": refusal("Not JSON, with the place"),
                "401": refusal("Signature missing or wrong"),
                "404": refusal("Unknown account"),
                "413": refusal("Larger than 3 MB"),
                "503": refusal("Could not be stored; to be sent again"),
            },
        },
    }
