"""Text as people compare it: accents, case and width make no difference."""

import unicodedata


def folded(text: str) -> str:
    """The text without accents, case and width."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()  # of ℠ it makes SM
    return unicodedata.normalize("NFKC", "".join(one for one in decomposed if not unicodedata.combining(one)))
