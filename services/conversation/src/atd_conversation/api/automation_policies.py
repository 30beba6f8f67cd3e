"""The policies of what is done without a person: ratings, the protocol number, large files, public comments."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints, field_validator

from atd_conversation.api.automatic_replies import Word, Words, sample_values
from atd_conversation.api.catalogues import PolicyResource, policy_router
from atd_conversation.api.parts import Body, Parts, Reader
from atd_conversation.domain.automation.policies import MAX_QUESTION, PROTOCOL_TEXT, PROTOCOL_WORDS, Language
from atd_conversation.domain.automation.ratings import question_parts
from atd_conversation.domain.automation.settings import (
    FILES,
    PROTOCOL,
    PUBLIC_COMMENTS,
    RATINGS,
    REOPENING,
    check_text,
    check_words,
    ratings_of,
)
from atd_conversation.domain.public_comments import MAX_PER_HOUR, MOST_PER_HOUR, QUESTION_WORDS, CommentMode
from atd_conversation.domain.refusals import Refusal
from atd_servicekit.text_variables import filled

Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION, pattern=r"\S")]

MAX_EXPIRY_HOURS = 7 * 24
MAX_CORRECT_MINUTES = 24 * 60
MAX_REOPENING_HOURS = 30 * 24
MAX_ACCOUNTS = 100
CommentWords = Annotated[list[Word], Field(max_length=50, description="Words or phrases, found whole")]


def _checked_text(value: str | None) -> str | None:
    if value is not None:
        try:
            check_text(value, "text")
        except Refusal as refusal:
            raise ValueError(refusal.detail) from None
    return value


def _checked_words(value: list[str]) -> list[str]:
    try:
        check_words(value, "words")
    except Refusal as refusal:
        raise ValueError(refusal.detail) from None
    return value


class RatingSettings(Body):
    """Whether and how customers are asked for a rating. Texts that are null are the product's in `language`.

    `after`: whose closings are asked about. Answers count for `expires_after_hours`, and correct an earlier one for
    `correct_minutes`.
    """

    enabled: bool = False
    after: Literal["anyone", "person", "automatic"] = "person"
    language: Language = "pt-BR"
    question: Text | None = None
    thanks: Text | None = None
    ask_comment: bool = False
    comment_question: Text | None = None
    expires_after_hours: int = Field(default=24, ge=1, le=MAX_EXPIRY_HOURS)
    correct_minutes: int = Field(default=10, ge=0, le=MAX_CORRECT_MINUTES)

    _texts = field_validator("question", "thanks", "comment_question")(_checked_text)


class ReopeningSettings(Body):
    """A customer who writes no later than `within_hours` after the closing reopens the conversation; 0: never.

    Later, and with 0 always, what they write opens a new one.
    """

    within_hours: int = Field(default=24, ge=0, le=MAX_REOPENING_HOURS)


class ProtocolSettings(Body):
    """Whether the protocol number is told when a customer asks for it by one of the words, and at each opening."""

    on_request: bool = True
    words: Words = Field(default_factory=lambda: list(PROTOCOL_WORDS))
    text: Text = PROTOCOL_TEXT
    on_opening: bool = False
    opening_text: Text = PROTOCOL_TEXT

    _texts = field_validator("text", "opening_text")(_checked_text)

    _checked_words = field_validator("words")(_checked_words)


class CommentRule(Body):
    """Which public comments open a conversation; the others are filed: stored, closed, and waiting for nobody.

    `mode`: `all`; `questions` (with a question mark, or one of the words); `words`; `none`. Of those, each post opens
    `max_per_hour` conversations in any hour.
    """

    mode: CommentMode = "all"
    words: CommentWords = Field(default_factory=lambda: list(QUESTION_WORDS))
    max_per_hour: int = Field(default=MAX_PER_HOUR, ge=1, le=MOST_PER_HOUR)

    _checked_words = field_validator("words")(_checked_words)


class AccountCommentRule(CommentRule):
    """The same of one account."""

    account_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class CommentSettings(CommentRule):
    """What holds on every account but on those of `accounts`."""

    accounts: list[AccountCommentRule] = Field(default_factory=list, max_length=MAX_ACCOUNTS)

    @field_validator("accounts")
    @classmethod
    def _each_once(cls, value: list[AccountCommentRule]) -> list[AccountCommentRule]:
        if len({one.account_id for one in value}) < len(value):
            raise ValueError("must have each account once")
        return value


class FileTooLargeSettings(Body):
    """Whether customers are told that the channel does not hand over a file of theirs because of its size.

    They are told once an hour at most. A text that is null is the product's in `language`, which names the limit.
    """

    enabled: bool = True
    language: Language = "pt-BR"
    text: Text | None = None

    _texts = field_validator("text")(_checked_text)


class RatingDefaults(BaseModel):
    """The product's own texts in the language of the settings."""

    question: str
    thanks: str
    comment_question: str


class RatingPreview(BaseModel):
    """What a customer reads. `choices` are from 5 to 1, behind `button` where the channel has a list.

    `by_number` is the question where there is text alone.
    """

    question: str
    button: str
    choices: list[str]
    by_number: str
    thanks: str
    defaults: RatingDefaults


def ratings_policy_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/ratings`, and how it would look."""
    router = APIRouter()
    extra = APIRouter(prefix="/api/v1/settings/ratings", tags=["settings"])

    @extra.post("/preview", summary="What a customer would read with these settings")
    async def preview(identity: Reader, wanted: RatingSettings) -> RatingPreview:
        policy = ratings_of(wanted.model_dump(mode="python"))
        values = sample_values(identity.actor_name)
        question = filled(policy.question_text, values).text
        thanks = policy.thanks_text if policy.ask_comment else policy.bare_thanks_text
        texts = policy.texts
        return RatingPreview(
            question=question,
            button=texts.button,
            choices=list(texts.choices[::-1]),
            by_number=question_parts("", question, texts, "number")[0],
            thanks=filled(thanks, values).text,
            defaults=RatingDefaults(question=texts.question, thanks=texts.thanks, comment_question=texts.ask_comment),
        )

    router.include_router(extra)
    router.include_router(policy_router(parts, PolicyResource(RATINGS, RatingSettings)))
    return router


def protocol_policy_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/protocol`."""
    return policy_router(parts, PolicyResource(PROTOCOL, ProtocolSettings))


def comments_policy_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/public-comments`."""
    return policy_router(parts, PolicyResource(PUBLIC_COMMENTS, CommentSettings))


def reopening_policy_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/reopening`."""
    return policy_router(parts, PolicyResource(REOPENING, ReopeningSettings))


def file_policy_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/file-too-large`."""
    return policy_router(parts, PolicyResource(FILES, FileTooLargeSettings))
