"""What is a rating, and how long it counts."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.automation.ratings import (
    TEXTS,
    Answer,
    RatingRequest,
    asks_by,
    choice_id,
    question_parts,
    read_answer,
)
from atd_conversation.domain.channels import CHANNEL_RULES, plain_rules
from atd_schemas.contents import EMPTY, AnswerContent, ListContent, Row
from atd_testing.inbound import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CORRECT = 10 * MINUTE
REQUEST = RatingRequest("r1", "m1", asked_at=NOON, expires_at=NOON + 24 * HOUR)


@pytest.mark.parametrize(
    ("text", "value", "comment"),
    [
        ("5", 5, None),
        (" 4 ", 4, None),
        ("3!", 3, None),
        ("2.", 2, None),
        ("cinco", 5, None),
        ("TRÊS", 3, None),
        ("nota 5", 5, None),
        ("Nota: 4", 4, None),
        ("5/5", 5, None),
        ("4 de 5", 4, None),
        ("5 estrelas", 5, None),
        ("one star", 1, None),
        ("dos", 2, None),
        ("5️⃣", 5, None),
        ("⭐⭐⭐⭐", 4, None),
        ("⭐️⭐️", 2, None),
        ("5 - ótimo atendimento", 5, "ótimo atendimento"),
        ("2\nDemorou demais", 2, "Demorou demais"),
        ("5, adorei", 5, "adorei"),
    ],
)
def test_a_rating_is_read_as_people_write_it(text: str, value: int, comment: str | None) -> None:
    assert read_answer(text, EMPTY) == Answer(value, comment)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "6", "10", "55", "1.7", "5 caixas", "quero 5", "bom", "obrigado", "11987654321", "?", "1 2", "-1"),
        *("⭐⭐⭐⭐⭐⭐", "5%", "R$ 5", "às 5", "5h", "meu protocolo é 5", "estrelas", "1-2"),
        None,
    ],
)
def test_what_is_no_rating_is_none(text: str | None) -> None:
    assert read_answer(text, EMPTY) is None


@given(st.text(max_size=2000))
def test_reading_never_fails_and_values_are_one_to_five(text: str) -> None:
    found = read_answer(text, EMPTY)
    assert found is None or 1 <= found.value <= 5


def tapped(request_id: str, value: Any) -> Answer | None:
    return read_answer(None, AnswerContent(reply=Row(id=f"rating:{request_id}:{value}", title="x")))


def test_a_tapped_choice_names_its_request() -> None:
    assert tapped("r1", 4) == Answer(4, request_id="r1", is_tapped=True)
    assert tapped("r1", 6) is None
    assert tapped("r1", "") is None
    assert read_answer("5", AnswerContent(reply=Row(id="other", title="5"))) == Answer(5)
    assert choice_id("r1", 4) == "rating:r1:4"


def test_a_request_takes_answers_until_it_expires() -> None:
    assert REQUEST.takes(Answer(5), NOON + 24 * HOUR, CORRECT)
    assert not REQUEST.takes(Answer(5), NOON + 24 * HOUR + MINUTE, CORRECT)
    assert not REQUEST.takes(Answer(5, request_id="other", is_tapped=True), NOON, CORRECT)


def test_a_second_answer_corrects_for_a_time() -> None:
    rated = REQUEST.rated(Answer(2), NOON + HOUR, comment_within=None)
    assert rated.takes(Answer(4), NOON + HOUR + CORRECT, CORRECT)
    assert not rated.takes(Answer(4), NOON + HOUR + CORRECT + MINUTE, CORRECT)
    corrected = rated.rated(Answer(4), NOON + HOUR + MINUTE, comment_within=None)
    assert (corrected.rating, corrected.rated_at) == (4, NOON + HOUR)


def test_a_bare_number_is_no_rating_once_a_person_has_written() -> None:
    answered = RatingRequest("r1", "m1", NOON, NOON + HOUR, by_number=False)
    assert not answered.takes(Answer(5), NOON, CORRECT)
    assert answered.takes(Answer(5, request_id="r1", is_tapped=True), NOON, CORRECT)


def test_a_comment_is_the_next_text_and_no_question() -> None:
    rated = REQUEST.rated(Answer(2), NOON, comment_within=30 * MINUTE)
    assert rated.takes_comment("Demorou demais", NOON + 30 * MINUTE)
    assert not rated.takes_comment("Demorou demais", NOON + 31 * MINUTE)
    assert not rated.takes_comment("E o meu pedido?", NOON)
    assert not rated.takes_comment(None, NOON)
    commented = rated.commented(" Demorou demais ")
    assert commented.comment == "Demorou demais"
    assert not commented.takes_comment("Mais uma", NOON)


def test_each_channel_asks_as_it_can() -> None:
    assert asks_by(CHANNEL_RULES["whatsapp"].limits) == "list"
    assert asks_by(plain_rules("Toy").limits) == "number"


@pytest.mark.parametrize("language", TEXTS)
def test_the_choices_fit_the_channels(language: str) -> None:
    offered = CHANNEL_RULES["whatsapp"].limits.interactive
    assert offered is not None
    assert offered.list is not None
    text, content = question_parts("0" * 36, "Pergunta?", TEXTS[language], "list")
    assert text == "Pergunta?"
    assert isinstance(content, ListContent)
    rows = [row for section in content.sections for row in section.rows]
    assert [row.id[-1] for row in rows] == ["5", "4", "3", "2", "1"]
    assert all(len(row.title) <= offered.list.title_max and len(row.id) <= offered.list.id_max for row in rows)
    assert len(content.button) <= offered.list.button_max
    assert "1" in question_parts("r", "Pergunta?", TEXTS[language], "number")[0]
