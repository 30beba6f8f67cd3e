"""What an attendant reads when something failed: what happened, what it means for the customer, what to do now.

Channel services report a class and the provider's code, or a word of their own (`SendFailure`); both lead to a stable
code and a text in each of the product's languages. The texts here hold for every channel and name the one that failed;
a channel adds those of its provider's codes, and replaces what is different there (`FailureTexts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from atd_conversation.domain.failure_texts.by_class import FETCHING_BY_CLASS, SENDING_BY_CLASS
from atd_conversation.domain.failure_texts.by_word import FETCHING_BY_WORD, SENDING_BY_WORD
from atd_conversation.domain.failure_texts.text import (
    FIRST_LANGUAGE,
    LANGUAGES,
    RETRYABLE_CLASSES,
    ChannelName,
    FailureText,
)
from atd_schemas.inbound import SendFailure
from atd_schemas.views import MessageError

__all__ = ["FIRST_LANGUAGE", "LANGUAGES", "RETRYABLE_CLASSES", "ChannelName", "FailureText", "FailureTexts"]

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FailureTexts:
    """The texts of one channel. What is most precise is used: our word, the provider's code, the class."""

    sending_by_word: Mapping[str, FailureText]
    sending_by_code: Mapping[str, FailureText]
    sending_by_class: Mapping[str, FailureText]
    fetching_by_word: Mapping[str, FailureText]
    fetching_by_class: Mapping[str, FailureText]

    @classmethod
    def of_channel(
        cls,
        name: ChannelName,
        *,
        by_code: Mapping[str, FailureText] = MappingProxyType({}),
        by_class: Mapping[str, FailureText] = MappingProxyType({}),
        of_files: Mapping[str, FailureText] = MappingProxyType({}),
    ) -> "FailureTexts":
        """The general texts with the channel's name; `by_code` adds the provider's, `by_class` replaces some.

        `of_files` replaces or adds texts of customers' files, by our word.
        """
        return cls(
            _named(SENDING_BY_WORD, name),
            _named(by_code, name),
            _named({**SENDING_BY_CLASS, **by_class}, name),
            _named({**FETCHING_BY_WORD, **of_files}, name),
            _named(FETCHING_BY_CLASS, name),
        )

    def sending_error(self, failure: SendFailure) -> MessageError:
        """Why a message of ours was not sent."""
        found = (
            self.sending_by_word.get(failure.code)
            or self._by_code(failure.code)
            or self.sending_by_class.get(failure.reason)
            or self.sending_by_class[_UNKNOWN]
        )
        return found.error(failure)

    def _by_code(self, code: str) -> FailureText | None:
        """By the whole code; of one with a subcode (`10/2018278`), by that, and then by what it stands under."""
        main, _, sub = code.partition("/")
        return next((self.sending_by_code[key] for key in (code, sub, main) if key in self.sending_by_code), None)

    def fetching_error(self, failure: SendFailure) -> MessageError:
        """Why a customer's file could not be downloaded."""
        found = (
            self.fetching_by_word.get(failure.code)
            or self.fetching_by_class.get(failure.reason)
            or self.fetching_by_class[_UNKNOWN]
        )
        return found.error(failure)

    def all(self) -> tuple[FailureText, ...]:
        """Every text of the channel."""
        tables = (
            self.sending_by_word,
            self.sending_by_code,
            self.sending_by_class,
            self.fetching_by_word,
            self.fetching_by_class,
        )
        return tuple(text for table in tables for text in table.values())


def _named(texts: Mapping[str, FailureText], name: ChannelName) -> Mapping[str, FailureText]:
    return MappingProxyType({key: text.of_channel(name) for key, text in texts.items()})
