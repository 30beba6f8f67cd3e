"""What routing keeps of a customer's record: what rules compare, and the language they are written to in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from atd_servicekit.text_folding import folded

Language = Literal["pt-BR", "en", "es"]
"""The languages of what is said by itself."""

DEFAULT_LANGUAGE: Language = "pt-BR"

MAX_FIELDS = 50
"""Custom fields of one customer that are kept."""

MAX_VALUE = 200
"""Characters of one value that are kept; of a list, of each choice."""

LANGUAGE_FIELDS = ("language", "idioma", "lingua")
"""Keys of the company's custom field that names a customer's language, the first one that is filled in."""

_LANGUAGES: Mapping[str, Language] = {
    "pt": "pt-BR",
    "portugues": "pt-BR",
    "portuguese": "pt-BR",
    "en": "en",
    "ingles": "en",
    "english": "en",
    "es": "es",
    "espanhol": "es",
    "espanol": "es",
    "spanish": "es",
    "castellano": "es",
}


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, as far as routing needs them. `fields` has texts only, several for several choices.

    `first_opened_at`: when the first of their conversations was opened of which a copy is kept (90 days).
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_opened_at: datetime | None = None

    def is_returning(self, opened_at: datetime) -> bool:
        """Whether they had had a conversation when this one was opened."""
        return self.first_opened_at is not None and self.first_opened_at < opened_at

    @property
    def language(self) -> Language | None:
        """Their language, where the company keeps it in one of `LANGUAGE_FIELDS`; None: not known."""
        for key in LANGUAGE_FIELDS:
            for value in self.fields.get(key, ()):
                found = language_of(value)
                if found is not None:
                    return found
        return None


UNKNOWN = Customer()
"""A customer of whom nothing is kept."""


def language_of(value: str) -> Language | None:
    """The language that a code or a name means: `pt`, `pt_BR`, `Português`; None where it is none of ours."""
    words = folded(value).replace("_", "-").split("-")
    return _LANGUAGES.get(words[0].strip())


def kept_fields(fields: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Custom fields as they are kept: texts of bounded length, `true` and `false` for yes and no."""
    kept = {}
    for key in sorted(fields)[:MAX_FIELDS]:
        value = fields[key]
        values = value if isinstance(value, list | tuple) else (value,)
        kept[key] = tuple(_as_text(one)[:MAX_VALUE] for one in values)[:MAX_FIELDS]
    return kept


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
