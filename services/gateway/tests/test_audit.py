"""Which requests are written into the audit log, and what of them."""

import pytest

from atd_gateway.domain.audit import ACTIONS, AUDITED, AuditTable, kept_details, outcome_of

SIGN_INS = {"session.opened", "session.refused", "session.reused", "token.refused"}
TABLE = AuditTable()


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("PATCH /api/v1/attendants/a1", ("attendant.changed", "attendant", "a1")),
        ("POST /api/v1/attendants", ("attendant.added", "attendant", None)),
        ("PATCH /api/v1/me", ("attendant.changed", "attendant", None)),
        ("POST /api/v1/contacts/c1/erase", ("contact.erased", "contact", "c1")),
        ("PUT /api/v1/conversations/k1/hold", ("hold.set", "conversation", "k1")),
        ("GET /api/v1/contacts/c1/data-exports/f1/content", ("contact.data_downloaded", "contact", "c1")),
        ("GET /api/v1/contacts/exports/f1/content", ("contacts.downloaded", "export", "f1")),
        ("POST /api/v1/contacts/imports/i1/start", ("contacts.imported", "import", "i1")),
        ("PUT /api/v1/types/order", ("setting.changed", "type", None)),
        ("PUT /api/v1/settings/closing", ("setting.changed", "closing", None)),
    ],
)
def test_a_request_that_is_written_down_is_found_with_its_subject(request_line, expected):
    method, path = request_line.split()
    found = TABLE.find(method, path)
    assert found is not None
    assert (found.action, found.kind, found.subject_id) == expected


@pytest.mark.parametrize(
    "request_line",
    [
        *("GET /api/v1/attendants", "POST /api/v1/conversations/k1/messages", "PATCH /api/v1/contacts/c1"),
        *("POST /api/v1/contacts/c1/erase/more", "POST /api/v1/contacts/c1", "PUT /api/v1/messages/m1/tags/t1"),
        *("POST /webhooks/whatsapp/a1", "PATCH /me", "POST /api/v1/contacts//", "POST /api/v1/contacts/{}/{}"),
        *("GET /", "POST /api/v1/", "POST /", "DELETE /api/v1/tags", "OPTIONS /api/v1/tags/t1"),
    ],
)
def test_everything_else_is_not(request_line):
    method, path = request_line.split()
    assert TABLE.find(method, path) is None


def test_every_action_is_done_by_some_request_or_by_signing_in():
    assert {one.action for one in AUDITED.values()} | SIGN_INS == set(ACTIONS)


def test_of_a_body_only_named_plain_values_are_kept():
    body = {
        "role": "admin",
        "active": False,
        "password": "x",
        "name": "Ana",
        "messages_days": 30,
        "visibility": ["own"],
    }
    names = ("role", "active", "messages_days", "visibility", "absent")
    assert kept_details(body, names) == {"role": "admin", "active": False, "messages_days": 30}
    assert kept_details({"role": "x" * 101}, names) == {}
    assert kept_details(["role"], names) == {}


@pytest.mark.parametrize(("status", "expected"), [(200, "done"), (304, "done"), (403, "refused"), (503, "failed")])
def test_the_answer_says_how_it_ended(status, expected):
    assert outcome_of(status) == expected
