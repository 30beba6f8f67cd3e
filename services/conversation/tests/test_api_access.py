"""Who may call which route, and that no route reaches into another tenant."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio

from atd_conversation.store.sights import Sights
from atd_schemas.ids import uuid7
from atd_servicekit.identity import route_permissions

from .conftest import Desk
from .named_ids import PIXEL, filled, ids_named, ids_of_everything

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _catalogue(path: str, item: str, new: Any, permission: str = "settings:manage") -> list[tuple[str, str, Any, str]]:
    """The routes of one of the company's lists; `item` is the name of an id of it."""
    one = f"/api/v1/{path}/{{{item}}}"
    return [
        ("GET", f"/api/v1/{path}", None, "conversations:read"),
        ("POST", f"/api/v1/{path}", new, permission),
        ("GET", one, None, "conversations:read"),
        ("PATCH", one, {}, permission),
        ("DELETE", one, None, permission),
    ]


ROUTES: list[tuple[str, str, Any, str]] = [
    ("GET", "/api/v1/conversations", None, "conversations:read"),
    ("GET", "/api/v1/conversations/counts", None, "conversations:read"),
    ("GET", "/api/v1/conversations/count", None, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}", None, "conversations:read"),
    ("PATCH", "/api/v1/conversations/{conversation_id}", {"priority": "high"}, "conversations:write"),
    ("GET", "/api/v1/conversations/{conversation_id}/messages", None, "conversations:read"),
    ("POST", "/api/v1/conversations/{conversation_id}/messages", {"text": "Olá"}, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/assign", {"attendant_id": "bia"}, "conversations:assign"),
    ("POST", "/api/v1/conversations/{conversation_id}/transfer", {"team_id": "{team_id}"}, "conversations:assign"),
    ("DELETE", "/api/v1/conversations/{given_id}/transfer", None, "conversations:assign"),
    ("POST", "/api/v1/conversations/{conversation_id}/accept", None, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/close", {}, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/reopen", None, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/snooze", {"until": None}, "conversations:write"),
    ("DELETE", "/api/v1/conversations/{conversation_id}/snooze", None, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/read", None, "conversations:write"),
    ("POST", "/api/v1/conversations/{conversation_id}/unread", None, "conversations:write"),
    ("POST", "/api/v1/conversations/bulk", {"ids": ["x"], "action": "read"}, "conversations:write"),
    ("GET", "/api/v1/conversations/{conversation_id}/timeline", None, "conversations:read"),
    ("PUT", "/api/v1/conversations/{conversation_id}/favourite", None, "conversations:read"),
    ("DELETE", "/api/v1/conversations/{conversation_id}/favourite", None, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}/draft", None, "conversations:read"),
    ("PUT", "/api/v1/conversations/{conversation_id}/draft", {"text": "Olá"}, "conversations:write"),
    ("DELETE", "/api/v1/conversations/{conversation_id}/draft", None, "conversations:write"),
    ("GET", "/api/v1/drafts", None, "conversations:read"),
    ("POST", "/api/v1/conversations/{conversation_id}/transcripts", {"format": "text"}, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}/transcripts/{transcript_id}", None, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}/transcripts/{transcript_id}/content", None, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}/scheduled-messages", None, "conversations:read"),
    ("GET", "/api/v1/scheduled-messages", None, "conversations:read"),
    ("GET", "/api/v1/scheduled-messages/{scheduled_id}", None, "conversations:read"),
    ("PATCH", "/api/v1/scheduled-messages/{scheduled_id}", {"text": "Oi"}, "conversations:write"),
    ("DELETE", "/api/v1/scheduled-messages/{scheduled_id}", None, "conversations:write"),
    ("GET", "/api/v1/contacts", None, "contacts:read"),
    ("GET", "/api/v1/contacts/{contact_id}", None, "contacts:read"),
    ("POST", "/api/v1/contacts", {"name": "Ana"}, "contacts:write"),
    ("PATCH", "/api/v1/contacts/{contact_id}", {"name": "Ana"}, "contacts:write"),
    ("GET", "/api/v1/contacts/{contact_id}/identities", None, "contacts:read"),
    ("PUT", "/api/v1/contacts/{contact_id}/block", {"reason": "Spam"}, "contacts:write"),
    ("DELETE", "/api/v1/contacts/{contact_id}/block", None, "contacts:write"),
    ("GET", "/api/v1/contacts/{contact_id}/duplicates", None, "contacts:read"),
    ("DELETE", "/api/v1/contacts/{contact_id}/duplicates/{other_contact_id}", None, "contacts:write"),
    ("GET", "/api/v1/contacts/{contact_id}/notes", None, "contacts:read"),
    ("POST", "/api/v1/contacts/{contact_id}/notes", {"text": "Liga à tarde"}, "contacts:write"),
    ("PATCH", "/api/v1/contacts/{contact_id}/notes/{note_id}", {"text": "Liga"}, "contacts:write"),
    ("DELETE", "/api/v1/contacts/{contact_id}/notes/{note_id}", None, "contacts:write"),
    ("GET", "/api/v1/contacts/{contact_id}/merges", None, "contacts:read"),
    ("POST", "/api/v1/contacts/{contact_id}/merge", {"contact_id": "{other_contact_id}"}, "contacts:write"),
    ("POST", "/api/v1/contacts/merges/{merge_id}/undo", None, "contacts:write"),
    ("GET", "/api/v1/contacts/{contact_id}/conversations", None, "conversations:read"),
    ("GET", "/api/v1/contacts/{contact_id}/attachments", None, "conversations:read"),
    ("GET", "/api/v1/channels/capabilities", None, "conversations:read"),
    ("GET", "/api/v1/capabilities", None, "conversations:read"),
    ("GET", "/api/v1/storage", None, "settings:manage"),
    ("GET", "/api/v1/search?q=oi", None, "conversations:read"),
    ("GET", "/api/v1/search/count?q=oi", None, "conversations:read"),
    ("PUT", "/api/v1/messages/{message_id}/reaction", {"emoji": "👍"}, "conversations:write"),
    ("DELETE", "/api/v1/messages/{message_id}/reaction", None, "conversations:write"),
    ("POST", "/api/v1/messages/{failed_id}/retry", None, "conversations:write"),
    ("PATCH", "/api/v1/messages/{sent_id}", {"text": "Oi"}, "conversations:write"),
    ("DELETE", "/api/v1/messages/{sent_id}", None, "conversations:write"),
    ("PUT", "/api/v1/messages/{comment_id}/hidden", None, "conversations:write"),
    ("DELETE", "/api/v1/messages/{comment_id}/hidden", None, "conversations:write"),
    ("POST", "/api/v1/messages/{comment_id}/private-reply", {"text": "Oi"}, "conversations:write"),
    ("GET", "/api/v1/attachments/{attachment_id}", None, "conversations:read"),
    ("GET", "/api/v1/attachments/{attachment_id}/content", None, "conversations:read"),
    ("GET", "/api/v1/attachments/{attachment_id}/thumbnail", None, "conversations:read"),
    ("POST", "/api/v1/attachments/{lost_id}/retry", None, "conversations:write"),
    *_catalogue("replies", "reply_id", {"shortcut": "oi", "title": "Oi", "body": "Olá"}, "conversations:write"),
    ("GET", "/api/v1/replies/variables", None, "conversations:read"),
    ("POST", "/api/v1/replies/preview", {"body": "Olá"}, "conversations:read"),
    ("GET", "/api/v1/conversations/{conversation_id}/replies/{reply_id}", None, "conversations:read"),
    ("POST", "/api/v1/conversations/{conversation_id}/replies/{reply_id}", None, "conversations:write"),
    *_catalogue("tags", "tag_item", {"name": "Elogio"}),
    *_catalogue("labels", "label_item", {"name": "Atacado"}),
    *_catalogue("types", "type_item", {"name": "Troca"}),
    ("POST", "/api/v1/tags/{tag_item}/merge", {"into": "{tag_id}"}, "settings:manage"),
    ("POST", "/api/v1/labels/{label_item}/merge", {"into": "{label_id}"}, "settings:manage"),
    ("POST", "/api/v1/types/{type_item}/merge", {"into": "{type_id}"}, "settings:manage"),
    ("GET", "/api/v1/tags/{tag_item}/usage", None, "settings:manage"),
    ("GET", "/api/v1/labels/{label_item}/usage", None, "settings:manage"),
    ("GET", "/api/v1/types/{type_item}/usage", None, "settings:manage"),
    ("PUT", "/api/v1/types/order", {"ids": []}, "settings:manage"),
    ("GET", "/api/v1/settings/closing", None, "conversations:read"),
    ("PUT", "/api/v1/settings/closing", {"type_required": False}, "settings:manage"),
    ("POST", "/api/v1/messages/tags", {"message_ids": ["{message_id}"], "add": ["{tag_id}"]}, "conversations:write"),
    ("PUT", "/api/v1/messages/{message_id}/tags/{tag_id}", None, "conversations:write"),
    ("DELETE", "/api/v1/messages/{message_id}/tags/{tag_id}", None, "conversations:write"),
    ("PUT", "/api/v1/contacts/{contact_id}/labels/{label_id}", None, "contacts:write"),
    ("DELETE", "/api/v1/contacts/{contact_id}/labels/{label_id}", None, "contacts:write"),
    *_catalogue("contact-fields", "field_id", {"label": "Plano", "type": "text"}),
    *_catalogue("automatic-replies", "automatic_id", {"name": "Olá", "trigger": "queued", "text": "Olá"}),
    ("PUT", "/api/v1/automatic-replies/order", {"ids": []}, "settings:manage"),
    ("POST", "/api/v1/automatic-replies/check", {}, "conversations:read"),
    ("GET", "/api/v1/settings/ratings", None, "conversations:read"),
    ("PUT", "/api/v1/settings/ratings", {}, "settings:manage"),
    ("POST", "/api/v1/settings/ratings/preview", {}, "conversations:read"),
    ("GET", "/api/v1/settings/reopening", None, "conversations:read"),
    ("PUT", "/api/v1/settings/reopening", {}, "settings:manage"),
    ("GET", "/api/v1/settings/file-too-large", None, "conversations:read"),
    ("PUT", "/api/v1/settings/file-too-large", {}, "settings:manage"),
    ("GET", "/api/v1/settings/protocol", None, "conversations:read"),
    ("PUT", "/api/v1/settings/protocol", {}, "settings:manage"),
    ("GET", "/api/v1/settings/public-comments", None, "conversations:read"),
    ("PUT", "/api/v1/settings/public-comments", {}, "settings:manage"),
    ("POST", "/api/v1/conversations/{closed_id}/rating-request", None, "conversations:write"),
]
ALL = tuple({permission for *_, permission in ROUTES})
UNCOUNTED = ("limit", "exact")
UPLOAD = ("POST", "/api/v1/attachments", "conversations:write")
OF_PAPERS = {
    **{
        f"{method} /api/v1/contacts/imports{path}": "contacts:import"
        for method, path in (
            *(("GET", ""), ("POST", ""), ("GET", "/{import_id}"), ("GET", "/{import_id}/lines")),
            *(("POST", f"/{{import_id}}/{step}") for step in ("check", "start", "cancel", "undo")),
        )
    },
    **{
        f"{method} /api/v1/contacts/exports{path}": "contacts:export"
        for method, path in (("POST", ""), ("GET", "/{export_id}"), ("GET", "/{export_id}/content"))
    },
    **{
        f"{method} /api/v1/{path}": "privacy:manage"
        for method, path in (
            *(("GET", f"privacy/{name}") for name in ("erasures", "erasures/{erasure_id}", "log", "retention")),
            *(("PUT", "privacy/retention"), ("POST", "privacy/retention/preview")),
            ("POST", "contacts/{contact_id}/erase"),
            *(
                ("POST", "contacts/{contact_id}/data-exports"),
                ("GET", "contacts/{contact_id}/data-exports/{export_id}"),
            ),
            ("GET", "contacts/{contact_id}/data-exports/{export_id}/content"),
            *((method, "contacts/{contact_id}/hold") for method in ("GET", "PUT", "DELETE")),
            *((method, "conversations/{conversation_id}/hold") for method in ("GET", "PUT", "DELETE")),
        )
    },
}
"""What `tests/imports` and `tests/privacy` look at: each of these needs something first."""

OF_THE_PLATFORM = (
    "/api/v1/channels/capabilities",
    "/api/v1/capabilities",
    "/api/v1/replies/preview",
    "/api/v1/settings/ratings",
    "/api/v1/settings/ratings/preview",
    "/api/v1/settings/protocol",
    "/api/v1/settings/public-comments",
    "/api/v1/settings/file-too-large",
    "/api/v1/settings/reopening",
)
"""What is the same for every tenant, at least until they change it."""

NAMED_IN_BODY = ("/api/v1/messages/tags", "/api/v1/types/order")
"""Routes that are no address of a list, and say in the body what they are about."""
NOT_READ = ("/api/v1/automatic-replies/order", "/api/v1/automatic-replies/check")
"""What has nothing to read, as what sets something; `test_api_automatic.py` proves that tenants are apart."""

PATH_NAMES = {
    "failed_id": "message_id",
    "sent_id": "message_id",
    "comment_id": "message_id",
    "lost_id": "attachment_id",
    "tag_item": "item_id",
    "label_item": "item_id",
    "type_item": "item_id",
    "reply_id": "item_id",
    "field_id": "item_id",
    "other_contact_id": "other_id",
    "automatic_id": "item_id",
    "closed_id": "conversation_id",
    "given_id": "conversation_id",
}
"""Ids in a certain state, of routes whose parameter is called otherwise."""
STATE = (
    *("conversations", "messages", "contacts", "attachments", "contact_notes"),
    *("catalogue", "policies", "drafts", "scheduled_messages"),
)
"""Collections in which a request that is refused leaves everything as it was."""

routes = pytest.mark.parametrize(("method", "path", "body", "permission"), ROUTES, ids=lambda v: str(v)[-40:])


class Company(NamedTuple):
    """A tenant with one of everything, and the ids of these by their names."""

    desk: Any
    ids: Mapping[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def companies(service: Any) -> Mapping[str | None, Company]:
    """By who has taken their conversations: for cases that change nothing, so that all of them share it."""
    made = {}
    for taken_by in (None, "bia", "dora"):
        desk = Desk(service)
        ids = await ids_of_everything(desk)
        if taken_by is not None:
            await _take(desk, taken_by)
        manager = desk.seen_by(permissions=ALL)
        await manager.do("PUT", f"/conversations/{ids['conversation_id']}/draft", {"text": "Olá"})
        await manager.do("PUT", "/settings/closing", {"type_required": True})
        made[taken_by] = Company(desk, ids)
    return made


async def test_whatever_a_refused_request_might_change_is_there(companies: Any) -> None:
    for desk, _ in companies.values():
        for name in STATE:
            assert await desk.service.db[name].find_one({"tenant_id": desk.tenant}), name


async def test_every_route_says_what_it_needs(service: Any) -> None:
    needed = route_permissions(service.app)
    expected = {f"{method} {_route(path)}": permission for method, path, _, permission in ROUTES}
    expected[" ".join(UPLOAD[:2])] = UPLOAD[2]
    expected["GET /internal/keys"] = "operator"
    expected |= OF_PAPERS
    for file in ("content", "thumbnail"):
        expected[f"HEAD /api/v1/attachments/{{attachment_id}}/{file}"] = "conversations:read"
    assert {name: what for name, what in needed.items() if not what.startswith("public")} == expected
    assert {name for name, what in needed.items() if what.startswith("public")} == {
        "GET /livez",
        "GET /readyz",
        "GET /metrics",
        "GET /openapi.json",
        "GET /asyncapi.json",
    }


def _route(path: str) -> str:
    for name, called in PATH_NAMES.items():
        path = path.replace(name, called)
    return path.partition("?")[0]


async def _shown(client: Any, url: str) -> Any:
    """What an address with its query answers."""
    place, _, query = url.partition("?")
    return await client.get(place, **dict(parse_qsl(query)))


def _nobodys() -> Mapping[str, str]:
    return defaultdict(uuid7)


@routes
async def test_with_the_permission_alone_a_route_answers(
    desk: Any, companies: Any, method: str, path: str, body: Any, permission: str
) -> None:
    desk, ids = companies[None] if method == "GET" else (desk, await ids_named(desk, path, body))
    alone = desk.seen_by(permissions=(permission,))
    answer = await alone.ask(method, path.removeprefix("/api/v1").format(**ids), filled(body, ids))
    assert answer.is_success, answer.text


@routes
async def test_without_the_permission_the_answer_names_it(
    desk: Any, problem: Any, method: str, path: str, body: Any, permission: str
) -> None:
    others = tuple({what for *_, what in ROUTES} - {permission})
    poor = desk.seen_by(permissions=others)
    answer = await poor.ask(method, path.removeprefix("/api/v1").format_map(_nobodys()), body)
    assert problem(answer)[:2] == (403, "forbidden")
    assert permission in answer.json()["detail"]


@routes
async def test_nobody_in_particular_is_asked_who_they_are(
    service: Any, problem: Any, method: str, path: str, body: Any, permission: str
) -> None:
    url = path.format_map(_nobodys())
    for headers in ({}, {"X-Atd-Identity": "forged"}):
        answer = await service.http.request(method, url, headers=headers, json=body)
        assert problem(answer)[:2] == (401, "unauthenticated")


def _totals(shown: dict[str, Any]) -> Iterator[int]:
    """What an answer counts."""
    for name, value in shown.items():
        if isinstance(value, dict):
            yield from _totals(value)
        elif name not in UNCOUNTED:
            yield value


async def _state(desk: Any) -> list[Any]:
    """Everything that a tenant has, in one question."""
    first, *others = STATE
    mine = [{"$match": {"tenant_id": desk.tenant}}]
    more = [{"$unionWith": {"coll": name, "pipeline": mine}} for name in others]
    rows: list[Any] = await (await desk.service.db[first].aggregate([*mine, *more])).to_list(None)
    return rows


@pytest.mark.proves("whatsapp", "reading-nothing-runs-browser")
@routes
async def test_no_route_reaches_into_another_tenant(
    companies: Any, method: str, path: str, body: Any, permission: str
) -> None:
    desk, ids = companies[None]
    url = path.removeprefix("/api/v1").format(**ids)
    before = await _state(desk)
    stranger = desk.stranger().seen_by(permissions=ALL)
    if "{" in path:
        assert await stranger.refused(method, url, filled(body, ids)) == (404, "not_found", [])
    elif path in NAMED_IN_BODY:
        await stranger.ask(method, url, filled(body, ids))
    elif path in NOT_READ or method == "PUT":
        assert (await stranger.ask(method, url, body)).is_success
    elif path == "/api/v1/replies/variables":
        names = [{one["name"] for one in (await who.get(url))["items"]} for who in (stranger, desk)]
        own_fields = {name for name in names[1] if name.startswith("contact.fields.")}
        assert own_fields
        assert names[0] == names[1] - own_fields
    elif path in OF_THE_PLATFORM:
        assert await stranger.do(method, url, body) == await desk.do(method, url, body)
    elif body is not None and "ids" in body:
        answer = await stranger.do(method, url, {**body, "ids": [ids["conversation_id"]]})
        assert [one["status"] for one in answer["results"]] == [404]
    else:
        shown = await _shown(stranger, url)
        assert shown.get("items", []) == []
        assert "items" in shown or not any(_totals(shown))
    assert await _state(desk) == before


@routes
async def test_what_is_not_there_is_not_found(desk: Any, method: str, path: str, body: Any, permission: str) -> None:
    if "{" not in path:
        return
    ids = _nobodys()
    url = path.removeprefix("/api/v1").format_map(ids)
    assert await desk.seen_by(permissions=ALL).refused(method, url, filled(body, ids)) == (404, "not_found", [])


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


async def test_uploading_needs_the_permission_and_a_signed_identity(desk: Any, service: Any, problem: Any) -> None:
    files = {"file": ("a.png", PIXEL, "image/png")}
    poor = desk.seen_by(permissions=("conversations:read",))
    assert problem(await poor.ask("POST", "/attachments", files=files))[:2] == (403, "forbidden")
    assert problem(await service.http.post("/api/v1/attachments", files=files))[:2] == (401, "unauthenticated")
    alone = desk.seen_by(permissions=("conversations:write",))
    assert (await alone.ask("POST", "/attachments", files=files)).status_code == 201


@pytest.mark.proves("whatsapp", "tenants-another-s-templates")
async def test_a_file_or_template_of_another_tenant_cannot_be_sent(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    theirs = await desk.stranger().uploaded("foto.png", PIXEL)
    path = f"/conversations/{conversation_id}/messages"
    for body, field in (
        ({"attachment_ids": [theirs["id"]]}, "attachment_ids[0]"),
        ({"direction": "note", "attachment_ids": [theirs["id"]]}, "attachment_ids[0]"),
    ):
        assert await desk.refused("POST", path, body) == (422, "unknown_attachment", [field])


# --- who sees own conversations only

OF_THE_COMPANY = frozenset(
    {
        *("automatic-replies", "contact-fields", "labels", "privacy", "replies"),
        *("settings", "storage", "tags", "types"),
    }
)
"""Lists and settings of the company, by the first word of their path: everybody sees the same."""

NOTHING_OF_CONVERSATIONS = frozenset(
    {
        "GET /api/v1/channels/capabilities",
        "GET /api/v1/capabilities",
        "POST /api/v1/attachments",
        "GET /api/v1/drafts",
        "GET /api/v1/scheduled-messages",
        "POST /api/v1/contacts",
    }
)
"""What channels carry, the same for every tenant; a file of one's own, which is of no conversation yet; one's own
words, which are kept also where they cannot be sent any more; and a customer who has not written yet."""

LISTS = frozenset(
    {
        "GET /api/v1/conversations",
        "GET /api/v1/conversations/counts",
        "GET /api/v1/conversations/count",
        "GET /api/v1/contacts",
        "GET /api/v1/search",
        "GET /api/v1/search/count",
    }
)
"""Routes that show what their caller sees among others: nothing, to who sees nothing."""

BULK = frozenset({"POST /api/v1/conversations/bulk"})
"""Routes that name conversations in their body, each with its own outcome: 404 for one that is not seen."""

BULK_OF_MESSAGES = frozenset({"POST /api/v1/messages/tags"})
"""The same of messages."""

BY_ITSELF = frozenset(
    {
        "POST /api/v1/contacts/merges/{merge_id}/undo",
        *(
            name
            for name in OF_PAPERS
            if name.split(" /api/v1/")[1].startswith(("contacts/imports", "contacts/exports"))
        ),
    }
)
"""Routes that look by themselves whether the caller sees what they are about."""

BY_PATH = frozenset(("conversation_id", "message_id", "attachment_id", "contact_id", "scheduled_id"))
"""What a path can name: 404 for whoever does not see it."""


def _is_limited(route: str) -> bool:
    """Whether a route shows somebody with a limited sight less than others."""
    word = route.partition("/api/v1/")[2].partition("/")[0]
    return word not in OF_THE_COMPANY and route not in NOTHING_OF_CONVERSATIONS


async def test_of_every_route_it_is_decided_what_its_caller_sees(service: Any) -> None:
    """A new route that fails here: what does somebody see there who sees own conversations only?"""
    routes = {name for name, what in route_permissions(service.app).items() if not what.startswith("public")}
    undecided = {name for name in routes if _is_limited(name) and BY_PATH.isdisjoint(_named(name))}
    assert undecided - {"GET /internal/keys"} == LISTS | BULK | BULK_OF_MESSAGES | BY_ITSELF
    assert routes >= NOTHING_OF_CONVERSATIONS


def _named(route: str) -> list[str]:
    return [part.strip("{}") for part in route.split("/") if part.startswith("{")]


async def test_the_guard_knows_every_name_of_a_path(service: Any) -> None:
    assert Sights(service.db).by_name.keys() == BY_PATH


async def _take(desk: Any, actor_id: str) -> None:
    """Somebody else takes all conversations of the tenant that are not closed."""
    who = desk.colleague(actor_id)
    for one in (await desk.get("/conversations"))["items"]:
        if one["status"] != "closed":
            await who.do("POST", f"/conversations/{one['id']}/assign", {"attendant_id": actor_id})


def _amounts(shown: Any) -> int:
    """Whatever an answer counts or lists."""
    if "items" in shown:
        return len(shown["items"])
    counted = [one for name, one in shown.items() if name not in UNCOUNTED and one is not None]
    return sum(_amounts(one) if isinstance(one, dict) else one for one in counted)


@pytest.mark.parametrize("assigned_to", [None, "dora"])
@routes
async def test_to_who_sees_own_conversations_only_others_are_not_there(
    companies: Any, method: str, path: str, body: Any, permission: str, assigned_to: str | None
) -> None:
    if not _is_limited(f"{method} {path}"):
        return
    desk, ids = companies[assigned_to]
    url, who = path.removeprefix("/api/v1").format(**ids), desk.colleague(visibility="own")
    before = await _state(desk)
    if "{" in path:
        assert await who.refused(method, url, filled(body, ids)) == (404, "not_found", [])
    elif f"{method} {path}" in BULK_OF_MESSAGES:
        outcomes = await who.do(method, url, filled(body, ids))
        assert [one["status"] for one in outcomes["results"]] == [404]
    elif f"{method} {path}" in BULK:
        outcomes = await who.do(method, url, {**body, "ids": [ids["conversation_id"]]})
        assert [one["status"] for one in outcomes["results"]] == [404]
    else:
        assert _amounts(await _shown(who, url)) == 0
    assert await _state(desk) == before


@routes
async def test_who_sees_own_conversations_only_uses_every_route_for_these(
    desk: Any, companies: Any, method: str, path: str, body: Any, permission: str
) -> None:
    if method == "GET":
        desk, ids = companies["bia"]
    elif ids := await ids_named(desk, path, body):
        await _take(desk, "bia")
    who = desk.seen_by(permissions=ALL, visibility="own")
    answer = await who.ask(method, path.removeprefix("/api/v1").format(**ids), filled(body, ids))
    assert answer.is_success, answer.text
    if f"{method} {path}" in LISTS:
        assert _amounts(answer.json()) > 0
