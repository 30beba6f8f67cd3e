"""From what a person gave to an endpoint: everything is checked, and all mistakes are told at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import orjson

from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.customer_calls import BadClientCertificate, ClientCertificate
from atd_servicekit.problems import FieldError
from atd_servicekit.url_policy import UrlPolicy
from atd_webhook_dispatcher.api.endpoint_bodies import AuthBody, EndpointBody
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint, Filters, Shape, enabled
from atd_webhook_dispatcher.domain.expressions import BadExpression, check_expression
from atd_webhook_dispatcher.domain.headers import header_problems
from atd_webhook_dispatcher.domain.shaping import CannotShape, paths_in, shaped, template_problems
from atd_webhook_dispatcher.domain.signing import still_signing
from atd_webhook_dispatcher.sealing import Cipher, seal, unseal

_CREDENTIALS = re.compile(
    r"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^/?#\\]*)@(?P<after>[^@/?#\\]*.*)", re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TOKEN = re.compile(r"[!-~]+")

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "basic": ("username", "password"),
    "bearer": ("token",),
    "oauth2": ("token_url", "client_id", "client_secret"),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {"oauth2": ("scope",)}


class Mistakes(Exception):
    """What keeps an endpoint from being saved, field by field."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} mistakes")


def moved_credentials(url: str) -> tuple[str, str, str] | None:
    """The URL without `user:password@`, and both; None where it has none."""
    found = _CREDENTIALS.fullmatch(url)
    if found is None:
        return None
    name, _, password = found["user"].partition(":")
    return found["before"] + found["after"], unquote(name), unquote(password)


@dataclass(slots=True)
class Configuring:
    """Checks one endpoint. `given`: the fields that are new; what was saved before is not refused for being old."""

    catalogue: Catalogue
    urls: UrlPolicy
    cipher: Cipher
    now: datetime
    errors: list[FieldError] = field(default_factory=list)

    def endpoint(self, body: EndpointBody, before: Endpoint, given: frozenset[str]) -> Endpoint:
        """What `before` becomes; of a new one it is bare. Raises `Mistakes`."""
        url, auth_body = body.url, body.auth
        moved = moved_credentials(url) if "url" in given else None
        if moved is not None:
            url, auth_body, given = moved[0], self._basic_of(moved, body.auth, given), given | {"auth"}
        auth = self._auth(auth_body, before) if "auth" in given else before.auth
        if "url" in given:
            self._say("url", self.urls.url_problem(url))
        if given & {"headers", "auth"}:
            problems = header_problems(body.headers, with_auth=auth_body.kind != "none")
            self.errors += [FieldError(f"headers.{name}", words) for name, words in problems.items()]
        filters, shape = self.choice(body, given)
        if self.errors:
            raise Mistakes(self.errors)
        made = replace(
            before,
            url=url,
            description=body.description.strip(),
            event_types=tuple(dict.fromkeys(body.event_types)),
            filters=filters,
            shape=shape,
            headers=dict(body.headers),
            auth=auth,
            secrets=still_signing(before.secrets, self.now),
            rate_limit_per_second=body.rate_limit_per_second,
            ordered=body.ordered,
            concurrency=body.concurrency,
            retry_seconds=tuple(body.retry_seconds),
            disable_after=timedelta(hours=body.disable_after_hours),
            while_paused=body.while_paused,
        )
        return self._with_state(made, before, wants_enabled=body.enabled)

    def choice(self, body: EndpointBody, given: frozenset[str]) -> tuple[Filters, Shape]:
        """Which events, and what of them; mistakes are added to `errors`."""
        for place, pattern in enumerate(body.event_types):
            if pattern not in self.catalogue.patterns:
                self._say(f"event_types[{place}]", "is not an event type; see GET /api/v1/webhooks/event-types")
        patterns = tuple(body.event_types)
        filters = Filters(
            channels=frozenset(body.filters.channel),
            team_ids=frozenset(body.filters.team_id),
            label_ids=frozenset(body.filters.label),
            type_ids=frozenset(body.filters.type_id),
            expression=(body.expression or "").strip() or None,
        )
        if filters.expression is not None and given & {"expression", "event_types"}:
            self._check_expression(filters.expression, patterns)
        shape = Shape(tuple(dict.fromkeys(body.fields or ())), body.template)
        if given & {"fields", "template", "event_types"}:
            self._check_shape(shape, patterns)
        return filters, shape

    def _check_expression(self, expression: str, patterns: tuple[str, ...]) -> None:
        examples = [example for kind in self.catalogue.wanted(patterns) for example in kind.examples]
        try:
            check_expression(expression, self.catalogue.knows(patterns), examples)
        except BadExpression as error:
            self._say("expression", str(error))

    def _check_shape(self, shape: Shape, patterns: tuple[str, ...]) -> None:
        if shape.fields and shape.template is not None:
            self._say("template", "choose fields or a template, not both")
            return
        problems = list(template_problems(shape.template)) if shape.template is not None else []
        for words in problems:
            self._say("template", words)
        if problems:
            return
        knows = self.catalogue.knows(patterns)
        for path in paths_in(shape):
            if not knows(path):
                where = f"fields[{shape.fields.index(path)}]" if shape.fields else "template"
                self._say(where, f"{path} is not a field of any chosen event type")
        for kind in self.catalogue.wanted(patterns):
            try:
                shaped(shape, orjson.dumps(kind.example))
            except CannotShape as error:
                self._say("template", f"of {kind.type}: {error}")
                return

    def _basic_of(self, moved: tuple[str, str, str], auth: AuthBody, given: frozenset[str]) -> AuthBody:
        """The credentials of a URL as basic authentication."""
        if "auth" in given and auth.kind not in ("none", "basic"):
            self._say("url", "has a user name or password, and another authentication is chosen")
        return auth.model_copy(update={"kind": "basic", "username": moved[1], "password": moved[2]})

    def _auth(self, body: AuthBody, before: Endpoint) -> Auth:
        credentials = self._credentials(body, before)
        sealed = None
        if credentials:
            sealed = seal(self.cipher, before.id, "auth", orjson.dumps(credentials).decode())
        return Auth(body.kind, sealed, self._certificate(body, before))

    def _credentials(self, body: AuthBody, before: Endpoint) -> dict[str, str]:
        kept = self._kept_credentials(before) if before.auth.kind == body.kind else {}
        if body.token_url is not None and body.token_url != kept.get("token_url"):
            kept.pop("client_secret", None)  # it is not shown to whoever moves the account elsewhere
        found = {}
        for name in (*_NEEDED[body.kind], *_OPTIONAL.get(body.kind, ())):
            value = getattr(body, name)
            if value is None and not (name == "scope" and "scope" in body.model_fields_set):
                value = kept.get(name)
            if value:
                found[name] = value
            elif name == "password" and value is not None:
                found[name] = ""
            elif name in _NEEDED[body.kind]:
                self.errors.append(FieldError(f"auth.{name}", "is needed", "required"))
        self._check_credentials(found)
        return found

    def _check_credentials(self, found: Mapping[str, str]) -> None:
        for name, value in found.items():
            if _CONTROL.search(value):
                self._say(f"auth.{name}", "contains a line break or another control character")
        if ":" in found.get("username", ""):
            self._say("auth.username", "must not contain a colon")
        if "token" in found and not _TOKEN.fullmatch(found["token"]):
            self._say("auth.token", "contains a character that a header cannot carry")
        if "token_url" in found:
            self._say("auth.token_url", self.urls.url_problem(found["token_url"]))

    def _kept_credentials(self, before: Endpoint) -> dict[str, str]:
        if before.auth.sealed is None:
            return {}
        try:
            found: dict[str, str] = orjson.loads(unseal(self.cipher, before, "auth", before.auth.sealed))
        except CannotDecrypt:  # a key that is lost: they have to be given again
            return {}
        return found

    def _certificate(self, body: AuthBody, before: Endpoint) -> str | None:
        if "client_certificate_pem" not in body.model_fields_set:
            return before.auth.client_certificate
        pem = (body.client_certificate_pem or "").strip()
        if not pem:
            return None
        try:
            ClientCertificate.checked(pem, self.now)
        except BadClientCertificate as error:
            self._say("auth.client_certificate_pem", str(error))
            return None
        return seal(self.cipher, before.id, "client_certificate", pem)

    def _with_state(self, made: Endpoint, before: Endpoint, *, wants_enabled: bool) -> Endpoint:
        """The state that a person wants; what is disabled stays so until somebody enables it."""
        if wants_enabled and made.state != "enabled":
            return enabled(made, self.now)
        if not wants_enabled and made.state == "enabled":
            return replace(made, state="paused", state_since=self.now)
        return replace(made, reset_at=self.now) if made.url != before.url else made

    def _say(self, where: str, words: str | None) -> None:
        if words is not None:
            self.errors.append(FieldError(where, words))


def as_body(endpoint: Endpoint) -> dict[str, Any]:
    """What would be given to make an endpoint as it is; its authentication is what changes by itself alone."""
    filters = endpoint.filters
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "enabled": endpoint.state == "enabled",
        "event_types": list(endpoint.event_types),
        "filters": {
            "channel": sorted(filters.channels),
            "team_id": sorted(filters.team_ids),
            "label": sorted(filters.label_ids),
            "type_id": sorted(filters.type_ids),
        },
        "expression": filters.expression,
        "fields": list(endpoint.shape.fields) or None,
        "template": endpoint.shape.template,
        "headers": dict(endpoint.headers),
        "auth": {"kind": endpoint.auth.kind},
        "rate_limit_per_second": endpoint.rate_limit_per_second,
        "ordered": endpoint.ordered,
        "concurrency": endpoint.concurrency,
        "retry_seconds": list(endpoint.retry_seconds),
        "disable_after_hours": round(endpoint.disable_after.total_seconds() / 3_600),
        "while_paused": endpoint.while_paused,
    }
