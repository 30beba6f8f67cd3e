"""One item of a body, and how its values are read: what is cut or no value of its kind is named as a problem. Pure."""

from dataclasses import dataclass, replace
from typing import Any, Self

from atd_channelkit.webhooks.problems import Problems
from atd_channelkit.webhooks.values import LABEL_LIMIT, TEXT_LIMIT, Json, label_of, link_of


@dataclass(slots=True)
class BodyItem:
    """An object of a body; `where` is its path. A channel's own class adds whose it is, and when it came."""

    item: Json
    where: str
    problems: Problems

    def problem(self, what: str, at: str = "") -> None:
        """Name what was not understood; `at` is the path below this part (`.text.body`)."""
        self.problems.add(self.where + at, what)

    def below(self, item: Json, at: str) -> Self:
        """A part of this one."""
        return replace(self, item=item, where=self.where + at)

    def object(self, name: str) -> Json | None:
        """The object under `name`; a problem when there is none."""
        found: Json | None = self.item.get(name)
        if not isinstance(found, dict):
            self.problem("is not an object", f".{name}")
            return None
        return found

    def text(self, value: Any, at: str) -> str | None:
        """A text or caption, cut at the limit, which is a problem."""
        if not isinstance(value, str):
            return None
        if len(value) > TEXT_LIMIT:
            self.problem(f"has {len(value)} characters, {TEXT_LIMIT} were taken", at)
        return value[:TEXT_LIMIT]

    def label(self, value: Any, limit: int = LABEL_LIMIT) -> str | None:
        """A short text, cut at the limit, which is a problem; nothing when it is empty or none."""
        if isinstance(value, str) and len(value) > limit:
            self.problem(f"has a text of {len(value)} characters, {limit} were taken")
        return label_of(value, limit)

    def link(self, value: Any) -> str | None:
        """A web address; what is there and is none is a problem."""
        found = link_of(value)
        if value and found is None:
            self.problem("has a link that is no web address of sensible length")
        return found

    def objects(self, value: Any, limit: int, at: str) -> list[Json]:
        """The objects of a list up to a limit; what is beyond it or no object is a problem."""
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem("is not a list", at)
            return []
        if len(value) > limit:
            self.problem(f"has {len(value)} items, {limit} were taken", at)
        found: list[Json] = [item for item in value[:limit] if isinstance(item, dict)]
        if len(found) < min(len(value), limit):
            self.problem("has items that are not objects", at)
        return found
