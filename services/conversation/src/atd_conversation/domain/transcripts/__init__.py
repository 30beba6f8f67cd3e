"""A conversation on paper: what is said in it, for the customer or for the company. Pure."""

from atd_conversation.domain.transcripts.entries import Audience, Entry, EntryFile, entry_of, is_own_quote, is_shown
from atd_conversation.domain.transcripts.events import event_entry
from atd_conversation.domain.transcripts.head import Transcript, transcript_name
from atd_conversation.domain.transcripts.text import head_lines, text_of
from atd_conversation.domain.transcripts.words import LANGUAGES, Language, Words, words_of

__all__ = [
    "LANGUAGES",
    "Audience",
    "Entry",
    "EntryFile",
    "Language",
    "Transcript",
    "Words",
    "entry_of",
    "event_entry",
    "head_lines",
    "is_own_quote",
    "is_shown",
    "text_of",
    "transcript_name",
    "words_of",
]
