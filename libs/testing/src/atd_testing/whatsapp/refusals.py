"""Refuses a call of the fake Graph API with one of Meta's errors."""

from fastapi import Response
from fastapi.responses import JSONResponse

from atd_testing.providers import Behaviour
from atd_testing.whatsapp.graph_errors import error_body, http_status_of


class RefusalError(Exception):
    """The request is answered with this Graph error."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
        self.subcode = subcode

    def response(self) -> Response:
        """The answer that Meta gives."""
        return JSONResponse(error_body(self.code, self.details, subcode=self.subcode), http_status_of(self.code))


def refuse(behaviour: Behaviour) -> Response:
    """The answer to a call that takes a behaviour `error`."""
    return RefusalError(behaviour.code, behaviour.details).response()
