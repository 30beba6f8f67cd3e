"""Answers that must be a problem (RFC 9457)."""

import httpx

_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "request_id"})
_FOR_CLIENTS = frozenset({"version", "changed", "changes", "could"})


def problem_of(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and fields of a problem, whose shape is checked. Raises `AssertionError`."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert _MEMBERS <= body.keys() - _FOR_CLIENTS <= {*_MEMBERS, "errors"}
    assert body["type"] == f"urn:atendimento:problem:{body['code']}"
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    errors = body.get("errors", ())
    assert all({"field", "message"} <= error.keys() <= {"field", "message", "code", "limit"} for error in errors)
    return answer.status_code, body["code"], [error["field"] for error in errors]
