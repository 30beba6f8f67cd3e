"""Ratings: what a customer is asked after a conversation, and what they answer.

A request is made at closing and says for whom it asks: whoever had the conversation then. Nothing that happens
afterwards (transfer, reopening, a rule that takes her off, her account's end) changes that.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from atd_schemas.capabilities import ContentLimits
from atd_schemas.content_base import Content
from atd_schemas.contents import AnswerContent, Button, ButtonsContent, ListContent, Row, Section
from atd_schemas.views import Named, RatingRequestView, RatingView
from atd_servicekit.text_folding import folded

LOWEST, HIGHEST = 1, 5

MAX_COMMENT = 1000
"""Characters of a comment that are kept."""

RatingRefusal = Literal["blocked", "window_closed", "channel", "unreachable", "loop"]
"""Why a customer is not asked: they are blocked; the reply window is closed; the channel cannot be written to; a
machine seems to answer there."""

_PREFIX = "rating:"


@dataclass(frozen=True, slots=True)
class RatingRequest:
    """The question that was sent as `message_id`, and what came of it. `asked_by`: `closing` or `hand`.

    `attendant` and `type` are those of the conversation at its closing. `by_number`: a bare number answers it; not any
    more once somebody of the company has written. `comment_until`: until when a text is the comment.
    """

    id: str
    message_id: str
    asked_at: datetime
    expires_at: datetime
    asked_by: Literal["closing", "hand"] = "closing"
    attendant: Named | None = None
    type: Named | None = None
    by_number: bool = True
    rating: int | None = None
    comment: str | None = None
    rated_at: datetime | None = None
    comment_until: datetime | None = None

    def takes(self, answer: "Answer", moment: datetime, correct_within: timedelta) -> bool:
        """Whether an answer of this moment counts: the first one until it expires, later ones correct it for a time."""
        if not answer.is_tapped and not self.by_number:
            return False
        if answer.request_id is not None and answer.request_id != self.id:
            return False
        if self.rated_at is None:
            return moment <= self.expires_at
        return moment <= self.rated_at + correct_within

    def rated(self, answer: "Answer", moment: datetime, *, comment_within: timedelta | None) -> "RatingRequest":
        """The request with this answer; `comment_within`: how long a comment is waited for."""
        waits = comment_within is not None and answer.comment is None and self.comment is None
        return replace(
            self,
            rating=answer.value,
            comment=answer.comment or self.comment,
            rated_at=self.rated_at or moment,
            comment_until=moment + comment_within if waits and comment_within else None,
        )

    def takes_comment(self, text: str | None, moment: datetime) -> bool:
        """Whether a text is the comment that was asked for. A question is none: somebody wants an answer."""
        if self.comment_until is None or not self.by_number or not text or not text.strip():
            return False
        return moment <= self.comment_until and not text.rstrip().endswith("?")

    def commented(self, text: str) -> "RatingRequest":
        """The request with its comment."""
        return replace(self, comment=text.strip()[:MAX_COMMENT], comment_until=None)

    def view(self) -> RatingRequestView:
        """What was asked, as every reader sees it."""
        return RatingRequestView(
            id=self.id,
            message_id=self.message_id,
            asked_at=self.asked_at,
            expires_at=self.expires_at,
            asked_by=self.asked_by,
            attendant=self.attendant,
            type=self.type,
        )

    def rating_view(self) -> RatingView | None:
        """What was answered; None: nothing yet."""
        if self.rating is None or self.rated_at is None:
            return None
        return RatingView(
            request_id=self.id,
            value=self.rating,
            comment=self.comment,
            rated_at=self.rated_at,
            asked_at=self.asked_at,
            attendant=self.attendant,
            type=self.type,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A rating that a customer gave. `request_id` names the request where it was tapped or quoted."""

    value: int
    comment: str | None = None
    request_id: str | None = None
    is_tapped: bool = False


_NUMBERS = MappingProxyType(
    {
        **{str(value): value for value in range(LOWEST, HIGHEST + 1)},
        "um": 1,
        "uma": 1,
        "dois": 2,
        "duas": 2,
        "tres": 3,
        "quatro": 4,
        "cinco": 5,
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "uno": 1,
        "una": 1,
        "dos": 2,
        "cuatro": 4,
    }
)
_WORDED = re.compile(
    r"(?:nota|avaliacao|rating|dou|calificacion)?\s*:?\s*([a-z]+|[1-5])\s*(?:/\s*5|de 5|of 5)?"
    r"\s*(?:estrelas?|estrellas?|stars?|pontos?)?\s*[.!]*"
)
_STARS = re.compile("(?:\u2b50|\u2605|\U0001f31f)\ufe0f?")
_KEYCAP = re.compile("[\ufe0f\u20e3]")
_WITH_COMMENT = re.compile(r"\s*([1-5])\s*(?:[-\u2013\u2014,;!]+\s+|\n+)\s*(\S.*)", re.DOTALL)


def read_answer(text: str | None, content: Content) -> Answer | None:
    """The rating that a message gives: a choice that was tapped, a number, stars; None: it is something else."""
    if isinstance(content, AnswerContent) and content.reply.id.startswith(_PREFIX):
        request_id, _, value = content.reply.id.removeprefix(_PREFIX).rpartition(":")
        if value in _NUMBERS and value.isdigit():
            return Answer(int(value), request_id=request_id, is_tapped=True)
        return None
    if text is None or len(text) > MAX_COMMENT + 10:
        return None
    plain = _KEYCAP.sub("", text).strip()
    stars = _STARS.findall(plain)
    if stars and not _STARS.sub("", plain).strip():
        return Answer(len(stars)) if len(stars) <= HIGHEST else None
    found = _WORDED.fullmatch(folded(plain))
    if found is not None and found[1] in _NUMBERS:
        return Answer(_NUMBERS[found[1]])
    commented = _WITH_COMMENT.fullmatch(plain)
    return Answer(int(commented[1]), comment=commented[2].strip()[:MAX_COMMENT]) if commented else None


def choice_id(request_id: str, value: int) -> str:
    """What the channel tells when this choice is tapped."""
    return f"{_PREFIX}{request_id}:{value}"


@dataclass(frozen=True, slots=True)
class RatingTexts:
    """The words of a request in one language; `choices` from 1 to 5, `by_number` says how to answer without them."""

    question: str
    thanks: str
    ask_comment: str
    button: str
    choices: tuple[str, str, str, str, str]
    by_number: str


TEXTS = MappingProxyType(
    {
        "pt-BR": RatingTexts(
            question="Como você avalia o nosso atendimento?",
            thanks="Obrigado pela sua avaliação.",
            ask_comment="Quer contar o motivo? Responda aqui.",
            button="Avaliar",
            choices=("1 - Muito ruim", "2 - Ruim", "3 - Regular", "4 - Bom", "5 - Muito bom"),
            by_number="Responda com um número de 1 (muito ruim) a 5 (muito bom).",
        ),
        "en": RatingTexts(
            question="How would you rate our service?",
            thanks="Thank you for your rating.",
            ask_comment="Would you like to tell us why? Reply here.",
            button="Rate",
            choices=("1 - Very poor", "2 - Poor", "3 - Fair", "4 - Good", "5 - Very good"),
            by_number="Reply with a number from 1 (very poor) to 5 (very good).",
        ),
        "es": RatingTexts(
            question="¿Cómo calificas nuestra atención?",
            thanks="Gracias por tu calificación.",
            ask_comment="¿Quieres contarnos el motivo? Responde aquí.",
            button="Calificar",
            choices=("1 - Muy mala", "2 - Mala", "3 - Regular", "4 - Buena", "5 - Muy buena"),
            by_number="Responde con un número del 1 (muy mala) al 5 (muy buena).",
        ),
    }
)
"""By language. A test holds the choices against the limits of the channels."""

Asks = Literal["buttons", "list", "number"]


def asks_by(limits: ContentLimits) -> Asks:
    """How a channel with these limits can ask for one of five."""
    offered = limits.interactive
    if offered is None or "interactive" not in limits.sends:
        return "number"
    if "buttons" in offered.types and offered.buttons is not None and offered.buttons.max >= HIGHEST:
        return "buttons"
    if "list" in offered.types and offered.list is not None and offered.list.rows_max >= HIGHEST:
        return "list"
    return "number"


def question_parts(request_id: str, question: str, texts: RatingTexts, how: Asks) -> tuple[str, Content | None]:
    """The text of a request, and what there is to tap; None: it is answered by number."""
    rows = [(choice_id(request_id, value), texts.choices[value - 1]) for value in range(HIGHEST, LOWEST - 1, -1)]
    if how == "buttons":
        return question, ButtonsContent(buttons=tuple(Button(id=key, title=title) for key, title in rows[::-1]))
    if how == "list":
        section = Section(rows=tuple(Row(id=key, title=title) for key, title in rows))
        return question, ListContent(button=texts.button, sections=(section,))
    return f"{question}\n\n{texts.by_number}", None
