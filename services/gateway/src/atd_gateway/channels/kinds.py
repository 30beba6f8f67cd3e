"""The kinds of channel that can be connected, and the service of each."""

import json
from collections.abc import Sequence
from typing import get_args

from atd_schemas.services import Service, channel_services, service_of_channel
from atd_schemas.views import ChannelKind
from atd_servicekit.problems import FieldError, Problem, invalid

_ALL = frozenset(get_args(ChannelKind))


class Kinds:
    """Finds the service of a kind."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = channel_services(services)
        self._served = [kind for service in self._services for kind in service.channels]

    def service_of_body(self, body: bytes) -> str:
        """The service of the new account that a JSON body describes.

        Raises `Problem` 400 when the body is not JSON, 422 when its `kind` is missing or cannot be connected.
        """
        try:
            found = json.loads(body)  # as the services read it: the last of two equal keys counts
        except (ValueError, RecursionError):
            raise Problem(400, "malformed_json", "The body is not valid JSON.") from None
        if not isinstance(found, dict):
            errors = [FieldError("", "must be an object")]
            raise Problem(422, "invalid", "The body must be a JSON object.", errors=errors)
        if "kind" not in found:
            raise invalid("kind", f"is required: {self._choices()}")
        kind = found["kind"]
        service = service_of_channel(kind, self._services) if isinstance(kind, str) else None
        if service is None:
            known = isinstance(kind, str) and kind in _ALL
            reason = f"{kind!r} channels cannot be connected yet" if known else "is not a kind of channel"
            raise invalid("kind", f"{reason}; {self._choices()}")
        return service.name

    def service_of_filter(self, kind: str) -> str | None:
        """The service that lists accounts of `kind`; `None` when no service does yet. Raises `Problem` 422."""
        if kind not in _ALL:
            raise invalid("kind", f"is not a kind of channel; {self._choices()}")
        service = service_of_channel(kind, self._services)
        return None if service is None else service.name

    def _choices(self) -> str:
        return f"the kinds that can be connected are {', '.join(self._served)}"
