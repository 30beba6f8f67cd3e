"""Refuses a call of the fake with an error in the Graph API's shape."""

from fastapi import Response
from fastapi.responses import JSONResponse

from atd_testing import providers
from atd_testing.meta.state import Behaviour, Json

_STATUS = {1: 500, 2: 503, 10: 403, 190: 401, 200: 403}


class GraphError(Exception):
    """The request is answered with this error."""

    def __init__(self, code: int, message: str, subcode: int | None = None, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status or _STATUS.get(code, 400)

    def response(self) -> Response:
        """The answer."""
        error: Json = {"message": self.message, "type": "OAuthException", "code": self.code, "fbtrace_id": "AbC1"}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return JSONResponse({"error": error}, self.status)


def refuse(behaviour: providers.Behaviour) -> Response:
    """The answer to a call that takes a behaviour `error`."""
    subcode = behaviour.subcode if isinstance(behaviour, Behaviour) else None
    return GraphError(behaviour.code, behaviour.details or "(#0) An error", subcode).response()
