"""What was not understood of a body, by path. Pure."""

from dataclasses import dataclass, field

PROBLEMS_LIMIT = 100
"""Problems that are named one by one; a body with more says how many there are."""


@dataclass(slots=True)
class Problems:
    """What was not understood of a body, each by its path."""

    found: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, where: str, what: str) -> None:
        """Name one; beyond the limit it is only counted."""
        if len(self.found) < PROBLEMS_LIMIT:
            self.found.append(f"{where}: {what}")
        else:
            self.more += 1

    def named(self) -> tuple[str, ...]:
        """All of them, as they are kept with the body."""
        return (*self.found, f"and {self.more} more") if self.more else tuple(self.found)
