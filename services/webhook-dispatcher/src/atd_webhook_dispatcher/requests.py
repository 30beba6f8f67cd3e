"""Makes the request of a delivery, signs it at the moment it leaves, and sends it."""

import base64
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from atd_servicekit.clock import Clock
from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.customer_calls import ClientCertificate, CustomerAnswer, CustomerRequest
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.headers import is_reserved
from atd_webhook_dispatcher.domain.signing import key_of, signature
from atd_webhook_dispatcher.oauth import Calls, NotAuthorized, OAuthClient, OAuthTokens
from atd_webhook_dispatcher.sealing import Cipher, unseal

USER_AGENT = "Atendimento-Webhooks/1"
TIMEOUT_SECONDS = 15.0

MANUAL = "manual"
"""How the `replay_id` of a delivery begins that a person sent again; what receivers are told of it is this."""

_MOST_PREPARED = 5_000
_UNAUTHORIZED = 401
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What the requests of an endpoint have in common, opened once for each version of it."""

    endpoint: Endpoint
    keys: Sequence[tuple[bytes, datetime | None]] = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    oauth: OAuthClient | None
    certificate: ClientCertificate | None


class EndpointCalls:
    """Sends deliveries to endpoints. Opened credentials are kept in memory for endpoints that are in use."""

    def __init__(self, calls: Calls, cipher: Cipher, clock: Clock, tokens: OAuthTokens | None = None) -> None:
        self._calls = calls
        self._cipher = cipher
        self._clock = clock
        self._tokens = tokens or OAuthTokens(calls)
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()

    async def send(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> CustomerAnswer:
        """Send `body` once. After 401 with an OAuth token: once more with another token, before it counts.

        Raises `CallFailed`, `NotAuthorized` where there is no token or the credentials cannot be opened, and
        `UnsendableRequest` for what no request can carry.
        """
        prepared = self._of(endpoint)
        if prepared.oauth is None:
            return await self._calls.call(self._request(prepared, delivery, body))
        token = await self._tokens.token(prepared.oauth)
        answer = await self._calls.call(self._request(prepared, delivery, body, token))
        if answer.status != _UNAUTHORIZED:
            return answer
        other = await self._tokens.replaced(prepared.oauth, token)
        if other is None:
            return answer
        second = await self._calls.call(self._request(prepared, delivery, body, other))
        return replace(second, seconds=answer.seconds + second.seconds)

    def request(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> CustomerRequest:
        """The request as it would leave now, but without a token. Raises `NotAuthorized`."""
        return self._request(self._of(endpoint), delivery, body)

    def _request(self, made: _Prepared, delivery: Delivery, body: bytes, token: str | None = None) -> CustomerRequest:
        now = self._clock.now()
        timestamp = int(now.timestamp())
        keys = [key for key, until in made.keys if until is None or until > now]
        headers = [
            ("Content-Type", "application/json"),
            ("User-Agent", USER_AGENT),
            ("webhook-id", delivery.event_id),
            ("webhook-timestamp", str(timestamp)),
            ("webhook-signature", signature(keys, delivery.event_id, timestamp, body)),
        ]
        if delivery.traceparent is not None and _TRACEPARENT.fullmatch(delivery.traceparent):
            headers.append(("traceparent", delivery.traceparent))
        if delivery.replay_id is not None:
            headers.append(("atendimento-replay", replay_header(delivery.replay_id)))
        if token is not None:
            headers.append(("Authorization", f"Bearer {token}"))
        headers.extend(made.headers)
        return CustomerRequest(
            made.endpoint.url,
            headers,
            body,
            owner=made.endpoint.id,
            timeout=TIMEOUT_SECONDS,
            client_certificate=made.certificate,
        )

    def _of(self, endpoint: Endpoint) -> _Prepared:
        """What is prepared for this very version of the endpoint."""
        prepared = self._prepared.get(endpoint.id)
        if prepared is None or (prepared.endpoint is not endpoint and prepared.endpoint != endpoint):
            prepared = self._prepared[endpoint.id] = self._prepare(endpoint)
            while len(self._prepared) > _MOST_PREPARED:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(endpoint.id)
        return prepared

    def _prepare(self, endpoint: Endpoint) -> _Prepared:
        try:
            keys = [
                (key_of(unseal(self._cipher, endpoint, "secret", one.sealed)), one.until) for one in endpoint.secrets
            ]
            certificate = self._certificate(endpoint)
            sealed = endpoint.auth.sealed
            auth = {} if sealed is None else orjson.loads(unseal(self._cipher, endpoint, "auth", sealed))
            header, oauth = _authorization(endpoint, auth, certificate)
        except (CannotDecrypt, ValueError, KeyError) as error:
            raise NotAuthorized("the credentials of the endpoint cannot be opened: set them again") from error
        own = [
            one for one in endpoint.headers.items() if not is_reserved(one[0], with_auth=endpoint.auth.kind != "none")
        ]
        return _Prepared(endpoint, keys, [*header, *own], oauth, certificate)

    def _certificate(self, endpoint: Endpoint) -> ClientCertificate | None:
        sealed = endpoint.auth.client_certificate
        if sealed is None:
            return None
        return ClientCertificate(unseal(self._cipher, endpoint, "client_certificate", sealed))


def replay_header(replay_id: str) -> str:
    """The value of `atendimento-replay`: the replay, or that a person sent this one delivery again."""
    return MANUAL if replay_id.startswith(MANUAL) else replay_id


def _authorization(
    endpoint: Endpoint, auth: dict[str, Any], certificate: ClientCertificate | None
) -> tuple[list[tuple[str, str]], OAuthClient | None]:
    """The header that says who we are, or the account that gives it. Raises `KeyError` for what is missing."""
    kind = endpoint.auth.kind
    if kind == "basic":
        credentials = base64.b64encode(f"{auth['username']}:{auth['password']}".encode()).decode()
        return [("Authorization", f"Basic {credentials}")], None
    if kind == "bearer":
        return [("Authorization", f"Bearer {auth['token']}")], None
    if kind == "oauth2":
        account = OAuthClient(
            endpoint.id, auth["token_url"], auth["client_id"], auth["client_secret"], auth.get("scope"), certificate
        )
        return [], account
    return [], None
