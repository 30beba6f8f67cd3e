"""One thing that can go wrong, in words."""

import re
from dataclasses import dataclass, fields

from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

FIRST_LANGUAGE = "pt-BR"
LANGUAGES = (FIRST_LANGUAGE, "en", "es")

RETRYABLE_CLASSES = frozenset({"token", "permission", "account", "throttle", "transient", "unknown"})
"""Classes of failure that pass, or that somebody repairs: the same message can arrive later."""

_ARTICLE = re.compile(r"\b([Dd]e|[Aa]) el ")


@dataclass(frozen=True, slots=True)
class ChannelName:
    """What people call a channel, in each language, as it stands inside a sentence.

    Portuguese texts put "o", "do", "no" or "pelo" before it; English and Spanish ones put nothing.
    """

    pt: str
    en: str
    es: str

    @classmethod
    def brand(cls, name: str) -> "ChannelName":
        """A name that is the same in every language."""
        return cls(name, name, name)


@dataclass(frozen=True, slots=True)
class FailureText:
    """A stable code for programs and a text for people in each language. `{channel}` stands for the channel's name.

    `retryable`: whether trying the same again can help; None: the class of the failure decides.
    """

    code: str
    pt: str
    en: str
    es: str
    retryable: bool | None = None

    def of_channel(self, name: ChannelName) -> "FailureText":
        """The text with the channel's name filled in."""
        texts = {
            field.name: _sentence(getattr(self, field.name).replace("{channel}", getattr(name, field.name)))
            for field in fields(name)
        }
        return FailureText(self.code, texts["pt"], texts["en"], _contracted(texts["es"]), self.retryable)

    def error(self, failure: SendFailure) -> MessageError:
        """What readers of a message or file see."""
        return MessageError(
            code=self.code,
            message=self.pt,
            texts={FIRST_LANGUAGE: self.pt, "en": self.en, "es": self.es},
            retryable=failure.reason in RETRYABLE_CLASSES if self.retryable is None else self.retryable,
            provider_code=failure.code or None,
            detail=failure.detail or None,
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _contracted(spanish: str) -> str:
    """Spanish joins "de" and "a" with the article of a name that has one: "del chat", "al chat"."""
    return _ARTICLE.sub(r"\1l ", spanish)
