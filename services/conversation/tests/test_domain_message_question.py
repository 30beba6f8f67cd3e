"""What is found by what: terms of messages, what somebody types, and how a hit is shown."""

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.message_question import LONGEST_QUESTION, Question, protocol_of, question_of, spans_of
from atd_conversation.domain.message_terms import LONGEST_WORD, MOST_TERMS, fold, stem_of, terms_of_texts
from atd_conversation.domain.periods import period_of_days
from atd_conversation.domain.searchable import SNIPPET, snippets_of, terms_of, texts_of
from atd_schemas.contents import content_of
from atd_schemas.views import AuthorView
from atd_servicekit.text_folding import folded

NOW = datetime(2026, 10, 13, 1, 30, tzinfo=UTC)

CPF = "Meu CPF é 123.456.789-09"
PHONE = "Me liga no (11) 98765-4321"
URL = "Veja https://www.loja.com.br/pedido/123?x=1 por favor"


def message(text: str | None, **more: Any) -> Message:
    author = AuthorView(type="contact", id="c", name="Ana")
    fixed: dict[str, Any] = {"direction": "inbound", "kind": "text", "occurred_at": NOW, "recorded_at": NOW}
    return Message(id="m", tenant_id="t", conversation_id="k", account_id="a", text=text, author=author, **fixed | more)


def finds(typed: str, text: str) -> bool:
    """Whether the index would find the text, said without an index."""
    question = question_of(typed)
    terms = terms_of_texts([text])
    met = all(any(_fits(wanted, term) for term in terms) for wanted in question.wanted)
    return bool(question) and met and question.accepts([fold(text)])


def _fits(wanted: Any, term: str) -> bool:
    return term in wanted.exact or (wanted.beginning is not None and term.startswith(wanted.beginning))


@pytest.mark.parametrize("typed", ["ação", "acao", "AÇÃO", "ações", "acoes", "Ação!"])
@pytest.mark.parametrize("text", ["Quero uma ação civil", "AS AÇÕES CAÍRAM", "acao", "ac\u0327a\u0303o"])
def test_accents_case_and_number_make_no_difference(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize("length", range(3, len("impressora") + 1))
def test_a_word_typed_letter_by_letter_is_found_from_three_letters_on(length: int) -> None:
    assert finds("impressora"[:length], "A impressora quebrou")
    assert finds("impressora"[:length], "duas impressoras novas") is True


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ('"ação civil"', "uma acao  CIVIL pública", True),
        ('"ação civil"', "uma ação, civil", True),
        ('"ação civil"', "civil ação", False),
        ('"ação civil"', "ações civis", False),
        ('"ação civ"', "ação civil", False),
        ('"ação civil', "ação civil", True),
        ("“ação civil”", "ação civil", True),
        ('"ação civil" prazo', "ação civil", False),
        ('"ação civil" prazo', "o prazo da ação civil", True),
        ("civil ação", "uma ação civil", True),
        ("civil ação", "uma ação penal", False),
        ('"ação"', "ações", False),
        ("12345678909", CPF, True),
        ("123.456.789-09", CPF, True),
        ("123.456.789-09", "cpf 12345678909", True),
        ("123.456", CPF, True),
        ("123.456.789-00", CPF, False),
        ("1.7", "instalei a versão 1.7", True),
        ("1.7", "instalei a versão 17", False),
        ("1.7", "de 1 a 7", False),
        ("v1.7", "a v1.7.2", True),
        ("1234,56", "R$ 1.234,56", True),
        ("12/10", "no dia 12/10/2026", True),
        ("11987654321", PHONE, True),
        ("+55 11 98765-4321", PHONE, True),
        ("(11) 98765-4321", "+5511987654321", True),
        ("987654321", PHONE, True),
        ("ana.silva@exemplo.com.br", "e-mail: Ana.Silva@Exemplo.com.br", True),
        ("ana.silva@ex", "e-mail: ana.silva@exemplo.com.br", True),
        ("ana.silva@exemplo.com.br", "ana e silva, exemplo.com.br", False),
        ("https://www.loja.com.br/pedido/123?x=1", URL, True),
        ("loja.com.br/pedido/123", URL, True),
        ("loja.com.br/pedido/124", URL, False),
        ("a_b_c", "o arquivo a_b_c.pdf", True),
        ("a", "tenho a nota", True),
        ("a", "tenho uma nota", False),
        ("de", "de manhã", True),
        ("de", "devolução", False),
        ("o que é", "o que é isso", True),
        ("reclamação", "quero reclamar", True),
        ("mais", "muito mal", False),
        ("x" * 300, "y", False),
        ("x" * 300, "x" * 400, True),
        ("?!…", "tudo", False),
        ("", "tudo", False),
        ("  ", "tudo", False),
        ('""', "tudo", False),
    ],
)
def test_what_is_typed_finds_what_it_means(typed: str, text: str, *, found: bool) -> None:
    assert finds(typed, text) is found


def test_three_hundred_characters_ask_for_all_of_their_words() -> None:
    words = [f"{letter}palavra" for letter in "abcdefghijklmnopqrstuvwxyz"]
    typed = " ".join(words)[:300]
    assert len(question_of(typed).wanted) > 20
    assert finds(typed, " ".join(words))
    assert not finds(typed, " ".join(words[1:]))
    assert question_of("ação " * LONGEST_QUESTION) == question_of("ação")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("123", 123),
        ("#123", 123),
        (" # 12-3 ", 123),
        ("2026.000.123", 2026000123),
        ("12 3", 123),
        ("123a", None),
        ("#", None),
        ("-12", None),
        ("9" * 16, None),
        ("١٢", None),
    ],
)
def test_a_protocol_is_digits_with_dashes_or_without(typed: str, number: int | None) -> None:
    assert protocol_of(typed) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pão", "pães"),
        ("papel", "papéis"),
        ("legal", "legais"),
        ("paciência", "paciências"),
        ("confiável", "confiáveis"),
        ("pedido", "pedidos"),
        ("reclamação", "reclamações"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem_of(fold(one)) == stem_of(fold(other))


@given(st.text(max_size=200))
def test_folding_latin_text_fast_is_folding(text: str) -> None:
    assert fold(text) == folded(text)


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_has_terms_and_any_question_can_be_asked_of_it(text: str, typed: str) -> None:
    terms = terms_of_texts([text])
    assert len(terms) <= MOST_TERMS
    assert all(0 < len(term) <= max(LONGEST_WORD, len(fold(term))) for term in terms)
    question = question_of(typed)
    spans = spans_of(question, fold(text))
    assert all(start < end for start, end in spans)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    shown = snippets_of(question, message(text))
    for snippet in shown:
        whole = "".join(one.text for one in snippet.segments)
        assert whole.strip("…") in text or not text


@given(st.lists(st.sampled_from(["ação", "civil", "prazo", "1.7", "ana@x.com", "de"]), min_size=1, max_size=6))
def test_every_word_of_a_text_finds_it_and_is_marked(words: list[str]) -> None:
    text = " ".join(words)
    for word in words:
        assert finds(word, text)
        (snippet,) = snippets_of(question_of(word), message(text))
        assert word in "".join(one.text for one in snippet.segments if one.hit)


def test_words_beyond_the_limit_are_not_found() -> None:
    assert len(terms_of_texts([" ".join(f"n{number}" for number in range(5_000))])) == MOST_TERMS


@pytest.mark.parametrize(
    ("kind", "content", "typed", "field"),
    [
        (
            "contacts",
            {"contacts": [{"name": "José Ação", "phones": [{"number": "+55 11 98765-4321"}]}]},
            "josé",
            "contact",
        ),
        ("contacts", {"contacts": [{"phones": [{"number": "+55 11 98765-4321"}]}]}, "11987654321", "contact"),
        ("interactive", {"reply": {"id": "1", "title": "Segunda via"}}, "segunda", "choice"),
        ("interactive", {"reply": {"id": "1", "title": "x"}, "form": {"motivo": "troca"}}, "troca", "choice"),
        ("interactive", {"type": "buttons", "buttons": [{"id": "1", "title": "Comprar"}]}, "comprar", "choice"),
        (
            "interactive",
            {"type": "list", "button": "Ver", "sections": [{"rows": [{"id": "1", "title": "Frete"}]}]},
            "frete",
            "choice",
        ),
        ("interactive", {"type": "link", "title": "Abrir", "url": "https://loja.com/abc"}, "loja.com/abc", "choice"),
        ("location", {"latitude": 1, "longitude": 2, "address": "Rua Augusta"}, "augusta", "place"),
        ("template", {"name": "boas_vindas", "language": "pt_BR"}, "boas_vindas", "template"),
        ("order", {"items": [{"sku": "CAMISA-1"}]}, "camisa-1", "order"),
    ],
)
def test_contents_of_every_kind_are_found(kind: Any, content: Any, typed: str, field: str) -> None:
    one = message(None, kind=kind, content=content_of(kind, content))
    assert all(any(_fits(wanted, term) for term in terms_of(one)) for wanted in question_of(typed).wanted)
    assert snippets_of(question_of(typed), one)[0].field == field


def test_captions_and_file_names_are_found_and_nothing_of_a_deleted_message() -> None:
    file = Attachment("f", "Orçamento final.pdf", "application/pdf", 1, "ready")
    one = message("segue em anexo", kind="document", attachments=(file,))
    assert [field for field, _ in texts_of(one)] == ["text", "file"]
    assert {"anexo", "orcamento", "final", "pdf"} <= set(terms_of(one))
    shown = snippets_of(question_of("orcamento"), one)
    assert [(each.field, [(s.text, s.hit) for s in each.segments]) for each in shown] == [
        ("file", [("Orçamento", True), (" final.pdf", False)])
    ]
    one.delete(NOW)
    assert terms_of(one) == []


def test_a_long_text_is_shown_around_what_was_asked_for() -> None:
    text = "começo " * 60 + "a ação civil " + "fim " * 100
    (shown,) = snippets_of(question_of('"ação civil"'), message(text))
    whole = "".join(one.text for one in shown.segments)
    assert len(whole) <= SNIPPET + 2
    assert whole.startswith("…começo")
    assert whole.endswith("fim…")
    assert [one.text for one in shown.segments if one.hit] == ["ação civil"]


def test_a_phrase_marks_its_words_only_where_they_stand_together() -> None:
    question = question_of('"ação civil"')
    assert spans_of(question, fold("ação penal e ação civil")) == [(13, 23)]
    assert question_of('"ação civil" "ação civil"') == question
    assert isinstance(question.phrases[0], re.Pattern)
    assert not Question()


@pytest.mark.parametrize(("day", "included"), [(12, True), (13, False)])
def test_a_day_is_one_of_the_companys_zone(day: int, *, included: bool) -> None:
    """22:30 on 12 October in São Paulo is the 13th in UTC."""
    one = date(2026, 10, day)
    period = period_of_days(one, one, ZoneInfo("America/Sao_Paulo"))
    assert period.since is not None
    assert period.until is not None
    assert (period.since <= NOW < period.until) is included


def test_periods_may_be_open_and_reach_to_the_ends_of_the_calendar() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    assert period_of_days(None, None, zone) == (None, None)
    assert period_of_days(date.min, date.max, zone).until is None
    assert period_of_days(date.min, None, zone).since == datetime.min.replace(tzinfo=UTC)
    # midnight did not exist on the day on which summer time began
    assert period_of_days(date(2018, 11, 4), None, ZoneInfo("America/Sao_Paulo")).since == datetime(
        2018, 11, 4, 3, tzinfo=UTC
    )
