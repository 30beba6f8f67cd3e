"""Keywords of automatic replies: how many, and how long (`atd_servicekit.text_words` finds them)."""

MAX_WORDS = 20
"""Words and phrases of one rule."""

MAX_WORD_LENGTH = 60
"""Characters of one of them."""
