"""Copies of templates: what Meta says last holds, in whatever order lists and webhooks come."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.templates.model import (
    COMPONENTS_LIMIT_BYTES,
    Listed,
    changed_event,
    from_list,
    from_note,
    gone,
    listed_of,
    parameters_of,
    status_of,
    view,
    wants_list,
    words_of,
)
from atd_ingest_whatsapp.translate import TemplateNote
from atd_schemas.views import TemplateParameters

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id="700800900100200",
    business_account_id="200300400500600",
    version=1,
    app_secret=b"example-app-secret",
    access_token=SecretStr("token"),
    verify_token=SecretStr("verify"),
)
BODY = {"type": "BODY", "text": "Olá, {{1}}! Seu pedido {{2}} saiu."}


def listed(**more: Any) -> Listed:
    item = {
        "id": "1",
        "name": "aviso_entrega",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [BODY],
        "parameter_format": "POSITIONAL",
        "quality_score": {"score": "GREEN"},
        "rejected_reason": "NONE",
        **more,
    }
    found = listed_of(item)
    assert found is not None
    return found


def note(seconds: float = 1, **said: Any) -> TemplateNote:
    return TemplateNote(ACCOUNT, NOW + timedelta(seconds=seconds), "aviso_entrega", "pt_BR", **said)


def copy(**more: Any) -> dict[str, Any]:
    return from_list(None, listed(**more), ACCOUNT, NOW, NOW).document


def test_a_listed_template_is_shown_as_the_public_api_has_it() -> None:
    saved = from_list(None, listed(), ACCOUNT, NOW, NOW)
    assert saved.visible
    shown = view(saved.document)
    assert shown.model_dump() == {
        "name": "aviso_entrega",
        "language": "pt_BR",
        "category": "UTILITY",
        "status": "approved",
        "quality": "GREEN",
        "reason": None,
        "components": (BODY,),
        "parameters": {"header": 0, "body": 2, "buttons": 0},
        "layout": {"header": None, "body": "Olá, {{1}}! Seu pedido {{2}} saiu.", "footer": None, "buttons": ()},
        "unsendable": None,
    }
    event = changed_event(saved.document, NOW)
    assert (event.subject, event.data.template, event.data.deleted) == (ACCOUNT.id, shown, False)


@pytest.mark.proves("whatsapp", "status-paused-rejected-deleted")
@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("APPROVED", "approved"),
        ("REINSTATED", "approved"),
        ("FLAGGED", "approved"),
        ("PENDING", "pending"),
        ("IN_APPEAL", "pending"),
        ("REJECTED", "rejected"),
        ("PAUSED", "paused"),
        ("DISABLED", "disabled"),
        ("LOCKED", "disabled"),
        ("ARCHIVED", "disabled"),
        ("PENDING_DELETION", "disabled"),
        ("LIMIT_EXCEEDED", "other"),
        ("A_NEW_ONE", "other"),
        ("", "other"),
    ],
)
def test_every_status_of_meta_is_one_of_ours(word: str, status: str) -> None:
    assert status_of(word) == status


@pytest.mark.parametrize(
    ("status", "rejected", "reason"),
    [
        ("APPROVED", "NONE", None),
        ("REJECTED", "INVALID_FORMAT", "INVALID_FORMAT"),
        ("LIMIT_EXCEEDED", None, "LIMIT_EXCEEDED"),
        ("FLAGGED", "NONE", "FLAGGED"),
        ("PAUSED", None, None),
    ],
)
def test_the_reason_says_what_our_status_does_not(status: str, rejected: str | None, reason: str | None) -> None:
    assert copy(status=status, rejected_reason=rejected)["reason"] == reason


@pytest.mark.parametrize(
    ("components", "named", "parameters"),
    [
        ([], False, (0, 0, 0)),
        ([BODY], False, (0, 2, 0)),
        ([{"type": "BODY", "text": "{{2}} e {{ 2 }} e {{1}}"}], False, (0, 2, 0)),
        ([{"type": "body", "text": "Oi {{nome}}, {{pedido}} de {{nome}}"}], True, (0, ("nome", "pedido"), 0)),
        ([{"type": "BODY", "text": "Oi"}], True, (0, (), 0)),
        ([{"type": "HEADER", "format": "TEXT", "text": "Oi {{1}}"}], False, (1, 0, 0)),
        ([{"type": "HEADER", "text": "Oi"}], False, (0, 0, 0)),
        ([{"type": "HEADER", "format": "IMAGE"}], False, (1, 0, 0)),
        ([{"type": "HEADER", "format": "LOCATION"}], False, (1, 0, 0)),
        (
            [
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "URL", "url": "https://x.example/{{1}}"},
                        {"type": "URL", "url": "https://x.example"},
                        {"type": "COPY_CODE"},
                        {"type": "OTP"},
                        {"type": "QUICK_REPLY"},
                        {"type": "PHONE_NUMBER"},
                        {"type": "FLOW"},
                        7,
                    ],
                }
            ],
            False,
            (0, 0, 3),
        ),
        ([{"type": "BUTTONS", "buttons": "x"}, {"type": 7, "text": 7}, {"type": "CAROUSEL"}], False, (0, 0, 0)),
    ],
)
def test_the_values_that_a_template_takes_are_counted(
    components: Sequence[dict[str, Any]], named: bool, parameters: tuple[int, Any, int]
) -> None:
    header, body, buttons = parameters
    wanted = TemplateParameters(header=header, body=body, buttons=buttons)
    assert parameters_of(components, named=named) == wanted


def test_words_are_found_without_case_and_accents() -> None:
    assert words_of("Promoção_de_PRIMAVERA: ação, Ação! 50%") == ["promocao", "de", "primavera", "acao", "50"]
    assert copy()["terms"] == ["aviso", "entrega", "ola", "1", "seu", "pedido", "2", "saiu"]


def test_items_without_a_name_or_language_are_passed_over() -> None:
    assert listed_of(7) is None
    assert listed_of({"name": "x"}) is None
    assert listed_of({"name": "", "language": "pt_BR"}) is None
    found = listed_of({"name": "x", "language": "pt_BR", "components": {"type": "BODY"}, "quality_score": 7})
    assert found == Listed("x", "pt_BR", "", "", None, None, named=False, components=())


def test_a_template_beyond_the_limit_is_kept_without_its_components() -> None:
    found = listed_of(
        {"name": "x", "language": "y", "components": [{"type": "BODY", "text": "a" * COMPONENTS_LIMIT_BYTES}]}
    )
    assert found is not None
    assert found.components == ()


def test_a_repeated_list_or_note_changes_nothing_that_is_seen() -> None:
    first = copy()
    assert not from_list(first, listed(), ACCOUNT, NOW + timedelta(hours=1), NOW).visible
    paused = from_note(first, note(status="PAUSED", reason="FIRST_PAUSE"), NOW)
    assert paused.visible
    assert (paused.document["status"], paused.document["reason"]) == ("paused", "FIRST_PAUSE")
    assert paused.document["order"] > first["order"]
    assert not from_note(paused.document, note(status="PAUSED", reason="FIRST_PAUSE"), NOW).visible


def test_what_is_older_changes_nothing() -> None:
    newer = from_note(copy(), note(10, status="PAUSED", category="MARKETING", quality="RED", body="Novo"), NOW).document
    older = note(5, status="REJECTED", category="UTILITY", quality="GREEN", body="Velho {{1}}")
    assert from_note(newer, older, NOW).document == newer
    listed_before = from_list(newer, listed(status="APPROVED"), ACCOUNT, NOW + timedelta(seconds=5), NOW)
    assert listed_before.document == newer
    assert gone(newer, NOW + timedelta(seconds=5), NOW) is None


def test_new_texts_leave_the_buttons_and_ask_for_the_list() -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sim"}]}
    before = copy(components=[buttons, BODY])
    said = note(header="Novidade", body="Oi {{1}}", footer="Loja")
    after = view(from_note(before, said, NOW).document)
    assert after.components == (
        {"type": "HEADER", "format": "TEXT", "text": "Novidade"},
        {"type": "BODY", "text": "Oi {{1}}"},
        {"type": "FOOTER", "text": "Loja"},
        buttons,
    )
    assert after.parameters.body == 1
    assert wants_list(before, said)
    assert wants_list(None, note(status="APPROVED"))
    assert not wants_list(None, note(status="DELETED"))
    assert not wants_list(before, note(status="PAUSED"))


def test_a_deleted_template_comes_back_with_a_later_list() -> None:
    by_note = from_note(copy(), note(status="DELETED"), NOW).document
    by_list = gone(copy(), NOW + timedelta(seconds=1), NOW)
    assert by_list is not None
    for document in (by_note, by_list.document):
        assert document["deleted"]
        assert document["deleted_at"] == NOW
        assert changed_event(document, NOW).data.deleted
        assert gone(document, NOW + timedelta(hours=1), NOW) is None
        assert wants_list(document, note(status="APPROVED"))
        back = from_list(document, listed(), ACCOUNT, NOW + timedelta(seconds=9), NOW)
        assert (back.visible, back.document["deleted"], back.document["deleted_at"]) == (True, False, None)


aspects = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["APPROVED", "PAUSED", "REJECTED", "DELETED"]),
        "category": st.sampled_from(["UTILITY", "MARKETING"]),
        "quality": st.sampled_from(["GREEN", "RED"]),
    },
)


@pytest.mark.proves("whatsapp", "webhook-status-quality-category")
@given(st.lists(aspects, min_size=1, max_size=4))
def test_any_order_and_repetition_of_notes_ends_in_the_same_copy(said: list[dict[str, str]]) -> None:
    notes = [note(second, **one) for second, one in enumerate(said)]
    ends = []
    for order in itertools.permutations(notes):
        document = copy()
        for one in (*order, *order[:1]):
            document = from_note(document, one, NOW).document
        ends.append({name: value for name, value in document.items() if name != "order"})
    assert all(end == ends[0] for end in ends)
