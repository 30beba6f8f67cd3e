"""Error answers of the Graph API for WhatsApp: code, HTTP status and body.

Codes, titles and HTTP statuses follow Meta's list of Cloud API error codes (December 2025). The HTTP status
says little (a throttle is a 400), so clients decide by the code.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from atd_testing.whatsapp.builders import Json


class GraphError(NamedTuple):
    """HTTP status and title of one code."""

    status: int
    title: str


GRAPH_ERRORS: Mapping[int, GraphError] = {
    0: GraphError(401, "AuthException"),
    1: GraphError(400, "API Unknown"),
    2: GraphError(503, "API Service"),
    3: GraphError(500, "API Method"),
    4: GraphError(400, "API Too Many Calls"),
    10: GraphError(403, "Permission Denied"),
    33: GraphError(400, "Parameter value is not valid"),
    100: GraphError(400, "Invalid parameter"),
    190: GraphError(401, "Access token has expired"),
    200: GraphError(403, "API Permission"),
    368: GraphError(403, "Temporarily blocked for policies violations"),
    80007: GraphError(400, "Rate limit issues"),
    130429: GraphError(400, "Rate limit hit"),
    130472: GraphError(400, "User's number is part of an experiment"),
    130497: GraphError(403, "Business account is restricted from messaging users in this country"),
    131000: GraphError(500, "Something went wrong"),
    131005: GraphError(403, "Access denied"),
    131008: GraphError(400, "Required parameter is missing"),
    131009: GraphError(400, "Parameter value is not valid"),
    131016: GraphError(500, "Service unavailable"),
    131021: GraphError(400, "Recipient cannot be sender"),
    131026: GraphError(400, "Message undeliverable"),
    131030: GraphError(400, "Recipient phone number not in allowed list"),
    131031: GraphError(403, "Account has been locked"),
    131037: GraphError(400, "Display name approval needed"),
    131042: GraphError(400, "Business eligibility payment issue"),
    131045: GraphError(500, "Incorrect certificate"),
    131047: GraphError(400, "Re-engagement message"),
    131048: GraphError(400, "Spam rate limit hit"),
    131049: GraphError(400, "Meta chose not to deliver"),
    131050: GraphError(400, "User has stopped receipt of marketing messages"),
    131051: GraphError(400, "Unsupported message type"),
    131052: GraphError(400, "Media download error"),
    131053: GraphError(400, "Media upload error"),
    131056: GraphError(400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: GraphError(500, "Account in maintenance mode"),
    131062: GraphError(400, "Business-scoped user id not allowed for this message"),
    131063: GraphError(400, "Marketing templates are switched off"),
    131064: GraphError(400, "Rate limit hit"),
    132000: GraphError(400, "Template parameter count mismatch"),
    132001: GraphError(404, "Template does not exist"),
    132005: GraphError(400, "Template hydrated text too long"),
    132007: GraphError(400, "Template format character policy violated"),
    132008: GraphError(400, "Template parameter invalid"),
    132012: GraphError(400, "Template parameter format mismatch"),
    132015: GraphError(400, "Template is paused"),
    132016: GraphError(400, "Template is disabled"),
    132068: GraphError(400, "Flow is blocked"),
    132069: GraphError(400, "Flow is throttled"),
    133004: GraphError(503, "Server temporarily unavailable"),
    133010: GraphError(400, "Phone number not registered"),
    133016: GraphError(400, "Account register deregister rate limit exceeded"),
    135000: GraphError(400, "Generic user error"),
    137000: GraphError(400, "Identity key hash mismatch"),
}

_PERMISSION_CODES = range(200, 300)


def http_status_of(code: int) -> int:
    """The HTTP status that carries this code; 400 for a code that is not in Meta's list."""
    if code in GRAPH_ERRORS:
        return GRAPH_ERRORS[code].status
    return 403 if code in _PERMISSION_CODES else 400


def error_body(code: int, details: str = "", *, subcode: int | None = None, trace: str = "AfakeTrace0") -> Json:
    """The body of a Graph error answer."""
    title = GRAPH_ERRORS[code].title if code in GRAPH_ERRORS else "Unknown error"
    found: dict[str, Any] = {
        "message": f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": trace,
    }
    if subcode is not None:
        found["error_subcode"] = subcode
    if details:
        found["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": found}
