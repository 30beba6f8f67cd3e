"""Every request that changes something is written into the audit log, or it says here why not."""

import asyncio
import re
from collections.abc import Mapping

import pytest

from atd_gateway.domain.audit import AUDITED, AuditTable
from atd_gateway.domain.routes import API_PREFIX
from tests.docs.web_types import api_document

CHANGING = ("post", "put", "patch", "delete")
WORK = "the timeline of the conversation or of the customer tells it"
OWN = "it is one's own, and nobody else sees it"
NOTHING = "it changes nothing"
NOT_AUDITED = {
    **dict.fromkeys(
        (
            "PATCH /conversations/{conversation_id}",
            "POST /conversations/bulk",
            *(
                f"POST /conversations/{{conversation_id}}/{deed}"
                for deed in (
                    "assign",
                    "close",
                    "messages",
                    "rating-request",
                    "reopen",
                    "snooze",
                    "read",
                    "unread",
                    "transfer",
                    "accept",
                )
            ),
            "DELETE /conversations/{conversation_id}/snooze",
            "DELETE /conversations/{conversation_id}/transfer",
            "POST /conversations/{conversation_id}/replies/{item_id}",
            *(f"{method} /messages/{{message_id}}/reaction" for method in ("PUT", "DELETE")),
            *(f"{method} /messages/{{message_id}}/tags/{{tag_id}}" for method in ("PUT", "DELETE")),
            *(f"{method} /messages/{{message_id}}" for method in ("PATCH", "DELETE")),
            *(f"{method} /messages/{{message_id}}/hidden" for method in ("PUT", "DELETE")),
            "POST /messages/tags",
            "POST /messages/{message_id}/retry",
            "POST /messages/{message_id}/private-reply",
            *(f"{method} /scheduled-messages/{{scheduled_id}}" for method in ("PATCH", "DELETE")),
            "POST /contacts",
            "PATCH /contacts/{contact_id}",
            *(f"{method} /contacts/{{contact_id}}/block" for method in ("PUT", "DELETE")),
            *(f"{method} /contacts/{{contact_id}}/labels/{{label_id}}" for method in ("PUT", "DELETE")),
            "DELETE /contacts/{contact_id}/duplicates/{other_id}",
            "POST /contacts/{contact_id}/merge",
            "POST /contacts/merges/{merge_id}/undo",
            "POST /contacts/{contact_id}/notes",
            *(f"{method} /contacts/{{contact_id}}/notes/{{note_id}}" for method in ("PATCH", "DELETE")),
            "POST /attachments",
            "POST /attachments/{attachment_id}/retry",
        ),
        WORK,
    ),
    **dict.fromkeys(
        (
            *(f"{method} /conversations/{{conversation_id}}/draft" for method in ("PUT", "DELETE")),
            *(f"{method} /conversations/{{conversation_id}}/favourite" for method in ("PUT", "DELETE")),
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "POST /automatic-replies/check",
            "POST /privacy/retention/preview",
            "POST /replies/preview",
            "POST /webhooks/preview",
            "POST /webhooks/{webhook_id}/replay/count",
            "POST /hours/preview",
            "POST /service-levels/preview",
            "POST /assignment-rules/dry-run",
            "POST /routing/simulation",
            "POST /settings/ratings/preview",
            "POST /channels/{account_id}/check",
            "POST /channels/{account_id}/templates/sync",
            "POST /contacts/imports",
            "POST /contacts/imports/{import_id}/check",
            "POST /contacts/imports/{import_id}/cancel",
        ),
        NOTHING,
    ),
    "POST /webhooks/{webhook_id}/test": "the ledger of deliveries has the test and its answer",
    "POST /queue/next": "the timeline of the conversation tells who got it",
    "PUT /presence": "everybody sees it, and its event tells who chose",
    **dict.fromkeys(
        ("POST /auth/login", "POST /auth/logout", "POST /auth/refresh"), "signing in writes it down itself"
    ),
}


@pytest.fixture(scope="module")
def paths() -> Mapping[str, Mapping[str, object]]:
    """Every path of the public API, with its methods."""
    found: Mapping[str, Mapping[str, object]] = asyncio.run(api_document())["paths"]
    return found


def requests(paths: Mapping[str, Mapping[str, object]]) -> set[str]:
    """Every changing request of the public API, below `/api/v1`."""
    return {
        f"{method.upper()} /{path.removeprefix(API_PREFIX)}"
        for path, methods in paths.items()
        if path.startswith(API_PREFIX)
        for method in methods
        if method in CHANGING
    }


def found(table: AuditTable, request: str) -> bool:
    method, path = request.split(" ")
    return table.find(method, f"{API_PREFIX}{path.removeprefix('/')}") is not None


def test_every_changing_request_is_audited_or_says_why_not(paths: Mapping[str, Mapping[str, object]]) -> None:
    table, known = AuditTable(), requests(paths)
    audited = {one for one in known if found(table, one)}
    assert known - audited == set(NOT_AUDITED)


def test_the_audit_log_names_requests_that_exist(paths: Mapping[str, Mapping[str, object]]) -> None:
    there = {
        f"{method.upper()} /{re.sub('{[^}]*}', '{}', path.removeprefix(API_PREFIX))}"
        for path, methods in paths.items()
        for method in methods
    }
    assert {one.replace("*", "{}") for one in AUDITED} <= there
