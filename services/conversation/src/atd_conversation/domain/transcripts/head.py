"""What stands at the top of a transcript."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_conversation.domain.channels.brand_names import CHANNEL_NAMES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.transcripts.entries import Audience
from atd_conversation.domain.transcripts.words import Words

Format = Literal["pdf", "text"]

PLACE = 120
"""Characters of a post's text."""

_SHORT = {"pt-BR": "transcricao", "en": "transcript", "es": "transcripcion"}


@dataclass(frozen=True, slots=True)
class Transcript:
    """The head of a transcript; its entries come one by one, for a conversation may have very many."""

    audience: Audience
    number: int
    customer: str
    channel: str
    attendants: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    words: Words
    place: tuple[str, str] | None = None
    """Where on the channel it was written, with what that is called: the post, or the topic of a group."""

    @classmethod
    def of(
        cls, conversation: Conversation, audience: Audience, words: Words, attendants: tuple[str, ...]
    ) -> "Transcript":
        channel = conversation.channel
        return cls(
            audience,
            conversation.number,
            conversation.contact.name or words("customer"),
            f"{CHANNEL_NAMES[channel.kind]} · {channel.name}",
            attendants,
            conversation.opened_at,
            conversation.closed_at,
            words,
            _place(conversation, words),
        )


def _place(conversation: Conversation, words: Words) -> tuple[str, str] | None:
    thread = conversation.thread
    if thread is None or thread.kind not in ("post", "topic"):
        return None
    post = thread.post
    said = " ".join((post.text or "").split()) if post is not None else thread.title or ""
    shown = said if len(said) <= PLACE else f"{said[: PLACE - 1]}…"
    parts = [shown, post.url or "" if post is not None else ""]
    return words(thread.kind), " · ".join(one for one in parts if one) or thread.id


def transcript_name(number: int, words: Words, audience: Audience, file_format: Format) -> str:
    """The name of the file: `transcricao-1042.pdf`."""
    internal = "-interno" if audience == "internal" and words.language != "en" else "-internal"
    suffix = internal if audience == "internal" else ""
    return f"{_SHORT[words.language]}-{number}{suffix}.{'pdf' if file_format == 'pdf' else 'txt'}"
