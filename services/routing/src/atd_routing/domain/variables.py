"""Variables of texts that customers are told: those that conversation fills in, and those that routing knows.

The syntax is of `atd_servicekit.text_variables`. Conversation puts its own values in when it sends the text, so routing
sends the text as it was written, with the values that only routing knows beside it.
"""

from collections.abc import Collection

from atd_routing.domain.items import Refused
from atd_servicekit.text_variables import mistakes_in

CONVERSATION_VARIABLES: tuple[str, ...] = (
    "contact.name",
    "contact.first_name",
    "conversation.number",
    "attendant.name",
    "attendant.first_name",
    "channel.name",
)
"""Those that conversation fills in in every text that routing has said. Addresses and customers' own fields are not."""

SAMPLE_VALUES: dict[str, str] = {
    "contact.name": "Ana Souza",
    "contact.first_name": "Ana",
    "conversation.number": "2026-000123",
    "attendant.name": "Bruno Lima",
    "attendant.first_name": "Bruno",
    "channel.name": "Atendimento",
}
"""What a preview shows in the place of those that conversation fills in."""


def check_text(text: str, field: str, own: Collection[str] = ()) -> None:
    """Raises `Refused` `broken_variable`, `unknown_variable` or `too_many` for a text that cannot be filled in.

    `own`: the names of variables that routing gives this text.
    """

    def is_known(name: str) -> bool:
        return name in CONVERSATION_VARIABLES or name in own

    for mistake in mistakes_in(text, is_known):
        raise Refused(mistake.code, f"line {mistake.line}, column {mistake.column}: {mistake.detail}", field)
