"""What stands in a transcript, and what never does."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.transcripts import LANGUAGES, Transcript, entry_of, is_shown, text_of, words_of
from atd_conversation.domain.transcripts.words import _WORDS
from atd_schemas.contents import (
    AnswerContent,
    AudioContent,
    Button,
    ButtonsContent,
    CardPhone,
    ContactCard,
    ContactsContent,
    LocationContent,
    PlainContent,
    Poll,
    Row,
    Shared,
    TemplateContent,
)
from atd_schemas.notices import ContinuedContent, NumberChangedContent
from atd_schemas.views import AuthorView, Direction, MessageStatus, Reaction

NOW = datetime(2026, 10, 13, 1, 30, tzinfo=UTC)
WORDS = words_of("pt-BR", "America/Sao_Paulo")
HEAD = Transcript("customer", 7, "Ana", "WhatsApp · Suporte", ("Bia",), NOW, None, WORDS)
SECRET = "SEGREDO"


def message(text: str | None = "Olá", direction: Direction = "inbound", **more: Any) -> Message:
    kinds = {"inbound": "contact", "outbound": "attendant", "note": "attendant", "system": "system"}
    author = AuthorView(type=kinds[direction], id="x", name="Ana" if direction == "inbound" else "Bia")  # type: ignore[arg-type]
    values: dict[str, Any] = {"kind": "text", "author": author, **more}
    return Message("m", "t", "c", "a", direction, text=text, occurred_at=NOW, recorded_at=NOW, **values)


def written(*messages: Message, audience: Any = "customer", quoted: Message | None = None) -> str:
    entries = [
        entry_of(one, audience, WORDS, customer="Ana", quoted=quoted) for one in messages if is_shown(one, audience)
    ]
    return "".join(text_of(replace(HEAD, audience=audience), entries))


def test_times_are_those_of_the_zone_on_the_day_of_the_zone() -> None:
    text = written(message())
    assert "--- 12/10/2026 ---" in text
    assert "[22:30] Ana" in text
    assert "Início: 12/10/2026 22:30" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: Any) -> None:
    words = words_of(language, "UTC")
    assert all(words(name) for name in _WORDS)
    assert all(len(each) == len(LANGUAGES) for each in _WORDS.values())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"text": None, "kind": "audio", "content": AudioContent(voice=True)}, "[Mensagem de voz]"),
        ({"kind": "image", "text": "Legenda"}, "[Imagem]\n    Legenda"),
        (
            {"text": None, "kind": "location", "content": LocationContent(latitude=-23.5, longitude=-46.6, name="Sé")},
            "[Localização]\n    Sé\n    -23.5, -46.6",
        ),
        (
            {
                "text": None,
                "kind": "contacts",
                "content": ContactsContent(
                    contacts=(ContactCard(name="Beto", phones=(CardPhone(number="+5511988887777"),)),)
                ),
            },
            "[Contato]\n    Beto · +5511988887777",
        ),
        (
            {"text": None, "kind": "interactive", "content": AnswerContent(reply=Row(id="1", title="Sim"))},
            "    Sim",
        ),
        (
            {"kind": "interactive", "content": ButtonsContent(buttons=(Button(id="1", title="Sim"),), footer="Pé")},
            "    Olá\n    Pé\n    [ Sim ]",
        ),
        ({"kind": "template", "content": TemplateContent(name="t", language="pt_BR")}, "    Olá"),
        ({"text": None, "kind": "unsupported"}, "[Mensagem não suportada]"),
        ({"edited_at": NOW}, "(editada)"),
        ({"deleted_at": NOW, "text": None}, "Mensagem apagada"),
        (
            {"attachments": (Attachment("f", "a.pdf", "application/pdf", 1_258_291, "ready"),), "kind": "document"},
            "a.pdf (1,2 MB)",
        ),
        (
            {"attachments": (Attachment("f", "a.pdf", "application/pdf", None, "failed"),), "kind": "document"},
            "a.pdf (arquivo não disponível)",
        ),
        (
            {"attachments": (Attachment("f", "a.pdf", "application/pdf", 9, "infected"),), "kind": "document"},
            "a.pdf (bloqueado: contém vírus)",
        ),
        (
            {"attachments": (Attachment("f", "a.png", "image/png", 9, "scanning"),), "kind": "image"},
            "a.png (aguardando a verificação de vírus)",
        ),
        ({"reactions": (Reaction(emoji="👍", author=AuthorView(type="attendant")),)}, "    👍"),
    ],
)
def test_every_kind_says_what_it_is(told: dict[str, Any], expected: str) -> None:
    assert expected in written(message(**told))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (NumberChangedContent(type="number_changed", phone="+551"), "O cliente mudou de número: +551"),
        (ContinuedContent(type="continued_in", conversation_id="c", number=9), "protocolo #9"),
    ],
)
def test_lines_of_the_product_stand_in_the_internal_one(content: Any, expected: str) -> None:
    line = message(None, "system", content=content)
    assert expected in written(line, audience="internal")
    assert expected not in written(line)


def test_a_quote_is_shown_cut_and_one_of_a_note_is_not() -> None:
    said = message("x" * 500)
    assert "> Ana: xxx" in written(message("sim"), quoted=said)
    note = message(SECRET, "note")
    assert SECRET not in written(message("sim"), quoted=note)
    assert SECRET in written(message("sim", "note"), audience="internal", quoted=note)


def test_what_did_not_reach_the_customer_is_not_in_theirs() -> None:
    failed = message(SECRET, "outbound", status="failed")
    assert SECRET not in written(failed)
    assert "não foi entregue" in written(failed, audience="internal")


messages = st.builds(
    lambda direction, status, deleted, quote: (
        message(
            SECRET if direction == "note" else "dito",
            direction,
            status=status,
            deleted_at=NOW if deleted else None,
            attachments=(Attachment("f", f"{SECRET}.pdf", "application/pdf", 1, "ready"),)
            if direction == "note"
            else (),
        ),
        message(SECRET, "note") if quote else None,
    ),
    st.sampled_from(get_args(Direction)),
    st.sampled_from(get_args(MessageStatus)),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(messages, max_size=12))
def test_a_note_is_never_in_a_customers_transcript(said: list[tuple[Message, Message | None]]) -> None:
    entries = [
        entry_of(one, "customer", WORDS, customer="Ana", quoted=quoted, tags=(SECRET,))
        for one, quoted in said
        if is_shown(one, "customer")
    ]
    assert SECRET not in "".join(text_of(HEAD, entries))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            PlainContent(shared=Shared(type="post", title="Tênis", url="https://x.test/1")),
            "    Tênis\n    https://x.test/1",
        ),
        (
            PlainContent(poll=Poll(question="Qual cor?", options=("Azul", "Verde"))),
            "    Qual cor?\n    - Azul\n    - Verde",
        ),
    ],
)
def test_what_is_shared_or_asked_without_a_text_is_no_unsupported_message(content: Any, expected: str) -> None:
    text = written(message(None, content=content))
    assert expected in text
    assert "[" not in text.partition("Ana\n")[2].partition("\n    ")[2]
