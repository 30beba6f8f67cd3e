"""Who may call which route, and that no route reaches into another tenant."""

from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_servicekit.identity import route_permissions

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUTES: list[tuple[str, str, Any, str]] = [
    ("GET", "/api/v1/conversations", None, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}", None, "conversations:read"),
    ("PATCH", "/api/v1/conversations/{conversation_id}", {"priority": "high"}, "conversations:write"),
    ("GET", "/api/v1/conversations/{conversation_id}/messages", None, "conversations:read"),
    ("POST", "/api/v1/conversations/{conversation_id}/messages", {"text": "Olá"}, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/assign", {"attendant_id": "bia"}, "conversations:assign"),
    ("POST", "/api/v1/conversations/{conversation_id}/close", {}, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/reopen", None, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/read", None, "conversations:write"),
    ("PUT", "/api/v1/conversations/{conversation_id}/favourite", None, "conversations:read"),
    ("DELETE", "/api/v1/conversations/{conversation_id}/favourite", None, "conversations:read"),
    ("GET", "/api/v1/contacts/{contact_id}", None, "contacts:read"),
]
routes = pytest.mark.parametrize(("method", "path", "body", "permission"), ROUTES, ids=lambda v: str(v)[-40:])


async def test_every_route_says_what_it_needs(service: Any) -> None:
    needed = route_permissions(service.app)
    assert {name: what for name, what in needed.items() if not what.startswith("public")} == {
        f"{method} {path}": permission for method, path, _, permission in ROUTES
    }
    assert {name for name, what in needed.items() if what.startswith("public")} == {
        "GET /livez",
        "GET /readyz",
        "GET /metrics",
        "GET /openapi.json",
        "GET /asyncapi.json",
    }


async def _ids(desk: Any) -> dict[str, str]:
    (conversation_id,) = await desk.written()
    contact_id = (await desk.get(f"/conversations/{conversation_id}"))["contact"]["id"]
    return {"conversation_id": conversation_id, "contact_id": contact_id}


@routes
async def test_with_the_permission_alone_a_route_answers(
    desk: Any, method: str, path: str, body: Any, permission: str
) -> None:
    alone = desk.seen_by(permissions=(permission,))
    answer = await alone.ask(method, path.removeprefix("/api/v1").format(**await _ids(desk)), body)
    assert answer.is_success, answer.text


@routes
async def test_without_the_permission_the_answer_names_it(
    desk: Any, problem: Any, method: str, path: str, body: Any, permission: str
) -> None:
    others = tuple({what for *_, what in ROUTES} - {permission})
    poor = desk.seen_by(permissions=others)
    answer = await poor.ask(method, path.removeprefix("/api/v1").format(**await _ids(desk)), body)
    assert problem(answer)[:2] == (403, "forbidden")
    assert permission in answer.json()["detail"]


@routes
async def test_nobody_in_particular_is_asked_who_they_are(
    service: Any, problem: Any, method: str, path: str, body: Any, permission: str
) -> None:
    url = path.format(conversation_id="x", contact_id="x")
    for headers in ({}, {"X-Atd-Identity": "forged"}):
        answer = await service.http.request(method, url, headers=headers, json=body)
        assert problem(answer)[:2] == (401, "unauthenticated")


@routes
async def test_no_route_reaches_into_another_tenant(
    desk: Any, method: str, path: str, body: Any, permission: str
) -> None:
    ids = await _ids(desk)
    url = path.removeprefix("/api/v1").format(**ids)
    before = await desk.service.db.conversations.find_one({"_id": ids["conversation_id"]})
    stranger = desk.stranger()
    if "{" in path:
        assert await stranger.refused(method, url, body) == (404, "not_found", [])
    else:
        assert (await stranger.get(url))["items"] == []
    assert await desk.service.db.conversations.find_one({"_id": ids["conversation_id"]}) == before


@routes
async def test_what_is_not_there_is_not_found(desk: Any, method: str, path: str, body: Any, permission: str) -> None:
    if "{" not in path:
        return
    url = path.removeprefix("/api/v1").format(conversation_id=uuid7(), contact_id=uuid7())
    assert await desk.refused(method, url, body) == (404, "not_found", [])


async def test_a_quote_does_not_reach_into_another_tenant_or_conversation(desk: Any) -> None:
    one, other = await desk.written(2)
    theirs = (await desk.stranger().written())[0]
    for quoted in (other, theirs):
        message = await desk.service.db.messages.find_one({"conversation_id": quoted})
        body = {"text": "Olá", "reply_to": message["_id"]}
        assert await desk.refused("POST", f"/conversations/{one}/messages", body) == (
            422,
            "unknown_message",
            ["reply_to"],
        )
