"""One call of the Bot API, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from atd_channelkit.answers import Unsendable
from atd_schemas.outbound import OutboundAttachment

_NOTHING: Mapping[str, "BotCall"] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that goes along as a part of the request, named `name`."""

    name: str
    attachment: OutboundAttachment


@dataclass(frozen=True, slots=True)
class BotCall:
    """A method and its parameters.

    Attributes:
        files: what the parameters refer to by `attach://<name>`, or the parameter of that name itself.
        otherwise: the call to make instead, once, when Telegram refuses this one with that code.
        fine: refusals that say that nothing is left to do.
    """

    method: str
    parameters: Mapping[str, Any]
    files: tuple[FilePart, ...] = ()
    otherwise: Mapping[str, "BotCall"] = field(default_factory=lambda: _NOTHING)
    fine: frozenset[str] = frozenset()

    @property
    def chat_id(self) -> int:
        """The chat that it is about."""
        chat: int = self.parameters["chat_id"]
        return chat

    def having(self, **parameters: Any) -> "BotCall":
        """The same call with these parameters, and what is made instead of it with them."""
        instead = {code: call.having(**parameters) for code, call in self.otherwise.items()}
        return replace(self, parameters={**self.parameters, **parameters}, otherwise=instead)

    def without(self, name: str) -> "BotCall":
        """The same call without a parameter, and what is made instead of it without it too."""
        kept = {one: value for one, value in self.parameters.items() if one != name}
        instead = {code: call.without(name) for code, call in self.otherwise.items()}
        return replace(self, parameters=kept, otherwise=instead)

    @property
    def names_a_message(self) -> bool:
        """Whether it is about a message that is there: its number means another one in every other chat."""
        return "message_id" in self.parameters or "message_ids" in self.parameters


class CannotCompose(Exception):
    """Telegram cannot carry it; says why."""

    def __init__(self, detail: str, code: str = "invalid_content") -> None:
        super().__init__(detail)
        self.unsendable = Unsendable(code, detail)
