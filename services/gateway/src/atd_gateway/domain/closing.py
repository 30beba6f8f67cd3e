"""Why the server closes a WebSocket: the codes that clients rely on."""

BAD_CURSOR = 4400
"""The cursor cannot be read: reload by HTTP and connect without one."""
UNAUTHENTICATED = 4401
"""No token, a wrong or expired one, or the sign-in has ended: refresh or sign in, then resume by cursor."""
FORBIDDEN = 4403
"""The token is another attendant's than the connection's."""
AUTH_TIMEOUT = 4408
"""No token came in time."""
TOO_MANY = 4429
"""Too many connections or frames: wait before the next try."""
SLOW = 4008
"""The client did not keep up: resume by cursor."""
TRY_LATER = 1013
"""The process is not ready: try again shortly."""

MEANINGS = {
    BAD_CURSOR: "the cursor cannot be read",
    UNAUTHENTICATED: "not authenticated, or not any more",
    FORBIDDEN: "another attendant's token",
    AUTH_TIMEOUT: "no token in time",
    TOO_MANY: "too many connections or frames",
    SLOW: "the client did not keep up; resume by cursor",
    TRY_LATER: "not ready; try again shortly",
    1012: "the server restarts; resume by cursor",
}
"""Every code with its meaning, for the documents."""


class Closing(Exception):
    """The connection is to be closed with `code`; `reason` is told to the client (at most 123 bytes)."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason or MEANINGS.get(code, "")
