"""Close codes of the WebSocket, and the error that closes it with one."""

BAD_CURSOR = 4400
"""The cursor is invalid: reload by HTTP and connect without one."""
UNAUTHENTICATED = 4401
"""The token is missing, invalid or expired, or the session has ended: refresh or sign in, then resume by cursor."""
FORBIDDEN = 4403
"""The token belongs to another attendant than the connection."""
AUTH_TIMEOUT = 4408
"""No token arrived in time."""
TOO_MANY = 4429
"""Too many connections or frames: wait before the next try."""
SLOW = 4008
"""The client is too slow: resume by cursor."""
TRY_LATER = 1013
"""The process is not ready: try again shortly."""

CLOSE_REASONS = {
    BAD_CURSOR: "the cursor is invalid",
    UNAUTHENTICATED: "the token is missing, invalid or expired",
    FORBIDDEN: "the token belongs to another attendant",
    AUTH_TIMEOUT: "no token arrived in time",
    TOO_MANY: "too many connections or frames",
    SLOW: "the client is too slow; resume by cursor",
    TRY_LATER: "not ready; try again shortly",
    1012: "the server restarts; resume by cursor",
}
"""Every code with its meaning, for the documents."""


class CloseConnection(Exception):
    """Closes the connection with `code`; the client gets `reason` (at most 123 bytes)."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason or CLOSE_REASONS.get(code, "")
