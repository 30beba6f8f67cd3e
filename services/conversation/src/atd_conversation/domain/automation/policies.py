"""What a company has decided about ratings, the protocol number, and files that are too large.

The defaults are what a new company has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from atd_conversation.domain.automation.ratings import TEXTS, RatingTexts
from atd_conversation.domain.automation.rules import MAX_POSITION, AutomaticReply
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_conversation.domain.public_comments import CommentPolicy

Language = Literal["pt-BR", "en", "es"]

MAX_QUESTION = 1024
"""Characters of a question, and of the thanks: what fits above choices on every channel."""

PROTOCOL_BY_WORD = "protocol"
PROTOCOL_AT_OPENING = "protocol-opening"

PROTOCOL_WORDS = ("protocolo", "número do protocolo", "protocol")
PROTOCOL_TEXT = "O protocolo desta conversa é {{conversation.number}}."

_AFTER_OTHERS = MAX_POSITION + 1
_BEFORE_OTHERS = -1

FILE_TOO_LARGE = "file-too-large"

FILE_LIMIT = "channel.file_limit"
"""The variable of the product's own text: how large a file of a customer the channel hands over."""

FILE_TEXTS: Mapping[Language, str] = MappingProxyType(
    {
        "pt-BR": "Não conseguimos receber o arquivo que você enviou: ele é maior do que este canal permite"
        ' ({{channel.file_limit|"limite do canal"}}). Envie um arquivo menor, em partes, ou um link, por favor.',
        "en": "We could not receive the file that you sent: it is larger than this channel allows"
        ' ({{channel.file_limit|"the limit of the channel"}}). Please send a smaller file, parts of it, or a link.',
        "es": "No pudimos recibir el archivo que enviaste: es más grande de lo que permite este canal"
        ' ({{channel.file_limit|"límite del canal"}}). Envía un archivo más pequeño, en partes, o un enlace.',
    }
)
"""What a customer reads whose file is too large, where the company has no text of its own."""


@dataclass(frozen=True, slots=True)
class RatingPolicy:
    """Whether and how customers are asked. Texts that are absent are the product's in `language`.

    `after`: whose closings are asked about.
    """

    enabled: bool = False
    after: Literal["anyone", "person", "automatic"] = "person"
    language: Language = "pt-BR"
    question: str | None = None
    thanks: str | None = None
    ask_comment: bool = False
    comment_question: str | None = None
    expires_after: timedelta = timedelta(hours=24)
    correct_within: timedelta = timedelta(minutes=10)
    comment_within: timedelta = timedelta(minutes=30)

    @property
    def texts(self) -> RatingTexts:
        return TEXTS[self.language]

    @property
    def question_text(self) -> str:
        return self.question or self.texts.question

    @property
    def bare_thanks_text(self) -> str:
        """What is answered to a rating."""
        return self.thanks or self.texts.thanks

    @property
    def thanks_text(self) -> str:
        """The same, with the question for a comment."""
        return f"{self.bare_thanks_text} {self.comment_question or self.texts.ask_comment}"

    def asks_after(self, by: Literal["person", "automatic"]) -> bool:
        """Whether a closing by a person or by the product is asked about."""
        return self.enabled and self.after in ("anyone", by)


@dataclass(frozen=True, slots=True)
class ProtocolPolicy:
    """Whether the number is told on request, by which words, and at the opening of each conversation."""

    on_request: bool = True
    words: tuple[str, ...] = PROTOCOL_WORDS
    text: str = PROTOCOL_TEXT
    on_opening: bool = False
    opening_text: str = PROTOCOL_TEXT

    def rules(self) -> tuple[AutomaticReply, ...]:
        """The same as automatic replies, which come after those of the company."""
        found = []
        if self.on_opening:
            found.append(
                AutomaticReply(
                    id=PROTOCOL_AT_OPENING,
                    name=PROTOCOL_AT_OPENING,
                    trigger="new_conversation",
                    text=self.opening_text,
                    position=_AFTER_OTHERS,
                    kind="protocol",
                )
            )
        if self.on_request:
            found.append(
                AutomaticReply(
                    id=PROTOCOL_BY_WORD,
                    name=PROTOCOL_BY_WORD,
                    trigger="keyword",
                    text=self.text,
                    words=self.words,
                    position=_AFTER_OTHERS + 1,
                    kind="protocol",
                )
            )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """Whether a customer is told that a file of theirs is too large for the channel; at most once an hour.

    A text that is absent is the product's in `language`.
    """

    enabled: bool = True
    language: Language = "pt-BR"
    text: str | None = None

    def rules(self) -> tuple[AutomaticReply, ...]:
        """The same as an automatic reply, which comes before those of the company: it is about what was just sent."""
        if not self.enabled:
            return ()
        rule = AutomaticReply(
            id=FILE_TOO_LARGE,
            name=FILE_TOO_LARGE,
            trigger="file_too_large",
            text=self.text or FILE_TEXTS[self.language],
            position=_BEFORE_OTHERS,
            period=timedelta(hours=1),
            kind="file_too_large",
        )
        return (rule,)


@dataclass(frozen=True, slots=True)
class Automation:
    """All that a company has decided of what is said and done without a person.

    `reopen_within`: how long after its closing a conversation is reopened by what the customer writes.
    """

    replies: tuple[AutomaticReply, ...] = ()
    protocol: ProtocolPolicy = field(default_factory=ProtocolPolicy)
    ratings: RatingPolicy = field(default_factory=RatingPolicy)
    comments: CommentPolicy = field(default_factory=CommentPolicy)
    files: FilePolicy = field(default_factory=FilePolicy)
    reopen_within: timedelta = REOPEN_WITHIN
    rules: tuple[AutomaticReply, ...] = field(init=False, repr=False, compare=False)
    """Every automatic reply, the product's own too: made once, and asked for by every message."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", (*self.files.rules(), *self.replies, *self.protocol.rules()))


DEFAULT_AUTOMATION = Automation()
"""Of a company that has changed nothing."""
