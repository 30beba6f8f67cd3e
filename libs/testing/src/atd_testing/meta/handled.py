"""What a part of the fake says of a call that it answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from atd_testing.meta.state import CallKind, Json

Handled = tuple[CallKind, str, str, Callable[[], Awaitable[Any]]]
"""The kind of the call, its text, whom it is to, and what lets it take effect and answers."""


class Asked(Protocol):
    """A call as the parts read it (`GraphCall`)."""

    @property
    def method(self) -> str: ...

    @property
    def node(self) -> str: ...

    @property
    def edge(self) -> str | None: ...

    @property
    def params(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> Json: ...

    @property
    def own(self) -> str | None: ...

    @property
    def file(self) -> bytes | None: ...

    @property
    def file_name(self) -> str | None: ...

    @property
    def account(self) -> str: ...
