"""The streamed topics and their partitions, numbered as one list."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StreamLayout:
    """Gives each partition of each streamed topic a number, its slot: those of the first topic come first.

    Positions in all topics are one list of offsets then, by slot.
    """

    partitions: Mapping[str, int]
    """By topic: its number of partitions."""
    places: tuple[tuple[str, int], ...] = field(init=False)
    """By slot: topic and partition."""
    slots: Mapping[tuple[str, int], int] = field(init=False)
    """By topic and partition: the slot."""

    def __post_init__(self) -> None:
        places = tuple((topic, number) for topic, count in self.partitions.items() for number in range(count))
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "slots", {place: slot for slot, place in enumerate(places)})

    def slots_of(self, topic: str) -> range:
        """The slots of one topic."""
        first = self.slots[topic, 0]
        return range(first, first + self.partitions[topic])
