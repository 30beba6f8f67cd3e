"""The description of webhook routes, which FastAPI does not know: they are raw ASGI for speed."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from atd_channelkit.webhooks.reader import WebhookDescription, WebhookReader

_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}

_ACCOUNT = {
    "name": "account_id",
    "in": "path",
    "required": True,
    "description": "Id of the channel account",
    "schema": {"type": "string", "format": "uuid"},
}


def describe_webhooks(app: FastAPI, path: str, channel: str, reader: WebhookReader[Any]) -> None:
    """Add the webhook addresses below `path` to the OpenAPI document of `app`."""
    described: Callable[[], dict[str, Any]] = app.openapi
    of_account = {"parameters": [_ACCOUNT], **_operations(channel, "account", reader.description)}
    of_all = _operations(channel, "app", reader.description)

    def openapi() -> dict[str, Any]:
        document = described()
        document["paths"][f"{path}/{{account_id}}"] = of_account
        if reader.mentioned is not None:
            document["paths"][path] = of_all
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _operations(channel: str, whose: str, about: WebhookDescription) -> dict[str, Any]:
    operations = {"post": _webhook(channel, whose, about)}
    if about.challenge:
        operations["get"] = _check(channel, whose, about)
    return operations


def _check(channel: str, whose: str, about: WebhookDescription) -> dict[str, Any]:
    return {
        "tags": ["webhooks"],
        "summary": f"{about.provider}'s check of the {whose}'s webhook address",
        "operationId": f"{channel}_handshake_of_{whose}",
        "parameters": [
            {"name": name, "in": "query", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in about.challenge.items()
        ],
        "responses": {
            "200": {"description": "The challenge", "content": _TEXT},
            "403": _refusal("Wrong verify token"),
            "404": _refusal("Unknown account"),
        },
    }


def _webhook(channel: str, whose: str, about: WebhookDescription) -> dict[str, Any]:
    schema = {"type": "string"} if about.proof_pattern is None else {"type": "string", "pattern": about.proof_pattern}
    return {
        "tags": ["webhooks"],
        "summary": f"A webhook of {about.provider} for the {whose}; 200 once Kafka has everything in it",
        "operationId": f"{channel}_webhook_of_{whose}",
        "parameters": [
            {"name": about.proof_header, "in": "header", "required": True, "description": about.proof, "schema": schema}
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "Stored durably", "content": _TEXT},
            "400": _refusal("Not JSON, with the place"),
            "401": _refusal("Signature missing or wrong"),
            "404": _refusal("Unknown account"),
            "413": _refusal("Larger than 3 MB"),
            "503": _refusal("Could not be stored; to be sent again"),
        },
    }


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": _PROBLEM}
