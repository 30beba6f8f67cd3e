"""One thing that can go wrong, in words."""

import re
from dataclasses import dataclass, fields

from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

FIRST_LANGUAGE = "pt-BR"
LANGUAGES = (FIRST_LANGUAGE, "en", "es")

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
    """A stable code for programs and a text for people in each language. `{channel}` stands for the channel's name."""

    code: str
    pt: str
    en: str
    es: str

    def of_channel(self, name: ChannelName) -> "FailureText":
        """The text with the channel's name filled in."""
        texts = {
            field.name: _sentence(getattr(self, field.name).replace("{channel}", getattr(name, field.name)))
            for field in fields(name)
        }
        return FailureText(self.code, **{**texts, "es": _contracted(texts["es"])})

    def error(self, failure: SendFailure) -> MessageError:
        """What readers of a message or file see."""
        return MessageError(
            code=self.code,
            message=self.pt,
            texts={FIRST_LANGUAGE: self.pt, "en": self.en, "es": self.es},
            provider_code=failure.code or None,
            detail=failure.detail or None,
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _contracted(spanish: str) -> str:
    """Spanish joins "de" and "a" with the article of a name that has one: "del chat", "al chat"."""
    return _ARTICLE.sub(r"\1l ", spanish)
