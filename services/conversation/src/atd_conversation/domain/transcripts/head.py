"""What stands at the top of a transcript."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_conversation.domain.channels.brand_names import CHANNEL_NAMES
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.transcripts.entries import Audience
from atd_conversation.domain.transcripts.words import Words

Format = Literal["pdf", "text"]

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
        )


def transcript_name(number: int, words: Words, audience: Audience, file_format: Format) -> str:
    """The name of the file: `transcricao-1042.pdf`."""
    internal = "-interno" if audience == "internal" and words.language != "en" else "-internal"
    suffix = internal if audience == "internal" else ""
    return f"{_SHORT[words.language]}-{number}{suffix}.{'pdf' if file_format == 'pdf' else 'txt'}"
