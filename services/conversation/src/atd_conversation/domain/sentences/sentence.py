"""One thing that can go wrong, in words."""

from dataclasses import dataclass

from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

FIRST_LANGUAGE = "pt-BR"
LANGUAGES = (FIRST_LANGUAGE, "en", "es")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stable word for programs and the sentences for people."""

    code: str
    pt: str
    en: str
    es: str

    def error(self, failure: SendFailure) -> MessageError:
        return MessageError(
            code=self.code,
            message=self.pt,
            texts={FIRST_LANGUAGE: self.pt, "en": self.en, "es": self.es},
            provider_code=failure.code or None,
            detail=failure.detail or None,
        )
