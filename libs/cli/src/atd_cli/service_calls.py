"""Requests to internal routes of services, under the identity of an operator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from atd_cli.output import CommandFailed
from atd_cli.settings import CliSettings
from atd_schemas.services import Service
from atd_servicekit.identity import IDENTITY_HEADER, OPERATOR_PERMISSION, Identity, IdentitySigner
from atd_servicekit.identity_keys import BadIdentityKey, PrivateKey, read_private_key

A = TypeVar("A", bound=BaseModel)

KEY_VARIABLE = "ATD_OPERATOR_PRIVATE_KEY"
_ACTOR = "atd"
_TIMEOUT_SECONDS = 60.0


class ServiceClient:
    """Sends requests to services. Every method raises `CommandFailed` naming the service and what it answered."""

    def __init__(self, http: httpx.AsyncClient, settings: CliSettings) -> None:
        self._http = http
        self._urls = settings.service_urls()
        self._key = operator_key(settings)

    async def post(
        self, service: Service, path: str, body: bytes, answer: type[A], *, tenant_id: str = "", about: str = ""
    ) -> A:
        """The answer to a JSON body; `about` names in errors what the request was for."""
        return await self._request("POST", service, path, body, answer, tenant_id, about)

    async def get(self, service: Service, path: str, answer: type[A]) -> A:
        """The answer of a route that changes nothing."""
        return await self._request("GET", service, path, None, answer, "", "")

    async def _request(
        self, method: str, service: Service, path: str, body: bytes | None, kind: type[A], tenant_id: str, about: str
    ) -> A:
        url = self._urls[service.name] + path
        headers = {"Content-Type": "application/json", **operator_headers(self._key, tenant_id)}
        wanted = f" for {about}" if about else ""
        try:
            answer = await self._http.request(method, url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CommandFailed(f"{service.name} does not answer at {url}: {type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise CommandFailed(f"{service.name} answered {answer.status_code}{wanted}: {_reason(answer)}")
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError:
            raise CommandFailed(f"{service.name} gave an answer{wanted} that this version cannot read") from None


@asynccontextmanager
async def service_client(settings: CliSettings) -> AsyncIterator[ServiceClient]:
    """A client whose connections are closed at the end. Raises `CommandFailed` without a usable operator key."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        yield ServiceClient(http, settings)


def operator_headers(key: PrivateKey, tenant_id: str = "") -> dict[str, str]:
    """The header that proves the permission `operator`."""
    identity = Identity(tenant_id, "system", _ACTOR, _ACTOR, frozenset({OPERATOR_PERMISSION}))
    return {IDENTITY_HEADER: IdentitySigner(key, issuer="atd-operator").sign(identity, datetime.now(UTC))}


def operator_key(settings: CliSettings) -> PrivateKey:
    """The key of the environment. Raises `CommandFailed` without a usable one."""
    if settings.operator_private_key is None:
        raise CommandFailed(
            f"{KEY_VARIABLE} is not set. `atd keys new operator` makes a key pair; the public key belongs in "
            "ATD_OPERATOR_PUBLIC_KEYS of every service."
        )
    try:
        return read_private_key(settings.operator_private_key.get_secret_value())
    except BadIdentityKey as error:
        raise CommandFailed(f"{KEY_VARIABLE} cannot be used: {error}") from None


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return "no reason given"
